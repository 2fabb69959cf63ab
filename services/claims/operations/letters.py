"""Write letters to families: with names, which are opened for the letter alone and not kept."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.correlation import correlation_id
from chassis.ids import new_id
from chassis.key_service import KeysUnavailable
from chassis.sealing import SealBroken, masked, open_sealed
from chassis.state.unit import Unit
from chassis.subject_keys import keys_of
from chassis.web.access import Caller
from contracts.claims import LetterIssued, SubjectKeyRead
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import ClaimId, WorkerId
from services.claims.adapters import Tools
from services.claims.adapters.letter_pdf import letter_pdf
from services.claims.adapters.members import MemberUnreadable
from services.claims.models import Claim, Heir
from services.claims.operations import letter_words
from services.claims.operations.case_files import CaseFile
from services.claims.operations.held import held_claim
from services.claims.operations.letter_words import UNNAMED, Named
from services.claims.operations.lookups import case_file
from services.claims.queries import letters as queries
from services.claims.rules.claims import ClaimState
from services.claims.rules.letters import LetterKind, check_letter

REASON_CHARACTERS_MAX = 200
FUND = "Dana Jaminan Sosial"


class MemberNameUnavailable(Refused):
    """Enrollment, which holds the keys of members, does not answer."""

    slug, status, retryable = "holder-keys-unavailable", 503, True


class MemberNameUnreadable(Refused):
    """Who the member is, can be read no more."""

    slug, status, retryable = "record-unreadable", 409, False


class LetterOvertaken(Refused):
    """The claim went on while the letter was written."""

    slug, status, retryable = "letter-overtaken", 409, True


class LetterStanding(BaseModel):
    """A letter that was made; the paper itself is not kept, because it names people."""

    model_config = ConfigDict(from_attributes=True)

    letter: str
    sha256: str
    """Of the PDF: whoever has the file can show that it is this one."""
    issued_by: str
    issued_at: datetime


class Letters(BaseModel):
    """The letters of a claim, the first at the head."""

    letters: list[LetterStanding]


class _Person(BaseModel):
    """As much of an heir's or reporter's sealed block as a letter needs."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    name: str
    bank_code: str | None = None
    account_number: str | None = None


@dataclass(frozen=True)
class Draft:
    """A letter but for the member's name, which another service opens."""

    letter: LetterKind
    file: CaseFile
    persons: dict[UUID, _Person]
    """Whoever was opened with keys of claims, by subject."""


class Paper(NamedTuple):
    """A letter that is written and not on record yet."""

    draft: Draft
    content: bytes


async def letters(session: AsyncSession, claim_id: UUID, *, now: datetime, by: Caller) -> Letters:
    """The letters that were made. Raises: ClaimUnknown, OutsideArea."""
    await case_file(session, claim_id, now=now, by=by)
    found = await queries.letters(session, claim_id)
    return Letters(letters=[LetterStanding.model_validate(each) for each in found])


async def draft(
    session: AsyncSession,
    claim_id: UUID,
    letter: LetterKind,
    *,
    tools: Tools,
    now: datetime,
    by: Caller,
) -> Draft:
    """All that the letter says. Raises: ClaimUnknown, OutsideArea, LetterTooEarly."""
    file = await case_file(session, claim_id, now=now, by=by)
    check_letter(
        letter,
        state=cast(ClaimState, file.claim.state),
        steps=(step.step for step in file.steps),
        is_compensated=any(line.origin == "compensation" for line in file.lines),
    )
    blocks = _blocks(file, letter)
    wrapped = await keys_of(session, [block.subject for block in blocks])
    persons = {
        block.subject: _opened(block, wrapped[block.subject], tools=tools)
        for block in blocks
        if block.subject in wrapped
    }
    session.expunge_all()  # what was read outlives the transaction
    return Draft(letter, file, persons)


async def paper(draft: Draft, *, tools: Tools, by: Caller) -> Paper:
    """The letter as a PDF, with the member's name: enrollment puts on record why it was read.

    Call it outside any transaction. Raises: MemberNameUnavailable, MemberNameUnreadable.
    """
    named = _named(draft, await _member(draft, tools=tools, by=by), tools=tools, by=by)
    printed = letter_words.written(draft.letter, named)
    return Paper(draft, await asyncio.to_thread(letter_pdf, printed))


