"""The keys of persons on the command line: backed up apart, brought back, wrapped anew; nobody who
was erased comes back."""

import asyncio
import base64
import json
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner, Result

from chassis.sealing import KeyWrap
from chassis.settings import key_in
from contracts.enrollment import WorkerErased
from services.enrollment.commands import add_commands
from tests.alone import key
from tests.component.privacy_office import Privacy, privacy
from tests.rosters import nik, row

__all__ = ["privacy"]
Keys = Callable[..., Awaitable[Result]]


@pytest.fixture
def keys(privacy: Privacy, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """`python -m services.enrollment keys ...` in the environment of the service."""
    for name, value in privacy.alone.running.settings.model_dump().items():
        if value is not None:
            shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
            monkeypatch.setenv(f"ENROLLMENT_{name.upper()}", str(shown))
    app = typer.Typer()
    add_commands(app)

    async def run(*words: str | Path) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["keys", *map(str, words)])

    return run


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


async def wrapped(privacy: Privacy) -> dict[UUID, bytes]:
    held = await privacy.alone.rows("SELECT subject, wrapped FROM subject_key")
    return {each["subject"]: each["wrapped"] for each in held}


async def forget(privacy: Privacy, *tables: str) -> None:
    """The database loses these rows."""
    async with privacy.alone.units.engine.begin() as connection:
        for table in tables:
            await connection.exec_driver_sql(f"DELETE FROM {table}")


async def erase(privacy: Privacy, worker_id: UUID) -> None:
    answer = await privacy.answer(await privacy.ask(worker_id, "erasure"))
    assert answer.status_code == 200, answer.text


def content(file: Path) -> bytes:
    return file.read_bytes()


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.backup"


async def test_lost_keys_come_back_and_open_what_they_sealed(
    privacy: Privacy, keys: Keys, file: Path
) -> None:
    members = await privacy.members(row(1), row(2))
    held = await wrapped(privacy)
    made = told(await keys("backup", file))
    assert (made["keys"], made["destroy_after"]) == (2, "2025-08-06")
    await forget(privacy, "subject_key")
    restored = told(await keys("restore", file))
    assert (restored["restored"], restored["kept"], restored["withheld"]) == (2, 0, 0)
    assert await wrapped(privacy) == held
    report = await privacy.clerk.post(
        f"/workers/{members[0]}/access-report", json={"reason": "after the loss"}
    )
    assert report.json()["identity"]["nik"] == nik(1)


async def test_the_file_is_its_owners_and_tells_nothing_without_the_master_key(
    privacy: Privacy, keys: Keys, file: Path
) -> None:
    await privacy.members()
    told(await keys("backup", file))
    assert mode(file) == 0o600
    ((worker_id, kept),) = (await wrapped(privacy)).items()
    made = content(file)
    header = json.loads(made.partition(b"\n")[0])
    assert (header["keys"], header["destroy_after"]) == (1, "2025-08-06")
    opened = privacy.identities.wrap.unwrap(worker_id, kept)
    for secret in (opened, kept, worker_id.bytes, str(worker_id).encode()):
        assert secret not in made


async def test_a_backup_overwrites_nothing(privacy: Privacy, keys: Keys, file: Path) -> None:
    await privacy.members()
    put(file, b"of last week")
    result = await keys("backup", file)
    assert (result.exit_code, content(file)) == (1, b"of last week")
    assert f"enrollment: {file}: File exists" in result.stderr


async def test_who_was_erased_after_the_backup_does_not_come_back(
    privacy: Privacy, keys: Keys, file: Path
) -> None:
    gone, stays = await privacy.members(row(1), row(2))
    told(await keys("backup", file))
    await erase(privacy, gone)
    await forget(privacy, "subject_key")
    restored = told(await keys("restore", file))
    assert (restored["restored"], restored["withheld"]) == (1, 1)
    assert set(await wrapped(privacy)) == {stays}


