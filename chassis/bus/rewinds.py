"""Asking a topic's owner to send again, and when to ask. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.bus.admission import Stream

ASK_AGAIN_S = 5.0


class Rewind(BaseModel):
    """Send this shard again, beginning with `from_seq`."""

    model_config = ConfigDict(frozen=True)

    topic: str
    shard: int
    from_seq: int = Field(ge=1)


def read(body: bytes | None) -> Rewind | None:
    """The request in a record of the topic; None when it is not one."""
    try:
        return Rewind.model_validate_json(body or b"")
    except ValidationError:
        return None


class Reading(NamedTuple):
    """Where a consumer stands in a partition."""

    position: int
    end: int


@dataclass(frozen=True)
class Gap:
    """A hole in a stream: the number that is missing, and when it was last asked for."""

    missing: int
    highest: int
    """The highest number seen beyond it: the gap is open until that one is applied."""
    asked_at: float | None = None
    end_when_asked: int = 0

    def is_due(self, reading: Reading, *, now: float) -> bool:
        """Whether to ask (again): the answer to the last request was read past and is not it.

        A partition that ends before the end it had then has lost the answer.
        """
        if self.asked_at is None:
            return True
        answered_at = min(self.end_when_asked, reading.end)
        return reading.position >= answered_at and now - self.asked_at >= ASK_AGAIN_S


class Gaps:
    """The holes that one consumer knows of."""

    def __init__(self) -> None:
        self.open: dict[Stream, Gap] = {}

    def __contains__(self, stream: Stream) -> bool:
        return stream in self.open

    def after_poll(self, *, reached: Mapping[Stream, int], highest: Mapping[Stream, int]) -> None:
        """Open a gap where a higher number came than was reached; close it where the highest that
        ever came was reached, whatever arrives in between.
        """
        for stream in {**reached, **highest}:
            seq = reached.get(stream, 0)
            gap = self.open.get(stream, Gap(missing=seq + 1, highest=0))
            beyond = max(gap.highest, highest.get(stream, 0))
            if beyond > seq:
                self.open[stream] = replace(gap, missing=seq + 1, highest=beyond)
            else:
                self.open.pop(stream, None)

    def requests(self, readings: Mapping[Stream, Reading], *, now: float) -> list[Rewind]:
        """What to ask for now. Noted as asked: losing a request costs ASK_AGAIN_S."""
        due = [
            stream
            for stream, reading in readings.items()
            if stream in self.open and self.open[stream].is_due(reading, now=now)
        ]
        for stream in due:
            self.open[stream] = replace(
                self.open[stream], asked_at=now, end_when_asked=readings[stream].end
            )
        return [
            Rewind(topic=stream.topic, shard=stream.shard, from_seq=self.open[stream].missing)
            for stream in due
        ]
