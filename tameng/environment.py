"""The environment of each program, as its settings class reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chassis.bus.brokers import Brokers
from tameng.keys import Keys
from tameng.ports import LOCALHOST
from tameng.stack.databases import Database, Role, url_for
from tameng.stack.parts import Stack
from tameng.tokens import AUDIENCE, ISSUER

SERVICES = ("enrollment", "banking", "claims", "audit")
RAIL = "rail"
RAIL_PARTNER_ID = "tameng-bank"
RAIL_TIMEOUT_S = 2.0
"""On one machine the rail is near: what takes longer is asked for by its status."""
DRIVER = "postgresql+asyncpg"
OF_PROCESSES = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
"""For the allocator of the C library: one heap for all threads, and large blocks given back at
once. An import of 100,000 rows held 265 MB without them, 240 MB with them."""


_PREFIX = re.compile(r"tameng_(\w+)_")


def prefix_of(run: str) -> str:
    """What the names of a day begin with, on servers that others use too."""
    return f"tameng_{run}_"


def run_of(prefix: str) -> str | None:
    """The day whose names begin so; None where the servers serve one machine alone."""
    found = _PREFIX.fullmatch(prefix)
    return found[1] if found else None


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the programs of one machine have around them."""

    stack: Stack
    keys: Keys
    ports: Mapping[str, int]
    """Of the services and the rail."""
    prefix: str
    """Of databases, roles and topics; empty on servers that serve this machine alone."""
    clock_file: Path | None
    archive_folder: Path
    rail_book_file: Path
    tokens_folder: Path
    """Each service that asks others has its own bearer token here, in a file of its name."""
    blobs_folder: Path
    """Where claims keeps scans."""
    rail_url: str | None = None
    """Of a rail that runs elsewhere; None: the simulator, on this machine."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Where services and rail run, when that is not this machine."""
    traces: str | None = None
    """Where the services send traces: an OTLP address, or a folder; None: nowhere."""

    def url(self, name: str) -> str:
        """The address of a service or of the rail."""
        if name == RAIL and self.rail_url is not None:
            return self.rail_url
        return f"http://{self.hosts.get(name, LOCALHOST)}:{self.ports[name]}"


def database(around: Surroundings, service: str) -> Database:
    """A service's database with its two roles."""
    name = f"{around.prefix}{service}"
    owner, runtime = f"{name}_owner", f"{name}_runtime"
    return Database(
        name=name,
        owner=Role(name=owner, password=around.keys.password(f"{service}-owner")),
        runtime=Role(name=runtime, password=around.keys.password(f"{service}-runtime")),
    )


def of_service(around: Surroundings, service: str) -> dict[str, str]:
    """The environment of one service: only its own databases, keys and neighbors."""
    own = {
        "enrollment": _enrollment,
        "banking": _banking,
        "claims": _claims,
        "audit": _audit,
    }[service](around)
    settings = _of_every_service(around, service) | own
    return {f"{service.upper()}_{name}": value for name, value in settings.items()}


def of_rail(around: Surroundings) -> dict[str, str]:
    """The environment of the interbank rail."""
    return {
        "RAIL_HOST": LOCALHOST,
        "RAIL_PORT": str(around.ports[RAIL]),
        "RAIL_PARTNER_ID": RAIL_PARTNER_ID,
        "RAIL_SECRET_FILE": str(around.keys.rail_secret_file()),
        "RAIL_BOOK_FILE": str(around.rail_book_file),
    }


def _of_every_service(around: Surroundings, service: str) -> dict[str, str]:
    own, superuser_url = database(around, service), around.stack.postgres.address
    settings = {
        "MODE": "development",
        "DATABASE_URL": url_for(superuser_url, database=own.name, role=own.runtime, driver=DRIVER),
        "OWNER_DATABASE_URL": url_for(
            superuser_url, database=own.name, role=own.owner, driver=DRIVER
        ),
        **_bus(around.stack.kafka.brokers(service)),
        "TOPIC_PREFIX": around.prefix,
        "HOST": LOCALHOST,
        "PORT": str(around.ports[service]),
        "JWKS_FILE": str(around.keys.jwks_file()),
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_AUDIENCE": AUDIENCE,
    }
    if around.clock_file is not None:
        settings["CLOCK_FILE"] = str(around.clock_file)
    return settings | _traces(around.traces, service)


def _traces(to: str | None, service: str) -> dict[str, str]:
    if not to:
        return {}
    if to.startswith(("http://", "https://")):
        return {"OTLP_ENDPOINT": to}
    return {"TRACES_FILE": str(Path(to).absolute() / f"{service}.jsonl")}


def _bus(brokers: Brokers) -> dict[str, str]:
    given = {
        "KAFKA": brokers.addresses,
        "KAFKA_SECURITY": brokers.security,
        "KAFKA_USER": brokers.user,
        "KAFKA_PASSWORD_FILE": brokers.password_file,
        "KAFKA_CA_FILE": brokers.ca_file,
    }
    return {name: str(value) for name, value in given.items() if value}


def _enrollment(around: Surroundings) -> dict[str, str]:
    return {
        "MASTER_KEY_FILE": str(around.keys.master_key_file("enrollment")),
        "PEPPER_FILE": str(around.keys.pepper_file()),
        "CARD_KEY_FILE": str(around.keys.card_key_file()),
        "REDIS_URL": around.stack.redis.address,
    }


def _banking(around: Surroundings) -> dict[str, str]:
    return {
        "MASTER_KEY_FILE": str(around.keys.master_key_file("banking")),
        "NUMBER_KEY_FILE": str(around.keys.number_key_file()),
        "SLIP_KEY_FILE": str(around.keys.slip_key_file()),
        "RAIL_URL": around.url(RAIL),
        "RAIL_PARTNER_ID": RAIL_PARTNER_ID,
        "RAIL_SECRET_FILE": str(around.keys.rail_secret_file()),
        "RAIL_TIMEOUT_S": str(RAIL_TIMEOUT_S),
        "ENROLLMENT_URL": around.url("enrollment"),
        "CLAIMS_URL": around.url("claims"),
        "TOKEN_FILE": str(around.tokens_folder / "banking"),
    }


def _claims(around: Surroundings) -> dict[str, str]:
    return {
        "MASTER_KEY_FILE": str(around.keys.master_key_file("claims")),
        "MARK_KEY_FILE": str(around.keys.mark_key_file()),
        "BLOBS_URL": around.blobs_folder.as_uri(),
        "ENROLLMENT_URL": around.url("enrollment"),
        "TOKEN_FILE": str(around.tokens_folder / "claims"),
    }


def _audit(around: Surroundings) -> dict[str, str]:
    return {
        "ARCHIVE_FOLDER": str(around.archive_folder),
        "CHECKPOINTS_FILE": f"{around.archive_folder}.checkpoints",
        "SIGNING_KEY_FILE": str(around.keys.audit_signing_key_file()),
        "ENROLLMENT_URL": around.url("enrollment"),
        "BANKING_URL": around.url("banking"),
        "CLAIMS_URL": around.url("claims"),
    }
