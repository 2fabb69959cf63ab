"""A Kafka broker that a test may kill, wipe and set back: the embedded one, unsupervised."""

import asyncio
import shutil
import subprocess
from pathlib import Path

from tameng import launcher
from tameng.keys import Keys
from tameng.ports import free_port
from tameng.stack import kafka, kafka_users, sockets
from tameng.stack.kafka_users import Users
from tameng.stack.parts import Part

UP_TIMEOUT_S = 40


class Broker:
    """One broker with its records in a folder of its own."""

    def __init__(self, folder: Path, *, users: Users | None = None) -> None:
        self._folder = folder
        self._records = folder / "records"
        port = free_port()
        self._ports = kafka.Ports(port, free_port(besides=[port]))
        self._users = users or kafka_users.users(Keys(folder / "keys"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def part(self) -> Part:
        """What its clients must know."""
        return kafka.part(self._ports, self._users)

    async def start(self) -> None:
        """Start it on whatever its folder holds, and wait until it serves."""
        log_file = self._folder / "kafka.log"
        program = await kafka.program(
            folder=self._folder,
            log_file=log_file,
            ports=self._ports,
            users=self._users,
        )
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(launcher.command(program.argv), stdout=log, stderr=log)
        async with asyncio.timeout(UP_TIMEOUT_S):
            await sockets.until(program.is_ready)

    def kill(self) -> None:
        """As `kill -9`."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wipe(self) -> None:
        """Lose everything. Only while it is down."""
        shutil.rmtree(self._records)

    def keep(self, topic: str, place: str) -> None:
        """Copy a topic's partitions as they are on disk. Nobody may be writing to it."""
        for folder in self._records.glob(f"{topic}-*"):
            shutil.copytree(folder, self._folder / place / folder.name)

    def lose(self, topic: str) -> None:
        """Lose a topic's records; its name and the groups' offsets stay. Only while it is down."""
        for folder in self._records.glob(f"{topic}-*"):
            shutil.rmtree(folder)

    def set_back(self, topic: str, place: str) -> None:
        """Put the copy in the place of the topic's partitions: their tails are lost, the groups'
        offsets are not. Only while it is down.
        """
        for folder in self._records.glob(f"{topic}-*"):
            shutil.rmtree(folder)
            shutil.copytree(self._folder / place / folder.name, folder)
