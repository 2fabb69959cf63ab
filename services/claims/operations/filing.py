"""File a claim, assess an accident, return and resubmit the file, verify it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.state.unit import Unit
from chassis.web.access import Caller
from contracts.claims import DocumentKind
from contracts.event import Cause, Event, derived_id
from contracts.refusal import Refused
from contracts.types import ClaimId, WorkerId
from services.claims.adapters import Tools
from services.claims.adapters.identities import REPORTER
from services.claims.operations.heirs import FirstHeirs, first_heirs
from services.claims.operations.held import Stepped, held_claim
from services.claims.operations.warnings import look_for_signs
from services.claims.queries import claims as queries
from services.claims.queries import documents
from services.claims.queries.case_file import case_files
from services.claims.rules import assessments, filing, reports
from services.claims.rules import heirs as families
from services.claims.rules.assessments import Assessment
from services.claims.rules.claims import HeldClaim
from services.claims.rules.filing import CaseFile
from services.claims.rules.heirs import ListedShares, NewParty
from services.claims.rules.parties import phone_digits
from services.claims.rules.reports import Filing, Report


class MemberUnknown(Refused):
    """No member has this id, or the news of the enrollment has not arrived yet."""

    slug, status, retryable = "member-unknown", 404, True


class ReporterIdentity(BaseModel):
    """Who came: the block that is sealed."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: str
    phone: str | None = None


@dataclass(frozen=True)
class Application:
    """All that is told when a claim is filed."""

    worker_id: UUID
    report: Report
    reporter: ReporterIdentity | None = None
    family: Mapping[str, int] | None = None
    heirs: Sequence[NewParty] = ()
    shares: ListedShares | None = None
    """In the order of those among `heirs` who inherit."""


class Seen(NamedTuple):
    """That the papers were seen, and what the verifier says beside it."""

    verification: filing.Verification
    intact: frozenset[str]
    """What `documents.intact_scans` found just now."""


class Filed(BaseModel):
    """The claim that was filed."""

    claim_id: UUID
    number: str
    """What the family calls it by."""
    status_code: str
    """The second factor of the status page, told only here."""
    parties: list[UUID]
    """Those who were registered, in the order in which they were given."""


class Assessed(BaseModel):
    """The claim whose accident was assessed."""

    claim_id: UUID


class Returned(BaseModel):
    """The claim that was returned, and what the family is asked for."""

    claim_id: UUID
    missing: list[DocumentKind]


