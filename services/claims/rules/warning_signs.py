"""Warning signs: what a claim has in common with frauds that were seen (domain 3.7).

A function for each sign, which looks at plain values and says in one line without names what it
found. No sign decides: each asks for a second approver, and for a look of the fraud officer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from contracts.claims import DocumentKind, WarningSign
from services.claims.rules.warning_patterns import Pattern

LINKED_MAX = 20
"""Other claims that a warning names; beyond it, it says that there are more."""
Shared = Literal["account", "phone", "person", "document"]


class Paper(NamedTuple):
    """A document that counts."""

    kind: DocumentKind
    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is known of a claim, and which claims about other members share something with it."""

    filed_by: str
    died_on: date | None = None
    """None: the member lives."""
    event_day: date
    """Of the accident, else of the death."""
    admitted_on: date | None = None
    proposed_by: str | None = None
    """Who sent the roster that brought the member."""
    covers_began: tuple[date, ...] = ()
    """The local days on which covers began, the first at the head."""
    last_paid_month: str | None = None
    papers: tuple[Paper, ...] = ()
    heirs_outside_card: int = 0
    accounts_new: int = 0
    open_beside: tuple[UUID, ...] = ()
    """Open claims about the same member: for the death, where this is for an injury, or back."""
    shared: Mapping[Shared, tuple[UUID, ...]] = field(default_factory=dict)
    of_filer: tuple[UUID, ...] = ()
    """Claims soon after cover that the same officer filed; asked only where this is one too."""
    of_issuers: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    """Claims with letters of the same issuer, by issuer."""

    @property
    def cover_began(self) -> date | None:
        """The day on which the cover began that counts on the day of the event."""
        before = [day for day in self.covers_began if day <= self.event_day]
        return before[-1] if before else None


class TakenOut(NamedTuple):
    """What arrived on one account for a claim, and the cash that left it soon after. Rupiah."""

    account_id: UUID
    arrived: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTraits:
    """What banking told of paying a claim."""

    failures: tuple[str, ...] = ()
    """The rail's words for payouts that failed."""
    taken_out: tuple[TakenOut, ...] = ()


class Finding(NamedTuple):
    """A sign that was found."""

    sign: WarningSign
    words: str
    linked: tuple[UUID, ...] = ()
    about: str = ""
    """What tells two findings of one sign apart."""


Finder = Callable[[Traits, Pattern], Iterator[Finding]]
PaymentFinder = Callable[[PaymentTraits, Pattern], Iterator[Finding]]


