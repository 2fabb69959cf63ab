"""What a benefit is computed from, and what comes out: plain values, without a database.

The same facts are written by a claim's decision, by the calculator of `POST /computations`, by
`tameng benefit compute` and by the decision table in `tests/fixtures/claims-decisions.toml`.
All days are local, Asia/Makassar; all amounts are whole rupiah.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from contracts.claims import Appliance, Benefit, ClaimKind, HeirClass, SchoolLevel, TripMode
from contracts.enrollment import Debtor

Ground = Literal[
    "not-covered", "cover-lapsed", "cover-ended", "claim-out-of-time", "nothing-claimed",
    "cause-unproven", "disease-out-of-time",
]  # fmt: skip
"""Why nothing is due at all."""
Doubt = Literal[
    "covered-that-day", "waiting-boundary", "programme-ended", "accident-arrears",
    "tier-unverified", "disability-table-unverified", "partial-cap-unverified",
    "periodic-unassigned", "sudden-death", "late-filing", "funeral-elsewhere", "funder-arrears",
    "months-in-row", "paid-that-day", "home-care-over-a-year", "paid-in-another-claim",
]  # fmt: skip
"""Why a person has to look and say so in words before such a claim is approved;
`docs/claims/decisions.md` says of each what is open."""
SAME_ACCIDENT_DAYS = 30
"""Claims about accidents no farther apart may be about one: papers differ in its day."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A time of cover without a lapse in it."""

    covered_from: datetime
    """When the number was issued (PP 44/2015 art. 11(5)); aware."""
    ended_on: date | None = None
    """The last day, when somebody decided an end other than a death: another segment, withdrawal.
    The programme's end and arrears end no cover (domain 10 row 1)."""
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PaidMonth:
    """A month of contribution and the day on which it was paid."""

    month: str
    """`2025-07`."""
    paid_on: date
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Disability:
    """A loss that a doctor found (PP 44/2015 art. 45)."""

    code: str
    """Of the disability table, `rules/disabilities.csv`."""
    percent: int | None = None
    """Where the table gives a range; else None. Whole per cent."""
    units: int = 1
    """How often the table's step counts: hearing loss for each 10 dB, acuity for each 10 %."""
    function_lost: int | None = None
    """Per cent of the function that is lost, of a functional disability; None: anatomical."""


@dataclass(frozen=True, slots=True)
class Trip:
    """What bringing the member to care cost. Rupiah by receipt."""

    mode: TripMode
    cost: int


@dataclass(frozen=True, slots=True)
class Aid:
    """A denture, hearing aid and the like. Rupiah by receipt."""

    appliance: Appliance
    cost: int
    hospital_price: int | None = None
    """What the reference hospital charges, of an orthosis or prosthesis."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the member, for the scholarship. Days are opened from the sealed block."""

    name: str
    """A label within this claim, such as `child-1`; never a person's name."""
    born_on: date
    level: SchoolLevel
    school_year: int
    """The year in which the school year begins, 2025 for 2025/2026."""
    years_paid_at_level: int = 0
    is_married: bool = False
    is_working: bool = False
    is_apprentice: bool = False
    """Works as a BPU or an apprentice: the scholarship goes on."""


