"""Rows while they wait: read from the file, sealed in chunks, opened again to be judged."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from chassis.state.tables import insert_rows
from chassis.state.unit import Unit
from services.enrollment.adapters import Tools
from services.enrollment.adapters.identities import Hashes
from services.enrollment.adapters.staging import RosterCipher, StagedRow
from services.enrollment.models import Roster, RowFinding, StagedChunk, StagedRoster
from services.enrollment.queries import rosters as queries
from services.enrollment.rules.applicants import Applicant, Finding, fields_of, judge

CHUNK_ROWS = 1_000
"""Rows sealed together and worked through in one transaction: best between 500 and 2,000."""
FINDINGS_KEPT = timedelta(days=90)
"""How long a refusal report can be asked for; then the roster's key is destroyed."""


@dataclass(frozen=True)
class StagedFile:
    """A file as it will wait: its rows in sealed chunks."""

    sha256: str
    columns: tuple[str, ...]
    key: bytes
    chunks: Sequence[tuple[int, bytes]]
    """Rows in it, and the sealed block."""

    @property
    def row_count(self) -> int:
        """Rows in all."""
        return sum(rows for rows, _ in self.chunks)


class Passed(NamedTuple):
    """A row that is right by itself."""

    staged: StagedRow
    who: Applicant
    hashes: Hashes


@dataclass(frozen=True)
class Judged:
    """A chunk, each row judged by itself."""

    chunk: int
    rows: Mapping[int, StagedRow]
    passed: Mapping[int, Passed]
    findings: Mapping[int, tuple[Finding, ...]]
    """Refusals and warnings, by row."""


def stage(
    rows: Iterable[tuple[int, tuple[str, ...]]], *, columns: tuple[str, ...], sha256: str
) -> StagedFile:
    """Seal rows under a fresh key, a chunk at a time: the file is never whole in memory twice."""
    key = RosterCipher.new_key()
    cipher = RosterCipher(key)
    staged = (StagedRow(number, cells) for number, cells in rows)
    chunks = [(len(chunk), cipher.seal(chunk)) for chunk in _chunked(staged)]
    return StagedFile(sha256, columns, key, chunks)


def _chunked(rows: Iterator[StagedRow]) -> Iterator[list[StagedRow]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


async def keep(unit: Unit, roster_id: UUID, file: StagedFile, *, tools: Tools) -> None:
    """Let the rows of a roster wait."""
    await insert_rows(
        unit.session,
        StagedRoster,
        [
            {
                "roster_id": roster_id,
                "wrapped": tools.identities.wrap.wrap(roster_id, file.key),
                "columns": list(file.columns),
                "staged_at": unit.now,
            }
        ],
    )
    await insert_rows(
        unit.session,
        StagedChunk,
        [
            {"roster_id": roster_id, "chunk": chunk, "row_count": rows, "sealed": sealed}
            for chunk, (rows, sealed) in enumerate(file.chunks)
        ],
    )


def cipher_of(staged: StagedRoster, *, tools: Tools) -> RosterCipher:
    """What opens the rows of a roster."""
    return RosterCipher(tools.identities.wrap.unwrap(staged.roster_id, staged.wrapped))


def judged(
    chunk: StagedChunk, staged: StagedRoster, roster: Roster, *, tools: Tools, today: date
) -> Judged:
    """Open a chunk and judge each row by itself. Only computing: it may run in a thread."""
    rows = {row.number: row for row in cipher_of(staged, tools=tools).open(chunk.sealed)}
    columns = tuple(staged.columns)
    passed: dict[int, Passed] = {}
    findings: dict[int, tuple[Finding, ...]] = {}
    for number, row in rows.items():
        verdict = judge(
            fields_of(columns, row.cells),
            regions=tools.regions,
            area_code=roster.region_code,
            today=today,
            age_min=tools.age_min,
        )
        if verdict.findings:
            findings[number] = verdict.findings
        if verdict.applicant is not None:
            hashes = tools.identities.hashes(verdict.applicant.person)
            passed[number] = Passed(row, verdict.applicant, hashes)
    return Judged(chunk.chunk, rows, passed, findings)


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
    rows = []
    for number, found in findings.items():
        passed = judged_rows.passed.get(number)
        rows.append(
            {
                "roster_id": roster_id,
                "row_number": number,
                "severity": found[0].severity,
                "findings": [
                    {"field": each.field, "slug": each.slug, "reason": each.reason}
                    for each in found
                ],
                "cells": cipher.seal([judged_rows.rows[number]]),
                "nik_hash": passed.hashes.nik if passed else None,
                "other_worker_id": others.get(number),
            }
        )
    await insert_rows(unit.session, RowFinding, rows)


async def purge(unit: Unit) -> bool:
    """Destroy the keys of rosters that ended long ago; tell whether there were any.

    Their refusal reports cannot be read any more, here or in any copy.
    """
    before: datetime = unit.now - FINDINGS_KEPT
    return await queries.destroy_staged(unit.session, decided_before=before) > 0
