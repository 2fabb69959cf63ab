"""Who may be a member: every reason to refuse a row or to ask a person, with its boundaries."""

import csv
import io
import string
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from services.enrollment.adapters.regions import regions
from services.enrollment.rules.applicants import (
    COLUMNS,
    Applicant,
    Finding,
    Judged,
    RowSlug,
    StandingSlug,
    age_on,
    birthday,
    column_name,
    day_in,
    fields_of,
    finding,
    judge,
    village_in,
)
from tests.rosters import REGION, VILLAGE, row

TODAY = date(2025, 7, 7)
FIXTURE = Path(__file__).parents[1] / "fixtures" / "roster-refusals.csv"


def judged(today: date = TODAY, /, area: str = REGION, **changed: str) -> Judged:
    found = judge(row(1, **changed), regions=regions(), area_code=area, today=today)
    refuses = {each.severity for each in found.findings} == {"refused"}
    assert (found.applicant is None) == refuses
    return found


def refusals(today: date = TODAY, /, **changed: str) -> list[tuple[str, str]]:
    found = judged(today, **changed)
    assert found.applicant is None, found
    return [(each.field, each.slug) for each in found.findings]


def warnings(today: date = TODAY, /, **changed: str) -> list[tuple[str, str]]:
    found = judged(today, **changed)
    assert {each.severity for each in found.findings} <= {"warning"}, found
    return [(each.field, each.slug) for each in found.findings]


def accepted(today: date = TODAY, /, **changed: str) -> Applicant:
    found = judged(today, **changed)
    assert found.applicant is not None, found
    return found.applicant


def born(born_on: date, *, sex: str = "L") -> dict[str, str]:
    """The changes of a row that make it somebody born on that day, the NIK too."""
    day = born_on.day + (40 if sex == "P" else 0)
    return {
        "nik": f"537104{day:02d}{born_on:%m%y}0001",
        "tanggal_lahir": born_on.isoformat(),
        "jenis_kelamin": sex,
    }


def of_nik(digits: str) -> dict[str, str]:
    """A row whose NIK has these digits for the date."""
    return {"nik": f"537104{digits}0001"}


FIXTURES = list(csv.DictReader(io.StringIO(FIXTURE.read_text(encoding="utf-8"), newline="")))


@pytest.mark.parametrize("line", FIXTURES, ids=[line["note"] for line in FIXTURES])
def test_each_row_of_the_fixture_gets_what_it_says(line: dict[str, str]) -> None:
    found = judge(line, regions=regions(), area_code=REGION, today=TODAY).findings
    expected = [(line["expected_field"], line["expected_slug"])] if line["expected_slug"] else []
    assert [(each.field, each.slug) for each in found] == expected


def test_the_fixture_has_a_row_for_everything_that_a_row_can_show() -> None:
    assert {line["expected_slug"] for line in FIXTURES} - {""} == set(get_args(RowSlug))


def test_a_good_row_is_a_person() -> None:
    who = accepted(kk="tidak", jenis_kelamin="l")
    assert who.person.nik == row(1)["nik"]
    assert (who.person.born_on, who.person.sex) == (date(1985, 3, 15), "L")
    assert (who.village_code, who.has_ktp, who.has_kk) == (VILLAGE, True, False)
    assert warnings() == []


@pytest.mark.parametrize(
    "nik", ["5371041503850001", " 5371041503850001\t", "'5371041503850001", " ' 5371041503850001"]
)
def test_spaces_around_a_nik_and_an_apostrophe_before_it_are_not_part_of_it(nik: str) -> None:
    assert accepted(nik=nik).person.nik == "5371041503850001"
    assert accepted(no_kk=nik).person.kk == "5371041503850001"


@pytest.mark.parametrize(
    "nik",
    ["537104150385000", "53710415038500011", "537104150385000x", "5371 0415 0385 0001",
     "5371.0415.0385.0001", "5371-0415-0385-0001", "''5371041503850001", "5371041503850001'",
     "\u0665371041503850001", "-371041503850001", "+371041503850001", "537104150385 001"],
)  # fmt: skip
def test_what_is_not_16_digits_is_no_nik_and_no_number_of_a_family_card(nik: str) -> None:
    assert refusals(nik=nik) == [("nik", "nik-malformed")]
    assert refusals(no_kk=nik) == [("no_kk", "field-malformed")]


