"""A real process of enrollment, asked to stop while it works, and one that may not start."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from contracts.enrollment import ProgrammeOpened
from tameng.demo.day import PROVINCE
from tameng.ports import free_port
from tests.alone import Alone, MakeAlone, key
from tests.integration.installation import ROOT, Installation, install
from tests.integration.test_set_back import PROGRAMME
from tests.integration.world import until

STOPS_WITHIN_S = 30
ENDED = -signal.SIGTERM
"""As uvicorn ends when it was asked to by the signal, after everything was put away."""
CLIENTS = 8
ROUNDS = 3
POLL_S = 0.02


@pytest.fixture
async def installation(alone: MakeAlone, tmp_path: Path) -> Installation:
    return await install(await alone("enrollment"), tmp_path)


async def open_many(installation: Installation, first: int, answered: set[str]) -> None:
    """Open programmes, one after the other, until the process is gone; note what was answered."""
    token = installation.alone.issuer.bearer(role="province", area=PROVINCE, name="at work")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{installation.port}") as client:
        for number in range(first, first + 1_000):
            own_key = key(f"programme {number}")
            try:
                answer = await client.post("/programmes", json=PROGRAMME, headers=token | own_key)
            except httpx.TransportError:
                return
            if answer.is_success:
                answered.add(answer.json()["programme_id"])


async def test_a_process_that_is_asked_to_stop_under_load_loses_and_doubles_nothing(
    installation: Installation,
) -> None:
    answered: set[str] = set()
    for round_ in range(ROUNDS):
        async with installation.serving() as running:
            first = {"name": f"round {round_}", "role": "province"}
            await installation.post("/programmes", PROGRAMME, **first)  # waits until it is ready
            known = len(answered)
            clients = [
                asyncio.create_task(
                    open_many(installation, (round_ * CLIENTS + n) * 1_000, answered)
                )
                for n in range(CLIENTS)
            ]
            while len(answered) < known + CLIENTS:
                await asyncio.sleep(POLL_S)
            running.terminate()
            async with asyncio.timeout(STOPS_WITHIN_S):
                assert await running.wait() == ENDED
            await asyncio.gather(*clients)
    recorded = [str(e.programme_id) for e in await installation.alone.recorded(ProgrammeOpened)]
    assert len(recorded) == len(set(recorded))
    assert answered <= set(recorded)
    async with installation.serving():
        await until(lambda: _sent(installation, len(recorded)), limit_s=STOPS_WITHIN_S)


async def test_a_poisoned_environment_ends_the_start_with_one_line_that_says_what_to_do(
    installation: Installation, alone: MakeAlone, tmp_path: Path
) -> None:
    banking: Alone = await alone("banking")
    others = banking.running.settings.database_url.get_secret_value()
    (tmp_path / "zeros").write_text(43 * "A" + "=")
    poisons: dict[str, Mapping[str, str]] = {
        "holds the log of banking": {"ENROLLMENT_DATABASE_URL": others},
        "holds no key made by chance": {"ENROLLMENT_MASTER_KEY_FILE": str(tmp_path / "zeros")},
        "ENROLLMENT_PEPPER_FILE: ": {"ENROLLMENT_PEPPER_FILE": str(tmp_path / "gone")},
        "does not answer": {"ENROLLMENT_KAFKA": f"127.0.0.1:{free_port()}"},
        "ENROLLMENT_CLOCK_FILE: production": {"ENROLLMENT_MODE": "production"},
        "ENROLLMENT_PORT: missing": {"ENROLLMENT_PORT": ""},
    }
    ended = await asyncio.gather(*(_ended(installation, each) for each in poisons.values()))
    for expected, (code, line) in zip(poisons, ended, strict=True):
        assert code == 1, line
        assert expected in line
        assert line.startswith("enrollment: ")
        assert line.count("\n") == 1, line


async def _ended(installation: Installation, poison: Mapping[str, str]) -> tuple[int | None, str]:
    given = {**os.environ, **installation.environment(), **poison, "PYTHONPATH": str(ROOT)}
    if "ENROLLMENT_MODE" in poison:
        given |= {"ENROLLMENT_CLOCK_FILE": str(installation.log_file)}
        installation.log_file.touch()
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.enrollment", "serve",
        env=given, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(STOPS_WITHIN_S):
        _, told = await running.communicate()
    return running.returncode, told.decode()


async def _sent(installation: Installation, wanted: int) -> bool:
    return await installation.sent() == wanted
