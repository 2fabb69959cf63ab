"""Events of heirs: who lives of the family, who is registered, how the benefit is shared."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.claims.words import HeirClass, Mark, Part, Relation, Role
from contracts.event import Event
from contracts.sealed import Sealed
from contracts.types import ClaimId, Line, Officer, PartyId, WorkerId


class FamilyRecorded(Event):
    """How many of each class of heirs live, by the heir certificate: the highest class counts."""

    type: ClassVar[str] = "claims.family-recorded.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    living: dict[str, Annotated[int, Field(ge=1, le=50)]]
    """By the number of the class, `1` to `5`; a class without a living member is absent."""
    recorded_by: Officer


class HeirRegistered(Event):
    """Somebody has a right to the benefit, and this is where the money goes."""

    type: ClassVar[str] = "claims.heir-registered.v1"
    readers: ClassVar[tuple[str, ...]] = ("banking",)

    claim_id: ClaimId
    worker_id: WorkerId
    party_id: PartyId
    heir_class: HeirClass
    account: Literal["open-here", "elsewhere"]
    """Whether the bank opens an account, or the sealed block names one at another bank."""
    identity: Sealed
    """Name, NIK and, for an account elsewhere, bank code and number."""
    registered_by: Officer
    role: Role = "heir"
    relation: Relation | None = None
    is_minor: bool = False
    guardian_id: PartyId | None = None
    """Who receives for a minor."""
    in_family_card: bool = True
    account_mark: Mark | None = None
    phone_mark: Mark | None = None
    person_mark: Mark | None = None
    is_account_new: bool = False
    """The passbook shows that the account was opened less than seven days before."""
    replaces_account: bool = False
    """The party is registered already, and has another account from now on: the bank could not pay
    onto the one before."""


class HeirStruck(Event):
    """Somebody was registered by mistake and has no part in the claim."""

    type: ClassVar[str] = "claims.heir-struck.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    party_id: PartyId
    reason: Line
    struck_by: Officer


class Share(Part):
    """The parts of one payee of a whole."""

    party_id: PartyId
    parts: Annotated[int, Field(strict=True, ge=1, le=10_000)]


class SharesAgreed(Event):
    """How the heirs share: parts of each, or all to one who holds a power of attorney of all."""

    type: ClassVar[str] = "claims.shares-agreed.v1"

    claim_id: ClaimId
    worker_id: WorkerId
    whole: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    shares: tuple[Share, ...] = Field(min_length=1)
    """Add up to the whole."""
    power_of_attorney: UUID | None = None
    """The document, where one receives for all."""
    recorded_by: Officer
