"""Payouts that stand still: seen in the queue, resumed, ended by two officers, sent anew."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from chassis.state.tables import insert_rows
from chassis.state.unit import EVERYWHERE
from contracts.banking import (
    OutcomeProposed,
    PayoutFailed,
    PayoutOrdered,
    PayoutResumed,
    PayoutSettled,
    PayoutStopped,
)
from services.banking.models import StatementLine
from tests import bank_events as heard
from tests.alone import Alone, key
from tests.component.bank_neighbors import (
    ARRIVED,
    BENEFIT,
    IMPATIENT,
    RETURNED,
    SET_ASIDE,
    approve,
    check_books,
    finish,
    give_key,
    money,
    way_out,
)
from tests.component.odd_fixtures import bank, holder, odd, payout_id
from tests.component.odd_rail import OddRail, Question, answer_of

__all__ = ["bank", "holder", "odd", "payout_id"]
FEW = IMPATIENT._replace(tries_max=2)
PROPOSAL = {"outcome": "arrived", "evidence": "letter BCA 2025/114"}


async def asked(
    bank: Alone, payout_id: UUID, what: str, body: dict[str, Any] | None = None, name: str = "anna"
) -> httpx.Response:
    client = bank.client("bank", area="53", name=name)
    return await client.post(f"/payouts/{payout_id}/{what}", json=body, headers=key())


async def queue(bank: Alone) -> dict[str, Any]:
    answer = await bank.client("bank", area="53").get("/payouts/queue")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
async def unknown(bank: Alone, odd: OddRail, payout_id: UUID) -> UUID:
    """A payout that the rail moved and never says so."""

    async def silent(question: Question) -> bytes:
        odd.honest(question)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    odd.behave |= {"transfer": silent, "status": silent}
    assert await finish(bank, FEW) == "submitted"
    return payout_id


async def test_an_unknown_outcome_ends_in_the_queue(bank: Alone, unknown: UUID) -> None:
    (stopped,) = await bank.recorded(PayoutStopped)
    assert (stopped.payout_id, stopped.reason) == (unknown, "outcome-unknown")
    told = await queue(bank)
    assert told["rail"] == "closed"
    assert told["stopped"] == [
        {"stopped_reason": "outcome-unknown", "payouts": 1, "amount": BENEFIT}
    ]
    assert [each["payout_id"] for each in told["payouts"]] == [str(unknown)]
    assert await way_out(bank).step() is False
    assert await money(bank) == SET_ASIDE
    await check_books(bank)


async def test_a_resumed_one_is_asked_for_and_not_sent_again(
    bank: Alone, odd: OddRail, unknown: UUID
) -> None:
    odd.behave.clear()
    odd.asked.clear()
    answer = await asked(bank, unknown, "resume", {"reason": "the other bank is back"})
    assert (answer.status_code, answer.json()["stopped_reason"]) == (200, None)
    assert await finish(bank) == "settled"
    assert odd.asked == [("status", unknown.hex)]
    assert await money(bank) == ARRIVED
    assert len(await bank.recorded(PayoutResumed)) == 1
    assert (await queue(bank))["payouts"] == []
    await check_books(bank)


async def test_one_that_stops_again_after_it_was_resumed_is_a_persons_again(
    bank: Alone, unknown: UUID
) -> None:
    await asked(bank, unknown, "resume", {"reason": "perhaps"})
    assert await finish(bank, FEW) == "submitted"
    assert len(await bank.recorded(PayoutStopped)) == 2
    await check_books(bank)


@pytest.mark.parametrize(
    ("outcome", "state", "money_then"),
    [("arrived", "settled", ARRIVED), ("not-arrived", "failed", RETURNED)],
)
async def test_two_officers_end_it_by_the_other_banks_paper(
    bank: Alone, unknown: UUID, outcome: str, state: str, money_then: tuple[int, int, int]
) -> None:
    proposal = PROPOSAL | {"outcome": outcome}
    first = await asked(bank, unknown, "outcome", proposal)
    assert (first.status_code, first.json()["state"]) == (200, "submitted")
    assert await money(bank) == SET_ASIDE
    confirmed = {"outcome": outcome}
    own = await asked(bank, unknown, "outcome/confirmation", confirmed)
    assert (own.status_code, own.json()["slug"]) == (403, "maker-is-checker")
    second = await asked(bank, unknown, "outcome/confirmation", confirmed, name="budi")
    assert (second.status_code, second.json()["state"]) == (200, state)
    assert await money(bank) == money_then
    (proposed,) = await bank.recorded(OutcomeProposed)
    settled, failed = await bank.recorded(PayoutSettled), await bank.recorded(PayoutFailed)
    by = [each.confirmed_by for each in settled] + [each.confirmed_by for each in failed]
    assert [name.split()[0] for name in by if name] == ["budi"]
    assert proposed.evidence == PROPOSAL["evidence"]
    again = await asked(bank, unknown, "outcome/confirmation", confirmed, name="budi")
    assert (again.status_code, again.json()["slug"]) == (409, "outcome-not-in-question")
    await check_books(bank)


async def test_only_what_was_proposed_is_confirmed(bank: Alone, unknown: UUID) -> None:
    for proposed in (None, PROPOSAL):
        if proposed:
            await asked(bank, unknown, "outcome", proposed)
        other = {"outcome": "not-arrived"}
        answer = await asked(bank, unknown, "outcome/confirmation", other, name="budi")
        assert (answer.status_code, answer.json()["slug"]) == (409, "outcome-not-proposed")
    assert await money(bank) == SET_ASIDE


@pytest.mark.parametrize(
    ("what", "body", "slug"),
    [
        ("resume", {"reason": "x"}, "payout-not-stopped"),
        ("outcome", PROPOSAL, "outcome-not-in-question"),
        ("outcome/confirmation", {"outcome": "arrived"}, "outcome-not-in-question"),
        ("reissue", None, "payout-not-failed"),
    ],
)
async def test_what_goes_its_way_is_left_alone(
    bank: Alone, payout_id: UUID, what: str, body: dict[str, Any] | None, slug: str
) -> None:
    answer = await asked(bank, payout_id, what, body)
    assert (answer.status_code, answer.json()["slug"]) == (409, slug)
    unknown = await asked(bank, new_id(), what, body)
    assert (unknown.status_code, unknown.json()["slug"]) == (404, "payout-unknown")
    foreign = bank.client("bank", area="53.72")
    path = f"/payouts/{payout_id}/{what}"
    outside = await foreign.post(path, json=body, headers=key())
    assert (outside.status_code, outside.json()["slug"]) == (403, "outside-area")


async def test_an_unknown_one_is_never_sent_anew(bank: Alone, unknown: UUID) -> None:
    answer = await asked(bank, unknown, "reissue")
    assert (answer.status_code, answer.json()["slug"]) == (409, "payout-not-failed")
    assert len(await bank.recorded(PayoutOrdered)) == 1


async def test_a_failed_one_is_sent_anew_once_under_another_reference(
    bank: Alone, holder: Alone, odd: OddRail
) -> None:
    heir = heard.heir_registered(new_id(), new_id())
    await give_key(holder, heir.party_id)
    payout_id = await approve(bank, heir)
    odd.behave["inquiry"] = odd.with_code("4041611")
    assert await finish(bank) == "failed"
    odd.behave.clear()
    corrected = heard.heir_registered(
        heir.claim_id,
        heir.worker_id,
        heard.HeirIdentity(account_number="0356789013"),
        party_id=heir.party_id,
    )
    await bank.hear(corrected)
    answer = await asked(bank, payout_id, "reissue")
    fresh = answer.json()
    assert (answer.status_code, fresh["rail"], fresh["state"]) == (201, "interbank", "ordered")
    again = await asked(bank, payout_id, "reissue")
    assert (again.status_code, again.json()["slug"]) == (409, "payout-already-reissued")
    await way_out(bank).step()
    assert odd.moved == {UUID(fresh["payout_id"]).hex: BENEFIT}
    (settled,) = await bank.recorded(PayoutSettled)
    assert (settled.payout_id, settled.benefit) == (UUID(fresh["payout_id"]), "lump-sum")
    first, second = await bank.recorded(PayoutOrdered)
    assert (second.replaces, second.payee_id) == (first.payout_id, heir.party_id)
    assert await money(bank) == ARRIVED
    await check_books(bank)


async def test_a_failed_one_goes_to_the_account_that_the_payee_has_by_now(
    bank: Alone, holder: Alone, odd: OddRail
) -> None:
    heir = heard.heir_registered(new_id(), new_id())
    await give_key(holder, heir.party_id)
    payout_id = await approve(bank, heir)
    odd.behave["inquiry"] = odd.with_code("4031618")
    assert await finish(bank) == "failed"
    here = heard.heir_registered(
        heir.claim_id, heir.worker_id, party_id=heir.party_id, account="open-here"
    )
    await bank.hear(here)
    fresh = (await asked(bank, payout_id, "reissue")).json()
    assert (fresh["rail"], fresh["state"]) == ("same-bank", "settled")
    assert odd.moved == {}
    await check_books(bank)


async def test_an_amount_that_differs_stops_the_payout_for_good(
    bank: Alone, odd: OddRail, payout_id: UUID
) -> None:
    async def more(question: Question) -> bytes:
        fields = odd.honest(question)
        odd.moved[question.reference] = 2 * BENEFIT
        fields["amount"] = {"value": f"{2 * BENEFIT}.00", "currency": "IDR"}
        return answer_of(fields)

    odd.behave["transfer"] = more
    assert await finish(bank) == "submitted"
    (stopped,) = await bank.recorded(PayoutStopped)
    assert (stopped.reason, await money(bank)) == ("amount-differs", SET_ASIDE)
    assert "40,000,000" in stopped.words
    answer = await asked(bank, payout_id, "resume", {"reason": "go on"})
    assert (answer.status_code, answer.json()["slug"]) == (409, "payout-still-stopped")
    assert await way_out(bank).step() is False
    assert [service for service, _ in odd.asked].count("transfer") == 1
    await asked(bank, payout_id, "outcome", PROPOSAL)
    await asked(bank, payout_id, "outcome/confirmation", {"outcome": "arrived"}, name="budi")
    assert await money(bank) == ARRIVED
    await check_books(bank)


async def test_a_refusal_that_the_rails_book_does_not_know_of_is_no_failure(
    bank: Alone, odd: OddRail, payout_id: UUID
) -> None:
    """It says 403 and moves the money all the same."""

    async def lies(question: Question) -> bytes:
        odd.order(question)
        return answer_of({"responseCode": "4031814", "responseMessage": "Insufficient Funds"})

    odd.behave["transfer"] = lies
    await way_out(bank).step()
    assert await money(bank) == SET_ASIDE
    assert await finish(bank) == "settled"
    assert odd.moved == {payout_id.hex: BENEFIT}


async def test_a_failure_told_once_and_then_taken_back_is_none(
    bank: Alone, odd: OddRail, payout_id: UUID
) -> None:
    said = iter(("06", "00"))

    async def lost(question: Question) -> None:
        odd.order(question)
        question.writer.transport.abort()

    async def flips(question: Question) -> bytes:
        return answer_of(odd.told(question.reference, next(said, "00")))

    odd.behave |= {"transfer": lost, "status": flips}
    assert await finish(bank) == "settled"
    assert await bank.recorded(PayoutFailed) == []
    assert (odd.moved, await money(bank)) == ({payout_id.hex: BENEFIT}, ARRIVED)


async def test_words_of_the_rail_that_no_event_may_hold_stop_nothing(
    bank: Alone, odd: OddRail, payout_id: UUID
) -> None:
    async def refuses(_question: Question) -> bytes:
        fields = {"responseCode": "4041611", "responseMessage": "no\n\x00 such 0356789012" * 20}
        return answer_of(fields)

    odd.behave["inquiry"] = refuses
    assert await finish(bank) == "failed"
    (failed,) = await bank.recorded(PayoutFailed)
    assert failed.payout_id == payout_id
    assert "0356789012" not in failed.reason
    assert await money(bank) == RETURNED


async def test_what_a_statement_of_the_rail_moved_is_not_given_back(
    bank: Alone, unknown: UUID
) -> None:
    line = {
        "statement_id": new_id(),
        "line": 1,
        "day": date(2025, 7, 7),
        "payout_id": unknown,
        "rail_reference": "RAIL1",
        "amount": BENEFIT,
    }
    async with bank.units.bulk(area=EVERYWHERE) as unit:
        await insert_rows(unit.session, StatementLine, [line])
    outcome = {"outcome": "not-arrived"}
    await asked(bank, unknown, "outcome", PROPOSAL | outcome)
    refused = await asked(bank, unknown, "outcome/confirmation", outcome, name="budi")
    assert (refused.status_code, refused.json()["slug"]) == (409, "moved-by-the-rail")
    assert await money(bank) == SET_ASIDE
    await check_books(bank)
