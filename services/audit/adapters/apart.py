"""Have what somebody wrote answered in a process of its own: see `answering`.

What comes back is JSON, for nothing that it says is to be trusted.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.audit.adapters import answering
from services.audit.adapters.answering import MIB, Cell, Column, Limits, Stopped, Table

START_SECONDS = 10
"""For the process to begin and to tell, beside what the question may take."""
ANSWER_BYTES_MAX = 64 * MIB


def answer_apart(setup: Sequence[str], sql: str, *, limits: Limits) -> Table:
    """As `answering.answer`, in a process of its own. Blocks. Raises: Stopped."""
    asked = json.dumps({"setup": list(setup), "sql": sql, "limits": list(limits)})
    try:
        ran = subprocess.run(  # noqa: S603  (ourselves)
            (sys.executable, "-P", answering.__file__),
            input=asked.encode(),
            capture_output=True,
            timeout=limits.seconds + START_SECONDS,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        words = f"It took more than {limits.seconds:g} s: ask for less."
        raise Stopped("question-too-large", words) from None
    if ran.returncode != 0 or len(ran.stdout) > ANSWER_BYTES_MAX:
        words = "It needs more memory than it may have: ask for less."
        raise Stopped("question-too-large", words)
    told = json.loads(ran.stdout)
    if "stopped" in told:
        raise Stopped(told["stopped"], told["words"])
    return _table(told)


def _table(told: dict[str, Any]) -> Table:
    columns = tuple(Column(*each) for each in told["columns"])
    rows = [
        tuple(_cell(column, cell) for column, cell in zip(columns, row, strict=True))
        for row in told["rows"]
    ]
    return Table(columns, rows, told["is_cut"])


def _cell(column: Column, told: Any) -> Cell:  # noqa: ANN401  (what JSON holds)
    """A cell as it was before it became JSON."""
    if not isinstance(told, str):
        return told  # type: ignore[no-any-return]
    if column.kind == "id":
        return UUID(told)
    if column.kind == "day":
        return date.fromisoformat(told)
    return datetime.fromisoformat(told) if column.kind == "instant" else told