@pytest.mark.parametrize("nik", ["5.37104E+15", "5,37104E+15", "5E15", "5.371041503e+15"])
def test_a_number_that_a_spreadsheet_rounded_says_so(nik: str) -> None:
    assert refusals(nik=nik) == [("nik", "nik-in-scientific-notation")]
    assert refusals(no_kk=nik) == [("no_kk", "nik-in-scientific-notation")]


@pytest.mark.parametrize(
    ("nik", "possible"),
    [
        ("0071041503850001", False),
        ("5300041503850001", False),
        ("5371001503850001", False),
        ("5371041503850000", False),
        ("5371041503850001", True),
        ("5371041503859999", True),
        ("5300001503850000", False),
    ],
)
def test_province_kabupaten_kecamatan_and_serial_of_a_nik_are_not_zero(
    nik: str, possible: bool
) -> None:
    assert (judged(nik=nik).applicant is not None) == possible


@pytest.mark.parametrize("day", ["00", "32", "39", "40", "72", "73", "80", "81", "99"])
def test_a_nik_with_a_day_that_no_month_has_is_refused(day: str) -> None:
    assert refusals(**of_nik(f"{day}0385")) == [("nik", "nik-malformed")]


@pytest.mark.parametrize(("day", "sex"), [("01", "L"), ("31", "L"), ("41", "P"), ("71", "P")])
def test_the_first_and_the_last_day_of_a_man_and_of_a_woman(day: str, sex: str) -> None:
    born_on = f"1985-03-{int(day) % 40:02d}"
    nik = of_nik(f"{day}0385")["nik"]
    assert warnings(nik=nik, tanggal_lahir=born_on, jenis_kelamin=sex) == []


@pytest.mark.parametrize("digits", ["150085", "151385", "159985", "310485", "300285", "710485"])
def test_a_nik_with_a_day_that_is_not_in_the_calendar_is_refused(digits: str) -> None:
    assert refusals(**of_nik(digits)) == [("nik", "nik-malformed")]


@pytest.mark.parametrize(
    ("year", "leap"), [("84", True), ("85", False), ("00", True), ("01", False), ("04", True)]
)
def test_the_29th_of_february_is_in_leap_years_only(year: str, leap: bool) -> None:
    for day in ("29", "69"):
        assert (judged(**of_nik(f"{day}02{year}")).applicant is not None) == leap


@pytest.mark.parametrize("born_on", [date(2000, 1, 1), date(2007, 12, 31), date(2008, 7, 7)])
def test_who_was_born_after_1999_is_not_a_hundred_years_old(born_on: date) -> None:
    for sex in ("L", "P"):
        assert warnings(**born(born_on, sex=sex)) == []


@pytest.mark.parametrize(
    ("today", "digits", "born_on"),
    [
        (date(2025, 7, 7), "070725", date(2025, 7, 7)),
        (date(2025, 7, 7), "080725", date(1925, 7, 8)),
        (date(2025, 7, 7), "010126", date(1926, 1, 1)),
        (date(2025, 7, 7), "290200", date(2000, 2, 29)),
    ],
)
def test_the_century_is_the_one_that_makes_the_holder_0_to_99_years_old(
    today: date, digits: str, born_on: date
) -> None:
    differs = [("tanggal_lahir", "birth-date-differs-from-nik")]
    far_from_it = born_on.replace(year=1985, day=1)
    assert warnings(today, **of_nik(digits), tanggal_lahir=far_from_it.isoformat()) == differs


@pytest.mark.parametrize("prefix", ["327101", "537104", "531301", "317401"])
def test_a_nik_from_anywhere_is_fine_in_oebobo(prefix: str) -> None:
    assert warnings(nik=f"{prefix}1503850001") == []


@pytest.mark.parametrize("prefix", ["537199", "539901", "990101", "540101"])
def test_a_kecamatan_that_is_not_in_the_list_is_for_a_person_to_look_at(prefix: str) -> None:
    assert warnings(nik=f"{prefix}1503850001") == [("nik", "nik-prefix-unknown")]


def test_what_differs_from_the_nik_is_for_a_person_to_look_at() -> None:
    assert warnings(tanggal_lahir="1984-03-15") == [
        ("tanggal_lahir", "birth-date-differs-from-nik")
    ]
    assert warnings(jenis_kelamin="P") == [("jenis_kelamin", "sex-differs-from-nik")]
    assert warnings(nik="9901015603850001") == [
        ("tanggal_lahir", "birth-date-differs-from-nik"),
        ("jenis_kelamin", "sex-differs-from-nik"),
        ("nik", "nik-prefix-unknown"),
    ]


