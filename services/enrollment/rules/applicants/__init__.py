"""Whether a row of a roster is a person who may be a member: `judge` says."""

from services.enrollment.rules.applicants.columns import (
    COLUMNS,
    OPTIONAL,
    REQUIRED,
    column_name,
    fields_of,
)
from services.enrollment.rules.applicants.dates import age_on, birthday, day_in
from services.enrollment.rules.applicants.findings import (
    MEMBERSHIP_ENDED,
    Finding,
    RowSlug,
    Severity,
    Slug,
    StandingSlug,
    finding,
)
from services.enrollment.rules.applicants.in_file import KK_MEMBERS_MAX
from services.enrollment.rules.applicants.judgement import (
    AGE_LIMIT,
    AGE_MIN,
    FIELD_CHARACTERS_MAX,
    UNREADABLE,
    Judged,
    Regions,
    birth_refusal,
    judge,
    village_in,
)
from services.enrollment.rules.applicants.persons import Applicant, Person, Sex

__all__ = [
    "AGE_LIMIT",
    "AGE_MIN",
    "COLUMNS",
    "FIELD_CHARACTERS_MAX",
    "KK_MEMBERS_MAX",
    "MEMBERSHIP_ENDED",
    "OPTIONAL",
    "REQUIRED",
    "UNREADABLE",
    "Applicant",
    "Finding",
    "Judged",
    "Person",
    "Regions",
    "RowSlug",
    "Severity",
    "Sex",
    "Slug",
    "StandingSlug",
    "age_on",
    "birth_refusal",
    "birthday",
    "column_name",
    "day_in",
    "fields_of",
    "finding",
    "judge",
    "village_in",
]
