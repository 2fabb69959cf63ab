"""The state folder: everything that one Tameng on this machine keeps between two runs."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tameng.ports import free_port, is_free
from tameng.problems import Problem
from tameng.stack.parts import Kind, Origin

FREE_DISK_BYTES_MIN = 1 << 30
NOTES_FILE = "state.json"
LOCK_FILE = "lock"
KEYS_FOLDER = "keys"
KEPT_WHEN_FRESH = {NOTES_FILE, LOCK_FILE, KEYS_FOLDER}

Say = Callable[[str], None]


class StateFolder:
    """A state folder that this program holds alone: use `opened`."""

    def __init__(self, path: Path, *, say: Say) -> None:
        self.path = path
        self._say = say
        self._notes_file = path / NOTES_FILE
        self._ports: dict[str, int] = {}
        self._origins: dict[str, Origin] = {}
        # `identity` is the folder's for good, `run` is new with every fresh start: on servers that
        # others use too, they keep what two folders or two days made apart.
        self.identity = secrets.token_hex(4)
        self.run = secrets.token_hex(4)
        if self._notes_file.exists():
            notes = json.loads(self._notes_file.read_text())
            self.identity, self.run = notes["identity"], notes["run"]
            self._ports, self._origins = notes["ports"], notes["origins"]
        else:
            self._write()

    def folder(self, name: str) -> Path:
        """A folder of that name in the state folder, made if it is missing."""
        folder = self.path / name
        folder.mkdir(exist_ok=True)
        return folder

    def log_file(self, name: str) -> Path:
        """Where the program of that name writes its log."""
        return self.folder("logs") / f"{name}.log"

    def port(self, name: str) -> int:
        """The port of the server of that name: as in the last run where it is free, else a new."""
        port = self._ports.get(name)
        if port is not None and is_free(port):
            return port
        chosen = free_port(besides=self._ports.values())
        if port is not None:
            self._say(f"{name} moves to port {chosen}: another program has taken {port}")
        self._ports[name] = chosen
        self._write()
        return chosen

    def origin(self, kind: Kind) -> Origin | None:
        """Where the server of that kind came from so far; None on a fresh day."""
        return self._origins.get(kind)

    def remember_origin(self, kind: Kind, origin: Origin) -> None:
        """A day that is resumed needs the servers that it was begun on."""
        self._origins[kind] = origin
        self._write()

    def go_on_as(self, run: str) -> None:
        """Be the day of another folder that is lost: on shared servers its names are ours."""
        self.run = run
        self._write()

    def wipe(self) -> None:
        """Forget every day played here. The keys stay, so that tokens handed out stay good."""
        for entry in self.path.iterdir():
            if entry.name in KEPT_WHEN_FRESH:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.run = secrets.token_hex(4)
        self._origins.clear()
        self._write()

    def _write(self) -> None:
        notes = {
            "identity": self.identity,
            "run": self.run,
            "ports": self._ports,
            "origins": self._origins,
        }
        draft = self._notes_file.with_suffix(".draft")
        draft.write_text(json.dumps(notes, indent=1))
        draft.replace(self._notes_file)


@contextmanager
def opened(path: Path, *, fresh: bool, say: Say) -> Iterator[StateFolder]:
    """The state folder at `path`, locked against every other Tameng; `fresh` empties it first.

    Raises `Problem` when another program holds it, when it is a folder of something else, or when
    the disk is nearly full.
    """
    path = path.absolute()
    if _belongs_to_something_else(path):
        raise Problem(
            f"{path} holds files that are not Tameng's: choose another folder with --state"
        )
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_disk(path)
        lock = os.open(path / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Problem(
            f"cannot write in {path} ({error.strerror}): choose another folder with --state"
        ) from error
    try:
        _lock(lock, path)
        state = StateFolder(path, say=say)
        if fresh:
            state.wipe()
        yield state
    finally:
        os.close(lock)


def is_held(path: Path) -> bool:
    """Whether a running program holds the state folder."""
    try:
        lock = os.open(path / LOCK_FILE, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _belongs_to_something_else(path: Path) -> bool:
    """A wipe must never meet a folder that Tameng did not make."""
    if not path.exists():
        return False
    if not path.is_dir():
        return True
    entries = {entry.name for entry in path.iterdir()}
    return NOTES_FILE not in entries and not entries <= {LOCK_FILE}


def _check_disk(path: Path) -> None:
    free = shutil.disk_usage(path).free
    if free < FREE_DISK_BYTES_MIN:
        raise Problem(
            f"only {free >> 20} MiB are free on the disk of {path} and {FREE_DISK_BYTES_MIN >> 20} "
            "are needed: free some, or choose another folder with --state"
        )


def _lock(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(lock, 32).decode(errors="replace").strip() or "unknown"
        raise Problem(
            f"another tameng (process {holder}) is running in {path}: stop it, "
            "or choose another folder with --state"
        ) from error
    os.truncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
