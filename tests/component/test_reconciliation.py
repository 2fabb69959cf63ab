"""A month side by side: invoices, names, covers, payments; and the frozen list by name."""

import csv
import io
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from chassis.ids import new_id
from chassis.state.database import owner_engine
from contracts.enrollment import ContributionPaid, InvoiceIssued, ListExported, PersonalDataRead
from tests.component.enrollment_office import MONTH, said
from tests.component.money_office import MoneyOffice, office, villages
from tests.rosters import DISTRICT, VILLAGE, row, rows

__all__ = ["office"]
KECAMATAN = villages(3)


async def paid_month(office: MoneyOffice) -> tuple[UUID, list[UUID]]:
    """Seven members in three kecamatan whose July was billed by a run, and paid."""
    programme = await office.open()
    heads = dict(zip(KECAMATAN, (2, 2, 3), strict=True))
    members = await office.take_in(programme, heads)
    await office.run(programme, "2025-07")
    await office.pay_billed(programme, "2025-07")
    return programme, members


async def by_hand(office: MoneyOffice, statement: str, **values: Any) -> None:
    """Change a row as nobody may: as the owner of the tables."""
    owner = owner_engine(office.alone.urls.owner, application="test")
    async with owner.begin() as connection:
        assert (await connection.execute(text(statement), values)).rowcount == 1
    await owner.dispose()


async def test_a_month_that_was_billed_and_paid_is_the_same_on_all_sides(
    office: MoneyOffice,
) -> None:
    programme, _ = await paid_month(office)
    sides = await office.sides(programme, "2025-07")
    whole = {"heads": 7, "amount": 7 * MONTH}
    assert sides["same"] is True
    assert sides["invoiced"] == sides["listed"] == sides["paid"] == whole
    assert (sides["invoices"], sides["active_heads"]) == (3, 7)
    frozen = sides["frozen"]
    assert frozen["same"] is True
    assert frozen["frozen"] == frozen["now"] == whole
    assert frozen["frozen_sha256"] == frozen["now_sha256"]
    assert (sides["differing_invoices"], sides["differing_members"], sides["members"]) == (
        [], {}, [],
    )  # fmt: skip


LINE = "worker_id = :worker_id AND month = '2025-07'"


@pytest.mark.parametrize(
    ("statement", "why", "same_list", "invoices"),
    [
        (f"UPDATE contributions SET amount = 8400 WHERE {LINE}", "other-amount", False, 1),
        (f"DELETE FROM contributions WHERE {LINE}", "not-billed", False, 1),
        (f"UPDATE contributions SET paid_at = NULL WHERE {LINE}", "cleared-not-paid", True, 0),
        (
            f"UPDATE contributions SET invoice_id = gen_random_uuid() WHERE {LINE}",
            "no-invoice", False, 1,
        ),
        ("DELETE FROM covers WHERE worker_id = :worker_id", "paid-not-covered", True, 0),
        ("DELETE FROM memberships WHERE worker_id = :worker_id", "no-membership", True, 0),
        (
            "UPDATE covers SET ended_on = '2025-06-30' WHERE worker_id = :worker_id",
            "paid-not-covered", True, 0,
        ),
    ],
)  # fmt: skip
async def test_a_row_that_was_changed_by_hand_is_found_by_name(
    office: MoneyOffice, statement: str, why: str, same_list: bool, invoices: int
) -> None:
    programme, (member, *_) = await paid_month(office)
    district_code = (await office.membership(member))["district_code"]
    await by_hand(office, statement, worker_id=member)
    sides = await office.sides(programme, "2025-07")
    assert (sides["same"], sides["frozen"]["same"]) == (False, same_list)
    assert sides["differing_members"] == {why: 1}
    (found,) = sides["members"]
    assert (found["worker_id"], found["why"]) == (str(member), why)
    assert found["district_code"] == district_code
    assert found["means"]
    assert len(sides["differing_invoices"]) == invoices
    assert not (await office.alone.replay()).same


async def test_an_invoice_that_was_changed_by_hand_is_named(office: MoneyOffice) -> None:
    programme, _ = await paid_month(office)
    (invoice, *_) = await office.alone.recorded(InvoiceIssued)
    await by_hand(
        office, "UPDATE invoices SET heads = heads + 1 WHERE invoice_id = :id",
        id=invoice.invoice_id,
    )  # fmt: skip
    sides = await office.sides(programme, "2025-07")
    assert (sides["same"], sides["frozen"]["same"]) == (False, True)
    (found,) = sides["differing_invoices"]
    assert (found["invoice_id"], found["heads"] - found["listed_heads"]) == (
        str(invoice.invoice_id), 1,
    )  # fmt: skip


