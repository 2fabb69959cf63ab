"""Tell a family where its claim stands, by number and code."""

import re
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.refusal import Refused
from services.claims.adapters.attempts import Attempts
from services.claims.adapters.marks import Marks
from services.claims.operations.case_files import CaseFile, case_files
from services.claims.queries import lists
from services.claims.rules.claims import ClaimState
from services.claims.rules.family_status import Told, family_status
from services.claims.rules.letters import NO_FEE, NO_FEE_SHORT

TRIES_MAX = 5
TRIES_WINDOW = timedelta(minutes=15)
_NUMBER = re.compile(r"K([0-9A-HJKMNP-TV-Z]{4})([0-9A-HJKMNP-TV-Z]{4})")
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_NOBODY = UUID(int=0)


class StatusUnknown(Refused):
    """No claim has this number and this code. Which of the two is wrong is not told."""

    slug, status, retryable = "claim-status-unknown", 404, False


class ClaimStatus(BaseModel):
    """Where a claim stands. Amounts in rupiah; nobody is named."""

    number: str
    stage: str
    """`waiting`, `checking`, `deciding`, `paying`, `paid` or `rejected`."""
    heading: str
    words: list[str]
    """In Indonesian, for the family."""
    missing: list[str]
    """The papers that are waited for."""
    appeal: list[str]
    """What to do against a rejection."""
    due_on: date | None
    awarded: int
    arrived: int
    arrived_at: datetime | None
    no_fee: str
    no_fee_in_full: str


def failed_tries() -> Attempts:
    """The count that each process keeps."""
    return Attempts(TRIES_MAX, TRIES_WINDOW)


async def claim_status(
    session: AsyncSession, number: str, code: str, *, marks: Marks, now: datetime
) -> ClaimStatus:
    """Where the claim stands. Raises: StatusUnknown, alike for a wrong number and a wrong code."""
    found = await lists.claim_by_number(session, plain_number(number) or "")
    is_right = marks.is_status_code(found.Claim.claim_id if found else _NOBODY, plain(code))
    if found is None or not is_right:
        raise StatusUnknown(
            "No claim has this number and this code: compare them with the receipt."
        )
    (file,) = await case_files(session, [found], now=now)
    return _status(file)


def plain_number(given: str) -> str | None:
    """The number as it is kept, of what somebody typed: case, dashes, O for 0 do not count."""
    found = _NUMBER.fullmatch(plain(given))
    return f"K-{found[1]}-{found[2]}" if found else None


def plain(given: str) -> str:
    """Letters and digits alone, as Crockford's alphabet has them."""
    return given.upper().translate(_ALIKE)


def _status(file: CaseFile) -> ClaimStatus:
    term, claim = file.term, file.claim
    arrivals = [line.arrived_at for line in file.lines if line.arrived_at is not None]
    told = Told(
        kind=file.kind,
        state=cast(ClaimState, claim.state),
        filed_at=claim.filed_at,
        missing=tuple(file.missing("verify")),
        due_on=term.due_on if term and not term.is_paused else None,
        awarded=sum(line.amount for line in file.lines),
        arrived=file.paid_so_far,
        held=sum(line.amount for line in file.lines if line.state == "held"),
        has_failed=any(line.state == "failed" for line in file.lines),
        arrived_at=max(arrivals, default=None),
        is_appealed=claim.appeal_id is not None,
        ground=claim.ground,
        happened_on=claim.happened_on or claim.died_on,
    )
    return ClaimStatus(
        number=claim.number or "",
        **family_status(told)._asdict(),
        due_on=told.due_on,
        awarded=told.awarded,
        arrived=told.arrived,
        arrived_at=told.arrived_at,
        no_fee=NO_FEE_SHORT,
        no_fee_in_full=NO_FEE,
    )
