"""Many payouts through a rail that misbehaves on purpose: none is paid twice, none is settled that
did not move, none has failed that moved."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from chassis.subject_keys import keep_keys
from services.banking.adapters.breaker import Breaker
from services.banking.rules.submissions import Patience
from tests import bank_events as heard
from tests.alone import Alone
from tests.component.bank_neighbors import CAPITAL, check_books, money, way_out
from tests.component.odd_fixtures import bank, holder, odd, payout_id
from tests.component.odd_rail import OddRail, Question, answer, answer_of, bomb, drip, reset

__all__ = ["bank", "holder", "odd", "payout_id"]
PAYOUTS = 60
EACH = 100_000
STEPS_MAX = 60
PATIENCE = Patience(
    lease_s=3.0, dialog_s=2.5, tries_max=6, back_off_first_s=0.02, back_off_max_s=0.1,
    put_off_s=0.05,
)  # fmt: skip
Say = Callable[[OddRail, Question], Awaitable[bytes | None]]


async def moves_then_resets(rail: OddRail, question: Question) -> None:
    if question.service == "transfer":
        rail.order(question)
    await reset(question)


async def moves_then_drips(rail: OddRail, question: Question) -> None:
    if question.service == "transfer":
        rail.order(question)
    await drip(question)


async def moves_and_errs(rail: OddRail, question: Question) -> bytes:
    fields = rail.honest(question)
    return answer(500, fields)


async def of_another(rail: OddRail, question: Question) -> bytes:
    fields = rail.honest(question)
    other = {"partnerReferenceNo": UUID(int=1).hex, "originalPartnerReferenceNo": UUID(int=1).hex}
    return answer_of(fields | other)


async def of_another_service(_rail: OddRail, _question: Question) -> bytes:
    return answer(200, {"responseCode": "2001600", "responseMessage": "Successful"})


async def refuses_and_moves(rail: OddRail, question: Question) -> bytes:
    if question.service == "transfer":
        rail.order(question)
        return answer_of({"responseCode": "4031814", "responseMessage": "Insufficient"})
    return answer_of(rail.honest(question))


async def refuses(rail: OddRail, question: Question) -> bytes:
    if question.service == "transfer" and question.reference not in rail.moved:
        return answer_of({"responseCode": "4031818", "responseMessage": "Closed"})
    return answer_of(rail.honest(question))


async def unpacks_large(rail: OddRail, question: Question) -> bytes:
    return bomb(rail.honest(question))


async def no_object(rail: OddRail, question: Question) -> bytes:
    rail.honest(question)
    return answer(200, b'["2001800"]')


async def conflict(rail: OddRail, question: Question) -> bytes:
    if question.service == "transfer":
        return answer_of({"responseCode": "4091801", "responseMessage": "Duplicate"})
    return answer_of(rail.honest(question))


ODD: tuple[Say, ...] = (
    moves_then_resets, moves_then_drips, moves_and_errs, of_another, refuses_and_moves, refuses,
    of_another_service, unpacks_large, no_object, conflict,
)  # fmt: skip


async def ordered(bank: Alone, holder: Alone) -> None:
    """Many benefits to many heirs, in one poll."""
    wrap = holder.running.tools.identities.wrap
    heirs = [heard.heir_registered(new_id(), new_id()) for _ in range(PAYOUTS)]
    keys: dict[UUID, bytes] = {heir.party_id: wrap.wrap(heir.party_id, heard.KEY) for heir in heirs}
    async with holder.units.single(area=EVERYWHERE) as unit:
        await keep_keys(unit.session, keys, at=unit.now)
    await bank.hear(*heirs)
    approvals = [
        heard.claim_approved(h.claim_id, h.worker_id, h.party_id, {"lump-sum": EACH}) for h in heirs
    ]
    await bank.hear(*approvals)


@pytest.mark.parametrize("seed", range(1))
async def test_a_rail_that_misbehaves_on_purpose_costs_nobody_anything(
    bank: Alone, holder: Alone, odd: OddRail, seed: int
) -> None:
    draw = random.Random(seed)

    async def behave(question: Question) -> bytes | None:
        if draw.random() < 0.6:
            return answer_of(odd.honest(question))
        return await draw.choice(ODD)(odd, question)

    odd.behave |= dict.fromkeys(("inquiry", "transfer", "status"), behave)
    bank.running.tools.rail.breaker = Breaker(failures_max=10, rest_s=0.05)
    await ordered(bank, holder)
    way = way_out(bank, PATIENCE)
    for _ in range(STEPS_MAX):
        await way.step()
        open_ = "state IN ('ordered', 'submitted') AND stopped_reason IS NULL"
        if not await bank.rows(f"SELECT 1 FROM payouts WHERE {open_}"):
            break
        await asyncio.sleep(0.05)
    found = await bank.rows("SELECT payout_id, state, stopped_reason FROM payouts")
    by_state: dict[str, set[str]] = {}
    for row in found:
        state = row["stopped_reason"] or row["state"]
        by_state.setdefault(state, set()).add(row["payout_id"].hex)
    settled, failed = by_state.get("settled", set()), by_state.get("failed", set())
    assert len(settled) > PAYOUTS // 2
    assert settled <= odd.moved.keys(), "settled what did not move"
    assert not failed & odd.moved.keys(), "failed what moved"
    assert set(odd.moved.values()) == {EACH}
    assert set(by_state) <= {"settled", "failed", "outcome-unknown", "amount-differs"}
    stopped = PAYOUTS - len(settled) - len(failed)
    assert await money(bank) == (
        CAPITAL - EACH * (len(settled) + stopped), EACH * stopped, EACH * len(settled),
    )  # fmt: skip
    await check_books(bank)
