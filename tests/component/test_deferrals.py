"""Accounts that wait for papers: opened when enrollment has them, or at the counter."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from contracts.banking import AccountBlocked, AccountDeferred, AccountOpened, PapersSeen
from contracts.enrollment import WorkerAmended, WorkerEnrolled
from services.banking.rules.ledger import account_of
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone, key

HERE, ELSEWHERE = "53.71.04.1001", "53.13.02.2003"


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    return await alone("banking")


def amended(worker: WorkerEnrolled, **changed: Any) -> WorkerAmended:
    values: dict[str, Any] = {
        "worker_id": worker.worker_id,
        "request_id": new_id(),
        "fields": ("ktp",),
        "village_code": worker.village_code,
        "has_ktp": worker.has_ktp,
        "has_kk": worker.has_kk,
        "before": worker.identity,
        "after": worker.identity,
        "amended_by": "petugas",
    }
    return WorkerAmended(**heard.stamp(), **values | changed)


async def bring(
    bank: Alone, worker_id: UUID, *papers: str, area: str = "53", name: str | None = None
) -> httpx.Response:
    staff = bank.client("bank", area=area, name=name)
    body = {"papers": papers, "branch": "KCP Oebobo"}
    return await staff.post(f"/deferrals/{worker_id}/papers", json=body, headers=key(name))


async def deferred(bank: Alone, **changed: Any) -> WorkerEnrolled:
    worker = heard.worker_enrolled(**{"has_ktp": False, "has_kk": False} | changed)
    await bank.hear(worker)
    return worker


async def test_papers_that_enrollment_has_later_open_the_account(bank: Alone) -> None:
    worker = await deferred(bank, has_ktp=True)
    fact = amended(worker, has_kk=True, village_code=ELSEWHERE)
    await bank.hear(fact)
    (opened,) = await bank.recorded(AccountOpened)
    assert (opened.holder_id, opened.causation_id) == (worker.worker_id, fact.event_id)
    assert (opened.product, opened.village_code) == ("basic", ELSEWHERE)
    assert opened.number is not None
    assert await bank.rows("SELECT * FROM deferrals") == []
    await bank.hear_again()
    await bank.handle(fact)
    await bank.hear(amended(worker, has_ktp=True, has_kk=True))
    assert len(await bank.recorded(AccountOpened)) == 1
    assert (await bank.replay()).same


async def test_one_of_two_papers_leaves_the_other_to_wait_for(bank: Alone) -> None:
    worker = await deferred(bank)
    await bank.hear(amended(worker, has_ktp=True))
    await bank.hear(amended(worker, has_ktp=True))
    missing = [each.missing for each in await bank.recorded(AccountDeferred)]
    assert missing == [("ktp", "kk"), ("kk",)]
    assert await bank.recorded(AccountOpened) == []


async def test_an_amendment_of_somebody_unknown_or_with_an_account_changes_nothing(
    bank: Alone,
) -> None:
    unknown, known = heard.worker_enrolled(), heard.worker_enrolled()
    await bank.hear(known)
    before = await bank.rows("SELECT count(*) FROM event_log")
    await bank.hear(amended(unknown), amended(known))
    assert await bank.rows("SELECT count(*) FROM event_log") == before
    await bank.hear(unknown)
    assert len(await bank.recorded(AccountOpened)) == 2


async def test_papers_at_the_counter_open_the_account(bank: Alone) -> None:
    worker = await deferred(bank)
    some = await bring(bank, worker.worker_id, "kk", name="teller.ina")
    assert (some.status_code, some.json()) == (
        200,
        {
            "worker_id": str(worker.worker_id),
            "account_id": None,
            "number_masked": None,
            "missing": ["ktp"],
        },
    )
    rest = (await bring(bank, worker.worker_id, "ktp")).json()
    (opened,) = await bank.recorded(AccountOpened)
    assert (rest["account_id"], rest["missing"]) == (str(opened.account_id), [])
    assert rest["number_masked"] == opened.number_masked == "0130********0001"
    assert opened.village_code == HERE
    first, second = await bank.recorded(PapersSeen)
    assert (first.papers, second.papers, first.branch) == (("kk",), ("ktp",), "KCP Oebobo")
    assert first.seen_by.startswith("teller.ina")
    again = await bring(bank, worker.worker_id, "ktp")
    assert (again.status_code, again.json()["slug"]) == (409, "account-not-deferred")
    assert (await bank.replay()).same


async def test_papers_for_a_closed_account_are_not_told_that_it_is_open(bank: Alone) -> None:
    worker = heard.worker_enrolled()
    await bank.hear(worker)
    path, why = f"/accounts/{account_of(worker.worker_id)}/closure", {"reason": "letter of 3 July"}
    closed = await bank.client("bank", area="53").post(path, json=why, headers=key())
    assert closed.status_code == 200, closed.text
    refused = (await bring(bank, worker.worker_id, "ktp")).json()
    assert (refused["slug"], "is open" in refused["detail"]) == ("account-closed", False)


async def test_what_a_branch_saw_and_what_enrollment_has_count_together(bank: Alone) -> None:
    worker = await deferred(bank)
    await bring(bank, worker.worker_id, "kk")
    await bank.hear(amended(worker, has_ktp=True, has_kk=False))
    assert len(await bank.recorded(AccountOpened)) == 1


async def test_counter_and_event_at_once_open_one_account(bank: Alone) -> None:
    worker = await deferred(bank, has_ktp=True)
    *answers, _ = await asyncio.gather(
        *(bring(bank, worker.worker_id, "kk") for _ in range(4)),
        bank.hear(amended(worker, has_kk=True)),
    )
    assert len(await bank.recorded(AccountOpened)) == 1
    assert {getattr(each, "status_code", None) for each in answers} <= {200, 409}
    assert (await bank.rows("SELECT given FROM number_counts"))[0]["given"] == 1


async def test_an_account_that_is_opened_after_the_death_is_blocked_at_once(bank: Alone) -> None:
    worker = await deferred(bank, has_ktp=True)
    filed = heard.claim_filed(worker.worker_id)
    await bank.hear(filed)
    assert await bank.recorded(AccountBlocked) == []
    await bring(bank, worker.worker_id, "kk")
    (blocked,) = await bank.recorded(AccountBlocked)
    assert blocked.claim_id == filed.claim_id


@pytest.mark.parametrize(
    ("papers", "status", "slug"),
    [(("ktp",), 409, "papers-not-asked"), ((), 422, "field-invalid"), (("sim",), 422, None)],
)
async def test_papers_that_help_nothing_are_refused(
    bank: Alone, papers: tuple[str, ...], status: int, slug: str | None
) -> None:
    worker = await deferred(bank, has_ktp=True)
    answer = await bring(bank, worker.worker_id, *papers)
    assert answer.status_code == status
    assert slug is None or answer.json()["slug"] == slug
    assert await bank.recorded(PapersSeen) == []


async def test_a_branch_of_another_area_and_other_roles_are_refused(bank: Alone) -> None:
    worker = await deferred(bank)
    outside = await bring(bank, worker.worker_id, "kk", area="53.13")
    assert (outside.status_code, outside.json()["slug"]) == (403, "outside-area")
    unknown = await bring(bank, new_id(), "kk")
    assert (unknown.status_code, unknown.json()["slug"]) == (404, "member-unknown")
    province = bank.client("province", area="53")
    body = {"papers": ["kk"], "branch": "x"}
    path = f"/deferrals/{worker.worker_id}/papers"
    assert (await province.post(path, json=body, headers=key())).status_code == 403


async def test_who_waits_is_listed_by_village_in_pages_and_as_a_file(bank: Alone) -> None:
    here = [await deferred(bank) for _ in range(3)]
    there = await deferred(bank, village_code=ELSEWHERE, has_ktp=True)
    await bank.hear(heard.worker_enrolled())
    auditor = bank.client("auditor", area="53")
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = await auditor.get("/deferrals", params={"area": "53", "limit": "2"} | after)
        found += page.json()["deferrals"]
        if page.json()["next_after"] is None:
            break
        after = {"after": page.json()["next_after"]}
    assert [each["village_code"] for each in found] == [ELSEWHERE, HERE, HERE, HERE]
    assert {each["worker_id"] for each in found[1:]} == {str(each.worker_id) for each in here}
    assert (found[0]["worker_id"], found[0]["missing"]) == (str(there.worker_id), ["kk"])
    city = (await auditor.get("/deferrals", params={"area": "53.71", "missing": "ktp"})).json()
    assert len(city["deferrals"]) == 3
    sheet = await auditor.get("/deferrals/sheet", params={"area": "53", "format": "csv"})
    assert len(sheet.text.strip().splitlines()) == 5
    assert "ktp kk" in sheet.text
    book = await auditor.get("/deferrals/sheet", params={"area": "53", "format": "xlsx"})
    assert book.content.startswith(b"PK")


@pytest.mark.parametrize(
    ("role", "area", "status"),
    [("bank", "53", 200), ("province", "53", 200), ("auditor", "53", 200),
     ("auditor", "53.71", 403),
     ("branch", "53", 403), ("district", "53", 403)],
)  # fmt: skip
async def test_only_bank_province_and_auditor_see_who_waits(
    bank: Alone, role: str, area: str, status: int
) -> None:
    caller = bank.client(role, area=area)
    assert (await caller.get("/deferrals", params={"area": "53"})).status_code == status


async def test_an_heir_lives_where_the_member_did_and_has_a_savings_account(bank: Alone) -> None:
    worker = heard.worker_enrolled(village_code=ELSEWHERE)
    known = heard.heir_registered(new_id(), worker.worker_id, account="open-here")
    unknown = heard.heir_registered(new_id(), new_id(), account="open-here")
    await bank.hear(worker)
    await bank.hear(known, unknown)
    opened = {each.holder_id: each for each in await bank.recorded(AccountOpened)}
    assert (opened[known.party_id].product, opened[known.party_id].village_code) == (
        "savings",
        ELSEWHERE,
    )
    assert opened[unknown.party_id].village_code is None
    assert len({each.number for each in opened.values()}) == 3
