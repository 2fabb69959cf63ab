"""Six months of 100,000 members: their tables rebuilt side by side, then every named question.

What a night and an auditor's day take at that size, while the services run. Questions are asked
over HTTP, each twice, the slower counts. The record for them is written when the machine is quiet,
which it never was: the first answer waits for all of it, and is told by itself.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import text

from benchmarks.machines import Bench, bench
from benchmarks.months import MONTHS, lived
from benchmarks.replay import SERVICES
from chassis.state.database import owner_engine
from tameng import checks
from tameng.demo.day import PROVINCE
from tameng.offices import Answer, Office
from tameng.problems import Problem

WORKERS = 100_000
TIMES = 2
DAY = "2025-10-01"
_PAID = text("SELECT paid_by_event FROM contributions WHERE worker_id = :worker LIMIT 1")


async def measure() -> dict[str, float]:
    """Live, rebuild, ask. Raises: Problem, when a replay differs or a question is not answered."""
    async with bench() as running:
        began = time.perf_counter()
        await lived(running, workers=WORKERS, months=MONTHS)
        lived_s = time.perf_counter() - began
        replays = await _replayed(running)
        began = time.perf_counter()
        await _auditor(running).get("audit", "/questions/completeness", reason="measured")
        written_s = time.perf_counter() - began
        asked_s = await _asked(running)
    slowest = max(asked_s, key=lambda name: asked_s[name])
    return {
        "replay of all three s": replays.pop("s"),
        "slowest question s": asked_s[slowest],
        "record written for questions s": written_s,
        "questions": len(asked_s),
        **replays,
        **{f"question {name} s": round(took_s, 2) for name, took_s in sorted(asked_s.items())},
        "lived s": round(lived_s),
    }


async def _replayed(running: Bench) -> dict[str, float]:
    machine = running.running.described
    began = time.perf_counter()
    found = await asyncio.gather(*(checks.answered(machine, name, "replay") for name in SERVICES))
    took_s = time.perf_counter() - began
    if not all(each.passed for each in found):
        raise Problem("a replay differs: nothing was measured")
    figures = {"s": took_s}
    for name, each in zip(SERVICES, found, strict=True):
        told = ("events", "applied", "seconds")
        figures |= {f"{name} {what}": each.answer[what] for what in told}
    return figures


def _auditor(running: Bench) -> Office:
    return running.office("auditor", "auditor", PROVINCE)


async def _asked(running: Bench) -> dict[str, float]:
    """Seconds of each question."""
    auditor = _auditor(running)
    subjects, asked_s = await _subjects(running), dict[str, float]()
    questions = cast("Sequence[Answer]", await auditor.get("audit", "/questions"))
    for question in [*questions] * TIMES:
        name = question["name"]
        asked_s[name] = max(asked_s.get(name, 0.0), await _ask(auditor, question, subjects))
    return asked_s


async def _ask(auditor: Office, question: Answer, subjects: Mapping[str, str]) -> float:
    """A question takes whom or what it is about, and the rest as it stands on its page."""
    given = {
        each["name"]: subjects[f"{each['name']} {each['kind']}"]
        for each in question["parameters"]
        if each["default"] is None
    }
    began = time.perf_counter()
    await auditor.get("audit", f"/questions/{question['name']}", reason="measured", **given)
    return time.perf_counter() - began


async def _subjects(running: Bench) -> dict[str, str]:
    """Whom and what the questions are about, by parameter and kind."""
    url = running.running.described.environments["enrollment"]["ENROLLMENT_OWNER_DATABASE_URL"]
    engine = owner_engine(url, application="benchmark")
    try:
        async with engine.connect() as connection:
            worker = await connection.scalar(text("SELECT min(worker_id::text) FROM workers"))
            invoice = await connection.scalar(text("SELECT min(invoice_id::text) FROM invoices"))
            event = await connection.scalar(_PAID, {"worker": worker})
    finally:
        await engine.dispose()
    return {
        "subject text": worker,
        "subject uuid": invoice,
        "event uuid": str(event),
        "day day": DAY,
    }
