"""Bearer tokens for tests: one issuer a session, with the key set file that services check by.

`issuer.bearer(role="branch", area="53.71", name="anna")` is the header of a request;
`issuer.bearer(..., lifetime=timedelta(hours=-1))` is one that expired.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.clock import real_now
from tameng.keys import Keys
from tameng.tokens import LIFETIME_DEFAULT, mint


@dataclass(frozen=True)
class Issuer:
    """Signs tokens with the session's key."""

    keys: Keys

    @property
    def jwks_file(self) -> Path:
        """The public half, as services read it."""
        return self.keys.jwks_file()

    def token(
        self, *, role: str, area: str, name: str, lifetime: timedelta = LIFETIME_DEFAULT
    ) -> str:
        """A signed token; a negative lifetime makes one that expired."""
        return mint(
            key=self.keys.issuer_key(),
            role=role,
            area=area,
            name=name,
            now=real_now(),
            lifetime=lifetime,
        )

    def bearer(
        self, *, role: str, area: str, name: str, lifetime: timedelta = LIFETIME_DEFAULT
    ) -> dict[str, str]:
        """The header that carries such a token."""
        token = self.token(role=role, area=area, name=name, lifetime=lifetime)
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="session")
def session_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The keys, peppers and passwords of the session."""
    return Keys(tmp_path_factory.mktemp("secrets") / "keys")


@pytest.fixture(scope="session")
def issuer(session_keys: Keys) -> Issuer:
    """The session's issuer of tokens."""
    return Issuer(session_keys)
