"""The rail's book: everything it must still know after a kill -9, in one SQLite file.

What was committed survives the death of the process: it lies in the write-ahead log, in the
operating system's memory (synchronous = NORMAL). Only a machine that loses its power may lose the
last commits, and no stand-in is asked to survive that.
Used from the event loop's thread only, so that a transaction is never shared.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from simulators.rail.bad_day import BadDay
from simulators.rail.codes import NotServed
from simulators.rail.messages import Behavior, Instruction, TransferOrder
from simulators.rail.rules import Entry

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS transfers (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    partner_reference_no TEXT NOT NULL UNIQUE,
    order_body TEXT NOT NULL,
    response_code TEXT NOT NULL,
    response_message TEXT NOT NULL,
    behavior TEXT NOT NULL,
    received_at TEXT NOT NULL,
    final_at TEXT NOT NULL,
    requests INTEGER NOT NULL CHECK (requests > 0)
) STRICT;
CREATE INDEX IF NOT EXISTS transfers_by_end ON transfers (final_at);
CREATE TABLE IF NOT EXISTS not_taken_on (
    partner_reference_no TEXT PRIMARY KEY, requests INTEGER NOT NULL CHECK (requests > 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bad_day (
    one INTEGER PRIMARY KEY CHECK (one = 1), bad_day TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS external_ids (
    used_on TEXT NOT NULL, external_id TEXT NOT NULL, PRIMARY KEY (used_on, external_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS instructions (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    partner_reference_no TEXT,
    instruction TEXT NOT NULL,
    times_left INTEGER NOT NULL CHECK (times_left > 0)
) STRICT;
CREATE TABLE IF NOT EXISTS holders (
    bank_code TEXT NOT NULL, account_no TEXT NOT NULL, holder_name TEXT NOT NULL,
    PRIMARY KEY (bank_code, account_no)
) STRICT, WITHOUT ROWID;
"""


