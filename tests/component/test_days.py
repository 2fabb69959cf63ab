"""The end of the bank's days over HTTP: refused, closed once and in order, reported."""

import asyncio
import csv
import io
from datetime import UTC, datetime

import openpyxl

from chassis.ids import new_id
from contracts.banking import DayClosed
from services.banking.rules.ledger import SUSPENSE
from tests.component.reconciliation_office import BENEFIT, DAY, NEXT, Moved, Office, office, said

__all__ = ["office"]


async def test_a_day_closes_when_everything_is_accounted_for(office: Office) -> None:
    settled, absent = await office.payouts(2)
    await office.payouts(1, state="submitted")
    assert said(await office.close()) == (409, "day-not-over")
    office.go_to(NEXT)
    answer = await office.close()
    assert said(answer) == (409, "day-not-ready")
    assert "no statement" in answer.json()["detail"]
    await office.sent([Moved("A", settled), Moved("X", new_id(), 3)])
    for state in ("open", "explained"):
        refused = (await office.close()).json()["detail"]
        for each in await office.differences(state=state):
            assert each["difference_id"] in refused
            assert f"({each['kind']}, {each['rail_reference']}) is {state}" in refused
            await office.explain(each["difference_id"])
    for each in await office.differences(state="explained"):
        await office.accept(each["difference_id"])
    closed = (await office.close()).json()
    assert (closed["matched"], closed["differences"], closed["unknown"]) == (1, 2, 1)
    assert closed["debits"] == closed["credits"] > 0
    assert said(await office.close()) == (409, "day-already-closed")
    assert said(await office.send(b"", day=DAY)) == (422, "statement-unreadable")
    (event,) = await office.bank.recorded(DayClosed)
    assert (event.day, event.unknown) == (DAY, 1)
    assert absent.hex in {e["rail_reference"] for e in (await office.report())["differences"]}
    assert (await office.bank.replay()).same


async def test_a_closed_day_takes_no_other_statement(office: Office) -> None:
    (settled,) = await office.payouts(1)
    office.go_to(NEXT)
    first = await office.sent([Moved("A", settled)])
    assert (await office.close()).is_success
    again = await office.sent([Moved("A", settled)])
    assert again == first | {"closed": True}
    content = b"".join(
        [
            b"booked_at,rail_reference,partner_reference,amount,currency,beneficiary_bank,",
            b"beneficiary_account_masked\r\n",
        ]
    )
    assert said(await office.send(content)) == (409, "day-already-closed")


async def test_days_close_in_order(office: Office) -> None:
    (one,) = await office.payouts(1)
    office.go_to(NEXT)
    (two,) = await office.payouts(1)
    office.go_to(NEXT.replace(day=NEXT.day + 3))
    await office.sent([Moved("B", two)], day=NEXT)
    refused = await office.close(NEXT)
    assert said(refused) == (409, "day-not-ready")
    assert f"{DAY} is not closed" in refused.json()["detail"]
    await office.sent([Moved("A", one)])
    assert (await office.close()).is_success
    assert (await office.close(NEXT)).is_success
    days = (await office.auditor.get("/days")).json()["days"]
    assert [(each["day"], each["state"]) for each in days] == [
        (str(NEXT), "closed"), (str(DAY), "closed")
    ]  # fmt: skip


async def test_a_day_is_kupangs(office: Office) -> None:
    office.go_to(DAY, hour=23, minute=59)
    (late,) = await office.payouts(1)
    office.go_to(NEXT, hour=0)
    (early,) = await office.payouts(1)
    assert (await office.report(DAY))["settled"] == {"payouts": 1, "amount": BENEFIT}
    await office.sent([Moved("A", late), Moved("B", early)])
    assert (await office.close()).is_success
    office.go_to(NEXT.replace(day=NEXT.day + 1))
    on_next = await office.sent([], day=NEXT)
    assert on_next["differences"] == {}


async def test_books_that_do_not_balance_keep_the_day_open(office: Office) -> None:
    (settled,) = await office.payouts(1)
    office.go_to(NEXT)
    await office.sent([Moved("A", settled)])
    async with office.bank.units.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE balances SET balance = balance + 1 "
            "WHERE account_id = (SELECT min(account_id::text)::uuid FROM balances)"
        )
    refused = await office.close()
    assert said(refused) == (409, "day-not-ready")
    assert "the books do not balance" in refused.json()["detail"]


