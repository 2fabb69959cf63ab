"""Bring payouts to other banks: set the money aside, deal with the rail, record how it ended.

The money is set aside and committed before the rail is called, and what the rail was asked is noted
before it leaves. So whatever breaks, the next process knows whether to send or to ask first, and
always under the same reference.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from chassis.state.unit import EVERYWHERE, Unit, Units
from services.banking.adapters import Tools
from services.banking.adapters.payees import KeysUnavailable, Payee, PayeeUnreadable
from services.banking.adapters.rail import TransferOrder
from services.banking.operations import leases
from services.banking.operations.leases import Lease
from services.banking.queries import payouts as queries
from services.banking.queries.ledger import ledger_locked
from services.banking.rules import payouts as rules
from services.banking.rules.ledger import CLEARING, INSURER
from services.banking.rules.payouts import OpenPayout
from services.banking.rules.submissions import Meaning, Patience, Verdict

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another process deals with the payout."""


@dataclass(frozen=True)
class Interbank:
    """The way to other banks, for one process."""

    units: Units
    tools: Tools
    patience: Patience = field(default_factory=Patience)

    async def step(self) -> bool:
        """Submit what waits and deal with what is due; tell whether there was any."""
        async with self.units.bulk(area=EVERYWHERE) as unit:
            await submit_waiting(unit)
            taken = await leases.take(unit.session, lease_s=self.patience.lease_s)
        async with asyncio.TaskGroup() as dialogs:
            for lease in taken:
                dialogs.create_task(self._deal_with(lease))
        return bool(taken)

    async def _deal_with(self, lease: Lease) -> None:
        try:
            async with asyncio.timeout(self.patience.dialog_s):
                verdict = await self._dialog(lease)
        except LeaseLost:
            log.warning("another process deals with the payout %s", lease.payout_id)
            return
        except TimeoutError:
            verdict = Verdict(Meaning.UNKNOWN, "no answer in time")
        if verdict.meaning in {Meaning.UNKNOWN, Meaning.PUT_OFF}:
            log.warning("payout %s is not settled yet: %s", lease.payout_id, verdict.words)
        async with self.units.bulk(area=EVERYWHERE) as unit:
            await conclude(unit, lease, verdict, patience=self.patience)

    async def _dialog(self, lease: Lease) -> Verdict:
        if lease.may_have_left:
            told = await self.tools.rail.status(lease.payout_id)
            if told.meaning is not Meaning.ABSENT:
                return told
        payout, payee = await self._payee(lease)
        if isinstance(payee, Verdict):
            return payee
        order = TransferOrder(payout.payout_id, payout.amount, payee)
        return (
            await self._again(lease, order)
            if lease.may_have_left
            else await self._send(lease, order)
        )

    async def _send(self, lease: Lease, order: TransferOrder) -> Verdict:
        """The first time: nothing has left, so what is refused was refused for good."""
        amiss = await self.tools.rail.check_payee(order)
        if amiss is not None:
            return amiss
        await self._note_sending(lease)
        return await self.tools.rail.transfer(order)

    async def _again(self, lease: Lease, order: TransferOrder) -> Verdict:
        """The same order under the same reference. An earlier one may still be under way, so a
        refusal counts only when the status says it.
        """
        await self._note_sending(lease)
        verdict = await self.tools.rail.transfer(order)
        if verdict.meaning is Meaning.REFUSED:
            return Verdict(Meaning.UNKNOWN, verdict.words)
        return verdict

    async def _note_sending(self, lease: Lease) -> None:
        async with self.units.single(area=EVERYWHERE) as unit:
            if not await leases.sending(unit.session, lease):
                raise LeaseLost

    async def _payee(self, lease: Lease) -> tuple[OpenPayout, Payee | Verdict]:
        async with self.units.single(area=EVERYWHERE) as unit:
            payout = await queries.submitted(unit.session, lease.payout_id)
            if payout is None:
                raise LeaseLost
            sealed = await queries.identity(unit.session, payout)
        if sealed is None:
            return payout, Verdict(Meaning.UNKNOWN, "the payee is not known here")
        try:
            return payout, await self.tools.payees.payee(sealed)
        except KeysUnavailable as error:
            return payout, Verdict(Meaning.PUT_OFF, str(error))
        except PayeeUnreadable as error:
            return payout, Verdict(Meaning.UNKNOWN, str(error))


async def submit_waiting(unit: Unit) -> None:
    """Set the money of payouts to other banks aside, oldest first, as far as it goes."""
    waiting = await queries.ordered_elsewhere(unit.session)
    if not waiting:
        return
    ledger = await ledger_locked(unit.session, INSURER)
    for payout in waiting:
        if not ledger.shortfall(INSURER, payout.amount):
            await unit.record([rules.submit(payout, ledger=ledger, now=unit.now)])
            await leases.begin(unit.session, payout.payout_id)


async def conclude(unit: Unit, lease: Lease, verdict: Verdict, *, patience: Patience) -> None:
    """Record what is certain; what is not is asked again later. Needs the lease."""
    payout = await queries.submitted(unit.session, lease.payout_id)
    if payout is None or not await leases.holds(unit.session, lease):
        return
    if verdict.meaning in {Meaning.ARRIVED, Meaning.REFUSED}:
        ledger = await ledger_locked(unit.session, CLEARING)
        await unit.record(
            [
                rules.settle(payout, ledger=ledger, now=unit.now)
                if verdict.meaning is Meaning.ARRIVED
                else rules.fail(payout, verdict.words, ledger=ledger, now=unit.now)
            ]
        )
    elif verdict.meaning is Meaning.PUT_OFF:
        await leases.give_back(unit.session, lease, tries=lease.tries, delay_s=patience.put_off_s)
    else:
        tries = lease.tries + 1
        delay_s = patience.delay_s(tries)
        await leases.give_back(unit.session, lease, tries=tries, delay_s=delay_s)