async def test_what_an_old_copy_of_the_database_brought_back_is_erased_again(
    privacy: Privacy, keys: Keys, file: Path
) -> None:
    gone, stays = await privacy.members(row(1), row(2))
    await privacy.office.validated(privacy.programme_id, [row(1), row(9, no_hp="0")])
    (roster,) = await privacy.alone.rows("SELECT roster_id FROM rosters WHERE decided_at IS NULL")
    path = f"/rosters/{roster['roster_id']}/rejection"
    await privacy.office.checker.post(path, json={"reason": "x"}, headers=key())
    told(await keys("backup", file))
    tables = {
        name: await privacy.alone.rows(f"SELECT * FROM {name}")
        for name in ("subject_key", "person_lookup", "row_finding")
    }
    await erase(privacy, gone)
    await forget(privacy, *tables)
    for name, held in tables.items():
        await put_back(privacy, name, held)
    restored = told(await keys("restore", file))
    assert (restored["restored"], restored["kept"], restored["erased_again"]) == (0, 1, 1)
    assert set(await wrapped(privacy)) == {stays}
    assert await privacy.worker(nik(2)) == stays
    left = await privacy.alone.rows("SELECT nik_hash FROM row_finding")
    assert privacy.identities.nik_hash(nik(1)) not in [each["nik_hash"] for each in left]
    assert len(await privacy.alone.recorded(WorkerErased)) == 1
    assert (await privacy.alone.replay()).same


async def put_back(privacy: Privacy, table: str, held: list[dict[str, Any]]) -> None:
    async with privacy.alone.units.bulk(area="*") as unit:
        connection = await unit.session.connection()
        for each in held:
            values = [json.dumps(v) if isinstance(v, list) else v for v in each.values()]
            places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
            insert = f"INSERT INTO {table} ({', '.join(each)}) VALUES ({places})"
            await connection.exec_driver_sql(insert, tuple(values))


@pytest.mark.parametrize("altered", ["the head", "the end", "cut short", "no backup at all"])
async def test_a_backup_that_was_altered_brings_nothing(
    privacy: Privacy, keys: Keys, file: Path, altered: str
) -> None:
    await privacy.members()
    told(await keys("backup", file))
    made = content(file)
    put(
        file,
        {
            "the head": made.replace(b"2025-08-06", b"2035-08-06"),
            "the end": made[:-1] + bytes([made[-1] ^ 1]),
            "cut short": made[:-20],
            "no backup at all": b"%PDF-1.4\n" + made,
        }[altered],
    )
    await forget(privacy, "subject_key")
    result = await keys("restore", file)
    assert result.exit_code == 1
    assert result.stderr.startswith("enrollment: it ")
    assert await wrapped(privacy) == {}


async def test_all_keys_are_wrapped_under_a_new_master_key_or_none(
    privacy: Privacy, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await privacy.members(row(1), row(2))
    await privacy.office.upload(privacy.programme_id, [row(3)])
    old, held = privacy.identities.wrap, await wrapped(privacy)
    new_file = tmp_path / "new.master-key"
    put(new_file, base64.b64encode(bytes(range(32))))
    result = await keys("rewrap", "--new-master-key-file", new_file)
    assert (result.exit_code, await wrapped(privacy)) == (1, held)
    assert "the service runs and holds the old master key: stop it first" in result.stderr
    await privacy.alone.units.engine.dispose()  # the service is stopped
    done = told(await keys("rewrap", "--new-master-key-file", new_file))
    assert done == {"persons": 2, "rosters": 2}
    new, fresh = KeyWrap(key_in(new_file)), await wrapped(privacy)
    for worker_id, kept in held.items():
        assert new.unwrap(worker_id, fresh[worker_id]) == old.unwrap(worker_id, kept)
    await privacy.alone.units.engine.dispose()
    twice = await keys("rewrap", "--new-master-key-file", new_file)
    assert (twice.exit_code, await wrapped(privacy)) == (1, fresh)
    assert "does not open" in twice.stderr
    monkeypatch.setenv("ENROLLMENT_MASTER_KEY_FILE", str(new_file))
    assert told(await keys("backup", tmp_path / "after"))["keys"] == 2


async def test_a_backup_of_an_old_master_key_does_not_open_under_the_new_one(
    privacy: Privacy, keys: Keys, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await privacy.members()
    told(await keys("backup", file))
    other = tmp_path / "other.master-key"
    put(other, base64.b64encode(bytes(range(32))))
    monkeypatch.setenv("ENROLLMENT_MASTER_KEY_FILE", str(other))
    result = await keys("restore", file)
    assert result.exit_code == 1
    assert "made under another master key" in result.stderr


async def test_a_file_that_holds_no_key_is_told(privacy: Privacy, keys: Keys, file: Path) -> None:
    put(file, b"no key")
    held = await wrapped(privacy)
    result = await keys("rewrap", "--new-master-key-file", file)
    assert (result.exit_code, await wrapped(privacy)) == (2, held)
    missing = await keys("restore", file.with_name("nowhere"))
    assert (missing.exit_code, "No such file" in missing.stderr) == (1, True)
