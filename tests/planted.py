"""Rosters with planted defects, and what must be found in them, row by row.

    roster = planted(3_000, seed=1)
    roster.content     # the CSV to send for roster.area; nothing else is to be found in it than:
    roster.expected    # {number as a spreadsheet shows it: {(severity, column, slug), …}}

Written from the rules as the offices state them; nothing here asks the code that judges. Kinds in
MEMBER_KINDS need `roster.before` to be members when `content` is sent.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle, islice
from random import Random

from tests.planted_people import KK_MEMBERS_MAX, People, Row, places, years_before

COLUMNS = (
    "no", "nama", "nik", "no_kk", "tempat_lahir", "tanggal_lahir", "jenis_kelamin", "nama_ibu",
    "alamat", "kode_wilayah", "pekerjaan", "no_hp", "ktp", "kk", "catatan",
)  # fmt: skip
"""In an order of the sender's own, with two that nobody asked for."""
ON = date(2025, 7, 7)
FIRST_ROW = 2
Found = frozenset[tuple[str, str, str]]
"""Severity, column and slug of each finding of a row."""


@dataclass(frozen=True)
class Planted:
    """A roster, and what must be found in it."""

    area: str
    rows: int
    content: bytes
    before: bytes
    """A roster of those who must be members before; it has no defects."""
    expected: Mapping[int, Found]
    heads: Mapping[str, int]
    """Rows of each kabupaten or kota, refused ones too: quotas that are large enough."""

    def of(self, severity: str) -> dict[int, Found]:
        """The rows that are `refused`, or only have a `warning`."""
        return {n: f for n, f in self.expected.items() if {each[0] for each in f} == {severity}}


