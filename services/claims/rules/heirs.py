"""Who has a right to the benefit: register and strike those with a part in a claim.

The way in for other modules: `register`, `strike`, `record_family`, `agree_shares`,
`check_complete`, `split` and `payees`.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.local_time import local_day
from contracts.claims import HeirClass, HeirRegistered, HeirStruck
from contracts.event import Stamp
from contracts.refusal import Refused
from contracts.types import PartyId
from services.claims.rules.claims import HeldClaim
from services.claims.rules.families import (
    OF_THE_DEAD,
    HeirClassMixed,
    PartyDoesNotFit,
    check_class,
    check_complete,
    check_death,
    check_room,
    class_that_counts,
    heirs_of,
    record_family,
)
from services.claims.rules.months import years_later
from services.claims.rules.parties import RELATIONS, HeirIdentity, Hidden, NewParty, Party
from services.claims.rules.shares import (
    ListedShares,
    NewShares,
    agree_shares,
    children,
    payee_of,
    payees,
    shares_of,
    split,
)

__all__ = [
    "HeirIdentity",
    "Hidden",
    "ListedShares",
    "NewParty",
    "NewShares",
    "Party",
    "agree_shares",
    "check_complete",
    "children",
    "class_that_counts",
    "implied_family",
    "is_minor_at",
    "order_of",
    "payee_of",
    "payees",
    "record_family",
    "register",
    "shares_of",
    "split",
    "strike",
    "to_strike",
]

OF_AGE_YEARS = 18
"""Who is younger needs a guardian. From memory, not read in a law: unverified."""


class GuardianMissing(Refused):
    """A minor receives through a guardian, and none is registered, or it is not clear which."""

    slug, status, retryable = "guardian-missing", 409, False


class PersonTwice(Refused):
    """The same person is registered in this claim already."""

    slug, status, retryable = "person-registered-twice", 409, False


class PartyUnknown(Refused):
    """Nobody with this id has a part in the claim."""

    slug, status, retryable = "party-unknown", 404, False


class PartyNeeded(Refused):
    """Somebody else's part hangs on this one."""

    slug, status, retryable = "party-needed", 409, False


def register(
    claim: HeldClaim,
    new: NewParty,
    hidden: Hidden,
    *,
    known: Sequence[Party],
    stamp: Stamp,
    officer: str,
) -> HeirRegistered:
    """Register somebody with a part in the claim, beside those who are `known`.

    All heirs are of one class, the highest that has a living member; guardian, arranger, fund and
    the injured member are of none.
    Raises: ClaimInOtherState, PartyDoesNotFit, HeirClassMixed, HigherClassLiving, HeirNotInFamily,
    GuardianMissing, PersonTwice.
    """
    claim.check_state("filed", "returned")
    _check_part(claim, new)
    _check_the_only_one(new, known)
    _check_person(hidden, known)
    born_on, today = new.identity.born_on, local_day(stamp["occurred_at"])
    if born_on is not None and born_on > today:
        raise PartyDoesNotFit(f"today is {today}: correct the day of birth {born_on}")
    if claim.kind in OF_THE_DEAD:
        _check_one_class(claim, new, known)
    is_minor = is_minor_at(claim.filed_at, new)
    return HeirRegistered(
        **stamp,
        **hidden._asdict(),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        heir_class=new.heir_class,
        account=new.account,
        registered_by=officer,
        role=new.role,
        relation=new.relation,
        is_minor=is_minor,
        guardian_id=_guardian(new, known, is_minor=is_minor),
        in_family_card=new.in_family_card,
        is_account_new=new.is_account_new,
    )


def is_minor_at(filed_at: datetime, new: NewParty) -> bool:
    """Whether somebody needs a guardian: younger than eighteen when the claim was filed, or grown
    and under guardianship all the same."""
    born_on = new.identity.born_on
    is_young = born_on is not None and local_day(filed_at) < years_later(born_on, OF_AGE_YEARS)
    return new.is_minor or is_young


def order_of(parties: Sequence[NewParty], *, filed_at: datetime) -> list[int]:
    """The places of those listed in the order to register them: guardians first, minors last."""

    def rank(place: int) -> tuple[bool, bool]:
        party = parties[place]
        return party.role != "guardian", is_minor_at(filed_at, party)

    return sorted(range(len(parties)), key=rank)


def implied_family(claim: HeldClaim, parties: Sequence[NewParty]) -> dict[str, int] | None:
    """The family when a claim is filed with its heirs and says no more: those listed, and nobody
    else. None: it cannot be told from them."""
    if claim.kind not in OF_THE_DEAD or claim.living is not None:
        return None
    heirs = [party for party in parties if party.role == "heir"]
    if heirs:
        highest = min(party.heir_class for party in heirs)
        return {str(highest.value): sum(party.heir_class == highest for party in heirs)}
    return {} if any(party.role == "arranger" for party in parties) else None