@dataclass(frozen=True, slots=True)
class Accident:
    """What a work accident or occupational disease cost (JKK)."""

    days_unable: int = 0
    """Days without work by the doctor's certificate, counted from `unable_from`."""
    unable_from: date | None = None
    """The first of them; None: the day of the accident."""
    trips: tuple[Trip, ...] = ()
    medical_cost: int = 0
    """Paid by the member in a hospital that is no partner; rupiah by receipt."""
    home_care_cost: int = 0
    home_care_days: int = 0
    aids: tuple[Aid, ...] = ()
    is_total_disability: bool = False
    disabilities: tuple[Disability, ...] = ()
    is_left_handed: bool = False
    """Left-handers swap right and left in the table."""
    is_sudden_death: bool = False
    """Died suddenly at work: within 24 hours, taken straight to care (Permenaker 5/2021)."""
    is_disease: bool = False
    """An occupational disease; `happened_on` is the day of the diagnosis."""
    work_ended_on: date | None = None
    """The last day of the work that brought the disease: the cover of this day counts where the
    diagnosis came later (PP 44/2015 art. 48). None: the work went on, or is not known."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a computation uses."""

    kind: ClaimKind
    filed_on: date
    decided_on: date
    """The day for which it is asked whether arrears are still owed."""
    happened_on: date
    """The day of the accident or diagnosis (JKK), of the death (JKM)."""
    happened_at: datetime | None = None
    """The hour, when it is known; aware."""
    died_on: date | None = None
    spells: tuple[Spell, ...] = ()
    paid: tuple[PaidMonth, ...] = ()
    base_income: int = 1_000_000
    """Declared monthly income, the base of JKK."""
    last_promised_month: str | None = None
    """The last month that the programme pays; None: not known."""
    owed_by: Debtor = "member"
    """Who owes the arrears there are. A funder's hold the benefit where a member's take the right
    to it away (domain 10 row 4)."""
    heir_class: HeirClass | None = None
    funeral_paid_elsewhere: bool = False
    """The funeral benefit was paid in another segment: it is paid once (domain 2.2)."""
    late_filing_excused: bool = False
    """Somebody entitled to it let a claim pass after its time limit."""
    accident: Accident | None = None
    children: tuple[Child, ...] = ()
    paid_before: Mapping[Benefit, int] = field(default_factory=dict)
    """What an earlier decision about the same death paid, by line: it is netted."""
    paid_elsewhere: Mapping[Benefit, int] = field(default_factory=dict)
    """What other claims gave for an accident of those days, by line: a person sees whether it is
    the same cost once more."""

    @property
    def work_ended_on(self) -> date | None:
        """The last day of the work that brought an occupational disease; None: it is none, or the
        work went on."""
        accident = self.accident
        is_disease = self.kind != "death" and accident is not None and accident.is_disease
        return accident.work_ended_on if accident is not None and is_disease else None

    @property
    def cover_day(self) -> date:
        """The day whose cover and arrears count: of the death (JKM); of the accident or diagnosis,
        not of the death that came of it (JKK). Of a disease diagnosed after the work had ended it
        is the last day of the work (PP 44/2015 art. 48)."""
        if self.kind == "death" and self.died_on is not None:
            return self.died_on
        return min(self.work_ended_on or self.happened_on, self.happened_on)


class Step(NamedTuple):
    """One line of the computation."""

    benefit: Benefit
    amount: int
    """What is to be paid now or held, after netting; 0 where nothing more is due."""
    is_held: bool
    """Due once the arrears are paid (PP 44/2015 art. 39 and 42)."""
    payee: Literal["heirs", "member", "arranger", "fund", "child"]
    """Whom the law names: `arranger` saw to the funeral, `fund` is the social security fund."""
    rule: str
    """The row of `rules/benefits.toml` that was applied."""
    article: str
    verified: bool
    """Whether the row was read in the law itself."""
    arithmetic: str
    """`60 % x 80 x 1,000,000 = 48,000,000`."""
    child: str | None = None
    """The child of a scholarship."""


class UsedFact(NamedTuple):
    """A fact that the computation used."""

    name: str
    value: str
    event_id: UUID | None = None
    """The event that told it."""


class Computation(NamedTuple):
    """What is due, and why."""

    outcome: str
    """One sentence in English."""
    ground: Ground | None
    """Why nothing is due; None: something may be."""
    steps: tuple[Step, ...]
    doubts: tuple[Doubt, ...]
    facts: tuple[UsedFact, ...]
    months_paid: int
    """The longest row of months paid in the cover, up to the event."""
    arrears: tuple[str, ...]
    """The months owed on the day of the event."""
    waiting_ends_on: date | None
    """From this day on the whole package is due (Permenaker 1/2025)."""
    overpaid: int
    """Rupiah that an earlier decision paid beyond what is due."""

    @property
    def total(self) -> int:
        """Rupiah due and held."""
        return sum(step.amount for step in self.steps)