async def test_what_settles_after_the_statement_came_keeps_the_day_open(office: Office) -> None:
    (first,) = await office.payouts(1)
    await office.sent([Moved("A", first)])
    (second,) = await office.payouts(1)
    office.go_to(NEXT)
    refused = await office.close()
    assert said(refused) == (409, "day-not-ready")
    assert second.hex in refused.json()["detail"]
    assert await office.differences() == []
    await office.bank.work("reconciliation")
    (found,) = await office.differences()
    assert (found["kind"], found["rail_reference"]) == ("missing-there", second.hex)
    await office.sent([Moved("A", first), Moved("B", second)])
    assert (await office.close()).is_success
    assert (await office.bank.replay()).same


async def test_a_rebuilt_bank_asks_for_the_file_again_and_resolves_nothing(office: Office) -> None:
    (settled,) = await office.payouts(1)
    lines = [Moved("A", settled), Moved("X", new_id())]
    await office.sent(lines)
    office.go_to(NEXT)
    async with office.bank.units.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM statement_line")
    await office.bank.work("reconciliation")
    refused = await office.close()
    assert "send the same file again" in refused.json()["detail"]
    assert [each["state"] for each in await office.differences()] == ["open"]
    assert (await office.sent(lines))["number"] == 1
    await office.settle_all()
    assert (await office.close()).is_success


async def test_a_payout_settles_while_its_day_is_closed_and_both_are_right(office: Office) -> None:
    (settled,) = await office.payouts(1)
    waiting = await office.payouts(4, state="submitted")
    office.go_to(NEXT)
    await office.sent([Moved("A", settled)])
    answers = await asyncio.gather(
        *(office.finish([each]) for each in waiting[:2]),
        office.close(),
        *(office.finish([each]) for each in waiting[2:]),
        office.close(),
    )
    closes = [each for each in answers if each is not None]
    assert sorted(each.status_code for each in closes) == [200, 409]
    (closed,) = await office.bank.recorded(DayClosed)
    assert 0 <= closed.unknown <= 4
    report = await office.report(NEXT)
    assert report["settled"]["payouts"] == 4
    assert report["books"]["balanced"] is True
    assert (await office.bank.replay()).same


async def test_the_report_tells_the_whole_day(office: Office) -> None:
    (settled,) = await office.payouts(1)
    (unknown,) = await office.payouts(1, state="submitted")
    await office.sent([Moved("A", settled), Moved("X", new_id(), 3)])
    early = await office.report()
    assert (early["state"], len(early["missing"])) == ("open", 1)
    await office.settle_all()
    office.go_to(NEXT)
    assert (await office.close()).is_success
    report = await office.report()
    assert (report["state"], report["missing"], report["matched"]) == ("closed", [], 1)
    assert [each["payout_id"] for each in report["unknowns"]] == [str(unknown)]
    assert (report["suspense"], report["in_suspense"][0]["amount"]) == (3, 3)
    assert {each["name"]: each["balance"] for each in report["accounts"]}["Suspense"] == -3
    (difference,) = report["differences"]
    assert (difference["explanation"], difference["evidence"]) == (
        "another partner's", "letter 5/RAIL"
    )  # fmt: skip
    assert [each["did"].split()[0] for each in report["acts"]] == [
        "sent", "explained", "accepted", "closed"
    ]  # fmt: skip
    assert report["as_of"] == datetime(2025, 10, 23, 2, tzinfo=UTC).isoformat().replace(
        "+00:00", "Z"
    )
    assert await office.balance(SUSPENSE) == -3


async def test_the_report_is_a_sheet_too(office: Office) -> None:
    (settled,) = await office.payouts(1)
    await office.sent([Moved("A", settled), Moved("=X", new_id(), 3)])
    path = f"/days/{DAY}/report/sheet"
    text = (await office.auditor.get(path)).text
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
    parts = {row["part"] for row in rows}
    assert {"day", "statement", "settled", "books", "account", "difference", "record"} <= parts
    (difference,) = (row for row in rows if row["part"] == "difference")
    assert (difference["reference"], difference["their_amount"]) == ("'=X", "3")
    workbook = await office.auditor.get(path, params={"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.content)).active
    assert sheet is not None
    assert sheet.max_row == len(rows) + 1


async def test_nothing_is_known_of_a_day_to_come(office: Office) -> None:
    assert said(await office.auditor.get(f"/days/{NEXT}/report")) == (422, "day-in-the-future")
    assert said(await office.close(NEXT)) == (422, "day-in-the-future")
    assert (await office.report())["missing"] == [
        f"no statement of the rail: POST /rail-statements?day={DAY}"
    ]
