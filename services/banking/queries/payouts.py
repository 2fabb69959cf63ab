"""What is known of payouts and payees."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.state.statements import Statement
from contracts.claims import Benefit
from contracts.event import Cause
from contracts.sealed import Sealed
from contracts.types import ClaimId, PartyId, PayoutId, WorkerId
from services.banking.models import Party, Payout
from services.banking.queries.activity import LAST_USED
from services.banking.rules.payouts import OpenPayout, Payee, PayeeAccount

PAYOUTS_MAX = 500
"""How many payouts are looked at in one transaction."""


PAYEE = (col(Party.claim_id) == Payout.claim_id) & (col(Party.party_id) == Payout.payee_id)
HOLDER = func.coalesce(col(Party.holder_id), col(Payout.payee_id))
"""Whose account a payout within the bank reaches."""


class WaitingHere(NamedTuple):
    """A payout within the bank, and the account that it is to reach."""

    payout: OpenPayout
    account: PayeeAccount


async def known(session: AsyncSession, payout_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these payouts that were ordered."""
    statement = select(Payout.payout_id).where(col(Payout.payout_id).in_(payout_ids))
    return set(await session.scalars(statement))


_PAID_HERE = text("""
    SELECT payee.claim_id, payee.payee_id
    FROM unnest(CAST(:claims AS uuid[]), CAST(:payees AS uuid[])) AS payee (claim_id, payee_id)
    LEFT JOIN parties ON parties.claim_id = payee.claim_id AND party_id = payee.payee_id
    WHERE account = 'open-here' OR EXISTS (
        SELECT FROM accounts WHERE accounts.holder_id = coalesce(parties.holder_id, payee_id)
          AND (closed_at IS NULL OR account IS DISTINCT FROM 'elsewhere'))""")
"""An injured member who asks for the account he has may still wait for it, until his papers are
seen: the payout waits with him. Who has closed the account here is paid elsewhere, if claims knows
where."""


async def paid_here(session: AsyncSession, payees: Collection[Payee]) -> set[Payee]:
    """Those of these payees who have an account at this bank, or are to have one."""
    bound = {
        "claims": [each.claim_id for each in payees],
        "payees": [each.payee_id for each in payees],
    }
    return {Payee._make(row) for row in await session.execute(_PAID_HERE, bound)}


# Of what waits within the bank each payout and the account that it reaches. Asked at every poll
# that brings decisions, so given to the driver as it is.
_WITH_ACCOUNT = f"""
    SELECT payout_id, payouts.claim_id, payouts.worker_id, payee_id, benefit, amount,
           ordered_event_id, payouts.correlation_id, line_id,
           account_id, product, closed_at IS NOT NULL AS is_closed, {LAST_USED} AS last_used_at
    FROM payouts
    LEFT JOIN parties ON parties.claim_id = payouts.claim_id AND party_id = payee_id
    JOIN accounts ON accounts.holder_id = coalesce(parties.holder_id, payee_id)"""  # noqa: S608
_ORDERED_HERE = Statement(f"""
    {_WITH_ACCOUNT}
    WHERE rail = 'same-bank' AND payouts.state = 'ordered' AND stopped_reason IS NULL
    ORDER BY ordered_at, payout_id LIMIT {PAYOUTS_MAX}""")
_WAITING_HERE = Statement(f"{_WITH_ACCOUNT} WHERE payout_id = :payout_id")


async def ordered_here(session: AsyncSession) -> list[WaitingHere]:
    """The payouts within the bank that wait for nobody, the oldest first."""
    return [_waiting(row) for row in await _ORDERED_HERE.rows(session)]


async def waiting_here(session: AsyncSession, payout_id: UUID) -> WaitingHere | None:
    """A payout within the bank with its account, stopped or not."""
    rows = await _WAITING_HERE.rows(session, payout_id=payout_id)
    return _waiting(rows[0]) if rows else None


async def ordered_elsewhere(session: AsyncSession) -> list[OpenPayout]:
    """The payouts to other banks that wait for nobody and whose payee is known here, the oldest
    first.
    """
    statement = (
        select(Payout)
        .join(Party, PAYEE)
        .where(
            Payout.rail == "interbank",
            Payout.state == "ordered",
            col(Payout.stopped_reason).is_(None),
            Party.account == "elsewhere",
        )
        .order_by(col(Payout.ordered_at), col(Payout.payout_id))
        .limit(PAYOUTS_MAX)
    )
    return [open_payout(payout) for payout in await session.scalars(statement)]


async def submitted(session: AsyncSession, payout_ids: Collection[UUID]) -> dict[UUID, OpenPayout]:
    """Those of these payouts of which the rail's answer is not known and that no person has."""
    statement = _submitted(payout_ids)
    return {each.payout_id: open_payout(each) for each in await session.scalars(statement)}


async def with_payees(
    session: AsyncSession, payout_ids: Collection[UUID]
) -> dict[UUID, tuple[OpenPayout, Sealed | None]]:
    """As `submitted`, each with the sealed block that says who is paid, and where."""
    statement = _submitted(payout_ids).add_columns(col(Party.identity)).join(
        Party, PAYEE, isouter=True
    )  # fmt: skip
    return {
        payout.payout_id: (
            open_payout(payout),
            Sealed.model_validate_json(json.dumps(identity)) if identity else None,
        )
        for payout, identity in await session.execute(statement)
    }


async def payout(session: AsyncSession, payout_id: UUID) -> Payout | None:
    """The payout as it stands."""
    return await session.get(Payout, payout_id)


async def replaced_by(session: AsyncSession, payout_id: UUID) -> UUID | None:
    """The payout that took this one's place."""
    statement = select(Payout.payout_id).where(Payout.replaces == payout_id)
    found: UUID | None = await session.scalar(statement)
    return found


def open_payout(payout: Payout) -> OpenPayout:
    """As rules know it."""
    return OpenPayout(
        payout_id=PayoutId(payout.payout_id),
        claim_id=ClaimId(payout.claim_id),
        worker_id=WorkerId(payout.worker_id),
        payee_id=PartyId(payout.payee_id),
        benefit=cast("Benefit", payout.benefit),
        amount=payout.amount,
        cause=Cause(payout.ordered_event_id, payout.correlation_id),
        line_id=payout.line_id,
    )


def _submitted(payout_ids: Collection[UUID]) -> Any:  # noqa: ANN401  (columns are added to it)
    return select(Payout).where(
        col(Payout.payout_id).in_(payout_ids),
        Payout.state == "submitted",
        col(Payout.stopped_reason).is_(None),
    )


def _waiting(row: Mapping[str, Any]) -> WaitingHere:
    return WaitingHere(
        OpenPayout(
            payout_id=row["payout_id"],
            claim_id=row["claim_id"],
            worker_id=row["worker_id"],
            payee_id=row["payee_id"],
            benefit=row["benefit"],
            amount=row["amount"],
            cause=Cause(row["ordered_event_id"], row["correlation_id"]),
            line_id=row["line_id"],
        ),
        PayeeAccount(row["account_id"], row["product"], row["is_closed"], row["last_used_at"]),
    )
