"""Checkpoints in a file beside the archive, for whoever verifies: signed notes, one after another.

The file only grows. It stands where the auditor puts it (`AUDIT_CHECKPOINTS_FILE`): on a disk that
the other services do not reach, or on one that keeps every version.
"""

import os
import threading
from pathlib import Path

from chassis.folders import make_folder
from services.audit.rules.notes import SEPARATOR

_SEPARATOR = SEPARATOR.encode()


class NotesFile:
    """Open for appending; one process writes, the one that writes the archive."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        make_folder(path.parent)
        self._cut()
        self._events = _events(self.last() or "")

    def append(self, note: str) -> None:
        """Add a note; it is on disk when this returns. One that covers less than the last is left
        out, for it says nothing more: looking through everything takes longer than a minute may.
        """
        with self._turn:
            if _events(note) >= self._events:
                self._append(note)
                self._events = _events(note)

    def _append(self, note: str) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            is_first = os.fstat(descriptor).st_size == 0
            os.write(descriptor, (note if is_first else SEPARATOR + note).encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def last(self) -> str | None:
        """The newest note."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return text.rpartition(SEPARATOR)[2] or None

    def _cut(self) -> None:
        """Take away what a crash left half written: a note ends with the line of a signature."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return
        end = len(_whole(content))
        if end < len(content):
            os.truncate(self._path, end)


def _events(note: str) -> int:
    """How many events a checkpoint covers: its second line."""
    number = note.split("\n", 2)[1:2]
    return int(number[0]) if number and number[0].isdigit() else 0


def _whole(content: bytes) -> bytes:
    """The notes that are whole: each ends with the line of a signature."""
    for begun in (_SEPARATOR[:3], _SEPARATOR[:2], _SEPARATOR[:1]):
        if content.endswith(b"\n" + begun):
            return content.removesuffix(begun)
    before, _, last = content.rpartition(_SEPARATOR)
    _, signed, signatures = last.partition(b"\n\n")
    return content if signed and signatures.endswith(b"\n") else before
