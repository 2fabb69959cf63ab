"""The report that goes back to the sender, is corrected in a spreadsheet, and is sent again."""

import csv
import io

from contracts.enrollment import ListExported, RosterReceived
from services.enrollment.rules.applicants import COLUMNS
from tests.component.enrollment_office import Office, office, said
from tests.rosters import Row, row, rows, sheet

__all__ = ["office"]
OWN = ("No", "NAMA", "no-kk", *sorted(set(COLUMNS) - {"nama", "no_kk"}), "catatan")
"""The sender's columns: an order and spellings of its own, two that nobody asked for."""
FORMULA = '=HYPERLINK("http://x","y")'


def as_sent(of: list[Row]) -> bytes:
    """The rows under the sender's header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(OWN)
    for number, each in enumerate(of, start=1):
        known = {"No": str(number), "NAMA": each["nama"], "no-kk": each["no_kk"], "catatan": "x"}
        writer.writerow([known.get(name) or each[name] for name in OWN])
    return text.getvalue().encode()


def lines(report: bytes) -> list[list[str]]:
    """The cells of a report as a spreadsheet shows them."""
    return list(csv.reader(io.StringIO(report.decode("utf-8-sig")), delimiter=";"))


async def test_the_report_has_the_senders_columns_and_what_to_do(office: Office) -> None:
    bad = [row(3, tempat_lahir=""), row(4, nik="1", no_kk="2"), row(5, nama=FORMULA, ktp="?")]
    standing = await office.enroll(await office.open(), as_sent([*rows(1, 2), *bad]))
    header, *found = lines(await office.report(standing["roster_id"]))
    assert header == [*OWN, "baris", "keputusan", "kode", "alasan"]
    assert [line[-4:-1] for line in found] == [
        ["4", "ditolak", "field-missing"],
        ["5", "ditolak", "nik-malformed field-malformed"],
        ["6", "ditolak", "field-malformed"],
    ]
    assert all(line[-1].endswith(".") for line in found)
    assert found[0][0] == "3"
    assert found[2][1] == "'" + FORMULA
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in found for cell in line)
    exported = await office.alone.recorded(ListExported)
    assert [(e.what, e.rows, e.role) for e in exported] == [("roster report", 3, "district")]


async def test_a_corrected_report_is_sent_as_it_is_and_takes_only_what_is_new(
    office: Office,
) -> None:
    programme = await office.open()
    bad = [row(3, tempat_lahir=""), row(4, nik="1"), row(5, nama=FORMULA, ktp="?")]
    first = await office.enroll(programme, as_sent([*rows(1, 2), *bad]))
    assert (first["enrolled"], first["rows"]) == (2, 5)
    corrected = lines(await office.report(first["roster_id"]))
    place = {name: at for at, name in enumerate(corrected[0])}
    corrected[1][place["tempat_lahir"]] = "Kupang"
    corrected[2][place["nik"]] = row(4)["nik"]
    corrected[3][place["ktp"]] = "ya"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(corrected)
    second = await office.enroll(programme, text.getvalue().encode())
    assert (second["enrolled"], second["refused"], second["rows"]) == (3, {}, 3)
    assert (await office.standing(programme))["enrolled"] == 5
    assert len(await office.alone.recorded(RosterReceived)) == 2


async def test_warnings_are_reported_apart_or_together(office: Office) -> None:
    sent = [row(1), row(2, jenis_kelamin="P"), row(3, nik="1")]
    roster_id = (await office.validated(await office.open(), sheet(sent)))["roster_id"]
    numbers = {
        severity: [line[-4] for line in lines(await office.report(roster_id, severity=severity))]
        for severity in ("refused", "warning", "all")
    }
    assert numbers == {
        "refused": ["baris", "4"], "warning": ["baris", "3"], "all": ["baris", "3", "4"],
    }  # fmt: skip


async def test_a_long_report_comes_whole(office: Office) -> None:
    sent = [row(number, alamat="") for number in range(1, 2_300)]
    standing = await office.enroll(await office.open(), sent)
    assert standing["refused"] == {"field-missing": 2_299}
    found = lines(await office.report(standing["roster_id"]))[1:]
    assert [int(line[-4]) for line in found] == list(range(2, 2_301))


async def test_a_report_that_is_not_there_is_not_put_on_record(office: Office) -> None:
    unknown = await office.district.get(f"/rosters/{await office.open()}/report")
    assert said(unknown) == (404, "roster-unknown")
    assert await office.alone.recorded(ListExported) == []
