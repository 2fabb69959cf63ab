"""What relay and consumer decide: which numbers are applied, what is missing, what may be sent."""

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord  # type: ignore[import-untyped]

from chassis.bus import positions, wire
from chassis.bus.admission import Admission, Record, Stream, admit
from chassis.bus.positions import (
    START,
    NumbersBroken,
    PartitionWentBack,
    Position,
    RelayDiverged,
)
from chassis.bus.reread import following
from chassis.bus.rewinds import ASK_AGAIN_S, Gaps, Reading, Rewind, read
from chassis.state.event_log import LogRow, by_shard, shard_of
from chassis.state.runs import runs
from tests.integration.world import billed, opened

STREAM, OTHER = Stream("enrollment.events", 3), Stream("enrollment.events", 4)
NOBODY = UUID(int=0)


def records(*numbers: int, stream: Stream = STREAM) -> list[Record]:
    return [Record(stream, n, b"", UUID(int=n), "any.event.v1", "key") for n in numbers]


def numbers(found: Iterable[Record]) -> list[int]:
    return [record.seq for record in found]


def rows(*seqs: int) -> list[LogRow]:
    at = datetime(2025, 7, 21, tzinfo=UTC)
    return [LogRow(3, n, UUID(int=n), "any.v1", "key", at, NOBODY, NOBODY, b"") for n in seqs]


def test_a_gap_stops_the_stream_until_the_missing_number_comes() -> None:
    first = admit(records(1, 2, 2, 5), watermarks={})
    assert (numbers(first.applied), numbers(first.duplicates)) == ([1, 2], [2])
    assert (first.watermarks, first.gaps) == ({STREAM: 2}, {STREAM: 3})
    healed = admit(records(3, 4, 5), watermarks=first.watermarks)
    assert (numbers(healed.applied), healed.gaps) == ([3, 4, 5], {})
    overtaken = admit(records(1, 2, 5, 3, 4), watermarks={})
    assert (numbers(overtaken.applied), overtaken.gaps) == ([1, 2, 3, 4], {STREAM: 5})


def test_streams_do_not_wait_for_one_another() -> None:
    both = admit([*records(2), *records(1, 2, stream=OTHER)], watermarks={})
    assert numbers(both.applied) == [1, 2]
    assert both.gaps == {STREAM: 1}


@pytest.mark.parametrize("halves", range(8))
def test_a_poll_in_halves_is_admitted_as_the_whole(halves: int) -> None:
    poll = records(1, 2, 5, 3, 2, 6, 4)
    whole = admit(poll, watermarks={})
    first = admit(poll[:halves], watermarks={})
    second = admit(poll[halves:], watermarks=first.watermarks)
    joined = first.followed_by(second)
    assert numbers(joined.applied) == numbers(whole.applied) == [1, 2, 3, 4]
    assert (joined.watermarks, joined.gaps) == (whole.watermarks, whole.gaps)
    assert joined.gaps == {STREAM: 5}
    assert Admission().followed_by(whole) == whole


def gaps_after(*polls: tuple[list[Record], int]) -> Gaps:
    """The gaps known after polls, each with the watermark that it started from."""
    gaps = Gaps()
    for poll, watermark in polls:
        admission = admit(poll, watermarks={STREAM: watermark})
        gaps.after_poll(reached=admission.watermarks, highest=admission.highest)
    return gaps


def test_a_gap_is_open_until_the_highest_number_ever_seen_is_applied() -> None:
    assert STREAM in gaps_after((records(1, 2, 5), 0))
    assert STREAM in gaps_after((records(1, 2, 5), 0), (records(3), 2))
    assert gaps_after((records(1, 2, 5), 0), (records(3), 2)).open[STREAM].missing == 4
    assert STREAM not in gaps_after((records(1, 2, 5), 0), (records(3, 4, 5), 2))
    assert STREAM not in gaps_after((records(1, 2, 5), 0), (records(1), 5))  # another applied it


def test_a_missing_number_is_asked_for_again_when_the_answer_was_read_past() -> None:
    gaps = gaps_after((records(2), 0))
    asked = [Rewind(topic=STREAM.topic, shard=3, from_seq=1)]
    assert gaps.requests({}, now=0) == []
    assert gaps.requests({STREAM: Reading(5, 10)}, now=0) == asked
    assert gaps.requests({STREAM: Reading(5, 20)}, now=ASK_AGAIN_S) == []  # not read so far yet
    assert gaps.requests({STREAM: Reading(10, 20)}, now=ASK_AGAIN_S - 1) == []  # too soon
    assert gaps.requests({STREAM: Reading(10, 20)}, now=ASK_AGAIN_S) == asked


def test_it_is_asked_for_again_when_the_partition_lost_the_answer() -> None:
    gaps = gaps_after((records(2), 0))
    assert gaps.requests({STREAM: Reading(5, 10)}, now=0)
    assert gaps.requests({STREAM: Reading(5, 6)}, now=ASK_AGAIN_S) == []
    assert gaps.requests({STREAM: Reading(6, 6)}, now=ASK_AGAIN_S)


