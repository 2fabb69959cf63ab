"""Passbooks on a real Postgres: printed for a village, handed over once, counted by hands."""

import asyncio
from datetime import timedelta

import pytest

from chassis.ids import new_id
from contracts.banking import PassbookCollected, PassbookReady
from services.banking.operations import passbooks as operations
from services.banking.rules.passbooks import PROXY_ACCOUNTS_MAX
from tests import bank_events as heard
from tests.alone import key
from tests.component.counter_office import (
    FAR_VILLAGE,
    HANDED,
    HOLDER,
    NIK,
    Counters,
    counters,
    refused,
)

__all__ = ["counters"]

PROXY_NIK = "5371040101850001"
VILLAGE = {"village_code": heard.OEBOBO, "branch": "Kupang Utama"}
IN_KUPANG = {"area": "53.71"}


def by_proxy(paper: str, *, nik: str = PROXY_NIK) -> dict[str, object]:
    return HANDED | {"proxy": {"nik": nik, "power_of_attorney": paper}}


async def test_one_command_prints_what_a_village_lacks_and_counts_what_it_leaves_out(
    counters: Counters,
) -> None:
    wait = {await counters.open(), await counters.open()}
    await counters.open(numbered=False)
    blocked, elsewhere = await counters.open(), await counters.open(FAR_VILLAGE)
    await counters.block(blocked)
    answer = await counters.officer.post("/passbooks", json=VILLAGE, headers=key("one"))
    told = answer.json()
    assert (told["prepared"], told["without_number"], told["blocked"]) == (2, 1, 1)
    assert not told["more"]
    assert {each.account_id for each in await counters.bank.recorded(PassbookReady)} == wait
    again = await counters.officer.post("/passbooks", json=VILLAGE, headers=key("one"))
    assert again.json() == told
    fresh = await counters.officer.post("/passbooks", json=VILLAGE, headers=key())
    assert fresh.json()["prepared"] == 0
    assert (await counters.account(elsewhere))["state"] == "opened"
    assert (await counters.bank.replay()).same


async def test_a_village_with_more_than_one_command_prints_says_so(
    counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "PASSBOOKS_MAX", 2)
    for _ in range(3):
        await counters.open()
    told = (await counters.officer.post("/passbooks", json=VILLAGE, headers=key())).json()
    assert (told["prepared"], told["more"]) == (2, True)
    told = (await counters.officer.post("/passbooks", json=VILLAGE, headers=key())).json()
    assert (told["prepared"], told["more"]) == (1, False)


async def test_a_passbook_is_printed_once_and_only_with_a_number(counters: Counters) -> None:
    numberless, blocked = await counters.open(numbered=False), await counters.open()
    await counters.block(blocked)
    asked = {"branch": "Oebobo"}
    assert refused(await counters.post(numberless, "passbook", asked)) == (409, "number-missing")
    assert refused(await counters.post(blocked, "passbook", asked)) == (409, "account-blocked")
    ready = await counters.ready()
    assert refused(await counters.post(ready, "passbook", asked)) == (409, "passbook-prepared")
    unknown = await counters.post(new_id(), "passbook", asked)
    assert refused(unknown) == (404, "account-unknown")


async def test_a_passbook_goes_to_the_holder_against_both_papers(counters: Counters) -> None:
    account_id = await counters.ready()
    for papers in (["ktp"], ["kk"], ["ktp", "ktp"]):
        one = await counters.post(account_id, "collection", HANDED | {"papers": papers})
        assert refused(one) == (422, "papers-missing")
    answer = await counters.post(account_id, "collection", HANDED, name="hand over")
    assert (answer.status_code, answer.json()["state"]) == (200, "collected")
    again = await counters.post(account_id, "collection", HANDED, name="hand over")
    assert again.json() == answer.json()
    (collected,) = await counters.bank.recorded(PassbookCollected)
    assert (collected.collected_by, collected.papers) == ("holder", ("kk", "ktp"))
    assert collected.handed_by.startswith("officer")
    second = await counters.post(account_id, "collection", HANDED, by=counters.second)
    assert refused(second) == (409, "passbook-collected")
    assert (await counters.bank.replay()).same


