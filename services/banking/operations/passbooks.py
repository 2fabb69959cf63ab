"""Print passbooks and hand them over; report who has how many."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.banking import Paper
from contracts.event import Cause
from services.banking.adapters import Tools
from services.banking.operations import holders
from services.banking.operations.account_states import (
    Changed,
    ShownState,
    account_to_change,
    shown_state,
)
from services.banking.operations.holders import Verification
from services.banking.operations.identity_checks import Seen
from services.banking.queries import holders as of_holders
from services.banking.queries import passbooks as queries
from services.banking.rules import passbooks as rules
from services.banking.rules.passbooks import PASSBOOKS_MAX, Counter, Proxy


class Prepared(BaseModel):
    """Passbooks of a village that were printed, and those that were not."""

    village_code: str
    branch: str
    prepared: int
    account_ids: list[UUID]
    without_number: int
    """Accounts that wait for a number."""
    blocked: int
    more: bool
    """More wait than one command prints: send another."""


class Collected(BaseModel):
    """A passbook that was handed over."""

    account_id: UUID
    holder_id: UUID
    state: ShownState
    verification: Verification | None
    """None: nobody compared the holder yet, because a proxy came or it is done later."""


@dataclass(frozen=True, repr=False)
class ProxyShown:
    """Who collects for the holder, as the papers say."""

    nik: str
    power_of_attorney: str


@dataclass(frozen=True)
class HandOver:
    """What the officer saw, and where."""

    branch: str
    papers: tuple[Paper, ...]
    proxy: ProxyShown | None = None
    seen: Seen | None = None
    """Who came, where the holder was compared in the same step."""

    def with_seen(self, seen: Seen) -> "HandOver":
        """The same, now that the holder was compared."""
        return replace(self, seen=seen)


async def prepare_village(
    unit: Unit, village_code: str, *, branch: str, by: Caller, cause: Cause
) -> Prepared:
    """Print the passbooks that a village lacks. The caller's area was checked."""
    wait = await queries.unprinted(unit.session, village_code=village_code, limit=PASSBOOKS_MAX + 1)
    at = Counter(branch, by.name)
    events = [
        rules.prepare(of_holders.passbook_of(each), at=at, cause=cause, now=unit.now)
        for each in wait[:PASSBOOKS_MAX]
    ]
    await unit.record(events)
    without_number, blocked = await queries.left_out(unit.session, village_code=village_code)
    return Prepared(
        village_code=village_code,
        branch=branch,
        prepared=len(events),
        account_ids=[event.account_id for event in events],
        without_number=without_number,
        blocked=blocked,
        more=len(wait) > PASSBOOKS_MAX,
    )


async def prepare(
    unit: Unit, account_id: UUID, *, branch: str, by: Caller, cause: Cause
) -> Changed:
    """Print the passbook of one account.

    Raises: AccountUnknown, OutsideArea and what `rules.prepare` does.
    """
    account = await account_to_change(unit, account_id, by=by)
    passbook = of_holders.passbook_of(account)
    at = Counter(branch, by.name)
    await unit.record([rules.prepare(passbook, at=at, cause=cause, now=unit.now)])
    return Changed(
        account_id=account_id,
        holder_id=account.holder_id,
        state="ready",
        product=account.product,
    )


async def collect(
    unit: Unit,
    account_id: UUID,
    handed: HandOver,
    *,
    tools: Tools,
    by: Caller,
    cause: Cause,
) -> Collected:
    """Hand a passbook over; where the holder came and was compared, that is recorded too.

    Raises: AccountUnknown, OutsideArea and what `rules.collect` does.
    """
    account = await account_to_change(unit, account_id, by=by)
    event = rules.collect(
        of_holders.passbook_of(account),
        await _proxy(unit, handed.proxy, tools=tools),
        papers=handed.papers,
        at=Counter(handed.branch, by.name),
        cause=cause,
        now=unit.now,
    )
    await unit.record([event])
    await unit.session.refresh(account)
    verification = None
    if handed.seen is not None:
        verification = await holders.verify(
            unit, account_id, handed.seen, holders=tools.holders, by=by, cause=cause
        )
        await unit.session.refresh(account)
    return Collected(
        account_id=account_id,
        holder_id=account.holder_id,
        state=shown_state(account),
        verification=verification,
    )


async def _proxy(unit: Unit, shown: ProxyShown | None, *, tools: Tools) -> Proxy | None:
    if shown is None:
        return None
    proxy = tools.numbers.proxy_hash(shown.nik)
    return await queries.proxy_locked(
        unit.session, proxy, power_of_attorney=shown.power_of_attorney
    )


class InHands(BaseModel):
    """Passbooks that passed through one officer's hands."""

    officer: str
    prepared: int
    in_hand: int
    """Of these, not handed over yet."""
    handed_over: int
    prepared_by_same: int
    """Of these, prepared by the same officer."""
    never_used: int
    """Of those handed over: no money moved and nobody asked for the balance."""
    to_proxies: int
    """Of those handed over: not to the holder."""
    to_proxies_never_used: int


class OfProxy(BaseModel):
    """Passbooks of others that one person collected."""

    proxy: str
    """What stands for the person; the same for the same NIK, and nobody reads one back."""
    accounts: int
    never_used: int
    officers: int
    """How many officers handed them over."""
    first_at: datetime
    last_at: datetime


class Hands(BaseModel):
    """A page of the report by officer, in the order of their names."""

    officers: list[InHands]
    next_after: str | None


class Proxies(BaseModel):
    """A page of the report by who collected for others."""

    proxies: list[OfProxy]
    next_after: str | None


async def by_officer(session: AsyncSession, *, area: str, after: str, limit: int) -> Hands:
    """Who prepared and handed over how many, and what became of them."""
    rows = await queries.by_officer(session, area=area, after=after, limit=limit)
    officers = [InHands.model_validate(dict(row)) for row in rows]
    full = len(officers) == limit
    return Hands(officers=officers, next_after=officers[-1].officer if full else None)


async def by_proxy(
    session: AsyncSession, *, area: str, accounts_min: int, after: str, limit: int
) -> Proxies:
    """Who collected passbooks of others."""
    rows = await queries.by_proxy(
        session, area=area, accounts_min=accounts_min, after=after, limit=limit
    )
    proxies = [OfProxy.model_validate(dict(row)) for row in rows]
    full = len(proxies) == limit
    return Proxies(proxies=proxies, next_after=proxies[-1].proxy if full else None)
