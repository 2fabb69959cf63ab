"""The clock: real, or what a file says."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from chassis.clock import ClockUnreadable, move, real_now, simulated

JULY = datetime(2025, 7, 1, 8, tzinfo=timezone(timedelta(hours=8)))


def test_real_time_is_aware_and_in_utc() -> None:
    assert real_now().tzinfo is UTC
    assert real_now() <= real_now()


def test_a_simulated_clock_follows_its_file_in_utc(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = simulated(file)
    move(file, JULY)
    assert clock() == datetime(2025, 7, 1, tzinfo=UTC)
    assert clock().tzinfo is UTC
    move(file, JULY + timedelta(days=31))
    assert clock() == datetime(2025, 8, 1, tzinfo=UTC)


def test_moving_the_clock_leaves_one_file(tmp_path: Path) -> None:
    move(tmp_path / "clock", JULY)
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "holds no ISO 8601 instant"),
        ("tomorrow", "holds no ISO 8601 instant"),
        ("2025-07-01T08:00:00", "without an offset"),
        ("2025-07-01", "without an offset"),
    ],
)
def test_a_file_without_an_aware_instant_is_said_so(
    tmp_path: Path, content: str, complaint: str
) -> None:
    file = tmp_path / "clock"
    file.write_text(content)
    with pytest.raises(ClockUnreadable, match=complaint):
        simulated(file)()


def test_a_missing_clock_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClockUnreadable, match="gone"):
        simulated(tmp_path / "gone")()