async def issue(unit: Unit, paper: Paper, *, by: Caller) -> bytes:
    """Put the letter on record, with the digest of its bytes and every name that was read.

    Raises: ClaimUnknown, OutsideArea, LetterOvertaken.
    """
    draft = paper.draft
    claim = draft.file.claim
    held = await held_claim(unit, claim.claim_id, by=by)
    if (held.state, held.decided_by) != (claim.state, claim.decided_by):
        raise LetterOvertaken("the claim went on meanwhile: ask for the letter again")
    cause_id = new_id()
    cause = Cause(cause_id, correlation_id() or cause_id)
    issued = LetterIssued(
        **cause.stamp("issue-letter", at=unit.now),
        claim_id=ClaimId(claim.claim_id),
        worker_id=WorkerId(claim.worker_id),
        letter=draft.letter,
        sha256=sha256(paper.content).hexdigest(),
        issued_by=by.name,
    )
    reads = [
        SubjectKeyRead(
            **cause.stamp(f"read {subject}", at=unit.now),
            subject_id=subject,
            read_by=by.name,
            role=by.role,
            reason=_reason(draft),
        )
        for subject in sorted(draft.persons)
    ]
    await unit.record([issued, *reads])
    return paper.content


def _blocks(file: CaseFile, letter: LetterKind) -> list[Sealed]:
    """Whom the letter names, but for the member: no more than it needs."""
    if letter == "receipt":
        return [] if file.claim.reporter is None else [Sealed.model_validate(file.claim.reporter)]
    if letter not in ("decision", "compensation"):
        return []
    paid = {line.payee_id for line in file.lines}
    return [Sealed.model_validate(heir.identity) for heir in file.heirs if heir.party_id in paid]


def _opened(block: Sealed, wrapped: bytes, *, tools: Tools) -> _Person:
    try:
        return open_sealed(block, tools.identities.wrap.unwrap(block.subject, wrapped), _Person)
    except SealBroken:
        return _Person(name=UNNAMED)


async def _member(draft: Draft, *, tools: Tools, by: Caller) -> str:
    identity = draft.file.member.identity
    if identity is None:
        raise MemberNameUnreadable("enrollment has not told who the member is: rebuild the copies")
    reason = f"{_reason(draft)} (asked by {by.name})"[:REASON_CHARACTERS_MAX]
    try:
        return await tools.members.name(Sealed.model_validate(identity), reason=reason)
    except KeysUnavailable as error:
        raise MemberNameUnavailable(
            f"The letter was not written, {error}: try again later."
        ) from None
    except MemberUnreadable as error:
        raise MemberNameUnreadable(f"Who the member is, cannot be read: {error}.") from None


def _named(draft: Draft, member: str, *, tools: Tools, by: Caller) -> Named:
    claim: Claim = draft.file.claim
    reporter = claim.reporter and draft.persons.get(UUID(claim.reporter["subject"]))
    return Named(
        file=draft.file,
        number=claim.number or tools.marks.claim_number(claim.claim_id),
        status_code=tools.marks.status_code(claim.claim_id),
        member=member,
        reporter=reporter.name if reporter else None,
        payees={heir.party_id: _payee(heir, draft.persons) for heir in draft.file.heirs},
        issued_by=by.name,
    )


def _payee(heir: Heir, persons: dict[UUID, _Person]) -> str:
    """Name and account, of which no more is shown than the payee needs to know it again."""
    person = persons.get(UUID(heir.identity["subject"]))
    name = person.name if person else UNNAMED
    if heir.role == "fund":
        name = FUND
    if person and person.account_number:
        return f"{name}, rekening {masked(person.account_number)}, bank {person.bank_code}"
    return f"{name}, rekening di Bank NTT" if heir.account == "open-here" else name


def _reason(draft: Draft) -> str:
    return f"letter {draft.letter} of claim {draft.file.claim.number or draft.file.claim.claim_id}"