@dataclass
class Plot:
    """The rows while defects are planted: who was touched stays as it is."""

    people: People
    rows: list[Row]
    free: list[int] = field(default_factory=list)
    """Places of rows that nothing was done to yet, in a random order."""
    before: list[Row] = field(default_factory=list)
    expected: dict[int, Found] = field(default_factory=dict)

    @property
    def chance(self) -> Random:
        return self.people.chance

    def late(self) -> int:
        """Take the place of a row that has others before it."""
        return self.take(lambda place: place >= len(self.rows) // 4)

    def earlier_than(self, place: int) -> Row:
        """Take a row that comes before."""
        return self.rows[self.take(lambda other: other < place)]

    def take(self, fits: Callable[[int], bool] = lambda _: True) -> int:
        """Take the place of a row."""
        place = next(place for place in self.free if fits(place))
        self.free.remove(place)
        return place

    def plant(self, place: int, changed: Row, severity: str, *found: tuple[str, str]) -> None:
        """Change a row; these columns and slugs must be found then."""
        self.rows[place] = self.rows[place] | changed
        self.expected[place] = frozenset((severity, column, slug) for column, slug in found)


Kind = Callable[[Plot], None]


def _cell(column: str, slug: str, *texts: str) -> Kind:
    """One cell holds what it may not."""

    def plant(plot: Plot) -> None:
        plot.plant(plot.late(), {column: plot.chance.choice(texts)}, "refused", (column, slug))

    return plant


def _nik(change: Callable[[str, Random], str]) -> Kind:
    """The NIK is none."""

    def plant(plot: Plot) -> None:
        place = plot.late()
        nik = change(plot.rows[place]["nik"], plot.chance)
        plot.plant(place, {"nik": nik}, "refused", ("nik", "nik-malformed"))

    return plant


def _age(slug: str, days: Callable[[People], Sequence[date]]) -> Kind:
    """Born on one of these days, by the NIK too."""

    def plant(plot: Plot) -> None:
        place = plot.late()
        born_on, village = plot.chance.choice(days(plot.people)), plot.rows[place]["kode_wilayah"]
        born = plot.people.born(born_on, sex=plot.chance.choice("LP"), village=village)
        plot.plant(place, born, "refused", ("tanggal_lahir", slug))

    return plant


def _too_old(people: People) -> Sequence[date]:
    return [people.oldest - timedelta(days=1), years_before(people.on, 80)]


def _too_young(people: People) -> Sequence[date]:
    return [people.youngest + timedelta(days=1), years_before(people.on, 6)]


def _village_elsewhere(plot: Plot) -> None:
    if plot.people.area == "53":
        return _cell("kode_wilayah", "village-unknown", "32.71.01.1001", "51.71.01.1001")(plot)
    other = next(code for code in places("desa_kel", "53") if not code.startswith(plot.people.area))
    return _cell("kode_wilayah", "village-unknown", other)(plot)


def _twice(plot: Plot) -> None:
    place = plot.late()
    first = plot.earlier_than(place)
    copied = first if plot.chance.random() < 0.5 else {"nik": first["nik"]}
    plot.plant(place, copied, "refused", ("nik", "nik-twice-in-file"))


def _two_refusals(plot: Plot) -> None:
    changed = {"nama": "", "kode_wilayah": "53.71.04.1012"}
    found = (("nama", "field-missing"), ("kode_wilayah", "village-unknown"))
    plot.plant(plot.late(), changed, "refused", *found)


def _day_after(plot: Plot) -> None:
    """A day and a month that fit the age, but are not those of the NIK."""
    place = plot.late()
    nik = plot.people.number("537104", date(1985, 3, 16), woman=_is_woman(plot.rows[place]))
    changed = {"nik": nik, "tanggal_lahir": "1985-03-15"}
    plot.plant(place, changed, "warning", ("tanggal_lahir", "birth-date-differs-from-nik"))


def _other_sex(plot: Plot) -> None:
    place = plot.late()
    sex = "L" if _is_woman(plot.rows[place]) else "P"
    changed = {"jenis_kelamin": sex}
    plot.plant(place, changed, "warning", ("jenis_kelamin", "sex-differs-from-nik"))


def _two_warnings(plot: Plot) -> None:
    place = plot.late()
    woman = _is_woman(plot.rows[place])
    changed = {
        "nik": plot.people.number("537104", date(1990, 2, 1), woman=not woman),
        "tanggal_lahir": "1990-01-02",
    }
    differs = ("tanggal_lahir", "birth-date-differs-from-nik")
    plot.plant(place, changed, "warning", differs, ("jenis_kelamin", "sex-differs-from-nik"))


def _unknown_prefix(plot: Plot) -> None:
    place = plot.late()
    changed = {"nik": plot.chance.choice(("537199", "990101")) + plot.rows[place]["nik"][6:]}
    plot.plant(place, changed, "warning", ("nik", "nik-prefix-unknown"))


_SPELLED = (("Oe", "U"), ("Y", "J"), ("nn", "n"), ("n", "nn"), ("Ch", "Kh"))
"""Ways in which offices of NTT write one name; the same letters are the commonest."""


def _look_alike(plot: Plot, first: Row) -> Row:
    """The same person under another number: name, birth date and mother as the first's."""
    nik = first["nik"]
    day = date(int(_century(nik, plot) + nik[10:12]), int(nik[8:10]), int(nik[6:8]) % 40)
    return {
        "nama": _spelled(first["nama"], plot.chance),
        "nama_ibu": _spelled(first["nama_ibu"], plot.chance),
        "nik": plot.people.number("537104", day, woman=_is_woman(first)),
        **{column: first[column] for column in ("tanggal_lahir", "jenis_kelamin")},
    }


def _spelled(name: str, chance: Random) -> str:
    """The name in one of its spellings."""
    ways = [(name, name), *(way for way in _SPELLED if way[0] in name)]
    return name.replace(*chance.choice(ways), 1)


def _century(nik: str, plot: Plot) -> str:
    return "20" if int(nik[10:12]) <= plot.people.on.year % 100 else "19"


def _possible_duplicate(plot: Plot) -> None:
    place = plot.late()
    changed = _look_alike(plot, plot.earlier_than(place))
    plot.plant(place, changed, "warning", ("nama", "possible-duplicate"))


def _crowd(plot: Plot) -> None:
    """One more on a family card than it may have; the last in the file is asked about."""
    crowd = sorted(plot.take() for _ in range(KK_MEMBERS_MAX + 1))
    kk = plot.people.number("537104", date(2015, 1, 1))
    for place in crowd:
        plot.rows[place]["no_kk"] = kk
    plot.plant(crowd[-1], {}, "warning", ("no_kk", "kk-crowded"))


def _member(plot: Plot) -> None:
    place = plot.late()
    plot.before.append(dict(plot.rows[place]))
    plot.plant(place, {}, "refused", ("nik", "already-member"))


def _duplicate_of_member(plot: Plot) -> None:
    (known,) = plot.people.household(1)
    plot.before.append(known)
    plot.plant(plot.late(), _look_alike(plot, known), "warning", ("nama", "possible-duplicate"))


def _crowd_of_members(plot: Plot) -> None:
    family = plot.people.household(KK_MEMBERS_MAX)
    plot.before += family
    plot.plant(plot.late(), {"no_kk": family[0]["no_kk"]}, "warning", ("no_kk", "kk-crowded"))


def _is_woman(row: Row) -> bool:
    return int(row["nik"][6:8]) > 40


def _put(at: int, *texts: str) -> Callable[[str, Random], str]:
    """These digits in place of others."""

    def change(nik: str, chance: Random) -> str:
        text = chance.choice(texts)
        return nik[:at] + text + nik[at + len(text) :]

    return change


KINDS: Mapping[str, Kind] = {
    **{
        f"{column} is empty": _cell(column, "field-missing", "", "   ")
        for column in ("nik", "nama", "tempat_lahir", "tanggal_lahir", "jenis_kelamin", "nama_ibu",
                       "no_kk", "alamat", "kode_wilayah", "pekerjaan", "ktp", "kk")
    },
    "sex unknown": _cell("jenis_kelamin", "field-malformed", "W", "pria", "1"),
    "ktp neither": _cell("ktp", "field-malformed", "mungkin", "ada"),
    "kk neither": _cell("kk", "field-malformed", "?", "y"),
    "family card no number": _cell("no_kk", "field-malformed", "537104010120901", "5371 0401 x"),
    "two lines": _cell("alamat", "field-malformed", "Jl. Cendana\nOebobo"),
    "endless": _cell("alamat", "field-malformed", "x" * 201),
    "a digit short": _nik(lambda nik, _: nik[:-1]),
    "a digit long": _nik(lambda nik, _: nik + "1"),
    "a letter": _nik(lambda nik, _: nik[:-1] + "O"),
    "separators": _nik(lambda nik, _: f"{nik[:4]} {nik[4:8]} {nik[8:12]} {nik[12:]}"),
    "no region": _nik(_put(0, "00")),
    "no kabupaten": _nik(_put(2, "00")),
    "no kecamatan": _nik(_put(4, "00")),
    "no day": _nik(_put(6, "00", "32", "40", "72", "81")),
    "no month": _nik(_put(8, "00", "13")),
    "30 February": _nik(_put(6, "3002", "7002")),
    "serial 0000": _nik(_put(12, "0000")),
    "rounded nik": _cell("nik", "nik-in-scientific-notation", "5,37104E+15", "5.37104E+15"),
    "rounded kk": _cell("no_kk", "nik-in-scientific-notation", "5.37104e15", "5,37104E+15"),
    "no date": _cell("tanggal_lahir", "date-malformed",
                     "31-02-1985", "15 Maret 1985", "03/15/1985", "31121"),
    "too old": _age("too-old", _too_old),
    "too young": _age("too-young", _too_young),
    "no village": _cell("kode_wilayah", "village-unknown", "53.71.04.1012", "53.71.04"),
    "village elsewhere": _village_elsewhere,
    "twice": _twice,
    "two refusals": _two_refusals,
    "another birth date": _day_after,
    "another sex": _other_sex,
    "two warnings": _two_warnings,
    "unknown prefix": _unknown_prefix,
    "possible duplicate": _possible_duplicate,
    "crowded family card": _crowd,
}  # fmt: skip
MEMBER_KINDS: Mapping[str, Kind] = {
    "a member": _member,
    "possible duplicate of a member": _duplicate_of_member,
    "family card crowded by members": _crowd_of_members,
}


def planted(
    rows: int,
    *,
    seed: int,
    share: float = 0.02,
    area: str = "53",
    on: date = ON,
    kinds: Mapping[str, Kind] = KINDS,
) -> Planted:
    """A roster of so many rows, this share of them with a defect: each kind in turn."""
    people = People(chance=Random(seed), on=on, area=area)
    drawn = list(people.households(rows))
    people.chance.shuffle(drawn)
    plot = Plot(people, drawn, free=people.chance.sample(range(rows), rows))
    for kind in islice(cycle(kinds.values()), round(rows * share)):
        kind(plot)
    heads: dict[str, int] = {}
    for row in [*plot.rows, *plot.before]:
        heads[row["kode_wilayah"][:5]] = heads.get(row["kode_wilayah"][:5], 0) + 1
    return Planted(
        area=area,
        rows=rows,
        content=written(plot.rows),
        before=written(plot.before),
        expected={FIRST_ROW + place: found for place, found in sorted(plot.expected.items())},
        heads={code: heads.get(code, 1) for code in places("kabkota", "53")},
    )


def written(rows: Iterable[Row]) -> bytes:
    """The rows as a spreadsheet saves them, each as its sender happens to write it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(_as_sent(number, row) for number, row in enumerate(rows, start=1))
    return text.getvalue().encode()


def _as_sent(number: int, row: Row) -> Row:
    """Some village codes without dots, some numbers as text by an apostrophe, some spaces."""
    code, nik, name = row["kode_wilayah"], row["nik"], row["nama"]
    return row | {
        "no": str(number),
        "kode_wilayah": code if number % 3 else code.replace(".", ""),
        "nik": nik if number % 5 else f"'{nik} ",
        "nama": name if number % 7 else f" {name}  ",
    }
