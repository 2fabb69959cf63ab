"""Fetches Kafka's jars and checks them: `python -m tameng.stack.fetch`, part of `make setup`.

For a new version `python -m tameng.stack.fetch lock` resolves them anew and rewrites the lock file.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo
import requests
from jgo.maven import MavenContext

from tameng.ports import free_port
from tameng.problems import Problem
from tameng.stack import jars, kafka

# The logging is resolved in a call of its own: together, the one's managed versions override the
# other's, and the broker comes out in another version than the one asked for.
ENDPOINTS = (
    "org.apache.kafka:kafka_2.13:4.1.1",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3",
)
DOWNLOADS_AT_ONCE = 6
TRIES_MAX = 4
RETRY_DELAY_S = 2.0


def fetch() -> None:
    """Download what is missing, check everything, and prepare the fast start."""
    maven = MavenContext(repo_cache=jars.folder(), local_repos=[])
    missing = [jar for jar in jars.locked() if not _is_right(jar)]
    if missing:
        jars.startup_cache_file().unlink(missing_ok=True)
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            list(pool.map(lambda jar: _download(maven, jar), missing))
    jars.verified()
    if not jars.startup_cache_file().exists():
        _record_startup()


def lock() -> None:
    """Resolve the jars anew and write down which they are."""
    maven = MavenContext(repo_cache=jars.folder(), local_repos=[])
    coordinates = {
        (artifact.groupId, artifact.artifactId, artifact.version)
        for endpoint in ENDPOINTS
        for artifact in jgo.resolve(endpoint)
    }
    lines = []
    for group, artifact, version in sorted(coordinates):
        path = maven.project(group, artifact).at_version(version).artifact().resolve()
        lines.append(f"{jars.checksum(path)}  {group}:{artifact}:{version}\n")
    jars.LOCK_FILE.write_text("".join(lines))


def _is_right(jar: jars.Jar) -> bool:
    return jar.path.exists() and jars.checksum(jar.path) == jar.sha256


def _download(maven: MavenContext, jar: jars.Jar) -> None:
    artifact = maven.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    for remaining in reversed(range(TRIES_MAX)):
        # Half a file of a download that was cut off would be taken for the whole.
        jar.path.unlink(missing_ok=True)
        try:
            artifact.resolve()
        except (OSError, RuntimeError, requests.RequestException) as error:
            if not remaining:
                raise Problem(
                    f"Kafka's {jar.path.name} cannot be fetched ({error}): "
                    "check the network and try again"
                ) from error
            time.sleep(RETRY_DELAY_S)
        else:
            return


def _record_startup() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tameng-kafka-"))
    try:
        port = free_port()
        ports = kafka.Ports(port, free_port(besides=[port]))
        asyncio.run(kafka.record_startup(folder=folder, ports=ports))
    finally:
        shutil.rmtree(folder)


def main(arguments: Sequence[str]) -> int:
    """Fetch, or rewrite the lock first."""
    try:
        if "lock" in arguments:
            lock()
        fetch()
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
