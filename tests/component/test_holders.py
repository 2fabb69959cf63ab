"""Who appears at a counter is compared with what enrollment or claims have sealed, and screened."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.sealing import open_sealed
from chassis.state.unit import EVERYWHERE
from chassis.subject_keys import delete_keys, keys_of
from contracts.banking import AccountActivated, HolderVerified, PassbookCollected
from contracts.claims import SubjectKeyRead as HeirKeyRead
from contracts.enrollment import SubjectKeyRead as MemberKeyRead
from services.banking.adapters.holders import HolderIdentity
from tests import bank_events as heard
from tests.alone import MakeAlone
from tests.component.counter_office import (
    FAR_VILLAGE,
    HANDED,
    HOLDER,
    NAME,
    NIK,
    Counters,
    ScreeningList,
    counters,
    counters_at,
    refused,
)
from tests.tokens import Issuer

__all__ = ["counters"]

OTHER_NAME = HOLDER | {"name": "Marselina Nduna"}
OTHER_NIK = HOLDER | {"nik": "5371044107700002"}
REASON = {"reason": "KTP renewed after marriage, letter seen"}


@pytest.mark.parametrize("holder", ["member", "heir"])
async def test_the_holder_in_person_opens_the_account_and_the_reading_is_on_record(
    counters: Counters, holder: str
) -> None:
    account_id = await counters.ready(holder=holder)
    written = {"name": "  MARSELINA   ndun", "nik": NIK}
    answer = await counters.post(account_id, "collection", HANDED | {"holder": written}, name="a")
    told = answer.json()
    assert (answer.status_code, told["state"]) == (200, "active")
    found = told["verification"]
    assert (found["level"], found["screening"]) == ("full", "not-screened")
    assert (found["name_matches"], found["nik_matches"]) == (True, True)
    assert not found["second_officer_needed"]
    again = await counters.post(account_id, "collection", HANDED | {"holder": written}, name="a")
    assert again.json() == told
    kept_by, event = (
        (counters.enrollment, MemberKeyRead)
        if holder == "member"
        else (counters.claims, HeirKeyRead)
    )
    readings: list[Any] = await kept_by.recorded(event)
    (reading,) = readings
    assert (reading.read_by, reading.role) == ("banking", "bank")
    assert "compared at the counter by officer" in reading.reason
    assert (await counters.bank.replay()).same


async def test_the_banks_own_copy_opens_with_its_own_key_and_names_nobody_in_clear(
    counters: Counters,
) -> None:
    account_id = await counters.active()
    assert (await counters.post(account_id, "verification", HOLDER)).is_success
    first, second = await counters.bank.recorded(HolderVerified)
    tools = counters.bank.running.tools
    async with counters.bank.units.reading(area=EVERYWHERE) as session:
        wrapped = (await keys_of(session, [first.holder_id]))[first.holder_id]
    for event in (first, second):
        assert tools.holders.open(event.identity, wrapped) == HolderIdentity(name=NAME, nik=NIK)
        with pytest.raises(ValueError, match="does not open"):
            open_sealed(event.identity, heard.KEY, HolderIdentity)
        assert NAME not in event.model_dump_json()
    assert len(await counters.bank.recorded(AccountActivated)) == 1
    stored = await counters.bank.rows("SELECT answer FROM idempotency_key")
    assert not [
        row for row in stored if NAME.encode() in row["answer"] or NIK.encode() in row["answer"]
    ]


@pytest.mark.parametrize("shown", [OTHER_NAME, OTHER_NIK])
async def test_a_difference_waits_for_a_second_officer_with_a_reason(
    counters: Counters, shown: dict[str, str]
) -> None:
    account_id = await counters.collected()
    told = (await counters.post(account_id, "verification", shown)).json()
    assert (told["state"], told["level"]) == ("collected", "simplified")
    assert told["second_officer_needed"]
    assert (told["name_matches"], told["nik_matches"]) == (shown is OTHER_NIK, shown is OTHER_NAME)
    own = await counters.post(account_id, "activation", REASON)
    assert refused(own) == (403, "maker-is-checker")
    for reason in ("", " \n"):
        blank = await counters.post(
            account_id, "activation", {"reason": reason}, by=counters.second
        )
        assert blank.status_code == 422
    cleared = await counters.post(account_id, "activation", REASON, by=counters.second)
    assert (cleared.status_code, cleared.json()["state"]) == (200, "active")
    (activated,) = await counters.bank.recorded(AccountActivated)
    assert activated.reason == REASON["reason"]
    assert activated.activated_by.startswith("second officer")
    twice = await counters.post(account_id, "activation", REASON, by=counters.second)
    assert refused(twice) == (409, "account-active")
    assert (await counters.bank.replay()).same


async def test_a_second_look_at_the_right_papers_needs_no_second_officer(
    counters: Counters,
) -> None:
    account_id = await counters.collected(holder=OTHER_NAME)
    told = (await counters.post(account_id, "verification", HOLDER)).json()
    assert (told["state"], told["level"]) == ("active", "full")


async def test_nobody_is_verified_or_activated_before_the_passbook_is_collected(
    counters: Counters,
) -> None:
    account_id = await counters.ready()
    early = await counters.post(account_id, "verification", HOLDER)
    assert refused(early) == (409, "passbook-not-collected")
    early = await counters.post(account_id, "activation", REASON)
    assert refused(early) == (409, "passbook-not-collected")
    assert not await counters.enrollment.recorded(MemberKeyRead)
    await counters.post(account_id, "collection", HANDED)
    unseen = await counters.post(account_id, "activation", REASON, by=counters.second)
    assert refused(unseen) == (409, "holder-not-verified")
    await counters.block(account_id)
    for act, body in (("verification", HOLDER), ("activation", REASON)):
        assert refused(await counters.post(account_id, act, body)) == (409, "account-blocked")


async def test_while_nobody_gives_keys_nothing_is_handed_over(
    alone: MakeAlone, issuer: Issuer, tmp_path: Path
) -> None:
    async with counters_at(alone, issuer, tmp_path) as counters:
        account_id = await counters.ready()
        body = HANDED | {"holder": HOLDER}
        token = (tmp_path / "bank.token").read_text()
        (tmp_path / "bank.token").write_text(issuer.token(role="province", area="53", name="x"))
        answer = await counters.post(account_id, "collection", body, name="one")
        assert refused(answer) == (503, "holder-keys-unavailable")
        assert answer.json()["retryable"] is True
        assert not await counters.bank.recorded(PassbookCollected)
        (tmp_path / "bank.token").write_text(token)
        answer = await counters.post(account_id, "collection", body, name="one")
        assert answer.json()["state"] == "active"


async def test_who_was_erased_or_is_sealed_under_another_key_is_compared_with_nobody(
    counters: Counters,
) -> None:
    account_id = await counters.collected()
    holder_id = UUID((await counters.account(account_id))["holder_id"])
    async with counters.enrollment.units.single(area=EVERYWHERE) as unit:
        await delete_keys(unit.session, [holder_id])
    answer = await counters.post(account_id, "verification", HOLDER)
    assert refused(answer) == (409, "record-unreadable")
    assert not await counters.bank.recorded(HolderVerified)


async def test_a_hit_stands_until_a_second_officer_answers_for_it(
    alone: MakeAlone, issuer: Issuer, tmp_path: Path
) -> None:
    asked_list = ScreeningList(b'{"result": "hit", "reference": "DTTOT 17"}')
    async with (
        asked_list.serving() as url,
        counters_at(alone, issuer, tmp_path, screening_url=url) as counters,
    ):
        account_id = await counters.ready()
        body = HANDED | {"holder": HOLDER | {"born_on": "1970-07-01"}}
        told = (await counters.post(account_id, "collection", body, name="hit")).json()
        assert (told["state"], told["verification"]["screening"]) == ("collected", "hit")
        assert asked_list.asked == [{"name": NAME, "born_on": "1970-07-01"}]
        assert (await counters.post(account_id, "collection", body, name="hit")).json() == told
        assert len(asked_list.asked) == 1
        (verified,) = await counters.bank.recorded(HolderVerified)
        assert (verified.screening, verified.screening_reference) == ("hit", "DTTOT 17")
        assert refused(await counters.post(account_id, "activation", REASON)) == (
            403, "maker-is-checker",
        )  # fmt: skip
        cleared = await counters.post(account_id, "activation", REASON, by=counters.second)
        assert cleared.json()["state"] == "active"
        assert (await counters.account(account_id))["screening_reference"] == "DTTOT 17"


@pytest.mark.parametrize(
    ("status", "answer"),
    [(500, b""), (200, b"<html>"), (200, b'{"result": "maybe"}'), (302, b'{"result": "clear"}')],
)
async def test_a_list_that_gives_no_clear_answer_changes_nothing(
    alone: MakeAlone, issuer: Issuer, tmp_path: Path, status: int, answer: bytes
) -> None:
    asked_list = ScreeningList(answer, status)
    async with (
        asked_list.serving() as url,
        counters_at(alone, issuer, tmp_path, screening_url=url) as counters,
    ):
        account_id = await counters.ready()
        body = HANDED | {"holder": HOLDER}
        first = await counters.post(account_id, "collection", body, name="same")
        assert refused(first) == (503, "screening-unavailable")
        assert first.json()["retryable"] is True
        assert not await counters.bank.recorded(PassbookCollected)
        asked_list.status, asked_list.answer = 200, b'{"result": "clear", "more": 1}'
        told = (await counters.post(account_id, "collection", body, name="same")).json()
        assert (told["state"], told["verification"]["screening"]) == ("active", "clear")


async def test_a_list_that_cannot_be_reached_changes_nothing(
    alone: MakeAlone, issuer: Issuer, tmp_path: Path
) -> None:
    nowhere = "http://127.0.0.1:9/screen"
    async with counters_at(alone, issuer, tmp_path, screening_url=nowhere) as counters:
        account_id = await counters.ready()
        answer = await counters.post(account_id, "collection", HANDED | {"holder": HOLDER})
        assert refused(answer) == (503, "screening-unavailable")
        assert (await counters.account(account_id))["state"] == "ready"


async def test_others_learn_number_match_and_state_and_never_a_balance(counters: Counters) -> None:
    account_id = await counters.collected(holder=OTHER_NAME)
    holder_id = (await counters.account(account_id))["holder_id"]
    deferred = heard.worker_enrolled(has_kk=False, has_ktp=False)
    await counters.bank.hear(deferred)
    for role in ("bank", "branch", "district", "checker", "approver", "province", "auditor"):
        caller = counters.bank.client(role, area="53.71")
        told = (await caller.get(f"/holders/{holder_id}")).json()
        assert told == {
            "holder_id": holder_id,
            "account_id": str(account_id),
            "number_masked": "0000*****0000",
            "state": "collected",
            "missing": [],
            "holder_matches": False,
        }
        waits = (await caller.get(f"/holders/{deferred.worker_id}")).json()
        assert (waits["account_id"], waits["state"]) == (None, None)
        assert sorted(waits["missing"]) == ["kk", "ktp"]
        outside = counters.bank.client(role, area="53.01")
        assert refused(await outside.get(f"/holders/{holder_id}")) == (403, "outside-area")
        assert refused(await outside.get(f"/holders/{deferred.worker_id}")) == (
            403, "outside-area",
        )  # fmt: skip
        assert refused(await caller.get(f"/holders/{new_id()}")) == (404, "holder-unknown")
    village = counters.bank.client("village", area="53.71")
    assert refused(await village.get(f"/holders/{holder_id}")) == (403, "role-not-allowed")
    far = (await counters.account(await counters.open(FAR_VILLAGE)))["holder_id"]
    fresh = (await counters.auditor.get(f"/holders/{far}")).json()
    assert (fresh["state"], fresh["holder_matches"]) == ("opened", None)
