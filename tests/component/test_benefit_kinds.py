"""Every kind of decision is paid, to every kind of payee; a wrong report of a death is undone."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.banking import (
    AccountBlocked,
    AccountOpened,
    AccountUnblocked,
    PayoutOrdered,
    PayoutSettled,
)
from contracts.claims import (
    Benefit,
    BenefitLine,
    ClaimRejected,
    CompensationAwarded,
    LinesReleased,
    ScholarshipDecided,
)
from contracts.enrollment import WorkerAmended
from contracts.event import derived_id
from contracts.types import ClaimId, PartyId, WorkerId
from services.banking.rules.ledger import INSURER, account_of
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone
from tests.component.test_banking import balances, fill_insurer

FUNDS = 50_000_000


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    bank = await alone("banking")
    await fill_insurer(bank, FUNDS)
    return bank


def line(payee_id: UUID, benefit: Benefit = "funeral", amount: int = 1_000_000) -> BenefitLine:
    return BenefitLine(benefit=benefit, amount=amount, payee_id=PartyId(payee_id), line_id=new_id())


def approved(claim_id: UUID, worker_id: UUID, *lines: BenefitLine) -> Any:
    whole = heard.claim_approved(claim_id, worker_id, new_id())
    return whole.model_copy(update={"lines": lines})


def rejected(claim_id: UUID, worker_id: UUID, *, member_lives: bool = True) -> ClaimRejected:
    return ClaimRejected(
        **heard.stamp(), claim_id=ClaimId(claim_id), worker_id=WorkerId(worker_id),
        reason="the report was of a namesake", rejected_by="kepala", member_lives=member_lives,
    )  # fmt: skip


def papers_seen(worker_id: UUID) -> WorkerAmended:
    block = heard.sealed(heard.HeirIdentity(), subject=worker_id, kind="worker-identity")
    return WorkerAmended(
        **heard.stamp(), worker_id=WorkerId(worker_id), request_id=new_id(),
        fields=("punya_ktp",), village_before=heard.OEBOBO, village_code=heard.OEBOBO,
        has_ktp=True, has_kk=True, before=block, after=block, amended_by="petugas",
    )  # fmt: skip


async def blocked(bank: Alone, worker_id: UUID) -> bool:
    (row,) = await bank.rows(f"SELECT blocked_at FROM accounts WHERE holder_id = '{worker_id}'")
    return row["blocked_at"] is not None


async def test_four_kinds_of_decision_are_paid_once_each_under_the_line(bank: Alone) -> None:
    worker, claim_id = heard.worker_enrolled(), new_id()
    heir = heard.heir_registered(claim_id, worker.worker_id, account="open-here")
    payee = heir.party_id
    # The same benefit to the same payee three times: only the line tells them apart.
    lines = [line(payee, "lump-sum", 5_000_000), line(payee, "lump-sum", 4_000_000),
             line(payee, "late-compensation", 50_000), line(payee, "scholarship", 1_500_000),
             line(payee, "scholarship", 1_500_000)]  # fmt: skip
    about: dict[str, Any] = {"claim_id": ClaimId(claim_id), "worker_id": worker.worker_id}
    events = [
        approved(claim_id, worker.worker_id, lines[0]),
        LinesReleased(**heard.stamp(), **about, lines=(lines[1],), paid_months=("2025-08",)),
        CompensationAwarded(
            **heard.stamp(), **about, due_on=date(2025, 10, 20), paid_on=date(2025, 10, 21),
            days_late=1, base=5_000_000, arithmetic="1 % x 5.000.000", lines=(lines[2],),
        ),
        *(
            ScholarshipDecided(
                **heard.stamp(), **about, request_id=new_id(), child_id=PartyId(new_id()),
                lines=of_year, reason="the certificate was seen", decided_by="kepala",
            )
            for of_year in ((lines[3],), (lines[4],), ())
        ),
    ]  # fmt: skip
    await bank.hear(worker, heir, *events)
    for event in events:
        await bank.handle(event)
    ordered = await bank.recorded(PayoutOrdered)
    assert [each.line_id for each in ordered] == [each.line_id for each in lines]
    assert {each.payout_id for each in ordered} == {
        derived_id(each.line_id, "payout") for each in lines if each.line_id
    }
    settled = await bank.recorded(PayoutSettled)
    assert [(each.line_id, each.amount) for each in settled] == [
        (each.line_id, each.amount) for each in lines
    ]
    assert (await balances(bank))[account_of(payee)] == sum(each.amount for each in lines)
    assert (await bank.replay()).same


async def test_a_decision_without_lines_orders_nothing(bank: Alone) -> None:
    worker = heard.worker_enrolled()
    await bank.hear(worker, approved(new_id(), worker.worker_id))
    assert await bank.recorded(PayoutOrdered) == []
    assert await bank.rows("SELECT * FROM parked") == []


@pytest.mark.parametrize("role", ["guardian", "arranger", "fund"])
async def test_whoever_is_paid_and_is_no_heir_gets_an_account_too(bank: Alone, role: str) -> None:
    worker, claim_id = heard.worker_enrolled(), new_id()
    payee = heard.heir_registered(
        claim_id, worker.worker_id, account="open-here", role=role, heir_class=6
    )
    await bank.hear(worker, payee, approved(claim_id, worker.worker_id, line(payee.party_id)))
    assert payee.party_id in {each.holder_id for each in await bank.recorded(AccountOpened)}
    assert (await balances(bank))[account_of(payee.party_id)] == 1_000_000


async def test_a_member_who_lives_is_paid_onto_the_account_he_has(bank: Alone) -> None:
    worker, claim_id = heard.worker_enrolled(), new_id()
    filed = heard.claim_filed(worker.worker_id, claim_id).model_copy(
        update={"died_on": None, "kind": "work-accident", "happened_on": date(2025, 9, 9)}
    )
    member = heard.heir_registered(
        claim_id, worker.worker_id, account="open-here", role="member", heir_class=6
    )
    paid = line(member.party_id, "income-replacement", 3_000_000)
    await bank.hear(worker, filed, member, approved(claim_id, worker.worker_id, paid))
    assert await bank.recorded(AccountBlocked) == []
    (opened,) = await bank.recorded(AccountOpened)
    assert opened.holder_id == worker.worker_id
    (settled,) = await bank.recorded(PayoutSettled)
    assert settled.transfer.credit_account == opened.account_id
    branch = bank.client("bank", area="53")
    (shown,) = (await branch.get("/payouts", params={"claim": str(claim_id)})).json()["payouts"]
    assert shown["account"]["account_id"] == str(opened.account_id)
    assert (shown["payee_id"], shown["line_id"]) == (str(member.party_id), str(paid.line_id))
    assert (await bank.replay()).same


async def test_a_member_who_waits_for_his_account_is_paid_when_it_is_open(bank: Alone) -> None:
    worker, claim_id = heard.worker_enrolled(has_ktp=False), new_id()
    member = heard.heir_registered(
        claim_id, worker.worker_id, account="open-here", role="member", heir_class=6
    )
    await bank.hear(worker, member, approved(claim_id, worker.worker_id, line(member.party_id)))
    (ordered,) = await bank.recorded(PayoutOrdered)
    assert ordered.rail == "same-bank"
    assert await bank.recorded(PayoutSettled) == []
    await bank.hear(papers_seen(worker.worker_id))
    await bank.work("payouts")
    (settled,) = await bank.recorded(PayoutSettled)
    assert settled.transfer.credit_account == account_of(worker.worker_id)


async def test_a_member_who_names_another_bank_is_paid_there(bank: Alone) -> None:
    worker, claim_id = heard.worker_enrolled(), new_id()
    member = heard.heir_registered(claim_id, worker.worker_id, role="member", heir_class=6)
    await bank.hear(worker, member, approved(claim_id, worker.worker_id, line(member.party_id)))
    (ordered,) = await bank.recorded(PayoutOrdered)
    assert ordered.rail == "interbank"
    assert (await balances(bank))[INSURER] == FUNDS


async def test_a_wrong_report_blocks_nothing_any_more(bank: Alone) -> None:
    worker = heard.worker_enrolled()
    filed = heard.claim_filed(worker.worker_id)
    await bank.hear(worker, filed)
    wrong = rejected(filed.claim_id, worker.worker_id)
    bank.clock.set(datetime(2025, 10, 22, tzinfo=UTC))
    await bank.hear(wrong)
    await bank.handle(wrong)
    (unblocked,) = await bank.recorded(AccountUnblocked)
    assert (unblocked.unblocked_by, unblocked.reason) == (
        "kepala", "the member lives: claim rejected",
    )  # fmt: skip
    assert not await blocked(bank, worker.worker_id)
    await bank.hear(papers_seen(worker.worker_id))
    assert not await blocked(bank, worker.worker_id)
    assert (await bank.replay()).same


async def test_a_rejection_lifts_only_what_its_own_report_blocked(bank: Alone) -> None:
    worker = heard.worker_enrolled()
    first, second = heard.claim_filed(worker.worker_id), heard.claim_filed(worker.worker_id)
    await bank.hear(worker, first, second)
    await bank.hear(rejected(second.claim_id, worker.worker_id))
    await bank.hear(rejected(first.claim_id, worker.worker_id, member_lives=False))
    assert await bank.recorded(AccountUnblocked) == []
    assert await blocked(bank, worker.worker_id)


async def test_another_report_that_stands_blocks_again(bank: Alone) -> None:
    worker = heard.worker_enrolled()
    first, second = heard.claim_filed(worker.worker_id), heard.claim_filed(worker.worker_id)
    await bank.hear(worker, first, second)
    await bank.hear(rejected(first.claim_id, worker.worker_id))
    assert [each.claim_id for each in await bank.recorded(AccountBlocked)] == [
        first.claim_id, second.claim_id,
    ]  # fmt: skip
    assert await blocked(bank, worker.worker_id)
    await bank.hear(rejected(second.claim_id, worker.worker_id))
    assert not await blocked(bank, worker.worker_id)
    assert len(await bank.recorded(AccountUnblocked)) == 2
    assert (await bank.replay()).same