async def test_what_life_changes_is_told_apart(office: MoneyOffice) -> None:
    programme = await office.open()
    dead, gone, *others = await office.take_in(programme, {VILLAGE: 5})
    await office.run(programme, "2025-07")
    await office.pay_billed(programme, "2025-07")
    office.go_to("2025-08-02")
    await office.run(programme, "2025-08")
    sides = await office.sides(programme, "2025-08")
    assert (sides["differing_members"], sides["paid"]["heads"]) == ({"not-paid": 5}, 0)
    await office.pay_billed(programme, "2025-08")
    assert (await office.sides(programme, "2025-08"))["same"] is True
    await office.dies(dead, on=date(2025, 7, 20))
    await office.dies(gone, on=date(2025, 8, 1))
    (late,) = await office.take_in(programme, {VILLAGE: 1})
    sides = await office.sides(programme, "2025-08")
    assert {(each["worker_id"], each["why"]) for each in sides["members"]} == {
        (str(dead), "paid-not-covered"), (str(late), "not-billed"),
    }  # fmt: skip
    assert "2025-07-20: death" in next(
        each["means"] for each in sides["members"] if each["why"] == "paid-not-covered"
    )
    assert sides["active_heads"] == 4
    assert (await office.sides(programme, "2025-07"))["differing_members"] == {"not-billed": 1}
    only = await office.sides(programme, "2025-08", why="not-billed")
    assert [each["worker_id"] for each in only["members"]] == [str(late)]
    pages = [await office.sides(programme, "2025-08", limit=1)]
    pages.append(await office.sides(programme, "2025-08", limit=1, after=pages[0]["next_after"]))
    assert len({each["members"][0]["worker_id"] for each in pages}) == 2
    assert len(others) == 3


async def test_a_funder_who_pays_after_the_month_is_the_same_all_the_same(
    office: MoneyOffice,
) -> None:
    programme = await office.open()
    await office.take_in(programme, {VILLAGE: 2})
    await office.run(programme, "2025-07")
    office.go_to("2025-08-20")
    await office.pay_billed(programme, "2025-07")
    assert (await office.sides(programme, "2025-07"))["same"] is True
    assert len(await office.alone.recorded(ContributionPaid)) == 2


async def test_a_month_without_a_frozen_list_is_not_the_same(office: MoneyOffice) -> None:
    programme = await office.open()
    sides = await office.sides(programme, "2025-07")
    assert (sides["same"], sides["frozen"]) == (False, None)


async def test_sides_are_for_who_works_for_the_whole_province(office: MoneyOffice) -> None:
    programme = await office.open()
    where = {"programme_id": str(programme), "month": "2025-07"}
    for caller, answer in (
        (office.branch, (403, "outside-area")),
        (office.district, (403, "role-not-allowed")),
    ):
        assert said(await caller.get("/reconciliations", params=where)) == answer
    nobody = await office.auditor.get("/reconciliations", params=where | {"month": "2025-7"})
    assert said(nobody) == (422, "field-invalid")


async def frozen_list(office: MoneyOffice) -> str:
    """The run of July for three workers of one kecamatan and two of another."""
    programme = await office.open()
    await office.enroll(programme, rows(1, 3))
    other = [row(number, kode_wilayah="53.71.05.1001") for number in (4, 5)]
    await office.enroll(programme, other)
    standing = await office.run(programme, "2025-07")
    await office.pay_billed(programme, "2025-07")
    return str(standing["run_id"])


