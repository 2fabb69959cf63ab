"""Relays and consumers of the simulation: thin shells around the real decisions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chassis.bus import positions
from chassis.bus.admission import Record, admit
from chassis.bus.parking import Parking, line_of
from chassis.bus.positions import START, PartitionWentBack, Position, RelayDiverged
from chassis.bus.rewinds import Gaps, Reading
from chassis.state.event_log import LogRow
from tests.simulation.bus import LOOK_AGAIN_RECORDS, STREAM, Bus, Handled, Violated


@dataclass(frozen=True)
class Protections:
    """What the parties do; each can be left out."""

    asks_for_missing: bool = True
    looks_again: bool = True
    holds_offsets: bool = True
    parks_by_key: bool = True
    checks_highest: bool = True


def place_of(row: LogRow | None) -> Position:
    return START if row is None else Position(row.seq, row.event_id)


def _number(row: LogRow) -> int:
    return row.seq


@dataclass
class SimulatedRelay:
    """Reads rows at one step and sends them at the next: between them anything may happen."""

    bus: Bus
    protections: Protections
    places: dict[int, Position] | None = None
    ends: dict[int, int] = field(default_factory=dict)
    reading: tuple[dict[int, Position], Sequence[LogRow]] | None = None

    def restart(self) -> None:
        self.places = self.reading = None

    def step(self, *, crashes: bool) -> None:
        if self.bus.closed:
            return self.restart()
        try:
            if self.places is None:
                self._find_place()
            elif self.reading is None:
                self._read(self.places)
            else:
                self._send(*self.reading, crashes=crashes)
        except (PartitionWentBack, ConnectionError):
            self.restart()
        except RelayDiverged:
            self.bus.close()
        return None

    def _find_place(self) -> None:
        own = self.bus.own()
        highest = place_of(max(own, key=_number, default=None))
        if self.protections.checks_highest:
            positions.to_send({0: highest}, self._rows_from(highest.seq, 1))
        self.places = {0: place_of(own[-1] if own else None)}
        self.ends = {0: len(self.bus.partition)}
        self.bus.requests.clear()  # it hears what is asked from now on

    def _read(self, known: dict[int, Position]) -> None:
        asked, self.bus.requests = self.bus.requests, []
        if asked:
            positions.to_send(known, self._rows_from(known[0].seq, 1))
        places = positions.rewound(known, asked, topic=STREAM.topic)
        rows = self._rows_from(places[0].seq, self.bus.chance.randint(2, 7))
        self.reading = (places, positions.to_send(places, rows).get(0, []))

    def _rows_from(self, seq: int, rows_max: int) -> Sequence[LogRow]:
        return self.bus.log[max(0, seq - 1) :][:rows_max]

    def _send(self, places: dict[int, Position], rows: Sequence[LogRow], *, crashes: bool) -> None:
        self.reading = None
        own = self.bus.own()
        positions.check_sent(places, {0: place_of(max(own, key=_number, default=None))})
        self.ends = positions.check_ends(self.ends, {0: len(self.bus.partition)})
        for row in rows:
            if crashes and self.bus.chance.random() < 0.2:
                raise ConnectionError
            self.bus.take(row)
        self.ends = {0: len(self.bus.partition)}
        self.places = positions.advanced(places, {0: rows} if rows else {})


@dataclass
class SimulatedConsumer:
    """Reads a poll at one step and applies it at the next; may be a zombie by then."""

    bus: Bus
    protections: Protections
    gaps: Gaps = field(default_factory=Gaps)
    position: int = 0
    highest_read: int = 0
    poll: Sequence[LogRow | None] | None = None

    def restart(self) -> None:
        self.gaps, self.poll = Gaps(), None
        self.position, self.highest_read = self.bus.committed, 0

    def step(self, *, crashes: bool) -> None:
        chance = self.bus.chance
        if self.poll is None:
            if self.position > len(self.bus.partition):
                self.position = 0
            self.poll = self.bus.partition[self.position :][: chance.randint(1, 6)]
            return None
        arrived, self.poll = self.poll, None
        crash = chance.random() if crashes else 1
        if crash < 0.1:
            return self.restart()
        self._apply([row for row in arrived if row is not None])
        self.position += len(arrived)
        if crash < 0.2:
            return self.restart()
        self._commit()
        return self._look_around(idle=not arrived)

    def _apply(self, rows: Sequence[LogRow]) -> None:
        if not rows:
            return
        self.highest_read = max(self.highest_read, *(row.seq for row in rows))
        records = [Record(STREAM, r.seq, b"", r.event_id, r.type, r.key) for r in rows]
        admission = admit(records, watermarks={STREAM: self.bus.watermark})
        self._handle(admission.applied)
        self.bus.watermark = admission.watermarks[STREAM]
        self.gaps.after_poll(reached=admission.watermarks, highest=admission.highest)

    def _handle(self, records: Sequence[Record]) -> None:
        parking = Parking(held=[line_of(r) for r in records if r.key in self.bus.held])
        for record in records:
            kept_back = self.protections.parks_by_key and parking.keeps_back(record)
            if not kept_back and self.bus.is_bad(record):
                parking.add(record, "a rule failed")
            parked = record in parking.reasons
            self.bus.handled.append(Handled(record.seq, record.event_id, record.key, parked))
        self.bus.held |= {record.key for record in parking.reasons}

    def _commit(self) -> None:
        if STREAM in self.gaps and self.protections.holds_offsets:
            return
        if self.highest_read > self.bus.watermark:
            raise Violated(f"offsets past {self.highest_read}, applied {self.bus.watermark}")
        self.bus.committed = self.position

    def _look_around(self, *, idle: bool) -> None:
        chance, bus = self.bus.chance, self.bus
        if self.protections.asks_for_missing:
            reading = Reading(self.position, len(bus.partition))
            asked = self.gaps.requests({STREAM: reading}, now=bus.now)
            bus.requests += [request for request in asked if chance.random() < 0.7]
        if idle and self.protections.looks_again and chance.random() < 0.2:
            self.position = max(0, len(bus.partition) - LOOK_AGAIN_RECORDS)
