"""The facts of a computation as a client writes them: the same fields as `rules/facts.py`, with
limits, and nothing beside them."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter

from chassis.web.asked import Asked
from contracts.claims import Appliance, Benefit, ClaimKind, HeirClass, SchoolLevel, Slug, TripMode
from contracts.enrollment import Debtor
from contracts.types import Instant, Month
from services.claims.rules.facts import Facts

SPELLS_MAX = 50
MONTHS_MAX = 600
LINES_MAX = 100
Amount = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000_000)]
"""Whole rupiah."""
PerCent = Annotated[int, Field(strict=True, ge=1, le=100)]
Days = Annotated[int, Field(strict=True, ge=0, le=3_650)]
Year = Annotated[int, Field(strict=True, ge=2015, le=2100)]
_FACTS = TypeAdapter(Facts)


class AskedSpell(Asked):
    """A time of cover without a lapse in it."""

    covered_from: Instant
    ended_on: date | None = None
    event_id: None = None


class AskedMonth(Asked):
    """A month of contribution and the day on which it was paid."""

    month: Month
    paid_on: date
    event_id: None = None


class AskedDisability(Asked):
    """A loss that a doctor found."""

    code: Slug
    percent: PerCent | None = None
    units: Annotated[int, Field(strict=True, ge=1, le=20)] = 1
    function_lost: PerCent | None = None


class AskedTrip(Asked):
    """What bringing the member to care cost."""

    mode: TripMode
    cost: Amount


class AskedAid(Asked):
    """A denture, hearing aid and the like."""

    appliance: Appliance
    cost: Amount
    hospital_price: Amount | None = None


class AskedChild(Asked):
    """A child of the member, for the scholarship."""

    name: Slug
    """A label such as `child-1`; never a person's name."""
    born_on: date
    level: SchoolLevel
    school_year: Year
    years_paid_at_level: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    is_married: bool = False
    is_working: bool = False
    is_apprentice: bool = False


class AskedAccident(Asked):
    """What a work accident or occupational disease cost."""

    days_unable: Days = 0
    unable_from: date | None = None
    trips: Annotated[tuple[AskedTrip, ...], Field(max_length=LINES_MAX)] = ()
    medical_cost: Amount = 0
    home_care_cost: Amount = 0
    home_care_days: Days = 0
    aids: Annotated[tuple[AskedAid, ...], Field(max_length=LINES_MAX)] = ()
    is_total_disability: bool = False
    disabilities: Annotated[tuple[AskedDisability, ...], Field(max_length=LINES_MAX)] = ()
    is_left_handed: bool = False
    is_sudden_death: bool = False
    is_disease: bool = False
    """An occupational disease: `happened_on` is the day of the diagnosis."""
    work_ended_on: date | None = None
    """The last day of the work that brought the disease."""


class AskedFacts(Asked):
    """All that a computation uses; days are local, Asia/Makassar."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "death",
                    "filed_on": "2025-10-22",
                    "decided_on": "2025-10-23",
                    "happened_on": "2025-10-11",
                    "died_on": "2025-10-11",
                    "spells": [{"covered_from": "2025-07-03T02:00:00Z"}],
                    "paid": [
                        {"month": "2025-07", "paid_on": "2025-07-03"},
                        {"month": "2025-08", "paid_on": "2025-08-04"},
                        {"month": "2025-09", "paid_on": "2025-09-03"},
                    ],
                    "heir_class": 1,
                }
            ]
        }
    )

    kind: ClaimKind
    filed_on: date
    decided_on: date
    """The day for which it is asked whether arrears are still owed."""
    happened_on: date
    """The day of the accident or diagnosis, or of the death."""
    happened_at: Instant | None = None
    died_on: date | None = None
    spells: Annotated[tuple[AskedSpell, ...], Field(max_length=SPELLS_MAX)] = ()
    paid: Annotated[tuple[AskedMonth, ...], Field(max_length=MONTHS_MAX)] = ()
    base_income: Annotated[int, Field(strict=True, gt=0, le=1_000_000_000)] = 1_000_000
    last_promised_month: Month | None = None
    owed_by: Debtor = "member"
    """Who owes the arrears there are: a funder's hold the benefit and never refuse it."""
    heir_class: HeirClass | None = None
    funeral_paid_elsewhere: bool = False
    """The funeral benefit was paid in another segment: it is paid once."""
    late_filing_excused: bool = False
    accident: AskedAccident | None = None
    children: Annotated[tuple[AskedChild, ...], Field(max_length=LINES_MAX)] = ()
    paid_before: dict[Benefit, Amount] = Field(default_factory=dict)
    """What an earlier decision about the same event paid, by line."""
    paid_elsewhere: dict[Benefit, Amount] = Field(default_factory=dict)
    """What other claims gave for an accident of those days, by line."""

    def facts(self) -> Facts:
        """As the rules take them."""
        return _FACTS.validate_python(self.model_dump())
