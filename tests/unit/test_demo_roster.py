"""The demonstration's rosters: the published figures, valid rows, the usual mistakes."""

import csv
import io
import re
from collections import Counter
from datetime import date
from functools import cache

import pytest

from tameng.demo import places
from tameng.demo.people import Papers, Worker
from tameng.demo.roster import DemoRosters, generate, large
from tameng.demo.rows import COLUMNS, VILLAGE_UNKNOWN

ON = date(2025, 7, 1)
SECOND_FILE_ON = date(2025, 9, 1)
SEEDS = (1, 2025, 987_654_321)
MISTAKES = {
    "nik-malformed": 2,
    "nik-in-scientific-notation": 2,
    "nik-twice-in-file": 1,
    "too-old": 2,
    "too-young": 1,
    "village-unknown": 1,
    "date-malformed": 1,
    "field-missing": 2,
    "quota-exhausted": 2,
}

VILLAGES = frozenset(places.villages())

rosters = cache(lambda seed: generate(seed=seed, on=ON))


@pytest.fixture(params=SEEDS)
def roster(request: pytest.FixtureRequest) -> DemoRosters:
    generated: DemoRosters = rosters(request.param)
    return generated


def first_rows(roster: DemoRosters) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(roster.first.decode("utf-8"), newline="")))


def second_rows(roster: DemoRosters) -> list[dict[str, str]]:
    text = io.StringIO(roster.second.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=";"))


