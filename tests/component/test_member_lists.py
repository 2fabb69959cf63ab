"""Lists of members: what they hold, how they are paged, who sees whom, what stands on record."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from openpyxl import load_workbook

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from chassis.subject_keys import delete_keys
from contracts.banking import AccountOpened
from contracts.enrollment import (
    CoverageLapsed,
    ListExported,
    MembershipInArrears,
    PersonalDataRead,
    WorkerEnrolled,
)
from contracts.types import AccountId, ProgrammeId, WorkerId
from tests.component.enrollment_office import (
    Office,
    command,
    death_verified,
    office,
    said,
)
from tests.component.planted_violations import plant
from tests.prepared import Prepared
from tests.rosters import DISTRICT, REGION, VILLAGE, nik, row, rows

__all__ = ["office"]
OTHER_VILLAGE = "53.71.04.1010"
MEMBERS = 6
WHY = "cards of Oebobo"


@pytest.fixture
async def programme(office: Office, prepared: Prepared) -> UUID:
    """Of `six_members`."""
    return await prepared(office.alone, six_members, office)


async def six_members(office: Office) -> UUID:
    """Four members of one kelurahan and two of another; July is billed and paid, one account is
    linked, one member is dead, two joined later."""
    made = await office.open()
    await office.enroll(made, rows(1, 4))
    await office.bill_and_pay(made, "2025-07")
    first, second, *_ = await workers(office)
    opened = AccountOpened(
        **command().stamp("open", at=office.alone.clock.now()),
        holder_id=first, holder="member", account_id=AccountId(new_id()),
    )  # fmt: skip
    await office.alone.hear(opened)
    await office.alone.hear(death_verified(office.alone, second, died_on=date(2025, 7, 20)))
    await office.enroll(made, [row(n, kode_wilayah=OTHER_VILLAGE) for n in (5, 6)])
    return made


async def workers(office: Office) -> list[WorkerId]:
    """Workers in the order of lists."""
    return sorted(each.worker_id for each in await office.alone.recorded(WorkerEnrolled))


async def page(caller: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await caller.get("/members", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def all_pages(caller: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    """The members on all pages."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        turn = await page(caller, **asked, **({"cursor": cursor} if cursor else {}))
        found += turn["members"]
        cursor = turn["next_cursor"]
        if cursor is None:
            return found


def of_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize(
    ("asked", "members"),
    [
        ({}, MEMBERS),
        ({"area": "53.71"}, MEMBERS),
        ({"area": DISTRICT}, MEMBERS),
        ({"area": VILLAGE}, 4),
        ({"area": OTHER_VILLAGE}, 2),
        ({"area": "53.71.05"}, 0),
        ({"status": "enrolled"}, 2),
        ({"status": "covered"}, 3),
        ({"status": "ended"}, 1),
        ({"status": "lapsed"}, 0),
        ({"month": "2025-07"}, 4),
        ({"month": "2025-07", "in_month": "paid"}, 4),
        ({"month": "2025-07", "in_month": "unpaid"}, 0),
        ({"month": "2025-08"}, 0),
        ({"without": "account"}, 5),
        ({"without": ["account", "card"], "area": OTHER_VILLAGE}, 2),
        ({"without": "account", "status": "covered", "area": VILLAGE}, 2),
    ],
)
async def test_a_list_holds_whom_everything_asked_applies_to(
    office: Office, programme: UUID, asked: dict[str, Any], members: int
) -> None:
    turn = await page(office.branch, programme_id=str(programme), total=True, **asked)
    assert (len(turn["members"]), turn["total"]) == (members, members)
    assert (await page(office.branch, programme_id=str(new_id()), **asked))["members"] == []


async def test_a_line_tells_how_the_membership_stands(office: Office, programme: UUID) -> None:
    lines = (await page(office.branch))["members"]
    (line,) = [each for each in lines if each["account_linked"]]
    assert line["status"] == "covered"
    assert (line["village"], line["district"]) == ("Oebobo", "Oebobo")
    assert (line["months_billed"], line["months_paid"]) == (1, 1)
    assert line["card"] == "none"
    assert line["covered_from"] is not None
    assert UUID(line["programme_id"]) == programme


async def test_pages_give_everybody_once_whoever_joins_meanwhile(
    office: Office, programme: UUID
) -> None:
    before = await workers(office)
    first = await page(office.branch, limit=2)
    await office.enroll(programme, rows(20, 10))
    seen = [UUID(each["worker_id"]) for each in first["members"]]
    cursor = first["next_cursor"]
    while cursor:
        turn = await page(office.branch, limit=2, cursor=cursor)
        seen += [UUID(each["worker_id"]) for each in turn["members"]]
        cursor = turn["next_cursor"]
    assert seen == sorted(set(seen))
    assert set(before) <= set(seen)


@pytest.mark.usefixtures("programme")
async def test_whoever_moved_out_of_the_area_shortens_a_page_and_ends_no_list(
    office: Office,
) -> None:
    first, second, *staying = await workers(office)
    for moved in (first, second):
        await plant(
            office.alone,
            f"UPDATE workers SET village_code = '53.13.01.2001' WHERE worker_id = '{moved}'",
        )
    seen = [UUID(each["worker_id"]) for each in await all_pages(office.branch, limit=2)]
    assert seen == staying
    assert (await page(office.branch, total=True))["total"] == len(staying)
    assert len((await page(office.province))["members"]) == MEMBERS