def cells(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def test_with_a_reason_the_list_is_by_name_and_address_and_on_record(
    office: MoneyOffice,
) -> None:
    run_id = await frozen_list(office)
    why = {"reason": "BAR July 2025"}
    found = cells(await office.head_office.get(f"/monthly-lists/{run_id}", params=why))
    assert sorted(line["Nama"] for line in found) == [
        f"Yohanes Tefa{number:04d}" for number in range(1, 6)
    ]
    assert {line["Alamat"][:13] for line in found} == {"Jalan Cendana"}
    assert {line["NIK"] for line in found} == {f"5371********{n:04d}" for n in range(1, 6)}
    assert {(line["Kecamatan"], line["Iuran"]) for line in found} == {
        ("Oebobo", "16800"), ("Kota Raja", "16800"),
    }  # fmt: skip
    assert {line["Dibayar pada"] for line in found} == {"2025-07-07"}
    assert all(len(line["KPJ"]) == 11 for line in found)
    readings = await office.alone.recorded(PersonalDataRead)
    assert {str(each.worker_id) for each in readings} == {line["Nomor pekerja"] for line in found}
    assert {(each.reason, each.role, each.what) for each in readings} == {
        ("BAR July 2025", "branch", "monthly list"),
    }
    (exported,) = await office.alone.recorded(ListExported)
    assert (exported.rows, exported.masked, exported.what) == (5, False, "monthly list 2025-07")
    assert (await office.alone.replay()).same


@pytest.mark.parametrize(
    ("role", "reason", "names", "readings"),
    [
        ("head_office", None, {""}, 0),
        ("province", "BAR July 2025", {f"Yohanes Tefa{n:04d}" for n in range(1, 6)}, 5),
        ("auditor", "BPK 2025", {"Y****** T*******"}, 5),
        ("checker", None, {""}, 0),
    ],
)
async def test_names_are_shown_by_role_and_reason(
    office: MoneyOffice, role: str, reason: str | None, names: set[str], readings: int
) -> None:
    run_id = await frozen_list(office)
    params = {"reason": reason} if reason else {}
    found = cells(await getattr(office, role).get(f"/monthly-lists/{run_id}", params=params))
    assert {line["Nama"] for line in found} == names
    if role == "auditor" or reason is None:
        assert {line["Alamat"] + line["NIK"] for line in found} == {""}
    assert len(await office.alone.recorded(PersonalDataRead)) == readings
    (exported,) = await office.alone.recorded(ListExported)
    assert exported.masked is not (role == "province")


async def test_a_branch_takes_out_the_list_of_a_kecamatan_of_its_own(office: MoneyOffice) -> None:
    run_id = await frozen_list(office)
    path = f"/monthly-lists/{run_id}"
    assert said(await office.branch.get(path)) == (403, "outside-area")
    lembata = office.alone.client("branch", area="53.13", name="lembata")
    there = {"district_code": DISTRICT, "reason": "counter"}
    assert said(await lembata.get(path, params=there)) == (403, "outside-area")
    found = cells(await office.branch.get(path, params=there))
    assert {line["Kode kecamatan"] for line in found} == {DISTRICT}
    assert len(found) == 3
    (exported,) = await office.alone.recorded(ListExported)
    assert (exported.rows, exported.what) == (3, f"monthly list 2025-07 {DISTRICT}")


async def test_the_list_is_a_workbook_too(office: MoneyOffice) -> None:
    run_id = await frozen_list(office)
    params = {"format": "xlsx", "reason": "BAR July 2025"}
    answer = await office.head_office.get(f"/monthly-lists/{run_id}", params=params)
    assert answer.status_code == 200
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    head, *lines = sheet.iter_rows(values_only=True)
    assert head[:3] == ("Bulan", "Kode kecamatan", "Kecamatan")
    assert len(lines) == 5
    assert {line[9] for line in lines} == {MONTH}


async def test_who_joins_later_is_not_on_the_older_list(office: MoneyOffice) -> None:
    first = await frozen_list(office)
    programme = (await office.run_standing(first))["programme_id"]
    office.go_to("2025-07-20")
    await office.enroll(programme, rows(6, 1))
    second = (await office.run(programme, "2025-07"))["run_id"]
    found = [
        len(cells(await office.head_office.get(f"/monthly-lists/{run_id}")))
        for run_id in (first, second)
    ]
    assert found == [5, 6]


async def test_a_list_that_is_not_frozen_is_not_taken_out(office: MoneyOffice) -> None:
    programme = await office.open()
    run_id = (await office.order(programme, "2025-07")).json()["run_id"]
    logged = await office.logged()
    path = f"/monthly-lists/{run_id}"
    assert said(await office.head_office.get(path)) == (409, "list-not-frozen")
    unknown = await office.head_office.get(f"/monthly-lists/{new_id()}")
    assert said(unknown) == (404, "billing-run-unknown")
    assert said(await office.district.get(path)) == (403, "role-not-allowed")
    assert await office.logged() == logged
