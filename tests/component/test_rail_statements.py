"""Statements of the rail over HTTP, laid beside a real book; every file that is refused."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.ids import new_id
from contracts.banking import DifferenceFound, DifferenceResolved, RailStatementReceived
from services.banking.adapters import rail_statements
from services.banking.rules import reconciliation as rules
from tests.component.reconciliation_office import (
    BENEFIT,
    DAY,
    NEXT,
    Moved,
    Office,
    csv_of,
    mt940_of,
    office,
    said,
)

__all__ = ["office"]


async def test_both_formats_match_what_our_book_settled(office: Office) -> None:
    settled = await office.payouts(3)
    lines = [Moved(f"RAIL{place}", each) for place, each in enumerate(settled)]
    for content, format_ in ((csv_of(lines), "csv"), (mt940_of(lines), "mt940")):
        answer = (await office.send(content, format_=format_)).json()
        assert (answer["lines"], answer["amount"]) == (3, 3 * BENEFIT)
        assert (answer["matched"], answer["differences"], answer["pending"]) == (3, {}, 0)
    assert await office.differences() == []
    assert (await office.bank.replay()).same


async def test_each_kind_of_difference_is_found_once(office: Office) -> None:
    matched, other_amount, absent = await office.payouts(3)
    (unknown,) = await office.payouts(1, state="submitted")
    (failed,) = await office.payouts(1, state="failed")
    lines = [
        Moved("A", matched),
        Moved("B", other_amount, BENEFIT + 7),
        Moved("C", unknown),
        Moved("D", failed),
        Moved("E", new_id()),
        Moved("F", matched),
    ]
    answer = await office.sent(lines)
    assert (answer["matched"], answer["pending"]) == (1, 6)
    assert answer["differences"] == {"amount-differs": 1, "missing-here": 4, "missing-there": 1}
    found = {each["rail_reference"]: each for each in await office.differences(day=str(DAY))}
    told = {
        name: (each["kind"], each["our_amount"], each["their_amount"])
        for name, each in found.items()
    }
    assert told == {
        "B": ("amount-differs", BENEFIT, BENEFIT + 7),
        "C": ("missing-here", BENEFIT, BENEFIT),
        "D": ("missing-here", None, BENEFIT),
        "E": ("missing-here", None, BENEFIT),
        "F": ("missing-here", None, BENEFIT),
        absent.hex: ("missing-there", BENEFIT, None),
    }
    assert found["F"]["payout_id"] == str(matched)
    assert found["E"]["payout_id"] is None
    assert await office.sent(lines) == answer
    assert len(await office.bank.recorded(DifferenceFound)) == 6
    assert len(await office.bank.recorded(RailStatementReceived)) == 1
    assert (await office.bank.replay()).same


async def test_what_we_learned_after_midnight_is_matched_on_the_rails_day(office: Office) -> None:
    (late,) = await office.payouts(1, state="submitted")
    first = await office.sent([Moved("A", late)])
    assert first["differences"] == {"missing-here": 1}
    office.go_to(NEXT)
    await office.finish([late])
    await office.bank.work("reconciliation")
    (resolved,) = await office.differences()
    assert resolved["state"] == "resolved"
    again = await office.sent([Moved("A", late)])
    assert (again["matched"], again["differences"]) == (1, {})
    on_next = await office.sent([], day=NEXT)
    assert (on_next["matched"], on_next["differences"]) == (0, {})
    assert (await office.bank.replay()).same


async def test_a_transfer_in_the_statement_of_the_next_day_is_no_difference(office: Office) -> None:
    (payout,) = await office.payouts(1)
    assert (await office.sent([]))["differences"] == {"missing-there": 1}
    office.go_to(NEXT)
    assert (await office.sent([Moved("A", payout)], day=NEXT))["matched"] == 1
    (found,) = await office.differences()
    assert (found["day"], found["state"]) == (str(DAY), "resolved")


async def test_a_payout_that_moves_again_on_another_day_is_a_difference(office: Office) -> None:
    (payout,) = await office.payouts(1)
    office.go_to(NEXT)
    assert (await office.sent([Moved("B", payout)], day=NEXT))["matched"] == 1
    await office.sent([Moved("A", payout)])
    (found,) = await office.differences(state="open")
    assert (found["day"], found["rail_reference"]) == (str(NEXT), "B")
    assert (found["kind"], found["our_amount"]) == ("missing-here", None)


async def test_a_corrected_file_takes_the_place_of_the_one_before(office: Office) -> None:
    (payout,) = await office.payouts(1)
    await office.sent([Moved("A", payout, BENEFIT - 1)])
    (wrong,) = await office.differences()
    await office.explain(wrong["difference_id"])
    corrected = await office.sent([Moved("A", payout)])
    assert (corrected["number"], corrected["matched"], corrected["pending"]) == (2, 1, 0)
    assert [each["state"] for each in await office.differences()] == ["resolved"]
    (resolved,) = await office.bank.recorded(DifferenceResolved)
    assert str(resolved.difference_id) == wrong["difference_id"]
    assert str(resolved.statement_id) == corrected["statement_id"]
    again = await office.sent([Moved("A", payout, BENEFIT - 1)])
    assert (again["number"], again["pending"]) == (3, 1)
    (reopened,) = await office.differences()
    assert reopened["difference_id"] == wrong["difference_id"]
    assert (reopened["state"], reopened["explanation"]) == ("open", None)
    assert (await office.bank.replay()).same


LINES = [Moved("A", new_id()), Moved("B", new_id())]
GOOD, GOOD_MT940 = csv_of(LINES), mt940_of(LINES)
OTHER_DAY = DAY - timedelta(days=1)
BAD: list[tuple[str, bytes, str, str]] = [
    ("csv", b"\xff\xfe\x00", "statement-unreadable", "line 1"),
    ("csv", b"day,amount\r\n", "statement-unreadable", "line 1: the columns"),
    ("csv", GOOD + b"A,B\r\n", "statement-unreadable", "line 4: 2 fields"),
    ("csv", GOOD + b'"A\r\n', "statement-unreadable", "line 4"),
    ("csv", GOOD.replace(b"T09:14:03+07:00", b" 9 am", 1), "statement-unreadable", "line 2"),
    ("csv", GOOD.replace(b"+07:00", b"", 1), "statement-unreadable", "no instant with an offset"),
    ("csv", GOOD.replace(b",B,", b",\x07,"), "statement-unreadable", "line 3: the rail's ref"),
    ("csv", csv_of(LINES, OTHER_DAY), "statement-of-another-day", "line 2: booked on 2025-10-21"),
    ("csv", GOOD.replace(b"IDR", b"USD", 1), "currency-not-rupiah", "line 2: 'USD'"),
    ("csv", GOOD.replace(b"20000000.00", b"-20000000.00", 1), "amount-not-whole", "line 2"),
    ("csv", GOOD.replace(b"20000000.00", b"20000000.50", 1), "amount-not-whole", "line 2"),
    ("csv", GOOD.replace(b"20000000.00", b"20000000", 1), "amount-not-whole", "line 2"),
    ("csv", GOOD.replace(b"20000000.00", b"0.00", 1), "amount-not-whole", "line 2"),
    ("csv", GOOD.replace(b",B,", b",A,"), "reference-twice", "line 3: A stands in line 2"),
    ("mt940", b"nothing", "statement-unreadable", ":20:"),
    ("mt940", GOOD, "statement-unreadable", ":20:"),
    ("mt940", GOOD_MT940 + GOOD_MT940, "statement-unreadable", "one statement"),
    ("mt940", GOOD_MT940.replace(b"D20000000,00N", b"D2x,00N", 1), "statement-unreadable",
     "line 5"),
    ("mt940", GOOD_MT940.replace(b":86:", b"86", 1), "statement-unreadable", "one :86:"),
    ("mt940", GOOD_MT940.replace(b":60F:", b":64:"), "statement-unreadable", ":60F: is missing"),
    ("mt940", mt940_of(LINES, OTHER_DAY), "statement-of-another-day", "line 5"),
    ("mt940", GOOD_MT940.replace(b":62F:D251022", b":62F:D251021"), "statement-of-another-day",
     ":62F:"),
    ("mt940", GOOD_MT940.replace(b":60F:C251022IDR", b":60F:C251022EUR"), "currency-not-rupiah",
     "EUR"),
    ("mt940", GOOD_MT940.replace(b"1022D2", b"1022C2", 1), "amount-not-whole", "line 5"),
    ("mt940", GOOD_MT940.replace(b"1022D20000000,00", b"1022D20000000,50", 1),
     "amount-not-whole", "line 5"),
    ("mt940", GOOD_MT940.replace(b"//B", b"//A"), "reference-twice", "line 8: A stands in line 5"),
    ("mt940", GOOD_MT940.replace(b"//B", b""), "statement-unreadable", "line 8"),
    ("mt940", GOOD_MT940.replace(b"IDR40000000,00", b"IDR40000001,00"), "totals-differ",
     "Rp40,000,001"),
]  # fmt: skip


async def test_a_file_that_is_wrong_is_refused_with_the_line(office: Office) -> None:
    for format_, content, slug, words in BAD:
        answer = await office.send(content, format_=format_)
        assert said(answer) == (422, slug), answer.text
        assert words in answer.json()["detail"], (words, answer.text)
    assert await office.bank.recorded(RailStatementReceived) == []
    for content, format_ in ((GOOD, "csv"), (GOOD_MT940, "mt940")):
        assert (await office.send(content, format_=format_)).is_success


async def test_a_file_is_never_a_name_of_one(office: Office) -> None:
    answer = await office.send(b"/etc/hostname", format_="mt940")
    assert said(answer) == (422, "statement-unreadable")


async def test_a_day_to_come_and_a_file_that_is_not_ours_are_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await office.send(csv_of([], NEXT), day=NEXT)
    assert said(answer) == (422, "day-in-the-future")
    monkeypatch.setattr(rules, "DIFFERENCES_MAX", 1)
    assert said(await office.send(GOOD)) == (422, "statement-not-ours")
    assert await office.differences() == []
    monkeypatch.setattr(rail_statements, "LINES_MAX", 1)
    for content, format_ in ((GOOD, "csv"), (GOOD_MT940, "mt940")):
        assert said(await office.send(content, format_=format_)) == (422, "statement-too-long")


async def test_only_the_bank_sends_statements_and_only_it_and_the_auditor_look(
    office: Office,
) -> None:
    for role in ("province", "branch", "auditor", "admin"):
        answer = await office.send(GOOD, by=office.bank.client(role, area="53"))
        assert said(answer) == (403, "role-not-allowed")
    province = office.bank.client("province", area="53")
    for path in ("/differences", "/days", f"/days/{DAY}/report"):
        assert said(await province.get(path)) == (403, "role-not-allowed")


async def test_differences_come_a_page_at_a_time(office: Office) -> None:
    await office.sent([Moved(f"R{place}", new_id()) for place in range(5)])
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 2}
    while True:
        page = (await office.auditor.get("/differences", params=asked)).json()
        seen += [each["difference_id"] for each in page["differences"]]
        if page["next_after"] is None:
            break
        asked["after"] = page["next_after"]
    assert len(seen) == len(set(seen)) == 5


def test_a_day_is_read_by_the_rails_own_clock() -> None:
    day = date(2025, 10, 22)
    content = csv_of([Moved("A", new_id())], day).replace(b"T09:14:03", b"T23:59:59")
    assert len(rail_statements.read(content, day=day, format_="csv").lines) == 1
