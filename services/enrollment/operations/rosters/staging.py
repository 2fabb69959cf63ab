"""Rows while they wait: read from the file, sealed in chunks, opened again to be judged."""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple, Self
from uuid import UUID

from chassis.state.tables import insert_rows
from chassis.state.unit import Unit
from services.enrollment.adapters import Tools
from services.enrollment.adapters.identities import HASH_BYTES, Hashes, Identities
from services.enrollment.adapters.staging import ReadyRow, RosterCipher, StagedRow
from services.enrollment.models import RowFinding, StagedChunk, StagedRoster
from services.enrollment.queries import rosters as queries
from services.enrollment.queries.row_findings import noted
from services.enrollment.rules.applicants import (
    Applicant,
    Finding,
    column_name,
    fields_of,
    judge,
)
from services.enrollment.rules.applicants.numbers import number_in, shape_refusal
from services.enrollment.rules.intake import Row

CHUNK_ROWS = 2_000
"""Rows sealed together and worked through in one transaction: 3 % faster than 1,000, and what is in
memory at once is still small."""
MOMENT_ROWS = 16
"""Rows that are judged without letting others go on: half a millisecond."""
FINDINGS_KEPT = timedelta(days=90)
"""How long a refusal report can be asked for; then the roster's key is destroyed."""
NO_NIK = bytes(HASH_BYTES)
"""Stands in a chunk's hashes for a row without a NIK."""


class SealedChunk(NamedTuple):
    """Some rows of a file: how many, sealed, and the hashes of their NIK one behind the other."""

    rows: int
    sealed: bytes
    nik_hashes: bytes


@dataclass(frozen=True)
class StagedFile:
    """A file as it will wait: its rows in sealed chunks."""

    sha256: str
    columns: tuple[str, ...]
    key: bytes
    chunks: Sequence[SealedChunk]

    @property
    def row_count(self) -> int:
        """Rows in all."""
        return sum(chunk.rows for chunk in self.chunks)


class Niks(NamedTuple):
    """Where the rows of a sender hold their NIK, and what hashes it."""

    place: int | None
    identities: Identities

    @classmethod
    def of(cls, columns: Sequence[str], identities: Identities) -> Self:
        """Of a file with these columns."""
        names = [column_name(header) for header in columns]
        return cls(names.index("nik") if "nik" in names else None, identities)

    def hash(self, cells: Sequence[str]) -> bytes | None:
        """What stands for the row's NIK; None when it has no 16 digits."""
        if self.place is None or self.place >= len(cells):
            return None
        nik = number_in(cells[self.place])
        return None if shape_refusal(nik, field="nik") else self.identities.nik_hash(nik)


class Passed(NamedTuple):
    """A row that is right by itself."""

    staged: StagedRow
    who: Applicant
    hashes: Hashes


@dataclass(frozen=True)
class Judged:
    """A chunk, each row judged by itself."""

    rows: dict[int, StagedRow]
    passed: dict[int, Passed]
    findings: dict[int, tuple[Finding, ...]]
    """Refusals and warnings, by row."""
    niks: Niks

    def nik_hash(self, number: int) -> bytes | None:
        """What stands for the NIK of a row, also of one that is not right."""
        passed = self.passed.get(number)
        return passed.hashes.nik if passed else self.niks.hash(self.rows[number].cells)


def row_of(number: int, passed: Passed) -> Row:
    """What decides about a row."""
    who = passed.who
    return Row(number, passed.hashes.nik, who.village_code, who.has_ktp, who.has_kk)


def ready(number: int, passed: Passed) -> ReadyRow:
    """A row that is fit, as it becomes a member."""
    who, hashes = passed.who, passed.hashes
    return ReadyRow(
        number=number,
        village_code=who.village_code,
        has_ktp=who.has_ktp,
        has_kk=who.has_kk,
        born_on=who.person.born_on.isoformat(),
        person=who.person.model_dump_json(),
        hashes=(hashes.nik + hashes.kk + hashes.family).hex(),
    )


def stage(
    rows: Iterable[tuple[int, tuple[str, ...]]],
    *,
    columns: tuple[str, ...],
    sha256: str,
    identities: Identities,
) -> StagedFile:
    """Seal rows under a fresh key, a chunk at a time: the file is never whole in memory twice."""
    key = RosterCipher.new_key()
    cipher, niks = RosterCipher(key), Niks.of(columns, identities)
    staged = (StagedRow(number, cells) for number, cells in rows)
    chunks = [
        SealedChunk(
            rows=len(chunk),
            sealed=cipher.seal(chunk),
            nik_hashes=b"".join(niks.hash(row.cells) or NO_NIK for row in chunk),
        )
        for chunk in _chunked(staged)
    ]
    return StagedFile(sha256, columns, key, chunks)


