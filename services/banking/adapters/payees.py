"""Who is paid at another bank: the sealed block of an heir, opened with the key that claims holds.

Nothing of it is kept: the key and what it opens live as long as one dialog with the rail.
"""

import asyncio
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.sealing import SealBroken, open_sealed
from chassis.settings import text_in
from contracts.sealed import Sealed

KIND = "heir-identity"
KEYS_TIMEOUT_S = 4.0
REASON = "a benefit goes to an account at another bank"


class PayeeUnreadable(Exception):
    """The payee's block does not open, or names no account; the text names nobody."""


class KeysUnavailable(Exception):
    """The claims service gives no keys now."""


@dataclass(frozen=True, repr=False)
class Payee:
    """Whom the rail is told to pay, and where."""

    name: str
    bank_code: str
    account_number: str


class HeirIdentity(BaseModel):
    """As much of an heir's sealed block as the bank needs."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    name: str
    bank_code: str | None = None
    account_number: str | None = None


class _Keys(BaseModel):
    keys: dict[UUID, str]


class Payees:
    """Asks the claims service for one person's key, with banking's own token."""

    def __init__(self, claims_url: str, *, token_file: Path) -> None:
        self._client = httpx.AsyncClient(
            base_url=claims_url, timeout=KEYS_TIMEOUT_S, trust_env=False
        )
        self._token_file = token_file

    async def payee(self, identity: Sealed) -> Payee:
        """The person in the block. Raises: PayeeUnreadable, KeysUnavailable."""
        if identity.kind != KIND:
            raise PayeeUnreadable(f"a block of kind {identity.kind} names no account")
        key = await self._key(identity.subject)
        try:
            heir = open_sealed(identity, key, HeirIdentity)
        except SealBroken as error:
            raise PayeeUnreadable(str(error)) from None
        if heir.bank_code is None or heir.account_number is None:
            raise PayeeUnreadable(f"the block of {identity.subject} names no account")
        return Payee(heir.name, heir.bank_code, heir.account_number)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _key(self, subject: UUID) -> bytes:
        try:
            async with asyncio.timeout(KEYS_TIMEOUT_S):
                response = await self._client.post(
                    "/subject-keys:read",
                    json={"subjects": [str(subject)], "reason": REASON},
                    headers={"Authorization": f"Bearer {text_in(self._token_file)}"},
                )
            response.raise_for_status()
            keys = _Keys.model_validate_json(response.content).keys
        except httpx.HTTPStatusError as error:
            raise KeysUnavailable(f"claims answers {error.response.status_code}") from None
        except (httpx.HTTPError, OSError, ValidationError) as error:
            raise KeysUnavailable(f"claims gives no key: {type(error).__name__}") from None
        if subject not in keys:
            raise PayeeUnreadable(f"claims has no key of {subject}")
        return b64decode(keys[subject])
