"""Whether a member was covered, by what enrollment tells of one membership or of several."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.enrollment import (
    ContributionPaid,
    CoverageEnded,
    CoverageLapsed,
    EndReason,
    MembershipActivated,
    MembershipReactivated,
    MembershipRenewed,
)
from contracts.event import Cause, Event, Stamp
from contracts.types import Kpj, ProgrammeId
from tests.component.claims_facts import PROGRAMME, VILLAGE, _paid, paid_at
from tests.component.claims_office import ANNA, BETA, Claims, an_heir, claims

__all__ = ["claims"]
SECOND = ProgrammeId(UUID(int=200))
"""The programme that goes on from October 2025."""
BEGAN = paid_at("2025-07")
FEBRUARY = datetime(2026, 2, 3, 1, 0, tzinfo=UTC)


def stamp(at: datetime) -> Stamp:
    return Cause(new_id(), new_id()).stamp("tell", at=at)


def month(month: str, programme_id: ProgrammeId, at: datetime) -> ContributionPaid:
    told = dict(stamp(at)) | {"month": month, "programme_id": programme_id}
    return _paid(ANNA, "2025-10").model_copy(update=told)


def renewed(*, covered_from: datetime = BEGAN, paid_months: int = 1) -> list[Event]:
    """The second membership, with the first payment of it on 20 October."""
    at = datetime(2025, 10, 20, 2, 0, tzinfo=UTC)
    return [
        MembershipRenewed(
            **stamp(at), worker_id=ANNA, programme_id=SECOND, renews=PROGRAMME,
            village_code=VILLAGE, first_month="2025-10", last_month="2026-06", reserved=151_200,
        ),
        *(month(f"2025-{10 + each}", SECOND, at) for each in range(paid_months)),
        MembershipActivated(
            **stamp(at), worker_id=ANNA, programme_id=SECOND, kpj=Kpj("25000000001"),
            covered_from=covered_from,
        ),
    ]  # fmt: skip


def ended(
    on: str, programme_id: ProgrammeId = PROGRAMME, reason: EndReason = "withdrawal"
) -> CoverageEnded:
    return CoverageEnded(
        **stamp(datetime(2025, 11, 20, tzinfo=UTC)), worker_id=ANNA, programme_id=programme_id,
        region_code="53.71", reason=reason, ended_on=date.fromisoformat(on), released=0,
    )  # fmt: skip


def lapsed(on: str, programme_id: ProgrammeId = PROGRAMME) -> CoverageLapsed:
    return CoverageLapsed(
        **stamp(datetime(2026, 1, 1, tzinfo=UTC)), worker_id=ANNA, programme_id=programme_id,
        region_code="53.71", lapsed_on=date.fromisoformat(on), oldest_month="2026-01",
        owed_by="member", released=0,
    )  # fmt: skip


async def found(claims: Claims, died_on: str) -> dict[str, Any]:
    """What would be due for a death on that day."""
    claims.service.clock.set(FEBRUARY)
    case = await claims.file(ANNA, died_on=died_on, heirs=[an_heir()])
    told: dict[str, Any] = (await claims.get(f"/claims/{case.claim_id}/computation")).json()
    return told


@pytest.mark.parametrize(
    ("ends", "ground"),
    [
        ([ended("2025-10-31")], None),
        ([ended("2025-10-31", SECOND)], None),
        ([ended("2025-10-31"), ended("2025-11-05", SECOND)], "cover-ended"),
        ([ended("2025-11-10"), ended("2025-10-31", SECOND)], None),
        ([ended("2025-10-31"), ended("2025-11-30", SECOND)], None),
    ],
)
async def test_a_cover_ends_with_the_last_of_the_memberships_that_carry_it(
    claims: Claims, ends: list[Event], ground: str | None
) -> None:
    await claims.service.hear(*renewed(paid_months=2), *ends)
    assert (await found(claims, "2025-11-10"))["ground"] == ground


async def test_a_membership_that_was_over_carries_no_later_cover(claims: Claims) -> None:
    """A month that was billed before its end is paid while the cover of the next programme runs."""
    again = datetime(2025, 10, 20, 2, 0, tzinfo=UTC)
    late = month("2025-11", PROGRAMME, datetime(2025, 10, 25, tzinfo=UTC))
    await claims.service.hear(
        ended("2025-10-10"), *renewed(covered_from=again, paid_months=2), late
    )
    await claims.service.hear(ended("2025-11-05", SECOND))
    assert (await found(claims, "2025-11-10"))["ground"] == "cover-ended"


async def test_the_end_of_a_membership_that_never_covered_ends_no_cover(claims: Claims) -> None:
    promised, *_ = renewed()
    await claims.service.hear(promised, month("2025-11", PROGRAMME, FEBRUARY.replace(year=2025)))
    await claims.service.hear(ended("2025-10-31", SECOND))
    assert (await found(claims, "2025-11-10"))["ground"] is None


@pytest.mark.parametrize(
    ("died_on", "ground"), [("2025-12-31", None), ("2026-01-01", "cover-ended")]
)
async def test_where_the_right_ends_with_the_programme_nothing_is_due_from_the_day_after(
    claims: Claims, died_on: str, ground: str | None
) -> None:
    paid = [month(each, PROGRAMME, paid_at("2025-10")) for each in ("2025-11", "2025-12")]
    await claims.service.hear(*paid, lapsed("2026-01-01"), ended("2026-01-20"))
    told = await found(claims, died_on)
    assert (told["ground"], told["total"]) == (ground, 0 if ground else 42_000_000)


async def test_who_pays_on_after_that_end_is_covered_anew(claims: Claims) -> None:
    again = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
    paid = [month(each, PROGRAMME, paid_at("2025-10")) for each in ("2025-11", "2025-12")]
    begun = MembershipReactivated(
        **stamp(again), worker_id=ANNA, programme_id=PROGRAMME, region_code="53.71",
        covered_from=again, last_month="2026-01", reserved=0, payer="self",
    )  # fmt: skip
    await claims.service.hear(
        *paid, lapsed("2026-01-01"), month("2026-01", PROGRAMME, again), begun
    )
    told = await found(claims, "2026-01-20")
    assert (told["ground"], told["total"]) == (None, 10_000_000)


async def test_a_lapse_by_arrears_is_found_by_the_months_that_are_owed(claims: Claims) -> None:
    """The event is not needed for it: the rules say which months, and what a payment mends."""
    await claims.service.hear(lapsed("2025-11-18").model_copy(update={"worker_id": BETA}))
    claims.service.clock.set(FEBRUARY)
    case = await claims.file(BETA, died_on="2025-11-20", heirs=[an_heir()])
    told = (await claims.get(f"/claims/{case.claim_id}/computation")).json()
    assert (told["ground"], told["arrears"]) == (None, ["2025-11"])
