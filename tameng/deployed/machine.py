"""The deployment of `docker-compose.yml`, as it is seen from a container in its network."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tameng import drain
from tameng.environment import RAIL, SERVICES, Surroundings
from tameng.keys import Keys
from tameng.machine import Running, describe_surroundings
from tameng.offices import Office, http_client
from tameng.problems import Problem
from tameng.stack.parts import Access, Part, Stack
from tameng.state import Say
from tameng.supervisor import Supervisor

PORT = 8000
OPERATOR = "operator"
"""Of the folders with secrets, the one for who provisions and repairs; no service mounts it."""
TOKENS = "tokens"
"""In it: the services' own tokens, for their commands run by an operator."""
CLOCK_FILE = Path("/clock/now")
ARCHIVE_FOLDER = Path("/archive/record")


@asynccontextmanager
async def deployed(secrets: Path, *, say: Say) -> AsyncIterator[Running]:
    """The machine that runs there. Nothing of it is started or stopped here."""
    around = surroundings(secrets)
    async with Supervisor(say=say) as supervising_nothing:
        yield Running(
            described=describe_surroundings(around),
            stack=around.stack,
            keys=around.keys,
            supervisor=supervising_nothing,
        )


def surroundings(secrets: Path) -> Surroundings:
    """What the programs of the deployment have around them, by the names in its network."""
    operator = secrets / OPERATOR
    keys = Keys(operator)
    return Surroundings(
        stack=Stack(
            kafka=Part(
                kind="kafka",
                origin="address",
                address="kafka:9092",
                access=Access(security="sasl_plaintext", passwords=operator),
            ),
            postgres=Part(
                kind="postgres",
                origin="address",
                address=f"postgresql://postgres:{keys.password('postgres')}@postgres:5432/postgres",
            ),
            redis=Part(
                kind="redis",
                origin="address",
                address=f"redis://:{keys.password('redis')}@redis:6379/0",
            ),
        ),
        keys=keys,
        hosts={name: name for name in (*SERVICES, RAIL)},
        ports=dict.fromkeys((*SERVICES, RAIL), PORT),
        prefix="",
        clock_file=CLOCK_FILE if CLOCK_FILE.exists() else None,
        archive_folder=ARCHIVE_FOLDER,
        rail_book_file=Path("/book/rail"),
        tokens_folder=operator / TOKENS,
        blobs_folder=Path("/blobs"),
    )


@asynccontextmanager
async def unused(secrets: Path, *, say: Say) -> AsyncIterator[Running]:
    """The same, for a demonstration. Raises `Problem` when something was recorded there before."""
    async with deployed(secrets, say=say) as running:
        if running.described.clock_file is None:
            raise Problem(f"{CLOCK_FILE} is missing: only a deployment in development is played on")
        await _check_unused(running)
        yield running


async def _check_unused(running: Running) -> None:
    async with http_client() as http:
        admin = Office("operator", "admin", "53", running.keys, running.urls, http)
        found = await drain.statuses(admin)
    if events := drain.events_logged(found, "enrollment", "banking", "claims"):
        raise Problem(
            f"{events:,} events are recorded there: the demonstration plays on an empty deployment "
            "(`docker compose down --volumes` empties it, for good)"
        )
