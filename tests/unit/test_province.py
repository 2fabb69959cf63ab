"""The rosters of the province, and what must come of them: told without a service."""

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest

from simulators.rail import codes
from simulators.rail.rules import account_case
from tameng.demo import places
from tameng.demo.province import room
from tameng.demo.province.deaths import FUNERAL, SHARES, WHOLE, account, due, heads
from tameng.demo.province.expected import expected
from tameng.demo.province.rolls import generate
from tameng.demo.province.shares import heads_by_district
from tameng.demo.province.telling import WORKERS, WORKERS_MIN
from tameng.problems import Problem

ON = date(2025, 7, 1)
MONTHS = tuple(SHARES)
ROLLS = generate(WORKERS_MIN, seed=7, on=ON)


@pytest.mark.parametrize("workers", [315, 316, WORKERS_MIN, 9_999, WORKERS])
def test_the_workers_are_shared_out_to_the_last_one(workers: int) -> None:
    by_district = heads_by_district(workers, places.regions())
    assert sum(by_district.values()) == workers
    assert len(by_district) == 315
    assert min(by_district.values()) >= 1
    by_villages = {code: len(places.villages(area=code)) for code in by_district}
    for code, count in by_district.items():
        assert abs(count - 1 - (workers - 315) * by_villages[code] / 3_442) < 1


def test_fewer_workers_than_kecamatan_are_refused() -> None:
    with pytest.raises(ValueError, match="314 workers are too few for 315 kecamatan"):
        heads_by_district(314, places.regions())


def test_each_kabupaten_sends_its_own_people_once() -> None:
    niks: Counter[str] = Counter()
    for roll in ROLLS.files:
        rows = list(csv.DictReader(io.StringIO(roll.content.decode())))
        assert len(rows) == roll.workers + sum(roll.refused.values())
        known = [
            row for row in rows if row["kode_wilayah"] in places.villages(area=roll.region_code)
        ]
        assert len(known) == len(rows) - roll.refused["village-unknown"]
        niks.update({row["nik"] for row in rows})
    assert ROLLS.workers == WORKERS_MIN
    assert {roll.region_code for roll in ROLLS.files} == set(places.regions())
    well_formed = Counter({nik: n for nik, n in niks.items() if len(nik) == 16 and nik.isdigit()})
    assert set(well_formed.values()) == {1}


def test_the_same_seed_writes_the_same_bytes() -> None:
    again = generate(WORKERS_MIN, seed=7, on=ON)
    assert again == ROLLS
    assert generate(WORKERS_MIN, seed=8, on=ON).files != ROLLS.files


def test_what_is_expected_follows_from_the_rows_and_the_deaths() -> None:
    found = expected(ROLLS)
    living = ROLLS.workers
    paid = promised = 0
    for month in MONTHS:
        paid += living
        died = [death for death in ROLLS.deaths if death.died_on.startswith(month)]
        promised += len(died) * (MONTHS.index(month) + 1)
        living -= len(died)
    promised += living * 6
    assert (found.months_paid, found.contributions) == (paid, paid * 16_800)
    assert found.committed == promised * 16_800
    both = sum(
        row["ktp"] == row["kk"] == "ya"
        for roll in ROLLS.files
        for row in csv.DictReader(io.StringIO(roll.content.decode()))
    )
    spoiled_with_both = sum(sum(roll.refused.values()) for roll in ROLLS.files)
    assert both - spoiled_with_both <= found.accounts <= both
    assert found.claims == len(ROLLS.deaths) == len({death.worker.nik for death in ROLLS.deaths})
    assert found.benefits == sum(map(due, ROLLS.deaths))
    assert found.invoices <= 4 * 315


def test_a_family_gets_the_whole_package_after_three_months_only() -> None:
    amounts = {death.died_on[:7]: due(death) for death in ROLLS.deaths}
    assert amounts == dict.fromkeys(MONTHS[:3], FUNERAL) | {MONTHS[3]: WHOLE}


def test_the_insurer_can_always_pay() -> None:
    for workers in range(WORKERS_MIN, WORKERS + 1, 7):
        in_hand, living = 0, workers
        for month, died in heads(workers).items():
            in_hand += living * 16_800 - died * (WHOLE if month == MONTHS[3] else FUNERAL)
            living -= died
            assert in_hand >= 0, workers


def test_a_machine_without_room_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room.check_room(tmp_path / "not" / "there", WORKERS_MIN)
    monkeypatch.setattr(room, "DISK_PER_WORKER", 10**15)
    with pytest.raises(Problem, match=r"2,000 workers need .* GB in .* GB are free: make room"):
        room.check_room(tmp_path, WORKERS_MIN)
    monkeypatch.setattr(room, "DISK_PER_WORKER", 0)
    monkeypatch.setattr(room, "MEMORY_PER_WORKER", 10**12)
    with pytest.raises(Problem, match=r"2,000 workers need .* GB of memory"):
        room.check_room(tmp_path, WORKERS_MIN)


def test_no_heir_has_an_account_that_the_rail_refuses() -> None:
    numbers = [number for number in range(WORKERS // 250) if number % 2 == 0]
    accounts = [account(number, Random(number))["account_number"] for number in numbers]
    assert len(set(accounts)) == len(accounts) == 200
    assert {account_case(each) for each in accounts} == {codes.SUCCESSFUL}