def test_the_date_in_the_number_of_a_family_card_is_nobodys_business() -> None:
    assert warnings(no_kk="0000009999999999") == []


@pytest.mark.parametrize(
    ("born_on", "verdict"),
    [
        (date(1960, 7, 6), "too-old"),
        (date(1960, 7, 7), "too-old"),
        (date(1960, 7, 8), None),
        (date(2008, 7, 6), None),
        (date(2008, 7, 7), None),
        (date(2008, 7, 8), "too-young"),
        (date(2025, 7, 7), "too-young"),
        (date(2030, 1, 1), "too-young"),
        (date(1900, 1, 1), "too-old"),
    ],
)
def test_members_are_17_and_not_yet_65_on_the_day(born_on: date, verdict: str | None) -> None:
    found = judged(tanggal_lahir=born_on.isoformat()).findings
    assert {each.slug for each in found} - {"birth-date-differs-from-nik"} == {verdict} - {None}


def test_a_birthday_on_the_29th_of_february_comes_on_the_1st_of_march() -> None:
    young, old = born(date(2008, 2, 29)), born(date(1960, 2, 29))
    assert refusals(date(2025, 2, 28), **young) == [("tanggal_lahir", "too-young")]
    assert warnings(date(2025, 3, 1), **young) == []
    assert warnings(date(2025, 2, 28), **old) == []
    assert refusals(date(2025, 3, 1), **old) == [("tanggal_lahir", "too-old")]
    assert birthday(date(1960, 2, 29), age=65) == date(2025, 3, 1)
    assert birthday(date(1960, 2, 29), age=64) == date(2024, 2, 29)


def test_an_age_is_reached_on_the_birthday_and_not_before() -> None:
    for born_on in (date(1960, 7, 7), date(1960, 2, 29), date(1999, 12, 31)):
        reached = birthday(born_on, age=25)
        assert age_on(reached, born_on=born_on) == 25
        assert age_on(date.fromordinal(reached.toordinal() - 1), born_on=born_on) == 24


def test_the_minimum_age_is_a_setting() -> None:
    young = row(1, **born(date(2010, 7, 7)))
    for age_min, fit in ((15, True), (16, False)):
        found = judge(young, regions=regions(), area_code="53", today=TODAY, age_min=age_min)
        assert (found.applicant is not None) == fit


@pytest.mark.parametrize("written", ["1985-03-15", "15-03-1985", "15/03/1985", " 15/03/1985 "])
def test_dates_are_written_in_three_ways(written: str) -> None:
    assert accepted(tanggal_lahir=written).person.born_on == date(1985, 3, 15)


@pytest.mark.parametrize(
    "written",
    ["15.03.1985", "1985/03/15", "15-03/1985", "15 March 1985", "31121", "1985-13-01",
     "30-02-1985", "29/02/1985", "85-03-15", "1985-3-15", "0000-01-01", "1985-W11-5", "19850315",
     "1985-03-15T00:00", "\u0661985-03-15", "5/3/1985", "03/15/1985"],
)  # fmt: skip
def test_what_is_no_date_is_refused(written: str) -> None:
    assert day_in(written) is None
    assert refusals(tanggal_lahir=written) == [("tanggal_lahir", "date-malformed")]


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "no_hp"])
def test_every_field_but_the_phone_is_needed(name: str) -> None:
    assert refusals(**{name: "  "}) == [(name, "field-missing")]
    assert accepted(no_hp="").person.phone == ""


@pytest.mark.parametrize(
    ("written", "sex"),
    [("L", "L"), ("p", "P"), ("laki-laki", "L"), ("PEREMPUAN", "P"), (" Laki-Laki ", "L")],
)
def test_a_sex_is_a_letter_or_a_word(written: str, sex: str) -> None:
    assert accepted(jenis_kelamin=written).person.sex == sex


@pytest.mark.parametrize(
    ("field", "written"),
    [("jenis_kelamin", "LP"), ("jenis_kelamin", "M"), ("ktp", "y"), ("kk", "ada"), ("kk", "1")],
)
def test_a_choice_is_one_of_the_words(field: str, written: str) -> None:
    assert refusals(**{field: written}) == [(field, "field-malformed")]


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("sign", ["\0", "\a", "\n", "\t", "\x7f", "\x85", "\ufffd"])
def test_a_field_is_one_line_of_what_can_be_read(name: str, sign: str) -> None:
    assert refusals(**{name: f"a{sign}b"}) == [(name, "field-malformed")]


