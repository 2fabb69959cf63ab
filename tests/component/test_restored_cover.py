"""A death that was reported wrongly: the cover goes on, its money is put aside again."""

from datetime import date, timedelta
from uuid import UUID

from chassis.ids import new_id
from contracts.claims import ClaimFiled, ClaimRejected, ClaimVerified
from contracts.enrollment import ContributionBilled, CoverageEnded, CoverageRestored
from contracts.types import ClaimId, WorkerId
from tests.component.cover_office import CoverOffice, office
from tests.component.enrollment_office import MONTH, command, death_verified
from tests.rosters import REGION

__all__ = ["office"]


def rejected(
    office: CoverOffice, verified: ClaimVerified, *, member_lives: bool = True
) -> ClaimRejected:
    return ClaimRejected(
        **command().stamp("reject", at=office.alone.clock.now()), claim_id=verified.claim_id,
        worker_id=verified.worker_id, reason="the report was of a namesake",
        rejected_by="an approver", member_lives=member_lives,
    )  # fmt: skip


async def reported_dead(office: CoverOffice, worker_id: UUID, *, on: date) -> ClaimVerified:
    """A death is reported, and papers are seen that say so."""
    verified = death_verified(office.alone, worker_id, died_on=on)
    filed = ClaimFiled(
        **command().stamp("file", at=office.alone.clock.now()), claim_id=verified.claim_id,
        worker_id=verified.worker_id, died_on=on, filed_by="an officer",
    )  # fmt: skip
    assert (await office.alone.hear(filed, verified)).parked == 0
    return verified


def accident(office: CoverOffice, worker_id: UUID) -> tuple[ClaimFiled, ClaimVerified]:
    """A member was hurt at work, and lives."""
    now, claim_id = office.alone.clock.now(), ClaimId(new_id())
    return ClaimFiled(
        **command().stamp("file", at=now), claim_id=claim_id, worker_id=WorkerId(worker_id),
        kind="work-accident", happened_on=date(2025, 7, 10), filed_by="an officer",
    ), ClaimVerified(
        **command().stamp("verify", at=now), claim_id=claim_id, worker_id=WorkerId(worker_id),
        verified_by="an officer",
    )  # fmt: skip


async def billed(office: CoverOffice, worker_id: UUID) -> list[str]:
    """The months that a worker was billed for, each as often as it was."""
    lines = await office.alone.recorded(ContributionBilled)
    return sorted(each.month for each in lines if each.worker_id == worker_id)


async def test_a_member_who_lives_is_covered_and_billed_as_if_nothing_had_been(
    office: CoverOffice,
) -> None:
    programme = await office.open()
    one, other = await office.members(programme, 1, 2)
    await office.pay(programme, "2025-07", on="2025-07-07")
    before = await office.standing(programme)
    verified = await reported_dead(office, one, on=date(2025, 7, 20))
    await office.pay(programme, "2025-08", on="2025-08-04")
    assert await billed(office, one) == ["2025-07"]
    office.go_to("2025-08-05")
    wrong = rejected(office, verified)
    assert (await office.alone.hear(wrong)).parked == 0
    await office.alone.handle(wrong)
    (restored,) = await office.alone.recorded(CoverageRestored)
    assert (restored.worker_id, restored.claim_id) == (one, verified.claim_id)
    assert (restored.region_code, restored.reserved) == (REGION, 5 * MONTH)
    after = await office.standing(programme)
    assert {name: after[name] for name in ("reserved", "covered", "enrolled")} == {
        name: before[name] for name in ("reserved", "covered", "enrolled")
    }
    assert (await office.cover(one, "2025-08-05"))["right"] == "full"
    await office.pay(programme, "2025-08", on="2025-08-06")
    await office.pay(programme, "2025-09", on="2025-09-03")
    assert await billed(office, one) == await billed(office, other) == [
        "2025-07", "2025-08", "2025-09",
    ]  # fmt: skip
    found = await office.cover(one, "2025-09-03")
    assert (found["right"], found["months_paid"]) == ("full", 3)
    assert (await office.alone.replay()).same


