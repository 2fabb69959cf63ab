"""Bring payouts to other banks: set the money aside, deal with the rail, record how it ended.

The money is set aside and committed before the rail is called. Payouts are taken in portions, and
what their dialogs ask of the database is asked for many at once; each dialog is its own.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.clock import monotonic_s
from chassis.state.unit import EVERYWHERE, Unit, Units
from contracts.banking import PayoutStopped
from contracts.event import Event, derived_id
from contracts.sealed import Sealed
from services.banking.adapters import Tools
from services.banking.adapters.payees import KeysUnavailable, Payee, PayeeUnreadable
from services.banking.operations import leases
from services.banking.operations.dialogs import Case, LeaseLost, dialog
from services.banking.operations.leases import Lease, Return
from services.banking.operations.together import Together
from services.banking.queries import payouts as queries
from services.banking.queries.ledger import ledger_locked
from services.banking.rules import payouts as rules
from services.banking.rules.ledger import CLEARING, INSURER
from services.banking.rules.payouts import OpenPayout, Stop
from services.banking.rules.submissions import Meaning, Patience, Verdict

DIALOGS_MAX = 64
"""How many dialogs with the rail go on at once."""
LOOK_S = 0.25
"""How long it is until somebody looks for what has become due meanwhile."""
WORDS = {
    Meaning.UNKNOWN: "not settled yet",
    Meaning.PUT_OFF: "put off",
    Meaning.DIFFERS: "left to a person",
}
log = logging.getLogger(__name__)


class Concluded(NamedTuple):
    """What a dialog came to."""

    lease: Lease
    verdict: Verdict


@dataclass(frozen=True)
class Interbank:
    """The way to other banks, for one process."""

    units: Units
    tools: Tools
    patience: Patience = field(default_factory=Patience)

    async def step(self) -> bool:
        """Submit what waits and deal with what is due; tell whether there was any."""
        async with asyncio.TaskGroup() as tasks:
            return await _Step(self, tasks).run()


class _Step:
    """Takes portions and has their dialogs, until nothing is due any more or its time is over."""

    def __init__(self, way: Interbank, tasks: asyncio.TaskGroup) -> None:
        self._units = way.units
        self._tools = way.tools
        self._patience = way.patience
        self._tasks = tasks
        self._under_way: set[UUID] = set()
        self._room = asyncio.Event()
        self._leaves = Together(self._note_leaving, spawn=tasks.create_task)
        self._concludes = Together(self._conclude, spawn=tasks.create_task)

    async def run(self) -> bool:
        dealt = False
        ends_s = monotonic_s() + self._patience.taking_s
        while True:
            taken = await self._begin_portion() if monotonic_s() < ends_s else 0
            dealt = dealt or taken > 0
            if not self._under_way:
                return dealt
            if taken == 0 or self._free() < DIALOGS_MAX // 2:
                await self._wait()

    async def _begin_portion(self) -> int:
        """Take as many payouts as there is room for; how many there were."""
        room = self._free()
        if room <= 0:
            return 0
        deadline_s = asyncio.get_running_loop().time() + self._patience.dialog_s
        async with self._units.bulk(area=EVERYWHERE) as unit:
            await submit_waiting(unit)
            taken = await leases.take(
                unit.session,
                lease_s=self._patience.lease_s,
                silence_max_s=self._patience.silence_max_s,
                at_most=room,
                under_way=self._under_way,
            )
        for case in await self._cases(taken):
            self._under_way.add(case.lease.payout_id)
            self._tasks.create_task(self._deal_with(case, deadline_s=deadline_s))
        return len(taken)

    def _free(self) -> int:
        """How many more dialogs may begin; while the rail is tried again, one."""
        match self._tools.rail.breaker.state:
            case "open":
                return 0
            case "half-open":
                return 1 - len(self._under_way)
        return DIALOGS_MAX - len(self._under_way)

    async def _wait(self) -> None:
        """Until half of the dialogs are free again, or it is time to look around."""
        self._room.clear()
        try:
            async with asyncio.timeout(LOOK_S):
                await self._room.wait()
        except TimeoutError:
            return

    async def _deal_with(self, case: Case, *, deadline_s: float) -> None:
        try:
            await self._concluded(case, deadline_s=deadline_s)
        finally:
            self._under_way.discard(case.lease.payout_id)
            if len(self._under_way) in {0, DIALOGS_MAX // 2}:
                self._room.set()

    async def _concluded(self, case: Case, *, deadline_s: float) -> None:
        try:
            async with asyncio.timeout_at(deadline_s):
                verdict = await dialog(self._tools.rail, case, leaves=self._leaves)
        except LeaseLost:
            log.warning("another process deals with the payout %s", case.lease.payout_id)
            return
        except TimeoutError:
            verdict = Verdict(Meaning.UNKNOWN, "no answer in time")
        if verdict.meaning in WORDS:
            told = WORDS[verdict.meaning]
            log.warning(
                "payout %s is %s: %s", case.lease.payout_id, told, rules.line(verdict.words)
            )
        await self._concludes(Concluded(case.lease, verdict))

    async def _cases(self, taken: Sequence[Lease]) -> list[Case]:
        """The payouts of these leases with their payees; one that is not ours any more is left."""
        if not taken:
            return []
        async with self._units.reading(area=EVERYWHERE) as session:
            found = await queries.with_payees(session, [lease.payout_id for lease in taken])
        ours = [(lease, *found[lease.payout_id]) for lease in taken if lease.payout_id in found]
        known = [(lease, payout, sealed) for lease, payout, sealed in ours if sealed is not None]
        payees = await self._payees([sealed for _, _, sealed in known])
        cases = [
            Case(lease, payout, payee)
            for (lease, payout, _), payee in zip(known, payees, strict=True)
        ]
        nobody = Verdict(Meaning.UNKNOWN, "the payee is not known here")
        return cases + [
            Case(lease, payout, nobody) for lease, payout, sealed in ours if sealed is None
        ]

    async def _payees(self, blocks: Sequence[Sealed]) -> list[Payee | Verdict]:
        try:
            found = await self._tools.payees.payees(blocks)
        except KeysUnavailable as error:
            return [Verdict(Meaning.PUT_OFF, str(error))] * len(blocks)
        return [
            Verdict(Meaning.UNKNOWN, str(each)) if isinstance(each, PayeeUnreadable) else each
            for each in found
        ]

    async def _note_leaving(self, orders: Sequence[Lease]) -> list[bool]:
        async with self._units.single(area=EVERYWHERE) as unit:
            ours = await leases.sending(unit.session, orders)
        return [lease.payout_id in ours for lease in orders]

    async def _conclude(self, concluded: Sequence[Concluded]) -> list[None]:
        async with self._units.bulk(area=EVERYWHERE) as unit:
            await conclude(unit, concluded, patience=self._patience)
        return [None] * len(concluded)


async def submit_waiting(unit: Unit) -> None:
    """Set the money of payouts to other banks aside, oldest first, as far as it goes; stop those
    that the rail does not take.
    """
    waiting = await queries.ordered_elsewhere(unit.session)
    if not waiting:
        return
    ledger = await ledger_locked(unit.session, INSURER)
    stopped, submitted = [], []
    for payout in waiting:
        why = rules.stop_elsewhere(payout)
        if why is not None:
            turn = derived_id(payout.payout_id, why.reason)
            stopped.append(rules.stop(payout, why, turn=turn, now=unit.now))
        elif not ledger.shortfall(INSURER, payout.amount):
            submitted.append(rules.submit(payout, ledger=ledger, now=unit.now))
    await unit.record([*stopped, *submitted])
    await leases.begin(unit.session, [each.payout_id for each in submitted])


async def conclude(unit: Unit, concluded: Sequence[Concluded], *, patience: Patience) -> None:
    """Record what is certain; what is not is asked again later, or left to a person. What is no
    longer ours stays as it is.
    """
    held = await leases.held(unit.session, [each.lease for each in concluded])
    payouts = await queries.submitted(unit.session, held)
    ours = [each for each in concluded if each.lease.payout_id in payouts]
    ledger = await ledger_locked(unit.session, CLEARING)
    events: list[Event] = []
    returns = []
    for lease, verdict in ours:
        payout = payouts[lease.payout_id]
        if verdict.meaning is Meaning.ARRIVED:
            events.append(rules.settle(payout, ledger=ledger, now=unit.now))
        elif verdict.meaning is Meaning.REFUSED:
            events.append(rules.fail(payout, verdict.words, ledger=ledger, now=unit.now))
        else:
            back = _returned(lease, verdict, patience=patience)
            returns.append(back)
            if back.delay_s is None:
                events.append(_stopped(payout, lease, verdict, now=unit.now))
    await unit.record(events)
    await leases.give_back(unit.session, returns)


def _returned(lease: Lease, verdict: Verdict, *, patience: Patience) -> Return:
    """When a payout without an outcome is dealt with again, if ever."""
    match verdict.meaning:
        case Meaning.DIFFERS:
            return Return(lease, lease.tries, None)
        case Meaning.PUT_OFF:
            return Return(lease, lease.tries, None if lease.is_overdue else patience.put_off_s)
    tries = lease.tries + 1
    return Return(lease, tries, patience.delay_s(tries))


def _stopped(payout: OpenPayout, lease: Lease, verdict: Verdict, *, now: datetime) -> PayoutStopped:
    """A person's from now on. The lease, which is never given twice, names the occasion."""
    differs = verdict.meaning is Meaning.DIFFERS
    why = Stop("amount-differs" if differs else "outcome-unknown", verdict.words)
    turn = derived_id(payout.payout_id, lease.until.isoformat())
    return rules.stop(payout, why, turn=turn, now=now)
