"""Corrections of what is known of a worker: by the rules of a roster's row, both versions kept.

UU 27/2022 art. 30: corrected within 3 x 24 hours. PP 44/2015 art. 13(1): changes are reported
within seven working days.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from contracts.enrollment import WorkerAmended
from contracts.event import Cause
from contracts.refusal import Refused
from contracts.sealed import Sealed
from contracts.types import WorkerId
from services.enrollment.rules.applicants import COLUMNS, Applicant, Finding, Regions, judge

VILLAGE = "kode_wilayah"
_PROVINCE_LENGTH = len("53")
_ANSWERS = {True: "ya", False: "tidak"}


class NothingToCorrect(Refused):
    """Everything is as it is to be."""

    slug, status, retryable = "nothing-to-correct", 422, False


class CorrectionRefused(Refused):
    """The corrected person could not have been taken in."""

    slug, status, retryable = "correction-refused", 422, False


class Corrected(NamedTuple):
    """A person as a correction leaves him."""

    now: Applicant
    fields: tuple[str, ...]
    """The columns that changed."""
    warnings: tuple[Finding, ...]
    """What is doubtful about the corrected person: for whoever corrects to look at."""


class Judging(NamedTuple):
    """What a corrected person is judged by."""

    regions: Regions
    age_min: int
    registered_on: date
    """Age is judged on the day of registration, not today: who grew too old since stays in."""


class Version(NamedTuple):
    """A person at one time: where he lives, and the block that says who he is."""

    village_code: str
    identity: Sealed


class Change(NamedTuple):
    """Both versions of one worker, and the request or command that asked for the change."""

    worker_id: UUID
    before: Version
    after: Version
    request_id: UUID


def row_of(who: Applicant) -> dict[str, str]:
    """A person as the row of a roster."""
    person = who.person
    return {
        "nik": person.nik,
        "nama": person.name,
        "tempat_lahir": person.birth_place,
        "tanggal_lahir": person.born_on.isoformat(),
        "jenis_kelamin": person.sex,
        "nama_ibu": person.mother,
        "no_kk": person.kk,
        "alamat": person.address,
        "kode_wilayah": who.village_code,
        "pekerjaan": person.occupation,
        "no_hp": person.phone,
        "ktp": _ANSWERS[who.has_ktp],
        "kk": _ANSWERS[who.has_kk],
    }


def correct(held: Applicant, wanted: Mapping[str, str], *, by: Judging) -> Corrected:
    """The person with other words in some columns, judged as a row of a roster of the province.

    Raises: CorrectionRefused, NothingToCorrect.
    """
    before = row_of(held)
    judged = judge(
        {**before, **wanted},
        regions=by.regions,
        area_code=held.village_code[:_PROVINCE_LENGTH],
        today=by.registered_on,
        age_min=by.age_min,
    )
    if judged.applicant is None:
        raise CorrectionRefused(
            "; ".join(f"{each.field} ({each.slug}): {each.reason}" for each in judged.findings)
        )
    after = row_of(judged.applicant)
    changed = tuple(name for name in COLUMNS if after[name] != before[name])
    if not changed:
        raise NothingToCorrect("every field says this already: see who the member is")
    return Corrected(judged.applicant, changed, judged.findings)


def amend(
    corrected: Corrected, change: Change, *, cause: Cause, officer: str, now: datetime
) -> WorkerAmended:
    """Put a correction on record."""
    return WorkerAmended(
        **cause.stamp("amend-worker", at=now),
        worker_id=WorkerId(change.worker_id),
        request_id=change.request_id,
        fields=corrected.fields,
        village_code=change.after.village_code,
        has_ktp=corrected.now.has_ktp,
        has_kk=corrected.now.has_kk,
        village_before=change.before.village_code,
        before=change.before.identity,
        after=change.after.identity,
        amended_by=officer,
    )
