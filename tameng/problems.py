"""What can be wrong outside this program."""

from collections import deque
from pathlib import Path

LOG_LINES_SHOWN_MAX = 12


class Problem(Exception):
    """Something outside this program is wrong.

    The message says in one line what it is and what to do; the last lines of a log may follow.
    The command line prints it without a traceback.
    """


def log_tail(log_file: Path) -> str:
    """The last lines of a log, each indented, on lines of their own; empty without a log."""
    if not log_file.exists():
        return ""
    with log_file.open(encoding="utf-8", errors="replace") as log:
        lines = deque(log, maxlen=LOG_LINES_SHOWN_MAX)
    return "".join(f"\n    {line.rstrip()}" for line in lines)
