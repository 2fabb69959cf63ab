"""Who has a right to the benefit."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from contracts.claims import HeirClass, HeirRegistered
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import PartyId
from services.claims.rules.claims import HeldClaim


class HeirClassMixed(Refused):
    """While an heir of a higher class lives, one of a lower class has no right."""

    slug, status, retryable = "heir-class-mixed", 409, False


class HeirIdentity(BaseModel):
    """Who an heir is: the block that is sealed."""

    model_config = ConfigDict(frozen=True)

    name: str
    nik: str
    relationship: str
    bank_code: str | None
    """The other bank where the heir has an account; None when one is opened here."""
    account_number: str | None


class Party(NamedTuple):
    """An heir as they are registered."""

    party_id: PartyId
    heir_class: HeirClass
    account: Literal["open-here", "elsewhere"]
    identity: Sealed


def register_heir(
    claim: HeldClaim,
    party: Party,
    *,
    classes: Collection[int],
    cause: Cause,
    officer: str,
    now: datetime,
) -> HeirRegistered:
    """Register an heir. All heirs of a claim are of one class: the highest that has a living
    member (PP 44/2015 art. 40(2)). `classes` are those registered so far.

    Raises: ClaimInOtherState, HeirClassMixed.
    """
    claim.check_state("filed")
    for other in classes:
        if other != party.heir_class:
            raise HeirClassMixed(
                f"an heir of class {other} is registered, this one is of class "
                f"{party.heir_class.value}: only the highest class that has a living member counts"
            )
    return HeirRegistered(
        **cause.stamp("register-heir", at=now),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        **party._asdict(),
        registered_by=officer,
    )
