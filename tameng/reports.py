"""Reports that can be filed: HTML for people, JSON for machines, and a note that signs both."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from chassis.clock import real_now
from chassis.local_time import WITA
from tameng import checks
from tameng.machine import Described

_TEMPLATE = Template(Path(__file__).with_name("report.html").read_text(encoding="utf-8"))
_SEPARATOR = "---\n"
_DIGEST = re.compile(r"[0-9a-f]{32,}")
_NUMBER = re.compile(r"[+-]?(Rp)?\d[\d,.]* ?%?")
"""An amount or a count; no date and no month."""


@dataclass(frozen=True)
class Section:
    """A table of a report; cells are texts as people read them."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True)
class Filed:
    """The files of a report."""

    html: Path
    json: Path
    note: Path


async def filed(  # noqa: PLR0913  (a report has that many parts)
    machine: Described,
    folder: Path,
    *,
    name: str,
    title: str,
    passed: bool,
    verdict: str,
    sections: Sequence[Section],
    answer: Mapping[str, Any],
) -> Filed:
    """Write a report with the newest checkpoint in it, and have the audit service sign it.

    `name`: of its files, without their ends. Raises: Problem, OSError.
    """
    note, made_at = newest_checkpoint(machine), real_now()
    page = _TEMPLATE.substitute(
        name=escape(name),
        title=escape(title),
        made_at=f"{made_at.astimezone(WITA):%Y-%m-%d %H:%M} WITA",
        state="passed" if passed else "failed",
        verdict=escape(verdict),
        sections="".join(map(_table, sections)),
        checkpoint_words=_words(note),
        checkpoint=escape(note),
    )
    content = {
        "title": title,
        "made_at": made_at.isoformat(),
        "passed": passed,
        "verdict": verdict,
        "answer": answer,
        "checkpoint": note,
    }
    files = Filed(*(folder / f"{name}.{end}" for end in ("html", "json", "note")))
    _write(files, page, f"{json.dumps(content, indent=1, default=str, ensure_ascii=False)}\n")
    signing = ("sign", str(files.html), str(files.json), "--note", str(files.note))
    await checks.answered(machine, "audit", *signing)
    return files


def _write(files: Filed, page: str, content: str) -> None:
    files.html.parent.mkdir(parents=True, exist_ok=True)
    files.html.write_text(page, encoding="utf-8")
    files.json.write_text(content, encoding="utf-8")


def newest_checkpoint(machine: Described) -> str:
    """The last note in the file of checkpoints; empty when none was signed yet."""
    path = Path(machine.environments["audit"]["AUDIT_CHECKPOINTS_FILE"])
    if not path.exists():
        return ""
    return path.read_text(encoding="utf-8").rpartition(_SEPARATOR)[2]


def _words(note: str) -> str:
    if not note:
        return "The audit service has signed no checkpoint yet."
    _, events, *_ = note.splitlines()
    return (
        f"The record as the audit service vouched for it last: {int(events):,} events, the root "
        "over all, and each shard's number of events with the root of its tree."
    )


def _table(section: Section) -> str:
    first = next(iter(section.rows), section.columns)
    heads = "".join(
        f"<th{_kind(cell)}>{escape(column)}</th>"
        for column, cell in zip(section.columns, first, strict=True)
    )
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in section.rows)
    note = f'<p class="note">{escape(section.note)}</p>\n' if section.note else ""
    return (
        f"<h2>{escape(section.title)}</h2>\n{note}"
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead>\n'
        f"<tbody>{rows}</tbody></table></div>\n"
    )


def _cell(text: str) -> str:
    return f"<td{_kind(text)}>{escape(text)}</td>"


def _kind(text: str) -> str:
    """How a cell is set, and the name of its column as the first one."""
    if _NUMBER.fullmatch(text):
        return ' class="number"'
    return ' class="digest"' if _DIGEST.fullmatch(text) else ""
