"""How the heirs of a class share, and who is paid a line. The law is silent on the split inside a
class: the heirs agree, and no inheritance law is applied here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from contracts.claims import Share, SharesAgreed
from contracts.event import Stamp
from contracts.refusal import Refused
from contracts.types import PartyId
from services.claims.rules.claims import HeldClaim
from services.claims.rules.facts import Step
from services.claims.rules.parties import Party


class SharesUneven(Refused):
    """The parts do not add up to the whole."""

    slug, status, retryable = "shares-uneven", 422, False


class SharesMissing(Refused):
    """Several heirs have a right, and how they share is not agreed for exactly them."""

    slug, status, retryable = "shares-missing", 409, False


class ShareOfNoHeir(Refused):
    """Somebody has a share who is not an heir of this claim, or has two."""

    slug, status, retryable = "share-of-no-heir", 422, False


class PowerOfAttorneyMissing(Refused):
    """One is to receive for all, and the paper that all signed is not in the claim."""

    slug, status, retryable = "power-of-attorney-missing", 409, False


class PayeeMissing(Refused):
    """Nobody is registered whom the law names for a line."""

    slug, status, retryable = "payee-missing", 409, False


class NewShares(NamedTuple):
    """Shares as they are to be agreed."""

    whole: int
    shares: tuple[Share, ...]
    power_of_attorney: UUID | None = None
    """The document by which one receives for all."""


class ListedShares(NamedTuple):
    """Shares told together with the heirs, who had no ids yet: the parts in the heirs' order."""

    whole: int
    parts: tuple[int, ...]

    def of(self, heirs: Sequence[UUID]) -> NewShares:
        """The same by ids of those heirs. Raises: SharesUneven."""
        if len(heirs) != len(self.parts):
            raise SharesUneven(f"{len(heirs)} heirs and {len(self.parts)} shares: give each one")
        shares = zip(heirs, self.parts, strict=True)
        return NewShares(
            self.whole, tuple(Share(party_id=PartyId(heir), parts=parts) for heir, parts in shares)
        )


def agree_shares(
    claim: HeldClaim,
    new: NewShares,
    *,
    heirs: Sequence[Party],
    powers: Sequence[UUID],
    stamp: Stamp,
    officer: str,
) -> SharesAgreed:
    """Record how the heirs share; what was agreed before no longer counts. `powers` are the powers
    of attorney in the claim that count.

    Raises: ClaimInOtherState, SharesUneven, ShareOfNoHeir, SharesMissing, PowerOfAttorneyMissing.
    """
    claim.check_state("filed", "returned")
    total = sum(share.parts for share in new.shares)
    if total != new.whole:
        raise SharesUneven(f"the parts add up to {total}, the whole is {new.whole}: correct one")
    if new.power_of_attorney is not None:
        check_power(new.power_of_attorney, powers)
    check_shares(new, heirs)
    return SharesAgreed(
        **stamp,
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        **new._asdict(),
        recorded_by=officer,
    )


def check_power(document_id: UUID, powers: Sequence[UUID]) -> None:
    """Raises PowerOfAttorneyMissing unless the paper is one of those in the claim that count."""
    if document_id not in powers:
        raise PowerOfAttorneyMissing(
            "no power of attorney with this id counts in this claim: attach it, or name the newest"
        )


def check_shares(agreed: NewShares | None, heirs: Sequence[Party]) -> None:
    """Whether it is known what each heir receives. One heir alone needs no shares.

    Raises: ShareOfNoHeir, SharesMissing.
    """
    entitled = [party for party in heirs if party.role == "heir"]
    if agreed is None:
        if len(entitled) != 1:
            raise SharesMissing(
                f"{len(entitled)} heirs have a right: agree shares, or let one receive by a power "
                "of attorney"
            )
        return
    receiving = [share.party_id for share in agreed.shares]
    if agreed.power_of_attorney is not None:
        _check_receiver(receiving, entitled)
        return
    ids = {party.party_id for party in entitled}
    if len(set(receiving)) != len(receiving) or not ids.issuperset(receiving):
        raise ShareOfNoHeir("each share belongs to another registered heir of this claim")
    if ids.difference(receiving):
        raise SharesMissing("an heir has no share: every heir of the class has one")


def shares_of(kept: Mapping[str, Any] | None) -> NewShares | None:
    """Shares as a claim keeps them."""
    if kept is None:
        return None
    shares = tuple(Share.model_validate(share) for share in kept["shares"])
    power = kept.get("power_of_attorney")
    return NewShares(kept["whole"], shares, UUID(str(power)) if power else None)


def split(amount: int, shares: Sequence[Share]) -> list[int]:
    """Rupiah of each share, in their order. They sum to the amount: what whole rupiah leave over
    goes to the largest remainders, of equal ones to the first."""
    whole = sum(share.parts for share in shares)
    portions = [divmod(amount * share.parts, whole) for share in shares]
    left = amount - sum(rupiah for rupiah, _ in portions)
    by_remainder = sorted(range(len(shares)), key=lambda place: (-portions[place][1], place))
    favored = set(by_remainder[:left])
    return [rupiah + (place in favored) for place, (rupiah, _) in enumerate(portions)]


def payees(
    step: Step, heirs: Sequence[Party], shares: Mapping[str, Any] | None
) -> list[tuple[PartyId, int]]:
    """Who is paid a line, and how much: each payee once, the amounts sum to the line's.

    `heirs` are all parties of the claim in the order of `queries.heirs`; `shares` as the claim
    keeps them. A guardian is paid what falls to a minor. Raises: PayeeMissing, SharesMissing,
    ShareOfNoHeir.
    """
    if step.amount == 0:
        return []
    if step.payee != "heirs":
        party = _child(step.child, heirs) if step.payee == "child" else _one(step.payee, heirs)
        return [(payee_of(party), step.amount)]
    agreed = shares_of(shares)
    check_shares(agreed, heirs)
    if agreed is None:
        return [(payee_of(_one("heir", heirs)), step.amount)]
    known = {party.party_id: party for party in heirs}
    paid: dict[PartyId, int] = {}
    amounts = split(step.amount, agreed.shares)
    for share, amount in zip(agreed.shares, amounts, strict=True):
        payee = payee_of(known[share.party_id])
        paid[payee] = paid.get(payee, 0) + amount
    return [(payee, amount) for payee, amount in paid.items() if amount > 0]


def payee_of(party: Party) -> PartyId:
    """Who receives what falls to a party: of a minor, the guardian."""
    return PartyId(party.guardian_id or party.party_id)


def children(heirs: Sequence[Party]) -> dict[str, Party]:
    """The children of the member by the labels that computations use, `child-1` and so on."""
    found = (party for party in heirs if party.role == "heir" and party.relation == "child")
    return {f"child-{place}": child for place, child in enumerate(found, start=1)}


def _check_receiver(receiving: Sequence[UUID], entitled: Sequence[Party]) -> None:
    grown = {party.party_id for party in entitled if not party.is_minor}
    if len(receiving) != 1 or receiving[0] not in grown:
        raise ShareOfNoHeir(
            "with a power of attorney one grown heir of this claim receives the whole"
        )


def _one(role: str, heirs: Sequence[Party]) -> Party:
    found = [party for party in heirs if party.role == role]
    if len(found) != 1:
        raise PayeeMissing(f"the law names the {role} for this line: register one")
    return found[0]


def _child(label: str | None, heirs: Sequence[Party]) -> Party:
    child = children(heirs).get(label or "")
    if child is None:
        raise PayeeMissing(f"no child {label} is registered: register the child")
    return child