def to_strike(party_id: UUID, known: Sequence[Party]) -> list[Party]:
    """Who goes when this party is struck: with the arranger the fund.

    Raises: PartyUnknown, PartyNeeded.
    """
    found = next((party for party in known if party.party_id == party_id), None)
    if found is None:
        raise PartyUnknown(f"nobody with the id {party_id} has a part in this claim")
    if found.role == "fund":
        raise PartyNeeded("the fund goes with whoever arranged the funeral: strike that one")
    if any(party.guardian_id == party_id for party in known):
        raise PartyNeeded("this one receives for a minor: strike the minor first")
    return [found, *(party for party in known if found.role == "arranger" and party.role == "fund")]


def strike(
    claim: HeldClaim, party: Party, *, reason: str, stamp: Stamp, officer: str
) -> HeirStruck:
    """Strike who was registered by mistake; shares that name the party have to be agreed again.

    Raises: ClaimInOtherState.
    """
    claim.check_state("filed", "returned")
    return HeirStruck(
        **stamp,
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        party_id=PartyId(party.party_id),
        reason=reason,
        struck_by=officer,
    )


def _check_part(claim: HeldClaim, new: NewParty) -> None:
    """Whether role, class, relation and kind of claim go together. Raises: PartyDoesNotFit."""
    if new.role != "heir":
        if new.heir_class != HeirClass.NONE:
            raise PartyDoesNotFit(f"whoever is a party as {new.role} is of class 6: correct it")
        if (new.role == "member") == (claim.kind in OF_THE_DEAD) and new.role != "guardian":
            raise PartyDoesNotFit(f"a claim of kind {claim.kind} has no party as {new.role}")
        return
    relations = RELATIONS.get(new.heir_class)
    if relations is None:
        raise PartyDoesNotFit("an heir is of class 1 to 5: of class 6 is who saw to the funeral")
    if new.relation is not None and new.relation not in relations:
        raise PartyDoesNotFit(
            f"the relation {new.relation} is not of class {new.heir_class.value}: correct one"
        )
    if new.relation != "child":  # a child of a living member may have a scholarship
        check_death(claim)


def _check_the_only_one(new: NewParty, known: Sequence[Party]) -> None:
    """Of guardians and heirs there may be several. Raises: PartyDoesNotFit."""
    several = new.role in ("heir", "guardian")
    if not several and any(party.role == new.role for party in known):
        raise PartyDoesNotFit(f"there is one {new.role} in a claim: strike the other first")


def _check_person(hidden: Hidden, known: Sequence[Party]) -> None:
    if hidden.person_mark is not None and any(
        party.person_mark == hidden.person_mark for party in known
    ):
        raise PersonTwice(
            "this NIK is registered in the claim already: name that party, or strike it first"
        )


def _check_one_class(claim: HeldClaim, new: NewParty, known: Sequence[Party]) -> None:
    """Raises: HeirClassMixed, HigherClassLiving, HeirNotInFamily."""
    if new.role == "guardian":
        return
    if claim.living is not None:
        check_class(new.heir_class, claim.living)
    for party in known:
        if party.role in ("heir", "arranger") and party.heir_class != new.heir_class:
            raise HeirClassMixed(
                f"somebody of class {party.heir_class} is registered, this one is of class "
                f"{new.heir_class.value}: only the highest class that has a living member counts"
            )
    if claim.living is not None and new.role == "heir":
        check_room(claim.living, len(heirs_of(known)) + 1)


def _guardian(new: NewParty, known: Sequence[Party], *, is_minor: bool) -> PartyId | None:
    """Who receives for a minor. Raises: GuardianMissing, PartyDoesNotFit."""
    if new.role != "heir" or not is_minor:
        if is_minor or new.guardian_id is not None:
            raise PartyDoesNotFit("only a minor heir has a guardian, and only heirs may be minors")
        return None
    grown = [party for party in known if not party.is_minor]
    guardians = [party for party in grown if party.role == "guardian"]
    spouses = [party for party in grown if party.role == "heir" and party.relation == "spouse"]
    fit = guardians or spouses
    if new.guardian_id is not None:
        fit = [
            party
            for party in grown
            if party.party_id == new.guardian_id and party.role in ("guardian", "heir")
        ]
    if len(fit) != 1:
        raise GuardianMissing(
            "a minor receives through a guardian: register one before, or in the same list, "
            "and where there are several say which in `guardian_id`"
        )
    return PartyId(fit[0].party_id)
