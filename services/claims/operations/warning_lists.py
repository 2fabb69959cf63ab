"""Warnings for the fraud officer: the list, and settling one."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.event import Cause
from services.claims.models import Claim, RaisedWarning
from services.claims.operations.held import held_claim
from services.claims.queries import warning_lists as queries
from services.claims.queries.warning_lists import WarningsAsked
from services.claims.rules import warnings as rules
from services.claims.rules.warning_patterns import patterns
from services.claims.rules.warnings import (
    Known,
    Settlement,
    WarningIsSettled,
    WarningUnknown,
)


class LinkedClaim(BaseModel):
    """Another claim that shares something with this one."""

    claim_id: UUID
    number: str | None
    state: str


class WarningRow(BaseModel):
    """A warning, and the claim that it is about. Amount in rupiah."""

    warning_id: UUID
    sign: str
    looks_for: str
    """The pattern, in one line."""
    words: str
    """What was found."""
    claim_id: UUID
    number: str | None
    kind: str
    state: str
    """Of the claim."""
    village_code: str
    amount: int | None
    """What was approved; null: nothing yet."""
    linked: list[LinkedClaim]
    raised_at: datetime
    outcome: str | None
    """`cleared` or `confirmed`; null: it waits for the fraud officer."""
    reason: str | None
    settled_by: str | None
    settled_at: datetime | None


class WarningList(BaseModel):
    """A page of warnings, the open ones first."""

    warnings: list[WarningRow]
    next_after: UUID | None
    """Give it as `after` for the next page; null: this is the last."""


class WarningStanding(BaseModel):
    """How a warning was settled."""

    warning_id: UUID
    claim_id: UUID
    outcome: str


class Page(NamedTuple):
    """Which page of a list."""

    after: UUID | None
    limit: int


async def warnings(
    session: AsyncSession, asked: WarningsAsked, page: Page, *, by: Caller
) -> WarningList:
    """The warnings of an area. Raises: OutsideArea."""
    by.check_area(asked.area)
    rows = await queries.warnings_of(session, asked, after=page.after, limit=page.limit)
    linked = await queries.claims_named(
        session, [UUID(each) for found, *_ in rows for each in found.linked_claims]
    )
    return WarningList(
        warnings=[
            WarningRow(
                **_of_warning(found),
                **_of_claim(claim),
                village_code=village_code,
                amount=amount,
                linked=_linked(found.linked_claims, linked),
            )
            for found, claim, village_code, amount in rows
        ],
        next_after=rows[-1][0].warning_id if len(rows) == page.limit else None,
    )


async def settle(
    unit: Unit, warning_id: UUID, settlement: Settlement, *, by: Caller, cause: Cause
) -> WarningStanding:
    """Clear or confirm a warning, as somebody who had no part in the claim.

    Raises: WarningUnknown, OutsideArea, WarningIsSettled, SameOfficer.
    """
    found = await queries.warning(unit.session, warning_id)
    if found is None:
        raise WarningUnknown(f"no warning {warning_id}: see the list of warnings")
    claim = await held_claim(unit, found.claim_id, by=by)
    locked = await queries.warning(unit.session, warning_id, locked=True)
    if locked is None or locked.outcome is not None:
        raise WarningIsSettled("this warning was settled before: see its outcome in the list")
    rules.check_has_no_part(by.name, await queries.officers_of(unit.session, claim.claim_id))
    settled = rules.settle(
        Known(claim.claim_id, claim.worker_id),
        warning_id,
        settlement,
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await unit.record([settled])
    return WarningStanding(
        warning_id=warning_id, claim_id=claim.claim_id, outcome=settlement.outcome
    )


def _of_warning(found: RaisedWarning) -> dict[str, object]:
    told = ("warning_id", "words", "raised_at", "outcome", "reason", "settled_by", "settled_at")
    looks_for = next((p.looks_for for p in patterns().values() if p.sign == found.warning), "")
    return {name: getattr(found, name) for name in told} | {
        "sign": found.warning,
        "looks_for": looks_for,
    }


def _of_claim(claim: Claim) -> dict[str, object]:
    return {name: getattr(claim, name) for name in ("claim_id", "number", "kind", "state")}


def _linked(ids: Sequence[str], claims: dict[UUID, Claim]) -> list[LinkedClaim]:
    found = (claims.get(UUID(each)) for each in ids)
    return [
        LinkedClaim(claim_id=each.claim_id, number=each.number, state=each.state)
        for each in found
        if each is not None
    ]
