"""The record of a million events: from Kafka to disk, looked through, proven; then a replay.

The service is a process of its own, as it runs in life: it reads the topic of one service, which
was filled before, and syncs each shard of each poll to disk before it goes on. Kafka and Postgres
are on the same two cores, and the record for questions is made meanwhile.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from benchmarks import history, replay
from benchmarks.machines import Bench, bench
from chassis.archive import segments
from chassis.bus import sender
from services.audit.adapters import compression
from services.audit.adapters.archive import open_archive
from services.audit.adapters.signing import Signer
from services.audit.settings import signing_key_in
from tameng import checks
from tameng.demo.day import PROVINCE
from tameng.machine import Described, service_command
from tameng.offices import Office
from tameng.problems import Problem
from tameng.supervisor import Program, Supervisor

EVENTS = 1_000_000
ALONE_EVENTS = 200_000
POLL_EVENTS = 1_000
SENT_EVENTS = 24_000
PROOFS = 2_000
PATIENCE_S = 900.0
LOOK_S = 0.5
SOURCE, SOURCE_TOPIC = "enrollment", "enrollment.events"
MICROSECONDS, MILLISECONDS, MB = 1_000_000, 1_000, 1_000_000


async def measure() -> dict[str, float]:
    """All of it. `proof` is to make one and read the root beside it; `standalone` is the verifier
    that needs nothing of ours, on all cores."""
    async with bench(services=()) as running:
        machine = running.running.described
        await _fill(machine)
        archived = await _archived(running)
        verified_s = await _verified_s(machine)
        apart_s = await _verified_apart_s(machine)
        folder = _path(machine, "AUDIT_ARCHIVE_FOLDER")
        proofs = _proofs(folder, f"{machine.topic_prefix}{SOURCE_TOPIC}")
        compressed = _compressed(folder)
        alone = await asyncio.to_thread(_alone_per_s, folder.with_name("alone"))
    replayed = await replay.measure()
    return {
        "archive events/s": round(archived.pop("per_s")),
        "verify events/s": round(EVENTS / verified_s),
        "replay events/s": replayed["replay events/s"],
        "replay applied/s": replayed["replay applied/s"],
        "proof ms": proofs.pop("median"),
        "proof ms, longest": proofs.pop("longest"),
        "events": EVENTS,
        **archived,
        "archiving code alone events/s": round(alone),
        "verified in s": verified_s,
        "verified by the standalone verifier in s": apart_s,
        **compressed,
    }


async def _fill(machine: Described) -> None:
    topic = f"{machine.topic_prefix}{SOURCE_TOPIC}"
    async with sender.producing(machine.kafka) as producer:
        for rows in history.rows(EVENTS, portion=SENT_EVENTS):
            await sender.send(producer, topic, rows, source=SOURCE)


@asynccontextmanager
async def _serving(machine: Described, log_file: Path) -> AsyncIterator[psutil.Process]:
    program = Program(
        name="audit",
        argv=service_command("audit", "serve"),
        log_file=log_file,
        is_ready=_at_once,
        env=machine.environments["audit"],
    )
    async with Supervisor(say=lambda _line: None) as supervisor:
        await supervisor.start(program)
        yield psutil.Process(supervisor.pids["audit"])


async def _at_once() -> bool:
    return True


async def _archived(running: Bench) -> dict[str, float]:
    """From the first look at which something was archived to that at which all was."""
    machine = running.running.described
    office = running.office("operator", "admin", PROVINCE)
    with TemporaryDirectory() as folder:
        async with _serving(machine, Path(folder) / "log") as process, asyncio.timeout(PATIENCE_S):
            first, begun, cpu_s = 0, 0.0, 0.0
            while (events := await _events(office, machine)) < EVENTS:
                if events and not first:
                    first, begun, cpu_s = events, time.perf_counter(), _cpu_s(process)
                await asyncio.sleep(LOOK_S)
            took_s = time.perf_counter() - begun
            used_s = _cpu_s(process) - cpu_s
    counted = EVENTS - first
    return {
        "per_s": counted / took_s,
        "archive cpu us/event": used_s / counted * MICROSECONDS,
    }


async def _events(office: Office, machine: Described) -> int:
    by_topic = (await office.get("audit", "/figures"))["events_by_topic"]
    return int(by_topic.get(f"{machine.topic_prefix}{SOURCE_TOPIC}", 0))


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _verified_s(machine: Described) -> float:
    """The service's own command, from its start to its end."""
    began = time.perf_counter()
    return _seconds(await checks.verified(machine), began)


async def _verified_apart_s(machine: Described) -> float:
    key = str(Signer(signing_key_in(_path(machine, "AUDIT_SIGNING_KEY_FILE"))).verifier)
    began = time.perf_counter()
    return _seconds(await checks.verified_apart(machine, key), began)


def _seconds(checked: checks.Checked, began: float) -> float:
    took_s = time.perf_counter() - began
    if not checked.passed or checked.answer["events"] < EVENTS:
        raise Problem(f"nothing was measured: {checked.answer}")
    return took_s


def _path(machine: Described, setting: str) -> Path:
    return Path(machine.environments["audit"][setting])


def _proofs(folder: Path, topic: str) -> dict[str, float]:
    """Proofs of inclusion for events drawn from all shards, each beside the root it leads to."""
    archive, draw = open_archive(folder), random.Random(history.SEED)  # noqa: S311
    sizes = {each: size for each, size in archive.watermarks().items() if each.topic == topic}
    times_ms: list[float] = []
    for _ in range(PROOFS):
        stream = draw.choice(list(sizes))
        began = time.perf_counter()
        archive.inclusion(stream, draw.randint(1, sizes[stream]), sizes[stream])
        archive.root(stream, sizes[stream])
        times_ms.append((time.perf_counter() - began) * MILLISECONDS)
    archive.close()
    return {"median": median(times_ms), "longest": max(times_ms)}


def _compressed(folder: Path) -> dict[str, float]:
    """All closed segments; what the service left for later is compressed first."""
    left, took_s = list(compression.closed(folder)), 0.0
    size = sum(path.stat().st_size for path in left)
    for path in left:
        began = time.perf_counter()
        compression.compress(path)
        took_s += time.perf_counter() - began
    files = list(folder.glob(f"*/*/*{segments.COMPRESSED}"))
    held = sum(len(segments.content_of(path)) for path in files)
    ratio = held / max(sum(path.stat().st_size for path in files), 1)
    speed = {"compression MB/s": size / took_s / MB} if took_s else {}
    return {"closed segments": len(files), "compression ratio": ratio, **speed}


def _alone_per_s(folder: Path) -> float:
    """The archive's own code, poll by poll, each synced: without Kafka and without the consumer."""
    archive = open_archive(folder)
    took_s = 0.0
    for rows in history.rows(ALONE_EVENTS, portion=POLL_EVENTS):
        poll = history.records(rows, topic=SOURCE_TOPIC, source=SOURCE)
        began = time.perf_counter()
        archive.append(poll)
        took_s += time.perf_counter() - began
    archive.close()
    return ALONE_EVENTS / took_s