def death_soon_after_cover(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """People who were about to die were enrolled for the benefit."""
    began, died = traits.cover_began, traits.died_on
    if began is not None and died is not None and (died - began).days <= pattern.days:
        days = (died - began).days
        yield Finding(pattern.sign, f"died {days} days after the cover began")


def cover_after_admission(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """People were enrolled in their hospital bed."""
    began = traits.cover_began or min(traits.covers_began, default=None)
    if began is not None and traits.admitted_on is not None and traits.admitted_on <= began:
        days = (began - traits.admitted_on).days
        words = f"the cover began {days} days after a hospital admitted the member"
        yield Finding(pattern.sign, words)


def death_before_cover(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """The dead were enrolled, or enrolled again."""
    if traits.died_on is None:
        return
    later = [day for day in traits.covers_began if day > traits.died_on]
    if later:
        days = (later[0] - traits.died_on).days
        yield Finding(pattern.sign, f"a cover began {days} days after the death")


def months_paid_after_death(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """The death was kept back, or its day is not the true one."""
    if traits.died_on is None or traits.last_paid_month is None:
        return
    month = f"{traits.died_on:%Y-%m}"
    if traits.last_paid_month > month:
        words = f"the death was in {month}, and months up to {traits.last_paid_month} are paid"
        yield Finding(pattern.sign, words)


def agent_in_many_claims(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """One person brings claim after claim of members who were enrolled just before."""
    if len(traits.of_filer) + 1 > pattern.claims:
        yield Finding(
            pattern.sign,
            f"one officer filed {_many(traits.of_filer, more=1)} claims within "
            f"{pattern.period_days} days, each within {pattern.days} days of the begin of cover",
            traits.of_filer,
        )


def issuer_in_many_claims(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """One village head, doctor or witness signs claim after claim; registrars of the state do."""
    for issuer, linked in sorted(traits.of_issuers.items()):
        if len(linked) + 1 > pattern.claims:
            words = (
                f"one issuer signed letters or statements of {_many(linked, more=1)} claims "
                f"within {pattern.period_days} days"
            )
            yield Finding(pattern.sign, words, linked, issuer)


def heir_not_in_family_card(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """A stranger is made an heir. A will, or a court's heir certificate, explains it."""
    is_explained = any(
        paper.kind in pattern.kinds
        or (paper.kind == "heir-certificate" and _names(paper.issuer, pattern.words))
        for paper in traits.papers
    )
    if traits.heirs_outside_card and not is_explained:
        words = (
            f"heirs who are not in the family card: {traits.heirs_outside_card}; neither a will "
            "nor a court's letter is there"
        )
        yield Finding(pattern.sign, words)


def injury_and_death_open(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """One event is claimed twice, as an injury and as a death."""
    if traits.open_beside:
        words = "a claim for a work accident and one for a death of this member are open"
        yield Finding(pattern.sign, words, traits.open_beside, _about(traits.open_beside))


def filed_by_proposer(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """Who chose the member brings the claim."""
    if traits.proposed_by is not None and traits.proposed_by == traits.filed_by:
        yield Finding(pattern.sign, "who filed the claim sent the roster that brought the member")


def payee_account_new(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """An agent opens the account that is to be emptied."""
    if traits.accounts_new:
        words = (
            f"accounts of payees that were opened less than {pattern.days} days before: "
            f"{traits.accounts_new}"
        )
        yield Finding(pattern.sign, words)


def account_in_many_claims(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """One account receives for several deaths."""
    return _shared("account", "an account of a payee", traits, pattern)


def phone_in_many_claims(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """One phone is given for several families."""
    return _shared("phone", "a phone number", traits, pattern)


def person_in_many_claims(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """One person is a party of several claims."""
    return _shared("person", "a party", traits, pattern)


def document_used_before(traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    """A paper is handed in twice."""
    return _shared("document", "a scan", traits, pattern)


def payee_name_differs(traits: PaymentTraits, pattern: Pattern) -> Iterator[Finding]:
    """The account belongs to somebody else."""
    if any(words.startswith(pattern.words) for words in traits.failures):
        words = "the other bank refused a payment: the account is held under another name"
        yield Finding(pattern.sign, words)


def payout_withdrawn_at_once(traits: PaymentTraits, pattern: Pattern) -> Iterator[Finding]:
    """Somebody waits at the counter for the family's money."""
    for each in traits.taken_out:
        if 0 < each.arrived * pattern.percent <= each.taken * 100:
            share = min(each.taken * 100 // each.arrived, 100)
            words = (
                f"{share} % of Rp{each.arrived:,} that arrived was taken out in cash within "
                f"{pattern.hours} hours"
            )
            yield Finding(pattern.sign, words, about=str(each.account_id))


FINDERS: Mapping[WarningSign, Finder] = {
    "death-soon-after-cover": death_soon_after_cover,
    "cover-after-admission": cover_after_admission,
    "death-before-cover": death_before_cover,
    "months-paid-after-death": months_paid_after_death,
    "agent-in-many-claims": agent_in_many_claims,
    "issuer-in-many-claims": issuer_in_many_claims,
    "account-in-many-claims": account_in_many_claims,
    "phone-in-many-claims": phone_in_many_claims,
    "person-in-many-claims": person_in_many_claims,
    "heir-not-in-family-card": heir_not_in_family_card,
    "injury-and-death-open": injury_and_death_open,
    "filed-by-proposer": filed_by_proposer,
    "document-used-before": document_used_before,
    "payee-account-new": payee_account_new,
}
PAYMENT_FINDERS: Mapping[WarningSign, PaymentFinder] = {
    "payee-name-differs": payee_name_differs,
    "payout-withdrawn-at-once": payout_withdrawn_at_once,
}


def _shared(thing: Shared, said: str, traits: Traits, pattern: Pattern) -> Iterator[Finding]:
    linked = traits.shared.get(thing, ())
    if linked:
        many = "one claim" if len(linked) == 1 else f"{_many(linked)} claims"
        words = f"{said} of this claim is also in {many} about other members"
        yield Finding(pattern.sign, words, linked, _about(linked))


def _many(linked: tuple[UUID, ...], *, more: int = 0) -> str:
    """How many, as far as it was counted."""
    if len(linked) > LINKED_MAX:
        return f"more than {LINKED_MAX}"
    return str(len(linked) + more)


def _about(linked: tuple[UUID, ...]) -> str:
    """The claims that are linked; beyond what is counted which of them were seen is chance."""
    return "many" if len(linked) > LINKED_MAX else " ".join(map(str, sorted(linked)))


def _names(issuer: str, words: tuple[str, ...]) -> bool:
    return any(word in issuer.casefold() for word in words)
