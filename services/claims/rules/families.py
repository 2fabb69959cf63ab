"""Who lives of the family, by the heir certificate: the class that counts, and that all are there.

The order of the classes is the law's own (PP 44/2015 art. 37(5) and 40(2)): while a class has a
living member no lower one has a right.
"""

from collections.abc import Mapping, Sequence

from contracts.claims import FamilyRecorded, HeirClass
from contracts.event import Stamp
from contracts.refusal import Refused
from services.claims.rules.claims import HeldClaim
from services.claims.rules.parties import Party
from services.claims.rules.shares import check_shares, shares_of

OF_THE_DEAD = ("death", "work-accident-death")


class HeirClassMixed(Refused):
    """Heirs of two classes at once: only the highest that lives has a right."""

    slug, status, retryable = "heir-class-mixed", 409, False


class HigherClassLiving(Refused):
    """While an heir of a higher class lives, one of a lower class has no right."""

    slug, status, retryable = "higher-class-living", 409, False


class HeirNotInFamily(Refused):
    """By the family as it is recorded there is no such heir, or no further one."""

    slug, status, retryable = "heir-not-in-family", 409, False


class FamilyUnrecorded(Refused):
    """Nobody has said how many of each class of heirs live."""

    slug, status, retryable = "family-unrecorded", 409, False


class HeirMissing(Refused):
    """Somebody is not registered who has a right to the benefit."""

    slug, status, retryable = "heir-missing", 409, False


class PartyDoesNotFit(Refused):
    """Somebody has no such part in a claim of this kind."""

    slug, status, retryable = "party-does-not-fit", 422, False


def class_that_counts(living: Mapping[str, int]) -> HeirClass:
    """The highest class with a living member; NONE: nobody of the family lives."""
    return HeirClass(min((int(number) for number in living), default=HeirClass.NONE))


def record_family(
    claim: HeldClaim,
    living: Mapping[str, int],
    *,
    known: Sequence[Party],
    stamp: Stamp,
    officer: str,
) -> FamilyRecorded:
    """Record how many of each class live, `{"1": 2}`; nobody: `{}`. It must have room for who is
    registered.

    Raises: ClaimInOtherState, PartyDoesNotFit, HigherClassLiving, HeirNotInFamily.
    """
    claim.check_state("filed", "returned")
    check_death(claim)
    for party in known:
        if party.role in ("heir", "arranger"):
            check_class(HeirClass(party.heir_class), living)
    check_room(living, len(heirs_of(known)))
    return FamilyRecorded(
        **stamp,
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        living=dict(sorted(living.items())),
        recorded_by=officer,
    )


def check_class(heir_class: HeirClass, living: Mapping[str, int]) -> None:
    """Whether this class is the one that counts. Raises: HigherClassLiving, HeirNotInFamily."""
    counts = class_that_counts(living)
    if counts < heir_class:
        raise HigherClassLiving(
            f"{living[str(counts.value)]} of class {counts.value} live: while they do, nobody of "
            f"class {heir_class.value} has a right; register them, or correct the family"
        )
    if counts > heir_class:
        raise HeirNotInFamily(
            f"by the family as recorded nobody of class {heir_class.value} lives: record it again "
            "if somebody does"
        )


def check_room(living: Mapping[str, int], heirs: int) -> None:
    """Raises HeirNotInFamily if there are more heirs than live of the class that counts."""
    count = living.get(str(class_that_counts(living).value), 0)
    if heirs > count:
        raise HeirNotInFamily(
            f"by the family as recorded {count} of the class live, here are {heirs}: record the "
            "family again, or strike who is no heir"
        )


def check_death(claim: HeldClaim) -> None:
    """Raises PartyDoesNotFit if the member lives: then nobody inherits."""
    if claim.kind not in OF_THE_DEAD:
        raise PartyDoesNotFit("the member lives, and receives the benefit: register the member")


def check_complete(claim: HeldClaim, heirs: Sequence[Party]) -> None:
    """Whether all are registered who have a part, and it is known what each receives. `heirs` are
    all parties of the claim.

    Raises: FamilyUnrecorded, HeirMissing, HeirClassMixed, HigherClassLiving, HeirNotInFamily,
    SharesMissing, ShareOfNoHeir.
    """
    if claim.kind not in OF_THE_DEAD:
        _check_present("member", heirs)
        return
    if claim.living is None:
        raise FamilyUnrecorded("say how many of each class of heirs live, by the heir certificate")
    counts = class_that_counts(claim.living)
    entitled = heirs_of(heirs)
    if counts == HeirClass.NONE:
        if entitled:
            raise HeirNotInFamily("by the family as recorded nobody lives: record it again")
        _check_present("arranger", heirs)
        _check_present("fund", heirs)
        return
    for heir in entitled:
        check_class(HeirClass(heir.heir_class), claim.living)
    check_room(claim.living, len(entitled))
    if len(entitled) < claim.living[str(counts.value)]:
        raise HeirMissing(
            f"{claim.living[str(counts.value)]} of class {counts.value} live, {len(entitled)} "
            "registered: all of them have to be"
        )
    check_shares(shares_of(claim.shares), heirs)


def heirs_of(parties: Sequence[Party]) -> list[Party]:
    """Those who inherit, without guardians and whoever else has a part."""
    return [party for party in parties if party.role == "heir"]


def _check_present(role: str, parties: Sequence[Party]) -> None:
    if not any(party.role == role for party in parties):
        raise HeirMissing(f"the {role} is not registered, who receives of this claim")