@pytest.mark.parametrize("body", [None, b"", b"{}", b'{"topic": "t", "shard": 1, "from_seq": 0}'])
def test_what_is_no_request_is_none(body: bytes | None) -> None:
    assert read(body) is None


def test_a_read_proves_what_was_sent_and_brings_what_was_not() -> None:
    place = Position(2, UUID(int=2))
    assert positions.to_send({3: place}, rows(2, 3, 4)) == {3: rows(3, 4)}
    assert positions.to_send({3: START}, rows(1, 2)) == {3: rows(1, 2)}
    assert positions.to_send({3: place}, rows(2)) == {}
    for held in ([], rows(3, 4)):
        with pytest.raises(RelayDiverged, match="above the log's head"):
            positions.to_send({3: place}, held)
    with pytest.raises(RelayDiverged, match="was sent as"):
        positions.to_send({3: Position(2, NOBODY)}, rows(2))
    with pytest.raises(NumbersBroken):
        positions.to_send({3: place}, rows(2, 4))


def test_a_place_moves_back_for_its_own_topic_and_never_forward() -> None:
    places = {3: Position(9, UUID(int=9))}

    def moved(*, topic: str = "mine", shard: int = 3, from_seq: int = 4) -> Position:
        asked = Rewind(topic=topic, shard=shard, from_seq=from_seq)
        return positions.rewound(places, [asked], topic="mine")[3]

    assert moved() == Position(3, None)
    assert moved(from_seq=9) == Position(8, None)
    assert moved(topic="other") == moved(shard=7) == moved(from_seq=10) == places[3]


def test_a_partition_never_gets_shorter_and_never_loses_what_was_sent() -> None:
    assert positions.check_ends({1: 5, 2: 5}, {1: 5}) == {1: 5, 2: 5}
    for seen in (4, -1):
        with pytest.raises(PartitionWentBack):
            positions.check_ends({1: 5}, {1: seen})
    positions.check_sent({3: Position(4, None)}, {3: Position(9, NOBODY)})
    with pytest.raises(PartitionWentBack, match="holds 3 of 4"):
        positions.check_sent({3: Position(4, None)}, {3: Position(3, NOBODY)})


def arrived(**changed: bytes | None) -> ConsumerRecord:
    (row,) = rows(7)
    headers = dict(wire.headers(row, source="enrollment")) | changed
    return ConsumerRecord(
        "enrollment.events", 3, 0, 0, 0, b"key", b"{}", 0, 0, 0, tuple(headers.items())
    )


def test_a_record_of_the_owner_is_read_with_its_number() -> None:
    record = wire.read(arrived(), source="enrollment")
    assert record is not None
    assert (record.stream, record.seq, record.event_id) == (STREAM, 7, UUID(int=7))
    assert (record.type, record.key, record.body) == ("any.v1", "key", b"{}")


@pytest.mark.parametrize("name", ["ce_source", "ce_sequence", "ce_id", "ce_type", "ce_subject"])
@pytest.mark.parametrize("value", [None, b"", b"\xff\xfe", b"\0", b"x" * 5_000])
def test_whatever_else_stands_in_its_headers_it_is_nobodys(name: str, value: bytes | None) -> None:
    assert wire.read(arrived(**{name: value}), source="enrollment") is None


def test_a_rereader_counts_what_it_does_not_hear_and_passes_no_gap() -> None:
    def at(seq: int, kind: str = "any.v1", **changed: bytes | None) -> ConsumerRecord:
        return arrived(ce_sequence=b"%d" % seq, ce_type=kind.encode(), **changed)

    came = [
        at(1, "not.heard.v1"), at(2), at(2), at(3, ce_source=b"stranger"), at(3, ce_id=b"none"),
        at(3), at(5), at(4, "not.heard.v1"), at(7), at(5), at(6, "not.heard.v1"), at(7),
    ]  # fmt: skip

    def followed(*, after: int, last: int) -> tuple[list[int], int]:
        found, reached = following(
            came, source="enrollment", after=after, last=last, is_heard="any.v1".__eq__
        )
        return numbers(found), reached

    assert followed(after=0, last=9) == ([2, 3, 5, 7], 7)
    assert followed(after=0, last=4) == ([2, 3], 4)
    assert followed(after=3, last=9) == ([5, 7], 7)
    assert followed(after=7, last=9) == ([], 7)


def test_runs_keep_the_order_of_every_shard_and_no_key_twice() -> None:
    for seed in range(200):
        chance = Random(seed)
        months = [billed(chance.randrange(30)) for _ in range(60)]
        events = [opened(m) if chance.random() < 0.3 else m for m in months]
        split = by_shard(events)
        made = list(runs(split))
        flat = [event for run in made for event in run]
        assert all(
            [event for event in flat if shard_of(event.key) == shard] == mine
            for shard, mine in split.items()
        )
        assert all(len({event.key for event in run}) == len(run) for run in made)
        assert all(len({type(event) for event in run}) == 1 for run in made)
