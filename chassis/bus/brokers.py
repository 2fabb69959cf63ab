"""Where Kafka is, and as whom its clients speak to it."""

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Security = Literal["plaintext", "sasl_plaintext", "sasl_ssl"]
"""Nobody is asked who he is; a user and a password; the same inside TLS."""
MECHANISM = "PLAIN"


def _is_news(record: logging.LogRecord) -> bool:
    """aiokafka says so at every connection; whoever set sasl_plaintext knows."""
    return "username and password in the clear" not in record.msg


@dataclass(frozen=True, kw_only=True)
class Brokers:
    """What every client needs to be let in. Holds no password, only where it stands."""

    addresses: str
    """host:port, several with commas."""
    security: Security = "sasl_ssl"
    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    """Who signed the brokers' certificates; None: one of those whom this machine trusts."""

    def password(self) -> str:
        """The user's password, as its file has it now; none is empty. Raises OSError."""
        return self.password_file.read_text().strip() if self.password_file else ""

    def tls(self) -> ssl.SSLContext | None:
        """What checks the brokers' certificates and names; None without TLS."""
        if self.security != "sasl_ssl":
            return None
        return ssl.create_default_context(cafile=self.ca_file)

    def arguments(self) -> dict[str, Any]:
        """The arguments of aiokafka's producers, consumers and admin client."""
        found = {
            "bootstrap_servers": self.addresses,
            "security_protocol": self.security.upper(),
            "ssl_context": self.tls(),
        }
        if self.security != "plaintext":
            logging.getLogger("aiokafka.conn").addFilter(_is_news)
            found |= {
                "sasl_mechanism": MECHANISM,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password(),
            }
        return found