async def file_claim(
    unit: Unit, asked: Application, *, tools: Tools, by: Caller, cause: Cause
) -> Filed:
    """File a claim with its family, heirs and shares, as far as they are known.

    Raises: MemberUnknown, OutsideArea, and what `rules.reports.file_claim` and the rules of heirs
    refuse.
    """
    report = asked.report
    village_code = await unit.ask(queries.members_locked, asked.worker_id)
    if village_code is None:
        raise MemberUnknown(f"no member {asked.worker_id}: check the id, or try again in a moment")
    by.check_area(village_code)
    same = queries.Happened(asked.worker_id, report.died_on, report.happened_on)
    known_by, keys = _filing(asked, tools=tools, cause=cause)
    filed = reports.file_claim(
        replace(report, reported_by="village") if by.role == "village" else report,
        known_by,
        open_claim=await unit.ask(queries.claims_about, same),
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    taken = _take_in_heirs(reports.just_filed(filed), asked, tools=tools, by=by, cause=cause)
    await unit.record([filed, *taken.events], keys={**keys, **taken.keys})
    return Filed(
        claim_id=filed.claim_id,
        number=tools.marks.claim_number(filed.claim_id),
        status_code=tools.marks.status_code(filed.claim_id),
        parties=taken.party_ids,
    )


async def assess(
    unit: Unit, claim_id: UUID, assessment: Assessment, *, by: Caller, cause: Cause
) -> Assessed:
    """Put on record what an accident cost. Raises: ClaimUnknown, OutsideArea, and what
    `rules.assessments.assess` refuses."""
    claim = await held_claim(unit, claim_id, by=by)
    known = await unit.ask(documents.current, claim_id) or []
    assessed = assessments.assess(
        claim,
        assessment,
        papers={each.document_id: each.kind for each in known if each.is_good is not False},
        cause=cause,
        officer=by.name,
        now=unit.now,
    )
    await unit.record([assessed])
    return Assessed(claim_id=claim_id)


async def return_claim(
    unit: Unit,
    claim_id: UUID,
    missing: Sequence[DocumentKind] | None,
    *,
    note: str,
    by: Caller,
    cause: Cause,
) -> Returned:
    """Return a file; without a list, with all that stands against its verification.

    Raises: ClaimUnknown, OutsideArea, ClaimInOtherState.
    """
    claim = await held_claim(unit, claim_id, by=by)
    if missing is None:
        missing = filing.missing_now(claim, await _case_file(unit, claim_id))
    returned = filing.return_claim(
        claim, missing, note=note, cause=cause, officer=by.name, now=unit.now
    )
    await unit.record([returned])
    return Returned(claim_id=claim_id, missing=list(returned.missing))


async def resubmit(unit: Unit, claim_id: UUID, *, by: Caller, cause: Cause) -> Stepped:
    """Take a file back. Raises: ClaimUnknown, OutsideArea, ClaimInOtherState."""
    claim = await held_claim(unit, claim_id, by=by)
    await unit.record([filing.resubmit(claim, cause=cause, officer=by.name, now=unit.now)])
    return Stepped(claim_id=claim_id, state="filed")


async def verify(
    unit: Unit, claim_id: UUID, seen: Seen, *, tools: Tools, by: Caller, cause: Cause
) -> Stepped:
    """Verify a claim whose papers are there and undamaged, and look for warning signs.

    Raises: ClaimUnknown, OutsideArea, BlobMissing, BlobDamaged, and what `rules.filing.verify`
    refuses.
    """
    claim = await held_claim(unit, claim_id, by=by)
    file = await _case_file(unit, claim_id)
    verified = filing.verify(
        claim, file, seen.verification, cause=cause, officer=by.name, now=unit.now
    )
    unread = {each.sha256 for each in file.documents} - seen.intact
    await asyncio.gather(*(tools.blobs.get(digest) for digest in unread))
    signs = await look_for_signs(unit, claim, cause=cause)
    await unit.record([verified, *signs.fresh])
    return Stepped(claim_id=claim_id, state="verified")


async def _case_file(unit: Unit, claim_id: UUID) -> CaseFile:
    file = await unit.ask(case_files, claim_id)
    assert file is not None  # noqa: S101  (it is asked for each)
    return file


def _filing(
    asked: Application, *, tools: Tools, cause: Cause
) -> tuple[Filing, Mapping[UUID, bytes]]:
    """The number of the new claim, and who came, sealed under a key of their own; and that key."""
    claim_id = ClaimId(derived_id(cause.cause_id, "claim"))
    known_by = Filing(claim_id, WorkerId(asked.worker_id), tools.marks.claim_number(claim_id))
    if asked.reporter is None:
        return known_by, {}
    subject = derived_id(cause.cause_id, "reporter")
    block, wrapped = tools.identities.seal(subject, asked.reporter, kind=REPORTER)
    phone = asked.reporter.phone
    mark = None if phone is None else tools.marks.mark("phone", phone_digits(phone))
    return known_by._replace(reporter=block, phone_mark=mark), wrapped


def _take_in_heirs(
    claim: HeldClaim, asked: Application, *, tools: Tools, by: Caller, cause: Cause
) -> FirstHeirs:
    """The family, the heirs and the shares that came with the application."""
    now = claim.filed_at
    events: list[Event] = []
    if asked.family is not None:
        stamp = cause.stamp("record-family", at=now)
        family = families.record_family(claim, asked.family, known=(), stamp=stamp, officer=by.name)
        events.append(family)
        claim = replace(claim, living=family.living)
    taken = first_heirs(claim, asked.heirs, tools=tools, by=by, cause=cause, now=now)
    events += taken.events
    if asked.shares is not None:
        sharing = [
            party_id
            for party, party_id in zip(asked.heirs, taken.party_ids, strict=True)
            if party.role == "heir"
        ]
        agreed = families.agree_shares(
            claim,
            asked.shares.of(sharing),
            heirs=taken.parties,
            powers=(),
            stamp=cause.stamp("agree-shares", at=now),
            officer=by.name,
        )
        events.append(agreed)
    return taken._replace(events=events)
