"""`tameng roster check`: what an officer sees before a roster is sent."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from services.enrollment.roster import FILE_BYTES_MAX, open_sheet
from services.enrollment.rules.applicants import COLUMNS
from tameng.cli import app
from tameng.demo.roster import generate
from tests.rosters import Row, row, rows, sheet

DAY = ("--date", "2025-07-07")
Check = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Runs the command on a file with this content."""

    def run(content: bytes, *options: str, name: str = "kupang.csv") -> Result:
        file = tmp_path / name
        file.write_bytes(content)
        return CliRunner().invoke(app, ["roster", "check", str(file), *DAY, *options])

    return run


def told(file: Path) -> list[dict[str, str]]:
    text = io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=";"))


def figures(result: Result) -> dict[str, str]:
    """The lines of the printed table."""
    cells = (line.split("│") for line in result.stdout.splitlines() if line.startswith("│"))
    return {name.strip(" ….").removeprefix("of them "): n.strip() for _, name, n, _ in cells}


def test_a_roster_without_faults_passes(check: Check, tmp_path: Path) -> None:
    result = check(sheet(rows(1, 3)), "--area", "53.71", "--months", "6")
    assert result.exit_code == 0, result.output
    found = figures(result)
    assert (found["rows"], found["fit"], found["refused"]) == ("3", "3", "0")
    assert found["cost of the fit, 6 months of Rp16,800"] == "Rp302,400"
    assert told(tmp_path / "kupang-diperiksa.csv") == []


BAD: list[tuple[Row, str, str]] = [
    (row(50, nik="123", nama=""), "ditolak", "field-missing nik-malformed"),
    (row(1), "ditolak", "nik-twice-in-file"),
    (row(51, kode_wilayah="53.13.01.2001"), "ditolak", "village-unknown"),
    (row(52, tanggal_lahir="1960-07-07"), "ditolak", "too-old"),
    (row(53, jenis_kelamin="P"), "peringatan", "sex-differs-from-nik"),
    (row(54, nama=row(2)["nama"], nama_ibu=row(2)["nama_ibu"]), "peringatan", "possible-duplicate"),
]


def test_a_report_names_each_row_with_a_fault(check: Check, tmp_path: Path) -> None:
    columns = ("Catatan", *COLUMNS[::-1])
    content = sheet([*rows(1, 4), *(each for each, _, _ in BAD)], columns=columns, delimiter=";")
    result = check(content, "--area", "53.71")
    assert result.exit_code == 1
    report = told(tmp_path / "kupang-diperiksa.csv")
    assert list(report[0]) == [*columns, "baris", "keputusan", "kode", "alasan"]
    assert [(line["baris"], line["keputusan"], line["kode"]) for line in report] == [
        (str(number), decision, slugs) for number, (_, decision, slugs) in enumerate(BAD, start=6)
    ]
    assert all(line["alasan"].endswith(".") for line in report)
    found = figures(result)
    assert (found["rows"], found["fit"], found["refused"], found["with a warning"]) == (
        "10", "6", "4", "2",
    )  # fmt: skip
    for slug in ("field-missing", "nik-twice-in-file", "village-unknown", "too-old"):
        assert found[slug] == "1"
    assert found["cost of the fit, 12 months of Rp16,800"] == f"Rp{6 * 12 * 16_800:,}"


def test_more_than_five_on_a_family_card_are_warned_about(check: Check, tmp_path: Path) -> None:
    kk = row(1)["no_kk"]
    result = check(sheet([row(number, no_kk=kk) for number in range(1, 8)]))
    assert result.exit_code == 0
    report = told(tmp_path / "kupang-diperiksa.csv")
    assert [(line["baris"], line["kode"]) for line in report] == [
        ("7", "kk-crowded"), ("8", "kk-crowded"),
    ]  # fmt: skip


def test_a_corrected_report_passes_as_it_is(check: Check, tmp_path: Path) -> None:
    assert check(sheet([row(1), row(2, ktp="?"), row(3)])).exit_code == 1
    corrected = (tmp_path / "kupang-diperiksa.csv").read_bytes().replace(b"?", b"ya")
    assert check(corrected, name="again.csv").exit_code == 0
    (only,) = open_sheet(corrected).rows()
    assert only.cells == tuple(row(2)[name] for name in COLUMNS)


