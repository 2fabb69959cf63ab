"""Another account for a payee whom the bank could not pay."""

from contracts.claims import HeirRegistered
from contracts.event import Stamp
from contracts.refusal import Refused
from services.claims.rules.claims import HeldClaim
from services.claims.rules.families import PartyDoesNotFit
from services.claims.rules.parties import Hidden, NewParty


class NothingCameBack(Refused):
    """The account of a payee is changed after the decision only where the bank could not pay."""

    slug, status, retryable = "nothing-came-back", 409, False


def correct_account(
    claim: HeldClaim,
    party: NewParty,
    hidden: Hidden,
    *,
    has_failed: bool,
    stamp: Stamp,
    officer: str,
) -> HeirRegistered:
    """Register a party once more, with another account. `party` and `hidden` are as they are to be;
    `has_failed` says that a line of the party came back and has not arrived since.

    An approver does so, who neither filed nor verified the claim, and then an officer of the bank
    sends the line anew: nobody turns a benefit to another account alone.
    Raises: ClaimInOtherState, SameOfficer, NothingCameBack, PartyDoesNotFit.
    """
    claim.check_state("approved")
    claim.check_is_other(officer, claim.filed_by, claim.verified_by, did="filed or verified")
    if party.role == "fund":
        raise PartyDoesNotFit("the account of the social security fund is a setting: correct it")
    if not has_failed:
        raise NothingCameBack(
            "no line of this payee came back from the bank: the account stays as it was approved"
        )
    return HeirRegistered(
        **stamp,
        **hidden._asdict(),
        claim_id=claim.claim_id,
        worker_id=claim.worker_id,
        heir_class=party.heir_class,
        account=party.account,
        registered_by=officer,
        role=party.role,
        relation=party.relation,
        is_minor=party.is_minor,
        guardian_id=party.guardian_id,
        in_family_card=party.in_family_card,
        is_account_new=party.is_account_new,
        replaces_account=True,
    )
