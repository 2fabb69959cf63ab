"""`tameng secrets`: the secrets of a deployment, a folder for each part, so that it mounts its own
and no other's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from chassis import clock
from tameng.demo.play import BEGINS_AT
from tameng.deployed.machine import OPERATOR, TOKENS
from tameng.environment import SERVICES
from tameng.keys import Keys
from tameng.machine import program_tokens
from tameng.stack import kafka

READ_BY_ITS_PART = 0o444
"""Whatever user the part runs as: nobody else sees its folder."""
COPIED_BY_ITS_PART = 0o644
"""Kafka's image copies its settings, with this mode, and writes to the copy."""
VALKEY = "bind * -::*\nappendonly yes\ndir /data\nrequirepass {password}\n"


def secrets(
    folder: Annotated[Path, typer.Argument(help="Where the folders of the parts are made.")],
    clock_file: Annotated[
        Path | None,
        typer.Option("--clock", help="Begin a simulated clock here, at the demonstration's day."),
    ] = None,
) -> None:
    """Make the keys and passwords of a deployment, a folder for each part.

    What is there stays: run again, it adds what is missing. Keep `operator` apart from the others.
    """
    made = write(folder)
    if clock_file is not None and not clock_file.exists():
        clock.move(clock_file, BEGINS_AT)
    typer.echo(f"{made} new secrets in {folder}")


def write(folder: Path) -> int:
    """Make what is missing; returns how many files that was."""
    folder.mkdir(parents=True, exist_ok=True)
    keys, made = Keys(folder / OPERATOR), 0
    for part, files in shares(keys).items():
        (folder / part).mkdir(exist_ok=True)
        for name, content in files.items():
            file = folder / part / name
            if not file.exists():
                file.write_bytes(content)
                file.chmod(COPIED_BY_ITS_PART if part == "kafka" else READ_BY_ITS_PART)
                made += 1
    return made


def shares(keys: Keys) -> Mapping[str, Mapping[str, bytes]]:
    """What each part is given, by the name of its file."""
    of_services = {service: _of_every_service(keys, service) for service in SERVICES}
    tokens = {service: token.encode() for service, token in program_tokens(keys).items()}
    own: dict[str, dict[str, bytes]] = {
        "enrollment": {
            "master-key": keys.master_key_file("enrollment").read_bytes(),
            "pepper": keys.pepper_file().read_bytes(),
            "card-key": keys.card_key_file().read_bytes(),
            "redis.password": keys.password("redis").encode(),
        },
        "banking": {
            "master-key": keys.master_key_file("banking").read_bytes(),
            "account-number-key": keys.number_key_file().read_bytes(),
            "slip-key": keys.slip_key_file().read_bytes(),
            "rail.secret": keys.rail_secret_file().read_bytes(),
            "token": tokens["banking"],
        },
        "claims": {
            "master-key": keys.master_key_file("claims").read_bytes(),
            "mark-key": keys.mark_key_file().read_bytes(),
            "token": tokens["claims"],
        },
        "audit": {"signing-key.pem": keys.audit_signing_key_file().read_bytes()},
    }
    owners = {
        f"{service}-migrate": {"owner.password": keys.password(f"{service}-owner").encode()}
        for service in SERVICES
    }
    return (
        {service: of_services[service] | own[service] for service in SERVICES}
        | owners
        | {
            f"{OPERATOR}/{TOKENS}": tokens,
            "rail": {"rail.secret": keys.rail_secret_file().read_bytes()},
            "postgres": {"postgres.password": keys.password("postgres").encode()},
            "redis": {"valkey.conf": VALKEY.format(password=keys.password("redis")).encode()},
            "kafka": {"server.properties": _kafka(keys).encode()},
            "grafana": {"grafana.password": keys.password("grafana").encode()},
        }
    )


def _of_every_service(keys: Keys, service: str) -> dict[str, bytes]:
    return {
        "database.password": keys.password(f"{service}-runtime").encode(),
        "kafka.password": keys.password(f"kafka-{service}").encode(),
        "jwks.json": keys.jwks_file().read_bytes(),
    }


def _kafka(keys: Keys) -> str:
    """The broker's settings with the users' passwords: the same as of one on this machine."""
    settings = kafka.in_image("kafka:9092", keys)
    return "".join(f"{name}={value}\n" for name, value in settings.items())
