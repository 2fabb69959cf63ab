"""Words that all events of claims use: kinds of claim, benefits, heirs, papers, warnings."""

from enum import IntEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.types import PartyId, Rupiah

ClaimKind = Literal["death", "work-accident-death", "work-accident"]
"""Death not caused by work (JKM); death by a work accident or occupational disease (JKK); injury or
disease of a member who lives (JKK)."""
Benefit = Literal[
    "lump-sum", "periodic", "funeral", "scholarship", "accident-death", "total-disability",
    "anatomical-disability", "functional-disability", "income-replacement", "transport",
    "medical", "home-care", "appliances", "late-compensation",
]  # fmt: skip
"""The lines of a decision (PP 44/2015 art. 25 and 34 as amended by PP 82/2019)."""
DocumentKind = Literal[
    "application", "death-certificate", "village-death-letter", "heir-certificate", "member-card",
    "member-ktp", "heir-ktp", "family-card", "marriage-book", "birth-certificate", "bank-book",
    "power-of-attorney", "guardianship", "will", "funeral-receipt", "medical-certificate",
    "accident-report-1", "accident-report-2", "police-report", "witness-statement",
    "transport-receipt", "medical-receipt", "appliance-receipt", "school-certificate",
    "arrears-receipt", "other",
]  # fmt: skip
"""Papers by what they prove. `death-certificate` is the Akta of Dukcapil, `village-death-letter`
the letter that opens a claim and pays none (domain 3.2)."""
Reporter = Literal["family", "officer", "village"]
Role = Literal["heir", "guardian", "arranger", "fund", "member"]
"""`guardian` of a minor heir; `arranger`: saw to the funeral; `fund`: the social security fund;
`member`: the injured member."""
Relation = Literal[
    "spouse", "child", "parent", "grandparent", "grandchild", "sibling", "parent-in-law",
    "named-in-will", "none",
]  # fmt: skip
WarningSign = Literal[
    "death-soon-after-cover", "cover-after-admission", "death-before-cover",
    "months-paid-after-death", "agent-in-many-claims", "issuer-in-many-claims",
    "account-in-many-claims", "phone-in-many-claims", "person-in-many-claims",
    "payee-name-differs", "heir-not-in-family-card", "injury-and-death-open",
    "filed-by-proposer", "payout-withdrawn-at-once", "document-used-before",
    "payee-account-new",
]  # fmt: skip
"""Patterns of fraud that were seen (domain 3.7). None decides: each asks for a second approver."""
TripMode = Literal["land", "sea", "air"]
"""How a member was brought to care; `land`: land, river or lake (domain 10 row 11)."""
Appliance = Literal["dentures", "hearing-aid", "glasses", "orthosis", "prosthesis"]
SchoolLevel = Literal["tk", "sd", "smp", "sma", "higher"]
"""Kindergarten, primary, lower and upper secondary, higher education or training."""
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,60}$")]
Mark = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""What stands for a number of a person: a hash under a key of claims, so that equals are found."""
ClaimNumber = Annotated[str, Field(pattern=r"^K-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$")]
"""What a family calls the claim by: `K-7Q2M-08ZD`, Crockford's alphabet."""


class HeirClass(IntEnum):
    """The classes of heirs in the strict order of the law (PP 44/2015 art. 37(5) and 40(2))."""

    SPOUSE_OR_CHILD = 1
    PARENT_OR_GRANDCHILD = 2
    SIBLING = 3
    PARENT_IN_LAW = 4
    NAMED_IN_WILL = 5
    NONE = 6


class Part(BaseModel):
    """A part of events: frozen, and a writer may not add fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BenefitLine(Part):
    """One amount to one payee."""

    benefit: Benefit
    amount: Rupiah
    payee_id: PartyId
    line_id: UUID | None = None
    """What the bank pays once for life under; None in events of before it was known."""