async def test_it_may_be_ended_again_when_the_member_dies(office: CoverOffice) -> None:
    programme = await office.open()
    (member,) = await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07", on="2025-07-07")
    verified = await reported_dead(office, member, on=date(2025, 7, 20))
    await office.alone.hear(rejected(office, verified))
    office.go_to("2025-07-30")
    await reported_dead(office, member, on=date(2025, 7, 29))
    assert [each.released for each in await office.alone.recorded(CoverageEnded)] == [
        5 * MONTH, 5 * MONTH,
    ]  # fmt: skip
    assert (await office.cover(member, "2025-07-30"))["because"] == "ended"
    figures = await office.standing(programme)
    assert (figures["reserved"], figures["covered"]) == (MONTH, 0)
    assert (await office.alone.replay()).same


async def test_where_the_money_went_elsewhere_fewer_months_are_promised(
    office: CoverOffice,
) -> None:
    programme = await office.open(ceiling=8 * MONTH)
    (first,) = await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07", on="2025-07-07")
    verified = await reported_dead(office, first, on=date(2025, 7, 20))
    office.go_to("2025-08-04")
    (second,) = await office.members(programme, 2, 1)
    await office.alone.hear(rejected(office, verified))
    (restored,) = await office.alone.recorded(CoverageRestored)
    assert restored.reserved == 2 * MONTH
    assert (await office.standing(programme))["reserved"] == 8 * MONTH
    for month in ("2025-08", "2025-09", "2025-10", "2025-11", "2025-12"):
        await office.pay(programme, month, on=f"{month}-04")
    assert await billed(office, first) == ["2025-07", "2025-08", "2025-09"]
    assert len(await billed(office, second)) == 5
    assert (await office.alone.replay()).same


async def test_only_a_wrong_report_brings_back_and_only_what_it_ended(office: CoverOffice) -> None:
    programme = await office.open()
    dead, gone, alive = await office.members(programme, 1, 3)
    await office.pay(programme, "2025-07", on="2025-07-07")
    assert (await office.end(gone, programme, on="2025-07-07")).status_code == 200
    died = await reported_dead(office, dead, on=date(2025, 7, 20))
    withdrawn = await reported_dead(office, gone, on=date(2025, 7, 20))
    hurt, seen = accident(office, alive)
    await office.alone.hear(hurt, seen)
    heard = await office.alone.hear(
        rejected(office, died, member_lives=False), rejected(office, seen),
        rejected(office, withdrawn),
    )  # fmt: skip
    assert heard.parked == 0
    assert await office.alone.recorded(CoverageRestored) == []
    assert (await office.standing(programme))["covered"] == 1


async def test_a_lapse_stays_one(office: CoverOffice) -> None:
    programme = await office.open()
    (member,) = await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07", on="2025-07-07")
    office.go_to("2025-11-19")
    await office.alone.work("arrears")
    verified = await reported_dead(office, member, on=date(2025, 11, 18))
    await office.alone.hear(rejected(office, verified))
    (restored,) = await office.alone.recorded(CoverageRestored)
    assert restored.reserved == 0
    assert (await office.cover(member, "2025-11-19"))["because"] == "lapsed"
    assert (await office.alone.replay()).same


async def test_who_was_hurt_at_work_and_lives_stays_covered(office: CoverOffice) -> None:
    programme = await office.open()
    (member,) = await office.members(programme, 1, 1)
    await office.pay(programme, "2025-07", on="2025-07-07")
    filed, verified = accident(office, member)
    assert (await office.alone.hear(filed, verified)).parked == 0
    assert await office.alone.recorded(CoverageEnded) == []
    (held,) = await office.alone.rows("SELECT died_on, closed_at FROM member_claims")
    assert (held["died_on"], held["closed_at"]) == (None, None)
    office.alone.clock.set(office.alone.clock.now() + timedelta(days=30))
    await office.pay(programme, "2025-08")
    assert await billed(office, member) == ["2025-07", "2025-08"]
    answer = await office.auditor.get("/questions/billed-after-death", params={"area": "53"})
    assert answer.status_code == 200, answer.text
    assert str(member) not in answer.text