def test_letters_of_any_language_can_be_read() -> None:
    name = "André \u00a0 Nunle\u2019u d\u200dÉ"
    assert accepted(nama=name).person.name == name


@pytest.mark.parametrize("name", ["nama", "alamat", "no_hp", "pekerjaan"])
def test_a_field_has_at_most_200_characters(name: str) -> None:
    assert accepted(**{name: "x" * 200})
    assert refusals(**{name: "x" * 201}) == [(name, "field-malformed")]


@pytest.mark.parametrize(
    ("area", "inside"),
    [("53", True), ("53.71", True), ("53.71.04", True), ("53.71.04.1001", True),
     ("53.7", False), ("53.71.04.1008", False), ("53.71.01", False), ("53.13", False),
     ("51", False)],
)  # fmt: skip
def test_a_village_lies_in_the_region_that_the_roster_is_for(area: str, inside: bool) -> None:
    assert (judged(area=area).applicant is not None) == inside
    slugs = [each.slug for each in judged(area=area).findings]
    assert slugs == ([] if inside else ["village-unknown"])


def test_a_village_exists_and_is_told_from_one_that_is_elsewhere() -> None:
    assert accepted(kode_wilayah="5371041001").village_code == VILLAGE
    for village in ("53.71.04.1012", "53.71", "53.71.04", "x", "53.71.04.1001.1", "32.71.01.1001"):
        assert refusals(kode_wilayah=village) == [("kode_wilayah", "village-unknown")]
    unknown, elsewhere = (
        judged(kode_wilayah=village).findings[0].reason
        for village in ("53.71.04.1012", "53.13.01.2001")
    )
    assert unknown != elsewhere
    assert village_in("53.71.04.1001") == village_in("5371041001") == VILLAGE


def test_all_that_refuses_a_row_is_told_and_nothing_to_decide_beside() -> None:
    assert refusals(
        nama="", nik="9901011503850000", jenis_kelamin="P", ktp="", kk="?",
        tanggal_lahir="1950-01-01", kode_wilayah="x", no_kk="1",
    ) == [
        ("nama", "field-missing"), ("ktp", "field-missing"), ("nik", "nik-malformed"),
        ("kk", "field-malformed"), ("tanggal_lahir", "too-old"),
        ("kode_wilayah", "village-unknown"), ("no_kk", "field-malformed"),
    ]  # fmt: skip


def test_no_reason_holds_what_the_row_says_of_the_person() -> None:
    secrets = row(1, nik="9901015503850000", nama="N\aAMA", tanggal_lahir="1950-01-02")
    for spoiled in (secrets, secrets | {"nik": "9901015503850001", "nama": "Nama"}):
        found = judge(spoiled, regions=regions(), area_code="51", today=TODAY).findings
        assert found
        for each in found:
            assert not [said for said in spoiled.values() if len(said) > 4 and said in each.reason]


@pytest.mark.parametrize("slug", get_args(StandingSlug))
def test_what_does_not_show_in_the_row_has_words_of_its_own(slug: StandingSlug) -> None:
    found = finding(slug)
    assert found.slug == slug
    assert found.field in COLUMNS
    warned = slug in {"kk-crowded", "possible-duplicate"}
    assert found.severity == ("warning" if warned else "refused")


def every_finding() -> list[Finding]:
    shown = [
        each
        for line in FIXTURES
        for each in judge(line, regions=regions(), area_code=REGION, today=TODAY).findings
    ]
    return shown + [finding(slug) for slug in get_args(StandingSlug)]


def test_a_reason_is_one_plain_sentence_that_says_what_to_do() -> None:
    for each in every_finding():
        assert each.reason.endswith("."), each
        assert each.reason[0] in string.ascii_uppercase, each
        assert ": " in each.reason, each
        assert "|" not in each.reason


def test_columns_are_found_by_their_words_in_any_order() -> None:
    assert column_name(" Tanggal  Lahir ") == column_name("TANGGAL_LAHIR") == "tanggal_lahir"
    assert column_name("No. KK") == "no_kk"
    columns = ("Catatan", "Nama", "NIK")
    assert fields_of(columns, ["x", "Yohanes"]) == dict.fromkeys(COLUMNS, "") | {"nama": "Yohanes"}