@pytest.mark.usefixtures("programme")
async def test_a_page_that_ends_the_list_names_no_next(office: Office) -> None:
    assert (await page(office.branch, limit=MEMBERS + 1))["next_cursor"] is None
    assert (await page(office.branch, limit=MEMBERS))["next_cursor"] is not None
    assert len(await all_pages(office.branch, limit=MEMBERS)) == MEMBERS


@pytest.mark.usefixtures("programme")
async def test_a_cursor_continues_its_own_list_only(office: Office) -> None:
    cursor = (await page(office.branch, limit=2))["next_cursor"]

    async def refused(**asked: Any) -> tuple[int, str | None]:
        return said(await office.branch.get("/members", params=asked))

    for wrong in ("x", cursor[:-1], cursor + "A", "A" * len(cursor), "äöü"):
        assert await refused(cursor=wrong) == (422, "cursor-invalid"), wrong
    assert await refused(cursor=cursor, status="covered") == (422, "cursor-invalid")
    assert (await page(office.branch, cursor=cursor, limit=4))["members"] != []


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0}, {"limit": 1_001}, {"area": "Kupang"}, {"status": "happy"},
        {"month": "2025-7"}, {"without": "money"}, {"reason": ""}, {"nik": nik(1)},
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused(office: Office, asked: dict[str, Any]) -> None:
    answer = await office.branch.get("/members", params=asked)
    assert answer.status_code == 422
    assert answer.json()["slug"] in {"field-invalid", "field-unknown"}


@pytest.mark.usefixtures("programme")
async def test_a_list_keeps_to_the_area_of_the_caller(office: Office) -> None:
    outside = await office.branch.get("/members", params={"area": "53"})
    assert said(outside) == (403, "outside-area")
    village = office.alone.client("village", area=OTHER_VILLAGE)
    assert len((await page(village))["members"]) == 2
    stranger = office.alone.client("branch", area="53.13")
    assert await page(stranger, total=True) == {
        "sight": "sealed", "members": [], "next_cursor": None, "total": 0,
    }  # fmt: skip


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize(
    ("role", "sight", "shown"),
    [
        ("branch", "named", ("Yohanes Tefa0001", "5371********0001")),
        ("district", "named", ("Yohanes Tefa0001", "5371********0001")),
        ("checker", "named", ("Yohanes Tefa0001", "5371********0001")),
        ("province", "masked", ("Y****** T*******", None)),
        ("auditor", "sealed", (None, None)),
        ("admin", "sealed", (None, None)),
    ],
)
async def test_a_role_sees_as_much_as_it_needs_and_whom_it_saw_is_on_record(
    office: Office, role: str, sight: str, shown: tuple[str | None, str | None]
) -> None:
    caller = office.alone.client(role, area="53")
    turn = await page(caller, reason=WHY, area=VILLAGE)
    assert turn["sight"] == sight
    told = {(each["name"], each["nik"]) for each in turn["members"]}
    assert shown in told
    read = await office.alone.recorded(PersonalDataRead)
    seen = {UUID(each["worker_id"]) for each in turn["members"]} if sight != "sealed" else set()
    assert {each.worker_id for each in read} == seen
    assert {(each.role, each.reason, each.what) for each in read} <= {(role, WHY, "member list")}
    assert (await office.alone.replay()).same


@pytest.mark.usefixtures("programme")
async def test_without_a_reason_nobody_is_named(office: Office) -> None:
    turn = await page(office.branch)
    assert turn["sight"] == "sealed"
    assert {(each["name"], each["nik"]) for each in turn["members"]} == {(None, None)}
    assert await office.alone.recorded(PersonalDataRead) == []


@pytest.mark.usefixtures("programme")
async def test_whoever_was_erased_stays_in_the_list_and_has_no_name(office: Office) -> None:
    erased, *_ = await workers(office)
    async with office.alone.units.bulk(area=EVERYWHERE) as unit:
        await delete_keys(unit.session, [erased])
    lines = {
        UUID(each["worker_id"]): each for each in (await page(office.branch, reason=WHY))["members"]
    }
    assert (lines[erased]["name"], lines[erased]["nik"]) == (None, None)
    assert len([each for each in lines.values() if each["name"]]) == MEMBERS - 1
    assert erased not in {e.worker_id for e in await office.alone.recorded(PersonalDataRead)}


