"""What is said to the rail about one payout, and what it comes to.

Who is paid was checked before anything leaves, and that it leaves is committed before it does. So
whatever breaks, the next process knows whether to send or to ask first, always under the same
reference. A failure ends a payout only when the rail says it twice.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from chassis.failpoints import failpoint
from services.banking.adapters.payees import Payee
from services.banking.adapters.rail import Rail, TransferOrder
from services.banking.operations.leases import Lease
from services.banking.rules.payouts import OpenPayout
from services.banking.rules.submissions import Meaning, Verdict


class LeaseLost(Exception):
    """Another process deals with the payout."""


class Case(NamedTuple):
    """A payout that is ours to deal with, and whom it pays or why that is not known."""

    lease: Lease
    payout: OpenPayout
    payee: Payee | Verdict


Leaves = Callable[[Lease], Awaitable[bool]]
"""Commits that an order leaves now; False when the lease is over."""


async def dialog(rail: Rail, case: Case, *, leaves: Leaves) -> Verdict:
    """Send the order, or find out what became of it. Raises: LeaseLost."""
    if case.lease.may_have_left:
        told = await _status(rail, case)
        if told.meaning is not Meaning.ABSENT:
            return told
    if isinstance(case.payee, Verdict):
        return case.payee
    order = TransferOrder(case.payout.payout_id, case.payout.amount, case.payee)
    if case.lease.may_have_left:
        return await _again(rail, case, order, leaves=leaves)
    return await _first(rail, case, order, leaves=leaves)


async def _first(rail: Rail, case: Case, order: TransferOrder, *, leaves: Leaves) -> Verdict:
    """The first time: nothing has left, so the rail's refusal is final once its book agrees."""
    amiss = await rail.check_payee(order)
    if amiss is not None:
        return amiss
    verdict = await _send(rail, case, order, leaves=leaves)
    if verdict.meaning is not Meaning.REFUSED:
        return verdict
    told = await _asked(rail, case)
    if told.meaning in {Meaning.REFUSED, Meaning.ABSENT}:
        return verdict
    return _undecided(told) if told.meaning is Meaning.ARRIVED else told


async def _again(rail: Rail, case: Case, order: TransferOrder, *, leaves: Leaves) -> Verdict:
    """The same order under the same reference. An earlier one may still be under way, so a refusal
    counts only when the status says it.
    """
    verdict = await _send(rail, case, order, leaves=leaves)
    return _undecided(verdict) if verdict.meaning is Meaning.REFUSED else verdict


async def _send(rail: Rail, case: Case, order: TransferOrder, *, leaves: Leaves) -> Verdict:
    if not await leaves(case.lease):
        raise LeaseLost
    await failpoint("payout.leaves")
    verdict = await rail.transfer(order)
    await failpoint("payout.answered")
    return verdict


async def _status(rail: Rail, case: Case) -> Verdict:
    """What the rail's book says; that nothing arrived has to be there twice."""
    told = await _asked(rail, case)
    if told.meaning is not Meaning.REFUSED:
        return told
    second = await _asked(rail, case)
    return told if second.meaning is Meaning.REFUSED else _undecided(second)


async def _asked(rail: Rail, case: Case) -> Verdict:
    payee = None if isinstance(case.payee, Verdict) else case.payee
    return await rail.status(case.payout.payout_id, amount=case.payout.amount, payee=payee)


def _undecided(verdict: Verdict) -> Verdict:
    """What cannot be believed yet; a stop or a putting off stays what it is."""
    if verdict.meaning in {Meaning.DIFFERS, Meaning.PUT_OFF}:
        return verdict
    return Verdict(Meaning.UNKNOWN, verdict.words)
