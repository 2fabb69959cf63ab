"""Rosters over HTTP into a real Postgres: sent in any shape, every row with its verdict."""

import io
from collections import Counter
from uuid import UUID

import openpyxl
import pytest

from contracts.enrollment import RosterProcessed, RosterReceived, RosterValidated, WorkerEnrolled
from services.enrollment.operations.rosters import staging
from services.enrollment.rules.applicants import COLUMNS
from tests.alone import key
from tests.component.enrollment_office import MONTH, Office, office, said
from tests.rosters import REGION, VILLAGE, Row, row, rows, sheet

__all__ = ["office"]
HALF_YEAR = 6 * MONTH
BAD = [
    (row(50, nik="123"), "nik", "nik-malformed"),
    (row(51, nik="5,37104E+15"), "nik", "nik-in-scientific-notation"),
    (row(1), "nik", "nik-twice-in-file"),
    (row(52, tanggal_lahir="1950-01-01"), "tanggal_lahir", "too-old"),
    (row(53, tanggal_lahir="2020-01-01"), "tanggal_lahir", "too-young"),
    (row(54, tanggal_lahir="31-02-1985"), "tanggal_lahir", "date-malformed"),
    (row(55, kode_wilayah="53.71.04.1012"), "kode_wilayah", "village-unknown"),
    (row(56, nama=""), "nama", "field-missing"),
    (row(57, ktp="mungkin"), "ktp", "field-malformed"),
]
CHUNK_ROWS = 1_000
STAGED = ("staged_roster", "staged_chunk", "row_finding")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows are several chunks."""
    monkeypatch.setattr(staging, "CHUNK_ROWS", CHUNK_ROWS)


async def test_good_rows_become_members_and_bad_ones_a_report(office: Office) -> None:
    programme = await office.open()
    standing = await office.enroll(programme, [*rows(1, 5), *(each for each, _, _ in BAD)])
    assert standing["refused"] == Counter(slug for _, _, slug in BAD)
    assert (standing["rows"], standing["rows_done"], standing["percent"]) == (14, 14, 100)
    assert (standing["enrolled"], standing["done"], standing["state"]) == (5, True, "processed")
    assert await office.findings(standing["roster_id"]) == {
        number: {("refused", field, slug)} for number, (_, field, slug) in enumerate(BAD, start=7)
    }
    members = await office.alone.recorded(WorkerEnrolled)
    assert {each.reserved for each in members} == {HALF_YEAR}
    figures = await office.standing(programme)
    assert (figures["enrolled"], figures["reserved"]) == (5, 5 * HALF_YEAR)
    assert (await office.alone.replay()).same


async def test_until_a_second_person_decides_nobody_is_a_member(office: Office) -> None:
    programme = await office.open()
    sent = [*rows(1, 3), row(9, jenis_kelamin="P"), row(8, nik="1")]
    standing = await office.validated(programme, sent)
    assert (standing["state"], standing["done"], standing["percent"]) == ("validated", False, 100)
    assert (standing["fit"], standing["amount"]) == (4, 4 * HALF_YEAR)
    assert standing["refused"] == {"nik-malformed": 1}
    assert standing["warned"] == {"sex-differs-from-nik": 1}
    (validated,) = await office.alone.recorded(RosterValidated)
    assert (validated.fit, validated.amount) == (4, 4 * HALF_YEAR)
    await office.alone.work("rosters")
    assert await office.alone.recorded(WorkerEnrolled) == []
    assert (await office.standing(programme))["reserved"] == 0


async def test_the_percentage_tells_how_far_checking_and_taking_in_are(office: Office) -> None:
    programme = await office.open()
    roster_id = (await office.upload(programme, rows(1, 2_500))).json()["roster_id"]
    (job,) = (e for e in office.alone.service.jobs(office.alone.running) if e.name == "rosters")
    seen = [await office.roster(roster_id)]
    for _ in range(3):
        await job.step()
        seen.append(await office.roster(roster_id))
    assert [(each["state"], each["rows_done"], each["percent"]) for each in seen] == [
        ("received", 0, 0), ("received", 1_000, 40), ("received", 2_000, 80),
        ("validated", 2_500, 100),
    ]  # fmt: skip
    await office.approve(roster_id)
    seen = [await office.roster(roster_id)]
    for _ in range(3):
        await job.step()
        seen.append(await office.roster(roster_id))
    assert [(e["state"], e["percent"], e["enrolled"], e["done"]) for e in seen] == [
        ("approved", 0, 0, False), ("approved", 40, 1_000, False), ("approved", 80, 2_000, False),
        ("processed", 100, 2_500, True),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [CHUNK_ROWS, 2 * CHUNK_ROWS])
async def test_a_roster_of_whole_chunks_ends(office: Office, count: int) -> None:
    standing = await office.enroll(await office.open(), rows(1, count))
    assert (standing["enrolled"], standing["done"]) == (count, True)
    (processed,) = await office.alone.recorded(RosterProcessed)
    assert (processed.enrolled, processed.refused) == (count, {})


async def test_the_shape_of_the_file_does_not_matter(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, sheet(rows(1, 2), bom=True, delimiter=";"))
    await office.enroll(programme, sheet(rows(3, 2), columns=COLUMNS[::-1]))
    await office.enroll(programme, workbook(rows(5, 2)))
    assert (await office.standing(programme))["enrolled"] == 6


def workbook(of: list[Row]) -> bytes:
    """The rows as Excel saves them: a note above, and a column that nobody asked for."""
    book = openpyxl.Workbook()
    table = book.worksheets[0]
    table.append([*COLUMNS, "catatan"])
    for each in of:
        table.append([*(each[name] for name in COLUMNS), "=1+1"])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (sheet([row(1, nama="Andr\u00e9")]).decode().encode("latin-1"), "roster-not-utf8"),
        (b"", "roster-empty"),
        (sheet([]), "roster-empty"),
        (sheet([row(1)], columns=COLUMNS[1:]), "roster-column-missing"),
        (sheet([row(1)]) + b'"open', "roster-unreadable"),
        (workbook(rows(1, 1))[:-40], "roster-unreadable"),
    ],
)
async def test_a_file_that_is_no_roster_changes_nothing(
    office: Office, content: bytes, slug: str
) -> None:
    programme = await office.open()
    logged = await office.logged()
    assert said(await office.upload(programme, content)) == (422, slug)
    assert await office.logged() == logged
    for table in STAGED:
        assert await office.alone.rows(f"SELECT 1 FROM {table}") == []


async def test_the_same_file_twice_is_one_roster(office: Office) -> None:
    programme = await office.open()
    first = await office.upload(programme, rows(1, 3))
    again = await office.upload(programme, rows(1, 3))
    assert first.json() == again.json()
    await office.alone.work("rosters")
    assert (await office.upload(programme, rows(1, 3))).json() == first.json()
    await office.approve(first.json()["roster_id"])
    await office.alone.work("rosters")
    assert (await office.upload(programme, rows(1, 3))).json() == first.json()
    await office.alone.work("rosters")
    assert len(await office.alone.recorded(RosterReceived)) == 1
    assert (await office.standing(programme))["enrolled"] == 3


async def test_twins_sent_at_once_are_one_roster(office: Office) -> None:
    programme = await office.open()
    colleague = office.alone.client("district", area=REGION, name="a colleague")
    first, second = (
        await office.upload(programme, rows(1, 3)),
        await office.upload(programme, rows(1, 3), by=colleague),
    )
    assert first.json() == second.json()
    (received,) = await office.alone.recorded(RosterReceived)
    assert received.received_by.startswith("district")


async def test_a_corrected_file_takes_only_what_is_new(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, [*rows(1, 3), row(4, nik="1")])
    second = await office.enroll(programme, rows(1, 4))
    assert (second["enrolled"], second["refused"]) == (1, {"already-member": 3})
    assert (await office.standing(programme))["enrolled"] == 4


async def test_a_file_for_a_village_and_one_for_the_province_are_taken_by_who_may(
    office: Office,
) -> None:
    quotas = [{"region_code": code, "heads": 2} for code in ("53.71", "53.13", "53.01")]
    programme = await office.open(quotas=quotas)
    agency = office.alone.client("district", area="53", name="the agency")
    of_province = [
        *rows(1, 3),
        *(row(number, kode_wilayah="53.13.04.2001") for number in (11, 12, 13)),
        row(21, kode_wilayah="53.01.04.2003"),
        row(31, kode_wilayah="53.06.01.2003"),
    ]
    sent = await office.upload(programme, of_province, by=agency, region_code="53")
    await office.alone.work("rosters")
    roster_id = sent.json()["roster_id"]
    await office.approve(roster_id)
    await office.alone.work("rosters")
    standing = (await office.province.get(f"/rosters/{roster_id}")).json()
    assert (standing["enrolled"], standing["refused"]) == (5, {"quota-exhausted": 3})
    assert set(await office.findings(roster_id)) == {4, 7, 9}
    assert (await office.standing(programme, area="53.13"))["enrolled"] == 2
    assert said(await office.district.get(f"/rosters/{roster_id}")) == (404, "roster-unknown")
    assert (await office.alone.replay()).same


async def test_a_village_head_proposes_the_people_of_the_village(office: Office) -> None:
    programme = await office.open()
    head = office.alone.client("village", area=VILLAGE)
    outside = await office.upload(programme, rows(1, 1), by=head, region_code=REGION)
    assert said(outside) == (403, "outside-area")
    people = [*rows(1, 2), row(3, kode_wilayah="53.71.04.1008")]
    sent = await office.upload(programme, people, by=head, region_code=VILLAGE)
    await office.alone.work("rosters")
    path = f"/rosters/{sent.json()['roster_id']}"
    assert (await head.get(path)).json()["refused"] == {"village-unknown": 1}
    assert (await head.post(f"{path}/approval", json={}, headers=key())).status_code == 403
    await office.approve(sent.json()["roster_id"])
    await office.alone.work("rosters")
    assert (await head.get(path)).json()["enrolled"] == 2
    listed = (await head.get("/rosters")).json()["rosters"]
    assert [each["roster_id"] for each in listed] == [sent.json()["roster_id"]]


async def test_rosters_are_listed_by_state_the_latest_first(office: Office) -> None:
    programme = await office.open()
    first = await office.enroll(programme, rows(1, 1))
    second = await office.validated(programme, rows(2, 1))
    third = (await office.upload(programme, rows(3, 1))).json()
    for state, roster in (("processed", first), ("validated", second), ("received", third)):
        listed = (await office.province.get("/rosters", params={"state": state})).json()
        assert [each["roster_id"] for each in listed["rosters"]] == [roster["roster_id"]]
    other = {"programme_id": str(UUID(int=0))}
    assert (await office.province.get("/rosters", params=other)).json() == {"rosters": []}
    assert len((await office.province.get("/rosters")).json()["rosters"]) == 3


async def test_a_roster_of_a_programme_that_is_none_is_refused(office: Office) -> None:
    assert said(await office.upload(UUID(int=0), rows(1, 1))) == (404, "programme-unknown")