async def test_nothing_is_handed_over_that_is_not_ready_blocked_or_closed(
    counters: Counters,
) -> None:
    opened, blocked, closed = [await counters.open() for _ in range(3)]
    assert refused(await counters.post(opened, "collection", HANDED)) == (
        409, "passbook-not-ready",
    )  # fmt: skip
    await counters.post(blocked, "passbook", {"branch": "Oebobo"})
    await counters.block(blocked)
    assert refused(await counters.post(blocked, "collection", HANDED)) == (409, "account-blocked")
    await counters.post(closed, "closure", {"reason": "double"})
    assert refused(await counters.post(closed, "collection", HANDED)) == (409, "account-closed")
    assert refused(await counters.post(closed, "passbook", {"branch": "O"})) == (
        409, "account-closed",
    )  # fmt: skip
    with_holder = HANDED | {"holder": HOLDER}
    assert refused(await counters.post(opened, "collection", with_holder)) == (
        409, "passbook-not-ready",
    )  # fmt: skip


async def test_two_officers_at_once_hand_one_passbook_over_once(counters: Counters) -> None:
    account_id = await counters.ready()
    answers = await asyncio.gather(
        *(
            counters.post(account_id, "collection", HANDED | {"holder": HOLDER}, by=by)
            for by in (counters.officer, counters.second) * 3
        )
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 409, 409, 409, 409, 409]
    assert len(await counters.bank.recorded(PassbookCollected)) == 1
    assert (await counters.bank.replay()).same


async def test_a_proxy_collects_with_a_paper_for_each_account(counters: Counters) -> None:
    first, second = await counters.ready(), await counters.ready()
    answer = await counters.post(first, "collection", by_proxy("SK-1"))
    assert (answer.status_code, answer.json()["state"]) == (200, "collected")
    assert refused(await counters.post(second, "collection", by_proxy("SK-1"))) == (
        409, "power-of-attorney-used",
    )  # fmt: skip
    other_person = by_proxy("SK-1", nik="5371040101850009")
    assert (await counters.post(second, "collection", other_person)).status_code == 200
    (collected, _) = await counters.bank.recorded(PassbookCollected)
    assert collected.power_of_attorney == "SK-1"
    assert collected.proxy == counters.bank.running.tools.numbers.proxy_hash(PROXY_NIK)
    log = await counters.bank.rows("SELECT convert_from(body, 'utf8') AS body FROM event_log")
    assert not [row for row in log if PROXY_NIK in row["body"] or NIK in row["body"]]
    third = await counters.ready()
    without_paper = HANDED | {"proxy": {"nik": PROXY_NIK}}
    assert (await counters.post(third, "collection", without_paper)).status_code == 422
    both = by_proxy("SK-3") | {"holder": HOLDER}
    assert (await counters.post(third, "collection", both)).status_code == 422


async def test_nobody_collects_for_many_even_at_two_counters_at_once(counters: Counters) -> None:
    accounts = [await counters.ready() for _ in range(PROXY_ACCOUNTS_MAX + 3)]
    answers = await asyncio.gather(
        *(
            counters.post(account_id, "collection", by_proxy(f"SK-{place}"))
            for place, account_id in enumerate(accounts)
        )
    )
    handed = [answer for answer in answers if answer.is_success]
    assert len(handed) == PROXY_ACCOUNTS_MAX
    for answer in answers:
        if not answer.is_success:
            assert refused(answer) == (409, "proxy-collects-for-many")
            assert answer.json()["retryable"] is False


