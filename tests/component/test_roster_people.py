"""Who a row is, beside the members there are: known, dead, come again, perhaps somebody else."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid5

from contracts.banking import AccountOpened
from contracts.enrollment import AccountLinked, MembershipRenewed, ReviewRaised, WorkerEnrolled
from contracts.types import AccountId
from tests.component.enrollment_office import MONTH, Office, command, death_verified, office
from tests.rosters import REGION, VILLAGE, row, rows

__all__ = ["office"]
NEXT_YEAR = {"first_month": "2026-01", "last_month": "2026-12", "name": "The year after"}


async def members(office: Office) -> dict[str, UUID]:
    """The workers by where they stood in their rosters."""
    events = await office.alone.recorded(WorkerEnrolled)
    return {
        str(number): event.worker_id
        for number in range(2, 40)
        for event in events
        if uuid5(event.roster_id, f"row {number}") == event.worker_id
    }


async def test_a_person_in_two_files_is_one_member(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 3))
    second = await office.enroll(programme, rows(3, 3))
    assert (second["enrolled"], second["refused"]) == (2, {"already-member": 1})
    other = await office.open(name="Another programme")
    third = await office.enroll(other, rows(1, 1))
    assert (third["enrolled"], third["refused"]) == (0, {"already-member": 1})
    assert (await office.standing(programme))["enrolled"] == 5


async def test_somebody_of_a_programme_that_is_over_comes_again_as_the_same_person(
    office: Office,
) -> None:
    await office.enroll(await office.open(), rows(1, 2))
    first = (await members(office))["2"]
    account = AccountOpened(
        **command().stamp("open", at=office.alone.clock.now()),
        holder_id=first, holder="member", account_id=AccountId(uuid5(first, "account")),
    )  # fmt: skip
    await office.alone.hear(account)
    office.alone.clock.set(datetime(2026, 1, 5, 1, tzinfo=UTC))
    following = await office.open(**NEXT_YEAR)
    again = await office.enroll(following, [row(1, kode_wilayah="53.71.04.1008"), *rows(5, 1)])
    assert (again["enrolled"], again["refused"], again["warned"]) == (2, {}, {})
    (renewed,) = await office.alone.recorded(MembershipRenewed)
    assert renewed.worker_id == first
    assert (renewed.programme_id, renewed.reserved) == (following, 12 * MONTH)
    assert len(await office.alone.recorded(WorkerEnrolled)) == 3
    assert len(await office.alone.recorded(AccountLinked)) == 1
    held = await office.alone.rows(
        "SELECT programme_id FROM memberships WHERE worker_id = :worker ORDER BY first_month",
        worker=first,
    )
    assert [each["programme_id"] for each in held][-1] == following
    assert len(await office.alone.rows("SELECT 1 FROM person_lookup")) == 3
    assert (await office.enroll(following, rows(1, 1)))["refused"] == {"already-member": 1}
    assert (await office.alone.replay()).same


async def test_a_whole_family_that_comes_again_is_no_crowd_and_no_duplicate(
    office: Office,
) -> None:
    family = [row(number, no_kk=row(1)["no_kk"]) for number in range(1, 6)]
    await office.enroll(await office.open(), family)
    office.alone.clock.set(datetime(2026, 1, 5, 1, tzinfo=UTC))
    again = await office.enroll(await office.open(**NEXT_YEAR), family)
    assert (again["enrolled"], again["warned"]) == (5, {})


async def test_the_dead_are_refused_in_every_programme(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 2))
    dead = (await members(office))["2"]
    await office.alone.hear(death_verified(office.alone, dead, died_on=date(2025, 7, 6)))
    other = await office.open(name="Another programme")
    for number, where in ((30, programme), (31, other)):
        standing = await office.enroll(where, [row(1), row(number)])
        assert (standing["enrolled"], standing["refused"]) == (1, {"person-dead": 1})


async def test_a_look_alike_becomes_a_member_and_stands_on_the_review_list(
    office: Office,
) -> None:
    programme = await office.open()
    await office.enroll(programme, [row(1, nama="Yohanes Oematan", nama_ibu="Maria Djami")])
    known = (await members(office))["2"]
    alike = {"nama": "Johannes Umatan", "nama_ibu": "Maria Jami"}
    standing = await office.enroll(programme, [row(2, **alike), row(3)])
    assert (standing["enrolled"], standing["warned"]) == (2, {"possible-duplicate": 1})
    assert await office.findings(standing["roster_id"]) == {
        2: {("warning", "nama", "possible-duplicate")}
    }
    (review,) = await office.alone.recorded(ReviewRaised)
    assert (review.kind, review.other_worker_id, review.village_code) == (
        "possible-duplicate", known, VILLAGE,
    )  # fmt: skip
    assert (await office.alone.replay()).same


async def test_a_look_alike_of_an_earlier_row_stands_on_the_review_list_too(
    office: Office,
) -> None:
    alike = row(2, nama=row(1)["nama"], nama_ibu=row(1)["nama_ibu"])
    standing = await office.enroll(await office.open(), [row(1), alike])
    assert (standing["enrolled"], standing["warned"]) == (2, {"possible-duplicate": 1})
    (review,) = await office.alone.recorded(ReviewRaised)
    assert review.other_worker_id is None


async def test_members_and_rows_on_one_family_card_are_counted_together(office: Office) -> None:
    programme, kk = await office.open(), row(1)["no_kk"]
    await office.enroll(programme, [row(number, no_kk=kk) for number in range(1, 4)])
    sent = [row(number, no_kk=kk) for number in range(4, 8)]
    standing = await office.validated(programme, [row(1, no_kk=kk), *sent])
    assert (standing["refused"], standing["warned"]) == ({"already-member": 1}, {"kk-crowded": 2})
    assert set(await office.findings(standing["roster_id"])) == {2, 5, 6}


async def test_the_setting_says_how_many_are_a_crowd(office: Office) -> None:
    office.alone.running.tools.__dict__["kk_members_max"] = 2
    kk = row(1)["no_kk"]
    sent = [row(number, no_kk=kk) for number in range(1, 4)]
    standing = await office.validated(await office.open(), sent)
    assert standing["warned"] == {"kk-crowded": 1}


async def test_a_member_who_waits_in_two_rosters_is_taken_once(office: Office) -> None:
    programme = await office.open()
    ids = [(await office.validated(programme, [row(1), row(n)]))["roster_id"] for n in (2, 3)]
    for each in ids:
        assert (await office.roster(each))["fit"] == 2
        await office.approve(each)
    await office.alone.work("rosters")
    standings = [await office.roster(each) for each in ids]
    assert sorted(each["enrolled"] for each in standings) == [1, 2]
    assert len(await office.alone.recorded(WorkerEnrolled)) == 3
    assert (await office.standing(programme, area=REGION))["heads"] == 3