@pytest.mark.usefixtures("programme")
async def test_a_list_goes_out_whole_with_names_and_all_of_it_is_on_record(office: Office) -> None:
    answer = await office.branch.get("/members/export", params={"reason": WHY, "area": DISTRICT})
    assert answer.headers["content-disposition"] == 'attachment; filename="members.csv"'
    lines = of_csv(answer.content)
    assert {line["name"] for line in lines} == {f"Yohanes Tefa000{n}" for n in range(1, 7)}
    assert {line["nik"] for line in lines} == {f"5371********000{n}" for n in range(1, 7)}
    assert {line["status"] for line in lines} == {"covered", "ended", "enrolled"}
    (exported,) = await office.alone.recorded(ListExported)
    assert (exported.what, exported.rows, exported.masked) == ("member list", MEMBERS, False)
    assert (exported.role, exported.reason) == ("branch", WHY)
    read = await office.alone.recorded(PersonalDataRead)
    assert sorted(each.worker_id for each in read) == await workers(office)
    assert {each.what for each in read} == {"member list, taken out"}
    assert (await office.alone.replay()).same


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize(
    ("role", "columns", "masked"),
    [("province", {"name"}, True), ("auditor", set(), True), ("checker", {"name", "nik"}, False)],
)
async def test_a_file_has_no_column_for_what_its_reader_may_not_see(
    office: Office, role: str, columns: set[str], masked: bool
) -> None:
    caller = office.alone.client(role, area="53")
    answer = await caller.get("/members/export", params={"reason": WHY})
    lines = of_csv(answer.content)
    assert len(lines) == MEMBERS
    assert lines[0].keys() & {"name", "nik"} == columns
    assert "Yohanes" not in answer.text or not masked
    (exported,) = await office.alone.recorded(ListExported)
    assert exported.masked is masked


async def test_a_list_goes_out_as_a_workbook_with_its_numbers_whole(
    office: Office, programme: UUID
) -> None:
    asked = {"reason": WHY, "format": "xlsx", "status": "covered", "programme_id": str(programme)}
    answer = await office.branch.get("/members/export", params=asked)
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    head, *lines = sheet.iter_rows(values_only=True)
    told = [dict(zip(head, line, strict=True)) for line in lines]
    assert {each["kpj"] for each in told} < {f"2500000000{n}" for n in range(1, 5)}
    assert len(told) == 3


@pytest.mark.usefixtures("programme")
async def test_a_file_wants_a_reason_and_the_callers_own_area(office: Office) -> None:
    answer = await office.branch.get("/members/export")
    assert said(answer) == (422, "field-invalid")
    outside = await office.branch.get("/members/export", params={"reason": WHY, "area": "53.13"})
    assert said(outside) == (403, "outside-area")
    assert await office.alone.recorded(ListExported) == []


@pytest.mark.usefixtures("programme")
async def test_a_list_that_is_too_long_for_a_file_is_refused_before_anything_is_shown(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "services.enrollment.operations.lookups.member_lists.EXPORT_ROWS_MAX", MEMBERS - 1
    )
    answer = await office.branch.get("/members/export", params={"reason": WHY})
    assert said(answer) == (422, "list-too-long")
    assert await office.alone.recorded(ListExported) == []
    assert await office.alone.recorded(PersonalDataRead) == []


@pytest.mark.usefixtures("programme")
async def test_a_file_of_many_pages_holds_everybody_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.enrollment.operations.lookups.member_lists.ROWS_PAGE_MAX", 2)
    answer = await office.branch.get("/members/export", params={"reason": WHY})
    seen: Sequence[str] = [line["worker_id"] for line in of_csv(answer.content)]
    assert [UUID(each) for each in seen] == await workers(office)


async def test_a_month_that_is_billed_and_not_paid_is_found(office: Office) -> None:
    made = await office.open()
    await office.enroll(made, rows(1, 3))
    await office.bill_and_pay(made, "2025-07")
    office.alone.clock.set(datetime(2025, 8, 4, tzinfo=UTC))
    await office.bill(made, "2025-08")
    unpaid = (await page(office.branch, month="2025-08", in_month="unpaid"))["members"]
    assert {each["status"] for each in unpaid} == {"covered"}
    assert [(each["months_billed"], each["months_paid"]) for each in unpaid] == [(2, 1)] * 3
    assert (await page(office.branch, month="2025-07", in_month="unpaid"))["members"] == []


async def test_members_in_arrears_are_told_from_those_who_lapsed(
    office: Office, programme: UUID
) -> None:
    late, lapsed, *_ = [
        WorkerId(UUID(each["worker_id"]))
        for each in (await page(office.branch, status="covered"))["members"]
    ]
    of = {"programme_id": ProgrammeId(programme), "oldest_month": "2025-08", "owed_by": "funder"}
    async with office.alone.units.bulk(area=EVERYWHERE) as unit:
        in_arrears = MembershipInArrears(
            **command().stamp("arrears", at=unit.now), **of, worker_id=late, months=2,
            since=date(2025, 9, 16),
        )  # fmt: skip
        lapse = CoverageLapsed(
            **command().stamp("lapse", at=unit.now), **of, worker_id=lapsed, region_code=REGION,
            lapsed_on=date(2025, 11, 18), released=0,
        )  # fmt: skip
        await unit.record([in_arrears, lapse])
    for status, worker_id in (("in-arrears", late), ("lapsed", lapsed)):
        (line,) = (await page(office.branch, status=status))["members"]
        assert (UUID(line["worker_id"]), line["status"]) == (worker_id, status)
    assert (await page(office.branch, status="lapsed"))["members"][0]["ended_on"] == "2025-11-18"