def _chunked(rows: Iterator[StagedRow]) -> Iterator[list[StagedRow]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


async def keep(
    unit: Unit, roster_id: UUID, file: StagedFile, *, tools: Tools, replaces: UUID | None = None
) -> None:
    """Let the rows of a roster wait. `replaces` is the worker whose place its one row takes."""
    await insert_rows(
        unit.session,
        StagedRoster,
        [
            {
                "roster_id": roster_id,
                "wrapped": tools.identities.wrap.wrap(roster_id, file.key),
                "columns": list(file.columns),
                "staged_at": unit.now,
                "replaces": replaces,
            }
        ],
    )
    await insert_rows(
        unit.session,
        StagedChunk,
        [
            {
                "roster_id": roster_id,
                "chunk": number,
                "row_count": chunk.rows,
                "sealed": chunk.sealed,
                "nik_hashes": chunk.nik_hashes,
            }
            for number, chunk in enumerate(file.chunks)
        ],
    )


def cipher_of(staged: StagedRoster, *, tools: Tools) -> RosterCipher:
    """What opens the rows of a roster."""
    return RosterCipher(tools.identities.wrap.unwrap(staged.roster_id, staged.wrapped))


@dataclass(frozen=True)
class Judging:
    """How the rows of one roster are judged on one day."""

    cipher: RosterCipher
    columns: tuple[str, ...]
    area_code: str
    today: date
    tools: Tools

    def chunk(self, chunk: StagedChunk) -> Coroutine[Any, Any, Judged]:
        """Judge the rows of a chunk, of which nothing is needed any more but what was read."""
        return self._rows(chunk.sealed, chunk.nik_hashes or b"")

    async def _rows(self, sealed: bytes, nik_hashes: bytes) -> Judged:
        """Open a chunk and judge each row by itself.

        It computes a moment at a time: whoever waits for the database meanwhile goes on at once.
        (In a thread it would hold the interpreter for 5 ms whenever an answer comes.)
        """
        rows = {row.number: row for row in self.cipher.open(sealed)}
        judged = Judged(rows, {}, {}, Niks.of(self.columns, self.tools.identities))
        for place, row in enumerate(rows.values()):
            if place % MOMENT_ROWS == 0:
                await asyncio.sleep(0)
            nik_hash = nik_hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES]
            self._judge(row, judged, nik_hash)
        return judged

    def _judge(self, row: StagedRow, judged: Judged, nik_hash: bytes) -> None:
        verdict = judge(
            fields_of(self.columns, row.cells),
            regions=self.tools.regions,
            area_code=self.area_code,
            today=self.today,
            age_min=self.tools.age_min,
        )
        if verdict.findings:
            judged.findings[row.number] = verdict.findings
        if verdict.applicant is not None:
            hashes = self.tools.identities.hashes(verdict.applicant.person, nik_hash=nik_hash)
            judged.passed[row.number] = Passed(row, verdict.applicant, hashes)


async def keep_findings(
    unit: Unit,
    roster_id: UUID,
    judged_rows: Judged,
    findings: Mapping[int, Sequence[Finding]],
    *,
    cipher: RosterCipher,
    others: Mapping[int, UUID],
) -> None:
    """Keep why rows were refused or warned about, with their cells, sealed.

    `others` are the members who may be the same person, by row.
    """
    await insert_rows(
        unit.session,
        RowFinding,
        [
            {
                "roster_id": roster_id,
                "row_number": number,
                "severity": found[0].severity,
                "findings": [noted(each) for each in found],
                "cells": cipher.seal([judged_rows.rows[number]]),
                "nik_hash": judged_rows.nik_hash(number),
                "other_worker_id": others.get(number),
            }
            for number, found in findings.items()
        ],
    )


async def purge(unit: Unit) -> bool:
    """Destroy the keys of rosters that ended long ago; tell whether there were any.

    Their refusal reports cannot be read any more, here or in any copy.
    """
    before: datetime = unit.now - FINDINGS_KEPT
    return await queries.destroy_staged(unit.session, decided_before=before) > 0
