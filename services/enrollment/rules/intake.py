"""Which rows of a roster may become members, given who is known and what is left."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from services.enrollment.rules.applicants import MEMBERSHIP_ENDED, Finding, finding
from services.enrollment.rules.places import region_of
from services.enrollment.rules.programmes import Capacity, Reservation


class Known(NamedTuple):
    """What is known of somebody whose NIK is known."""

    worker_id: UUID
    programme_id: UUID
    """Of the latest membership."""
    dead: bool
    member: bool
    """Whether a membership goes on, has not ended and has months to come; or was in the programme
    that is asked about."""
    ended: bool = False
    """Whether it is that one, which ended, and no other goes on."""


class Row(NamedTuple):
    """A row that passed by itself: its number in the file, and what decides about it."""

    number: int
    nik_hash: bytes
    village_code: str
    has_ktp: bool
    has_kk: bool


class Admitted(NamedTuple):
    """A row that gets a place; `known` is who it was before, when it was somebody."""

    row: Row
    reserved: Reservation
    known: Known | None


@dataclass(frozen=True)
class Intake:
    """What is known while rows are decided one after the other."""

    capacity: Capacity
    known: Mapping[bytes, Known]
    """People, by the hash of their NIK."""
    this_month: str

    def decide(
        self, rows: Iterable[Row], *, refuse: Callable[[Row, Finding], None]
    ) -> list[Admitted]:
        """Give places to rows in their order; `refuse` is told of each that gets none, and why."""
        admitted: list[Admitted] = []
        met: set[bytes] = set()
        for row in rows:
            verdict = finding("nik-twice-in-file") if row.nik_hash in met else self._decide(row)
            met.add(row.nik_hash)
            if isinstance(verdict, Finding):
                refuse(row, verdict)
            else:
                admitted.append(verdict)
        return admitted

    def _decide(self, row: Row) -> Admitted | Finding:
        known = self.known.get(row.nik_hash)
        if known is not None and known.dead:
            return finding("person-dead")
        if known is not None and known.member:
            return MEMBERSHIP_ENDED if known.ended else finding("already-member")
        reserved = self.capacity.reserve(
            region_code=region_of(row.village_code), this_month=self.this_month
        )
        if isinstance(reserved, str):
            return finding(reserved)
        return Admitted(row, reserved, known)
