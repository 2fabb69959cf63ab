"""Whether the record is complete is told of every shard, and what is missing is named."""

from typing import Any

import pytest
from rich.console import Console

from tameng import completeness
from tameng.drain import LISTENS_TO

SHARDS, HEAD = 2, 1_000
Found = tuple[dict[str, Any], dict[str, dict[int, int]]]


def standing() -> Found:
    """Every service with the same number of events in each shard, and all of it everywhere."""
    found: dict[str, Any] = {
        name: {
            "log": [{"shard": shard, "head": HEAD, "sent": HEAD} for shard in range(SHARDS)],
            "streams": [
                {"topic": f"{owner}.events", "shard": shard, "watermark": HEAD, "parked": 0}
                for owner in owners
                for shard in range(SHARDS)
            ],
        }
        for name, owners in LISTENS_TO.items()
    }
    return found, {name: dict.fromkeys(range(SHARDS), HEAD) for name in LISTENS_TO}


def printed(rows: list[completeness.Row]) -> str:
    console = Console(width=200, record=True)
    console.print(completeness.table(rows))
    return console.export_text()


def test_all_is_everywhere() -> None:
    rows = completeness.rows(*standing())
    assert len(rows) == len(LISTENS_TO) * SHARDS
    assert all(row.is_complete for row in rows)
    assert "shard" not in printed(rows)
    assert printed(rows).count("2,000") == 4 * 3 + 2 * 3  # each its own, and who listens to whom


@pytest.mark.parametrize("missing", ["sent", "archived", "applied", "never heard", "archive gone"])
def test_a_shard_that_lacks_one_event_anywhere_is_named(missing: str) -> None:
    found, archived = standing()
    if missing == "sent":
        found["banking"]["log"][1]["sent"] -= 1
    elif missing == "archived":
        archived["banking"][1] -= 1
    elif missing == "archive gone":
        del archived["banking"][1]
    else:
        (stream,) = (
            row
            for row in found["claims"]["streams"]
            if (row["topic"], row["shard"]) == ("banking.events", 1)
        )
        stream["watermark"] -= 1
        if missing == "never heard":
            found["claims"]["streams"].remove(stream)
    rows = completeness.rows(found, archived)
    (lacking,) = (row for row in rows if not row.is_complete)
    assert (lacking.owner, lacking.shard) == ("banking", 1)
    assert "shard 1" in printed(rows)


def test_more_in_the_archive_than_in_the_log_is_not_complete_either() -> None:
    found, archived = standing()
    archived["claims"][0] += 1
    assert [row.is_complete for row in completeness.rows(found, archived)].count(False) == 1