def age(born_on: date, *, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def check_structure(row: dict[str, str]) -> None:
    """A good row: NIK and KK of the right shape, plainly synthetic, and at one with the rest."""
    born_on = date.fromisoformat(row["tanggal_lahir"])
    day = born_on.day + (40 if row["jenis_kelamin"] == "P" else 0)
    assert re.fullmatch(r"[1-9]\d{15}", row["nik"])
    assert row["nik"][6:12] == f"{day:02d}{born_on:%m%y}"
    assert row["nik"][12] == row["no_kk"][12] == "9"
    assert re.fullmatch(r"\d{16}", row["no_kk"])
    assert row["no_kk"][:6] == row["kode_wilayah"][:8].replace(".", "")
    recorded = row["no_kk"][6:12]
    assert date(2000 + int(recorded[4:]), int(recorded[2:4]), int(recorded[:2])) <= ON
    assert row["kode_wilayah"] in VILLAGES
    assert row["jenis_kelamin"] in {"L", "P"}
    assert 17 <= age(born_on, on=ON) <= 64
    assert re.fullmatch(r"(080000\d{6})?", row["no_hp"])
    assert {row["ktp"], row["kk"]} <= {"ya", "tidak"}
    assert all(row[name].strip() == row[name] != "" for name in COLUMNS if name != "no_hp")


def test_the_published_figures(roster: DemoRosters) -> None:
    workers = roster.workers
    oebobo = Counter(
        worker.village_code for worker in workers if worker.village_code.startswith("53.71.04.")
    )
    assert len(workers) == 2_525
    assert (len(roster.early), len(roster.late)) == (2_520, 5)
    assert sum(oebobo.values()) == 377
    assert {int(code[-4:]) for code in oebobo} == {1001, 1008, 1009, 1010, 1011, 1013, 1014}
    assert len({worker.village_code for worker in workers}) == 51
    papers = Counter(worker.papers for worker in workers)
    assert papers.pop(Papers(ktp=True, kk=True)) == 1_400
    assert (len(papers), papers.total()) == (3, 1_125)


def test_every_good_row_of_the_first_file_is_valid_and_a_worker(roster: DemoRosters) -> None:
    refused = {row.row_no for row in roster.refused}
    rows = first_rows(roster)
    good = [row for row_no, row in enumerate(rows, start=2) if row_no not in refused]
    for row in good:
        check_structure(row)
    assert [row["nik"] for row in good] == [worker.nik for worker in roster.early]
    assert [row["nama"] for row in good] == [worker.name for worker in roster.early]
    assert len({worker.nik for worker in roster.workers}) == 2_525
    assert len(rows) == 2_520 + sum(MISTAKES.values())


def test_numbers_show_where_people_were_registered_and_who_lives_together(
    roster: DemoRosters,
) -> None:
    prefixes = Counter(worker.nik[:4] for worker in roster.workers)
    provinces = Counter(worker.nik[:2] for worker in roster.workers)
    assert 0.8 < prefixes["5371"] / 2_525 < 0.92
    assert len(prefixes) > 15
    assert 0.9 < provinces["53"] / 2_525 < 1
    homes: dict[str, list[Worker]] = {}
    for worker in roster.workers:
        homes.setdefault(worker.kk_no, []).append(worker)
    assert 1_200 < len(homes) < 2_000
    for members in homes.values():
        assert len({(member.village_code, member.address) for member in members}) == 1
    assert 1_000 < sum(worker.sex == "P" for worker in roster.workers) < 1_525


def test_the_border_ages_are_in(roster: DemoRosters) -> None:
    births = {worker.born_on for worker in roster.early}
    assert {date(2008, 7, 1), date(1960, 7, 2)} <= births


def test_the_mistakes_are_where_and_what_they_are_said_to_be(roster: DemoRosters) -> None:
    rows = first_rows(roster)
    wrong = {(row.slug, rows[row.row_no - 2].get(row.field, "")) for row in roster.refused}
    assert roster.refused_expected == MISTAKES
    assert {value for slug, value in wrong if slug == "nik-in-scientific-notation"} == {
        "5,371E+15",
        "5.37104E+15",
    }
    for slug, value in wrong:
        if slug == "nik-malformed":
            assert not re.fullmatch(r"\d{16}", value)
        if slug == "field-missing":
            assert value == ""
    assert ("too-old", "1960-07-01") in wrong
    assert ("too-young", "2008-07-02") in wrong
    assert ("village-unknown", VILLAGE_UNKNOWN) in wrong
    assert VILLAGE_UNKNOWN not in VILLAGES
    with pytest.raises(ValueError, match="day"):
        date.fromisoformat(next(value for slug, value in wrong if slug == "date-malformed"))


def test_each_mistake_is_the_only_one_in_its_row(roster: DemoRosters) -> None:
    rows = first_rows(roster)
    taken = Counter(row["nik"] for row in rows)
    for refused in roster.refused:
        row = rows[refused.row_no - 2]
        sound = {"nik": row["nik"], "tanggal_lahir": row["tanggal_lahir"]}
        if refused.field not in sound and refused.field != "kode_wilayah":
            check_structure(row | {refused.field: "x"} if refused.field else row)
        if refused.slug == "nik-twice-in-file":
            check_structure(row)
            first = next(number for number, one in enumerate(rows) if one["nik"] == row["nik"])
            assert first + 2 < refused.row_no
            assert taken[row["nik"]] == 2
    assert sum(many > 1 for many in taken.values()) == 1


def test_the_two_over_the_quota_are_last_and_come_again_in_the_second_file(
    roster: DemoRosters,
) -> None:
    last = first_rows(roster)[-2:]
    assert [row["nik"] for row in last] == [worker.nik for worker in roster.late[:2]]
    assert [refused.slug for refused in roster.refused[-2:]] == ["quota-exhausted"] * 2
    for row in last:
        check_structure(row)


def test_the_second_file_is_written_otherwise(roster: DemoRosters) -> None:
    rows = second_rows(roster)
    assert roster.second.startswith(b"\xef\xbb\xbf")
    assert set(rows[0]) == set(COLUMNS)
    assert list(rows[0]) != list(COLUMNS)
    for row, worker in zip(rows, roster.late, strict=True):
        assert row["tanggal_lahir"] == f"{worker.born_on:%d/%m/%Y}"
        assert row["kode_wilayah"] == worker.village_code.replace(".", "")
        iso = {"tanggal_lahir": str(worker.born_on), "kode_wilayah": worker.village_code}
        check_structure(row | iso)
        assert 17 <= age(worker.born_on, on=SECOND_FILE_ON) <= 64
    assert any(worker.village_code.startswith("53.71.04.") for worker in roster.late)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others() -> None:
    assert generate(seed=1, on=ON) == rosters(1)
    assert rosters(1).first != rosters(2025).first
    assert large(600, seed=1, on=ON) == large(600, seed=1, on=ON) != large(600, seed=2, on=ON)


@pytest.mark.parametrize("on", [date(2028, 2, 29), date(2026, 3, 1), date(2025, 12, 31)])
def test_ages_hold_on_any_date(on: date) -> None:
    ages = [age(worker.born_on, on=on) for worker in generate(seed=7, on=on).workers]
    assert (min(ages), max(ages)) == (17, 64)


def test_a_large_roster_has_20_000_valid_rows_and_covers_the_city() -> None:
    written = large(20_000, seed=3, on=ON)
    rows = list(csv.DictReader(io.StringIO(written.decode("utf-8"), newline="")))
    for row in rows:
        check_structure(row)
    assert len(rows) == len({row["nik"] for row in rows}) == 20_000
    assert {row["kode_wilayah"] for row in rows} == VILLAGES
    assert 0.5 < sum(row["ktp"] == row["kk"] == "ya" for row in rows) / 20_000 < 0.6


def test_a_large_roster_cannot_be_too_small() -> None:
    with pytest.raises(ValueError, match="too few"):
        large(500, seed=3, on=ON)
