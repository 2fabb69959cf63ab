"""`judge` against a slow and obvious model, on rows that were good and then spoiled."""

import unicodedata
from datetime import date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.enrollment.rules.applicants import COLUMNS, Regions, judge
from tests.rosters import VILLAGE, row

VILLAGES = (VILLAGE, "53.71.04.1008", "53.71.01.1001", "53.13.01.2001")
PREFIXES = ("537104", "531301", "327101", "317401")
REGIONS = Regions(frozenset(VILLAGES), frozenset(PREFIXES))
AREAS = ("53",) * 6 + ("53.71", "53.71.04", VILLAGE, "53.13", "5", "51")
Row = dict[str, str]
Verdict = tuple[str, str, str]


class Model:
    """What is wrong with a row, found out the long way."""

    def __init__(self, row: Row, *, area: str, today: date, age_min: int) -> None:
        self.row = {name: row[name].strip() for name in COLUMNS}
        for name in ("nik", "no_kk", "no_hp", "kode_wilayah"):
            if self.row[name].startswith("'"):
                self.row[name] = self.row[name][1:].strip()
        self.area, self.today, self.age_min = area, today, age_min

    def verdicts(self) -> list[Verdict]:
        illegible = [("refused", name, slug) for name in COLUMNS if (slug := self.illegible(name))]
        spoiled = {name for _, name, _ in illegible}
        others = [
            ("refused", name, slug)
            for name, slug in (
                ("nik", self.number("nik", "nik-malformed") or self.nik()),
                ("jenis_kelamin", "" if self.sex() else "field-malformed"),
                ("ktp", self.answer("ktp")),
                ("kk", self.answer("kk")),
                ("tanggal_lahir", self.birth()),
                ("kode_wilayah", "" if self.in_area() else "village-unknown"),
                ("no_kk", self.number("no_kk", "field-malformed")),
            )
            if slug and name not in spoiled
        ]
        return [*illegible, *others] or self.warnings()

    def illegible(self, name: str) -> str:
        text = self.row[name]
        if text == "" and name != "no_hp":
            return "field-missing"
        control = any(unicodedata.category(sign) == "Cc" or sign == "\ufffd" for sign in text)
        return "field-malformed" if control or len(text) > 200 else ""

    def number(self, name: str, slug: str) -> str:
        text = self.row[name]
        if len(text) == 16 and all(sign in "0123456789" for sign in text):
            return ""
        mantissa, _, exponent = text.lower().partition("e")
        whole, point, rest = mantissa.replace(",", ".").partition(".")
        digits = [whole, exponent.removeprefix("+"), *([rest] if point else [])]
        rounded = all(part.isdecimal() for part in digits)
        return "nik-in-scientific-notation" if rounded else slug

    def nik(self) -> str:
        nik = self.row["nik"]
        zero = "00" in (nik[0:2], nik[2:4], nik[4:6]) or nik[12:16] == "0000"
        return "nik-malformed" if zero or self.holder() is None else ""

    def holder(self) -> tuple[date, str] | None:
        """Every day of the last hundred years is tried, as a man's and as a woman's."""
        digits = self.row["nik"][6:12]
        for year in range(self.today.year - 100, self.today.year + 1):
            if f"{year:04d}"[2:] != digits[4:]:
                continue
            for day in days_of(year):
                for sex, added in (("L", 0), ("P", 40)):
                    if f"{day.day + added:02d}{day:%m%y}" == digits and 0 <= self.age(day) <= 99:
                        return day, sex
        return None

    def age(self, born_on: date) -> int:
        """Birthdays that were, less the birth itself; before it, below zero."""
        if born_on > self.today:
            return -1
        return sum(
            (self.today.month, self.today.day) >= (born_on.month, born_on.day)
            or year < self.today.year
            for year in range(born_on.year + 1, self.today.year + 1)
        )

    def sex(self) -> str:
        return {"l": "L", "laki-laki": "L", "p": "P", "perempuan": "P"}.get(
            self.row["jenis_kelamin"].lower(), ""
        )

    def answer(self, name: str) -> str:
        return "" if self.row[name].lower() in {"ya", "tidak"} else "field-malformed"

    def born_on(self) -> date | None:
        text = self.row["tanggal_lahir"]
        for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
            try:
                day = datetime.strptime(text, form).date()  # noqa: DTZ007
            except ValueError:
                continue
            if datetime.combine(day, datetime.min.time()).strftime(form).zfill(10) == text:
                return day
        return None

    def birth(self) -> str:
        born_on = self.born_on()
        if born_on is None:
            return "date-malformed"
        age = self.age(born_on)
        return "too-old" if age >= 65 else "too-young" if age < self.age_min else ""

    def in_area(self) -> bool:
        written = self.row["kode_wilayah"].replace(".", "")
        for village in VILLAGES:
            if village.replace(".", "") == written:
                return village.split(".")[: len(self.area.split("."))] == self.area.split(".")
        return False

    def warnings(self) -> list[Verdict]:
        holder = self.holder()
        assert holder is not None
        found = []
        if holder[0] != self.born_on():
            found.append(("warning", "tanggal_lahir", "birth-date-differs-from-nik"))
        if holder[1] != self.sex():
            found.append(("warning", "jenis_kelamin", "sex-differs-from-nik"))
        if self.row["nik"][:6] not in PREFIXES:
            found.append(("warning", "nik", "nik-prefix-unknown"))
        return found


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [day for n in range(366) if (day := first + timedelta(n)).year == year]