def test_the_demonstrations_mistakes_are_found_and_no_other(check: Check, tmp_path: Path) -> None:
    made = generate(seed=1, on=date(2025, 7, 7))
    result = check(made.first, "--area", "53.71")
    assert result.exit_code == 1
    planted = [
        (str(each.row_no), each.slug) for each in made.refused if each.slug != "quota-exhausted"
    ]
    report = told(tmp_path / "kupang-diperiksa.csv")
    assert [(line["baris"], line["kode"]) for line in report] == planted
    assert figures(result)["fit"] == "2,522"


def test_a_workbook_is_checked_too(check: Check, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.append(COLUMNS)
    for each in [row(1), row(2, nik="")]:
        first.append([each[name] for name in COLUMNS])
    first.append([int(row(3)[name]) if name == "nik" else row(3)[name] for name in COLUMNS])
    content = io.BytesIO()
    book.save(content)
    assert check(content.getvalue(), name="kupang.xlsx").exit_code == 1
    report = told(tmp_path / "kupang-diperiksa.csv")
    assert [(line["baris"], line["kode"]) for line in report] == [
        ("3", "field-missing"), ("4", "nik-in-scientific-notation"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "no rows"),
        (b"nama\nx\n", "a.csv", "lacks nik"),
        (sheet(rows(1, 1)) + b"\xff\n", "a.csv", "not UTF-8"),
        (sheet(rows(1, 700)) + b'"open', "a.csv", "no CSV"),
        (b"PK\x03\x04", "a.xlsx", "cannot be read"),
        (b"\xd0\xcf\x11\xe0", "a.xls", "save it as .xlsx"),
    ],
)
def test_what_cannot_be_read_leaves_no_report(
    check: Check, tmp_path: Path, content: bytes, name: str, said: str
) -> None:
    result = check(content, name=name)
    assert result.exit_code == 2
    assert said in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_file_that_is_too_big_is_not_even_read(check: Check, tmp_path: Path) -> None:
    check(b"")
    with (tmp_path / "kupang.csv").open("r+b") as file:
        file.truncate(FILE_BYTES_MAX + 1)
    result = CliRunner().invoke(app, ["roster", "check", str(tmp_path / "kupang.csv")])
    assert result.exit_code == 2
    assert "split the file" in result.stderr


def test_the_report_goes_where_one_says_and_never_over_the_roster(
    check: Check, tmp_path: Path
) -> None:
    content = sheet(rows(1, 1))
    assert check(content, "--output", str(tmp_path / "r.csv")).exit_code == 0
    assert (tmp_path / "r.csv").exists()
    assert check(content, "--output", str(tmp_path / "kupang.csv")).exit_code == 2
    assert (tmp_path / "kupang.csv").read_bytes() == content
    assert check(content, "--output", str(tmp_path / "missing" / "r.csv")).exit_code == 2


def test_the_area_is_one_of_the_province(check: Check) -> None:
    content = sheet(rows(1, 1))
    for area in ("53", "53.71", "53.71.04", "53.71.04.1001"):
        assert check(content, "--area", area).exit_code == 0
    assert check(content, "--area", "53.13").exit_code == 1
    for area in ("51", "5", "53.7", "kupang", ""):
        assert check(content, "--area", area).exit_code == 2


def test_the_day_is_today_in_kupang_unless_one_says_another(check: Check, tmp_path: Path) -> None:
    check(sheet([row(1, tanggal_lahir="1960-07-08", nik="5371040807600001")]))
    file = str(tmp_path / "kupang.csv")
    assert CliRunner().invoke(app, ["roster", "check", file, *DAY]).exit_code == 0
    assert CliRunner().invoke(app, ["roster", "check", file]).exit_code == 1


def test_the_help_teaches() -> None:
    said = " ".join(CliRunner().invoke(app, ["roster", "check", "--help"]).stdout.split())
    for word in ("baris", "keputusan", "kode", "alasan", "Exit 0", "tameng roster check"):
        assert word in said
