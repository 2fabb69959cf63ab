"""Kafka's users, how a broker knows them, and that they may do only what they were given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chassis.bus.brokers import Security
from contracts.catalogue import OWNERS
from tameng.keys import Keys
from tameng.problems import Problem
from tameng.stack.parts import ADMIN, Access, password_file

USERS = (ADMIN, *OWNERS)
LISTENER = "CLIENTS"
"""Also between brokers. The image of Apache Kafka asks for other files when SASL is in the name."""
_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
_PASSWORDS_FROM_FILES = {
    "config.providers": "directory",
    "config.providers.directory.class": (
        "org.apache.kafka.common.config.provider.DirectoryConfigProvider"
    ),
}
_RIGHTS = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    "super.users": f"User:{ADMIN}",
    "sasl.enabled.mechanisms": "PLAIN",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "inter.broker.listener.name": LISTENER,
}


@dataclass(frozen=True, kw_only=True)
class Users:
    """The users of a broker on this machine."""

    passwords: Path
    """The folder with a file for each; the broker reads them when it starts."""
    security: Security = "sasl_plaintext"
    certificate: Path | None = None
    """For sasl_ssl: a PEM file of the private key (PKCS 8) and the chain."""
    ca_file: Path | None = None
    """For sasl_ssl: who signed it."""

    @property
    def access(self) -> Access:
        """How they are let in."""
        return Access(security=self.security, passwords=self.passwords, ca_file=self.ca_file)

    def settings(self) -> dict[str, str]:
        """Of the broker. No password is in them. Raises `Problem`."""
        if ":" in str(self.passwords):
            raise Problem(f"Kafka cannot read {self.passwords}: choose a folder without a colon")
        found = _PASSWORDS_FROM_FILES | settings(self._reference, security=self.security)
        if self.certificate is not None:
            found |= {
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": str(self.certificate),
                # Of each other: brokers come in by the same door.
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(self.ca_file),
            }
        return found

    def _reference(self, user: str) -> str:
        return f"${{directory:{self.passwords}:{password_file(self.passwords, user).name}}}"


def users(keys: Keys) -> Users:
    """All users, with passwords that are made where they are missing."""
    files = [keys.password_file(f"kafka-{user}") for user in USERS]
    return Users(passwords=files[0].parent.absolute())


def settings(password: Callable[[str], str], *, security: Security) -> dict[str, str]:
    """The settings of a broker to which `password` tells each user's."""
    known = " ".join(f'user_{user}="{password(user)}"' for user in USERS)
    login = f'{_LOGIN} username="{ADMIN}" password="{password(ADMIN)}" {known};'
    return _RIGHTS | {
        "listener.security.protocol.map": (
            f"{LISTENER}:{security.upper()},CONTROLLER:SASL_PLAINTEXT"
        ),
        f"listener.name.{LISTENER.lower()}.plain.sasl.jaas.config": login,
        "listener.name.controller.plain.sasl.jaas.config": login,
    }