async def test_passbooks_are_counted_by_whose_hands_they_passed_through(
    counters: Counters,
) -> None:
    await counters.ready()
    mine = await counters.ready()
    await counters.post(mine, "collection", HANDED)
    for place in range(2):
        theirs = await counters.ready()
        await counters.post(theirs, "collection", by_proxy(f"SK-{place}"), by=counters.second)
    used = await counters.ready(FAR_VILLAGE)
    await counters.post(used, "collection", HANDED | {"holder": HOLDER})
    await counters.post(used, "balance-inquiries", {"branch": "Oebobo"})

    everywhere = await counters.auditor.get("/passbooks/officers", params={"area": "53"})
    first, second = everywhere.json()["officers"]
    assert first["officer"].startswith("officer")
    assert (first["prepared"], first["in_hand"], first["handed_over"]) == (5, 1, 2)
    assert (first["prepared_by_same"], first["never_used"]) == (2, 1)
    assert (second["prepared"], second["handed_over"], second["to_proxies"]) == (0, 2, 2)
    assert (second["prepared_by_same"], second["to_proxies_never_used"]) == (0, 2)
    in_kupang = await counters.officer.get("/passbooks/officers", params=IN_KUPANG)
    assert in_kupang.json()["officers"][0]["never_used"] == 1

    page = {"area": "53", "limit": "1"}
    one = (await counters.auditor.get("/passbooks/officers", params=page)).json()
    page["after"] = one["next_after"]
    two = (await counters.auditor.get("/passbooks/officers", params=page)).json()
    assert [*one["officers"], *two["officers"]] == [first, second]

    (proxy,) = (await counters.auditor.get("/passbooks/proxies", params=IN_KUPANG)).json()[
        "proxies"
    ]
    assert (proxy["accounts"], proxy["never_used"], proxy["officers"]) == (2, 2, 1)
    for report, named in (("officers", first["officer"]), ("proxies", proxy["proxy"])):
        for form in ("csv", "xlsx"):
            asked = {"area": "53", "format": form}
            sheet = await counters.auditor.get(f"/passbooks/{report}/sheet", params=asked)
            assert sheet.status_code == 200
            assert form == "xlsx" or named in sheet.text
    province = counters.bank.client("province", area="53")
    answer = await province.get("/passbooks/officers", params={"area": "53"})
    assert answer.status_code == 403


async def test_an_office_of_another_area_touches_nothing(counters: Counters) -> None:
    account_id = await counters.ready()
    elsewhere = counters.bank.client("bank", area="53.01", name="officer of Kupang")
    for act, body in (
        ("passbook", {"branch": "Camplong"}),
        ("collection", HANDED),
        ("collection", HANDED | {"holder": HOLDER}),
        ("verification", HOLDER),
        ("activation", {"reason": "x"}),
        ("balance-inquiries", {"branch": "Camplong"}),
        ("unblocking", {"reason": "x"}),
        ("upgrade", {"product": "savings"}),
        ("closure", {"reason": "x"}),
    ):
        answer = await counters.post(account_id, act, body, by=elsewhere)
        assert refused(answer) == (403, "outside-area"), act
    answer = await elsewhere.post("/passbooks", json=VILLAGE, headers=key())
    assert refused(answer) == (403, "outside-area")
    for role in ("branch", "province", "auditor", "district"):
        answer = await counters.post(
            account_id, "collection", HANDED, by=counters.bank.client(role, area="53")
        )
        assert refused(answer) == (403, "role-not-allowed")


async def test_it_is_kept_when_where_and_to_whom_it_was_handed_over(counters: Counters) -> None:
    account_id = await counters.ready()
    counters.bank.clock.set(counters.bank.clock.now() + timedelta(days=3))
    await counters.post(account_id, "collection", HANDED)
    told = await counters.account(account_id)
    assert told["collected_at"].startswith("2025-07-10")
    assert told["prepared_at"].startswith("2025-07-07")
    assert (told["branch"], told["collected_by"]) == ("Kupang Utama", "holder")