@st.composite
def good(draw: st.DrawFn, today: date) -> Row:
    """A row as a careful office writes it, of somebody near one of the limits of age or not."""
    limits = [today.replace(year=today.year - age, day=1) for age in (64, 65, 17, 16, 25, 40)]
    born_on = draw(st.sampled_from(limits)) + timedelta(draw(st.integers(-40, 40)))
    sex = draw(st.sampled_from("LP"))
    day = born_on.day + (40 if sex == "P" else 0)
    form = draw(st.sampled_from(["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"]))
    prefix, village = draw(st.sampled_from(PREFIXES)), draw(st.sampled_from(VILLAGES))
    return row(
        draw(st.integers(1, 9999)),
        nik=f"{prefix}{day:02d}{born_on:%m%y}{draw(st.integers(1, 9999)):04d}",
        tanggal_lahir=born_on.strftime(form),
        jenis_kelamin=draw(st.sampled_from([sex, sex.lower()])),
        kode_wilayah=draw(st.sampled_from([village, village.replace(".", "")])),
        ktp=draw(st.sampled_from(["ya", "tidak", "YA"])),
    )


DIGITS = st.text("0123456789", min_size=16, max_size=16)
SHAPED = st.builds(
    lambda prefix, day, month, year, serial: f"{prefix}{day:02d}{month:02d}{year:02d}{serial}",
    st.sampled_from([*PREFIXES, "537199", "530004", "007104", "537100"]),
    st.one_of(st.integers(1, 28), st.integers(0, 99)),
    st.one_of(st.integers(1, 12), st.integers(0, 14)),
    st.integers(0, 99),
    st.sampled_from(["0000", "0001", "9999"]),
)
NUMBERS = st.one_of(
    *[SHAPED] * 6,
    DIGITS,
    DIGITS.map(lambda number: f"' {number} "),
    DIGITS.map(lambda number: f"{number[:15]} "),
    st.from_regex(r"[0-9]{1,2}([.,][0-9]{1,6})?[eE]\+?[0-9]{2}", fullmatch=True),
    st.text("0123456789 .,-eE+'O", max_size=18),
)
DATES = st.one_of(
    st.dates(date(1900, 1, 1), date(2030, 12, 31)).map(date.isoformat),
    st.builds(
        lambda year, month, day: f"{day:02d}/{month:02d}/{year}",
        st.integers(1950, 2010), st.integers(0, 13), st.integers(0, 32),
    ),
    st.text("0123456789-/.", max_size=11),
)  # fmt: skip
ANYTHING = st.one_of(
    st.sampled_from(["", " ", "x" * 200, "x" * 201, "a\0b", "a\nb", "a\x85b", "\ufffd", "'", "é"]),
    st.text(max_size=12),
)
SPOILED = {
    "nik": NUMBERS,
    "no_kk": NUMBERS,
    "tanggal_lahir": DATES,
    "jenis_kelamin": st.sampled_from(["L", "P", "Laki-laki", "PEREMPUAN", "W", "LP", "l "]),
    "kode_wilayah": st.sampled_from([*VILLAGES, "53.71.04.1012", "53.71", "'5371041001", "x"]),
    "ktp": st.sampled_from(["ya", "Tidak", "y", "ada"]),
}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Row, str, date, int]:
    today = draw(st.dates(date(2024, 1, 1), date(2027, 12, 31)))
    found = draw(good(today))
    for name in draw(st.lists(st.sampled_from([*COLUMNS, *SPOILED, *["nik"] * 10]), max_size=3)):
        spoiled = SPOILED.get(name, ANYTHING)
        found[name] = draw(st.one_of(spoiled, spoiled, spoiled, ANYTHING))
    return found, draw(st.sampled_from(AREAS)), today, draw(st.sampled_from([17, 17, 15, 18]))


@settings(max_examples=500, deadline=None)
@given(cases())
@example((row(1, nik="5371042902000001", tanggal_lahir="2000-02-29"), "53", date(2025, 3, 1), 17))
@example((row(1, nik="5371040703250001"), "53", date(2025, 3, 6), 17))
@example((row(1, nik="5371041503850000"), "53", date(2025, 3, 1), 17))
def test_a_row_is_judged_as_the_model_judges_it(case: tuple[Row, str, date, int]) -> None:
    fields, area, today, age_min = case
    expected = Model(fields, area=area, today=today, age_min=age_min).verdicts()
    found = judge(fields, regions=REGIONS, area_code=area, today=today, age_min=age_min)
    assert [(each.severity, each.field, each.slug) for each in found.findings] == expected
    assert (found.applicant is None) == any(severity == "refused" for severity, _, _ in expected)
    if found.applicant is not None:
        person = found.applicant.person
        assert person.born_on == Model(fields, area=area, today=today, age_min=age_min).born_on()
        assert (person.nik, person.name) == (fields["nik"].strip(" '"), fields["nama"].strip())


def test_the_model_finds_things() -> None:
    """It would be no use if it agreed with everything."""
    bad = row(1, nik="5371041503850000", tanggal_lahir="1950-01-01", kode_wilayah="53.13.01.2001")
    assert Model(bad, area="53.71", today=date(2025, 7, 7), age_min=17).verdicts() == [
        ("refused", "nik", "nik-malformed"),
        ("refused", "tanggal_lahir", "too-old"),
        ("refused", "kode_wilayah", "village-unknown"),
    ]
