"""A replay after an erasure, by the real command: the same, and the person does not come back."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tests.component.privacy_office import Privacy, privacy
from tests.component.test_erasure import PERSONAL, blocks_in, erased, keys_left, opens
from tests.component.test_replay_sources import Auditor, auditor_of, environment
from tests.rosters import nik

__all__ = ["erased", "privacy"]
SOURCES = ("log", "archive")
PROCESSES = "3"


async def test_what_was_erased_stays_erased_in_tables_that_are_rebuilt(
    privacy: Privacy, erased: UUID, tmp_path: Path
) -> None:
    async with auditor_of(privacy.alone, tmp_path) as auditor:
        answers = await asyncio.gather(*(replayed(auditor, source) for source in SOURCES))
        for answer, compared in zip(answers, (answers[0]["events"], 0), strict=True):
            assert answer["differences"] == []
            assert (answer["log_compared_with_archive"], answer["same"]) == (compared, True)
            rows = await rebuilt(auditor, answer["kept"])
            await not_there(privacy, erased, rows)


async def replayed(auditor: Auditor, source: str) -> dict[str, Any]:
    """What the command answers, in several processes and with the archive given."""
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.enrollment", "replay", "--keep"),
        *("--processes", PROCESSES, "--from", source, "--archive", str(auditor.folder)),
        env=os.environ | environment(auditor.lived),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await command.communicate()
    assert command.returncode == 0, told
    answer: dict[str, Any] = json.loads(told)
    return answer


async def rebuilt(auditor: Auditor, schema: str) -> list[dict[str, Any]]:
    """Every row of the schema that the replay left."""
    rows: list[dict[str, Any]] = []
    async with auditor.owner.connect() as connection:
        for table in auditor.lived.service.tables.sorted_tables:
            statement = f'SELECT to_jsonb(t) FROM "{schema}".{table.name} t'
            rows += await connection.scalars(text(statement))
    return rows


async def not_there(privacy: Privacy, erased: UUID, rows: list[dict[str, Any]]) -> None:
    """No row names the person, in clear, in hexadecimal or hashed; no key opens what is sealed."""
    hashes = [privacy.identities.nik_hash(each).hex() for each in (nik(1), nik(900))]
    words = [form for known in PERSONAL for form in (known, known.encode().hex())]
    whole = json.dumps(rows)
    assert str(erased) in whole
    assert not [word for word in (*words, *hashes) if word in whole]
    blocks = [block for row in rows for column in row.values() for block in blocks_in(column)]
    keys = await keys_left(privacy)
    readable = [(block.subject == erased, opens(block, keys)) for block in blocks]
    assert sorted(readable) == [(False, True)] + [(True, False)] * 5