class Book:
    """Transfers, used external ids, holders' names and instructions still to be followed."""

    def __init__(self, path: Path) -> None:
        """Open the book, or begin one; `sqlite3.Error` when the file cannot be used."""
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        self._ids_kept_from = date.min

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that happens inside is kept, or none of it; a refusal to the asker is no failure."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except NotServed:
            self._db.execute("COMMIT")
            raise
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def transfer(self, partner_reference_no: str) -> Entry | None:
        """The transfer with this reference."""
        found = self._one(
            "SELECT * FROM transfers WHERE partner_reference_no = ?", partner_reference_no
        )
        return None if found is None else _entry(found)

    def transfers(self, *, after: int, limit: int) -> list[Entry]:
        """Transfers in the order in which they came, from the position after `after`."""
        found = self._db.execute(
            "SELECT * FROM transfers WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
        )
        return [_entry(row) for row in found]

    def succeeded(self, *, since: datetime, before: datetime) -> list[Entry]:
        """Transfers that succeed in a span of time, in the order in which they do."""
        found = self._db.execute(
            "SELECT * FROM transfers WHERE final_at >= ? AND final_at < ?"
            " ORDER BY final_at, position",
            (_written(since), _written(before)),
        )
        return [entry for entry in map(_entry, found) if entry.succeeds]

    def write(self, entry: Entry) -> Entry:
        """Put a new transfer into the book; its reference must be new."""
        written = self._db.execute(
            "INSERT INTO transfers (partner_reference_no, order_body, response_code,"
            " response_message, behavior, received_at, final_at, requests)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.order.partner_reference_no,
                entry.order.model_dump_json(by_alias=True),
                entry.response_code,
                entry.response_message,
                entry.behavior,
                _written(entry.received_at),
                _written(entry.final_at),
                entry.requests,
            ),
        )
        return replace(entry, position=int(written.lastrowid or 0))

    def count_request(self, partner_reference_no: str) -> None:
        """Note that a known transfer was asked for once more."""
        self._db.execute(
            "UPDATE transfers SET requests = requests + 1 WHERE partner_reference_no = ?",
            (partner_reference_no,),
        )

    def count_not_taken_on(self, partner_reference_no: str) -> int:
        """Note a request that leaves no other trace; tell how many its reference has had."""
        found = self._one(
            "INSERT INTO not_taken_on VALUES (?, 1) ON CONFLICT DO UPDATE SET"
            " requests = requests + 1 RETURNING requests",
            partner_reference_no,
        )
        return 0 if found is None else int(found["requests"])

    def requests_not_taken_on(self, partner_reference_no: str | None = None) -> dict[str, int]:
        """How often each reference, or this one, was asked for without being taken on."""
        found = self._db.execute(
            "SELECT * FROM not_taken_on"
            " WHERE partner_reference_no = coalesce(?, partner_reference_no)",
            (partner_reference_no,),
        )
        return {row["partner_reference_no"]: row["requests"] for row in found}

    def use_external_id(self, external_id: str, *, on: date) -> bool:
        """Note the id as used on this day; False when it was used that day before."""
        if on > self._ids_kept_from:
            self._db.execute("DELETE FROM external_ids WHERE used_on < ?", (on.isoformat(),))
            self._ids_kept_from = on
        used = self._db.execute(
            "INSERT OR IGNORE INTO external_ids VALUES (?, ?)", (on.isoformat(), external_id)
        )
        return used.rowcount == 1

    def add_instruction(self, instruction: Instruction) -> None:
        """Queue an instruction behind those already there."""
        self._db.execute(
            "INSERT INTO instructions (partner_reference_no, instruction, times_left)"
            " VALUES (?, ?, ?)",
            (
                instruction.partner_reference_no,
                instruction.model_dump_json(by_alias=True),
                instruction.times,
            ),
        )

    def take_instruction(self, partner_reference_no: str) -> Instruction | None:
        """Use up one turn of the oldest instruction for this reference, else for any."""
        found = self._one(
            "SELECT * FROM instructions"
            " WHERE partner_reference_no = ? OR partner_reference_no IS NULL"
            " ORDER BY partner_reference_no IS NULL, position LIMIT 1",
            partner_reference_no,
        )
        if found is None:
            return None
        if found["times_left"] == 1:
            change = "DELETE FROM instructions WHERE position = ?"
        else:
            change = "UPDATE instructions SET times_left = times_left - 1 WHERE position = ?"
        self._db.execute(change, (found["position"],))
        return Instruction.model_validate_json(found["instruction"])

    def forget_instructions(self) -> None:
        """Go back to settling everything."""
        self._db.execute("DELETE FROM instructions")

    def begin_bad_day(self, bad_day: BadDay) -> None:
        """Follow these rules for whatever comes without an instruction of its own."""
        self._db.execute(
            "INSERT OR REPLACE INTO bad_day VALUES (1, ?)",
            (bad_day.model_dump_json(by_alias=True),),
        )

    def end_bad_day(self) -> None:
        """Go back to settling what comes without an instruction."""
        self._db.execute("DELETE FROM bad_day")

    def bad_day(self) -> BadDay | None:
        """The rules of the bad day, while there is one."""
        found = self._one("SELECT bad_day FROM bad_day")
        return None if found is None else BadDay.model_validate_json(found["bad_day"])

    def name_holder(self, *, bank_code: str, account_no: str, holder_name: str) -> None:
        """Register whom an account belongs to."""
        self._db.execute(
            "INSERT OR REPLACE INTO holders VALUES (?, ?, ?)", (bank_code, account_no, holder_name)
        )

    def holder_name(self, *, bank_code: str, account_no: str) -> str | None:
        """The registered holder, if any."""
        found = self._one(
            "SELECT holder_name FROM holders WHERE bank_code = ? AND account_no = ?",
            bank_code,
            account_no,
        )
        return None if found is None else str(found["holder_name"])

    def _one(self, query: str, *values: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(query, values).fetchone()
        return row


def _written(at: datetime) -> str:
    """An instant whose order is the order of its letters."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _entry(row: sqlite3.Row) -> Entry:
    values: dict[str, Any] = dict(row)
    return Entry(
        order=TransferOrder.model_validate_json(values["order_body"]),
        response_code=values["response_code"],
        response_message=values["response_message"],
        behavior=Behavior(values["behavior"]),
        received_at=datetime.fromisoformat(values["received_at"]).astimezone(UTC),
        final_at=datetime.fromisoformat(values["final_at"]).astimezone(UTC),
        requests=values["requests"],
        position=values["position"],
    )
