"""Claims as a replay meets them: in whichever schema the session looks at."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.statements import Statement
from services.claims.queries.claims import HELD
from services.claims.queries.heirs import PARTY, RegisteredParty
from services.claims.rules.claims import HeldClaim
from services.claims.rules.standings import AwardedLine, Standing, Standings

_HELD_COLUMNS = ", ".join(f"claims.{name}" for name in HELD)
_FILES = Statement(f"""
    SELECT {_HELD_COLUMNS}, number, explanation,
      ARRAY(SELECT ROW({PARTY}) FROM heirs
            WHERE heirs.claim_id = claims.claim_id AND struck_at IS NULL
            ORDER BY registered_at, party_id) AS parties,
      (SELECT jsonb_object_agg(benefit, amount) FROM (
         SELECT benefit, sum(amount)::bigint AS amount FROM approved_lines
         WHERE approved_lines.claim_id = claims.claim_id AND origin = 'approval' AND NOT is_held
         GROUP BY benefit) AS ordered) AS ordered,
      EXISTS (SELECT FROM approved_lines
         WHERE approved_lines.claim_id = claims.claim_id AND is_held
           AND approved_lines.decision_id = claims.decision_id) AS is_held,
      EXISTS (SELECT FROM warnings WHERE warnings.claim_id = claims.claim_id
         AND outcome IS DISTINCT FROM 'cleared') AS is_warned
    FROM claims WHERE claim_id = ANY(:claim_ids)""")  # noqa: S608  (names of fields)
_LINES = Statement("""
    SELECT claim_id, benefit, amount, payee_id, origin, is_held FROM approved_lines
    ORDER BY claim_id, origin, benefit, payee_id, amount, is_held""")
_CLAIMS = Statement("""
    SELECT claim_id, number, kind, state, ground, explanation ->> 'outcome' FROM claims""")
_FILED_ANEW = Statement("""
    SELECT claim_id FROM claims
    WHERE state = 'rejected' AND died_on IS NOT NULL AND EXISTS (
      SELECT FROM claims later WHERE later.worker_id = claims.worker_id
        AND later.died_on IS NOT NULL AND later.claim_id <> claims.claim_id
        AND later.filed_at >= claims.filed_at)""")


class DecidedFile(NamedTuple):
    """A claim at the moment of a decision. Amounts in rupiah."""

    claim: HeldClaim
    number: str | None
    explanation: dict[str, Any] | None
    """Of the approval before."""
    parties: list[RegisteredParty]
    ordered: dict[str, int]
    """By benefit, what approvals let go out."""
    is_held: bool
    """Whether something of the decision that stands waits."""
    is_warned: bool
    """Whether a warning sign stands that nobody cleared."""


async def decided_files(
    session: AsyncSession, claim_ids: Iterable[UUID]
) -> dict[UUID, DecidedFile]:
    """These claims with what decides about them."""
    found = {}
    for row in await _FILES.rows(session, claim_ids=list(claim_ids)):
        *held, number, explanation, parties, ordered, is_held, is_warned = row
        found[row["claim_id"]] = DecidedFile(
            HeldClaim(*held),
            number,
            explanation,
            [RegisteredParty(*party) for party in parties],
            dict(sorted((ordered or {}).items())),
            is_held,
            is_warned,
        )
    return found


async def standings(session: AsyncSession) -> Standings:
    """How every claim came out."""
    lines: dict[UUID, list[AwardedLine]] = {}
    for claim_id, *line in await _LINES.rows(session):
        lines.setdefault(claim_id, []).append(AwardedLine(*line))
    return {
        row["claim_id"]: Standing._make([*row, tuple(lines.get(row["claim_id"], ()))])
        for row in await _CLAIMS.rows(session)
    }


async def filed_anew(session: AsyncSession) -> frozenset[UUID]:
    """The rejected claims of deaths for which another one was filed later."""
    return frozenset(row["claim_id"] for row in await _FILED_ANEW.rows(session))
