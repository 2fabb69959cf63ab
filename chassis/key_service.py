"""Keys of persons, as the service that holds them gives them.

The holder puts each reading on record, with the reason. Nothing is kept here.
"""

import asyncio
from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import httpx
from pydantic import BaseModel

from chassis.settings import text_in
from chassis.tls import trusted

KEYS_TIMEOUT_S = 4.0
SUBJECTS_MAX = 1_000
"""What a holder answers in one request."""


class KeysUnavailable(Exception):
    """The holder gives no keys now; the text names nobody."""


class _Keys(BaseModel):
    keys: dict[UUID, str]


class KeyService:
    """Asks one holder for keys, with the service's own token."""

    def __init__(self, url: str, *, holder: str, token_file: Path) -> None:
        self._client = httpx.AsyncClient(
            base_url=url, timeout=KEYS_TIMEOUT_S, trust_env=False, verify=trusted()
        )
        self._holder = holder
        self._token_file = token_file

    async def keys(self, subjects: Iterable[UUID], reason: str) -> dict[UUID, bytes]:
        """The keys of these persons, at most `SUBJECTS_MAX` of them; who is absent is unknown to
        the holder, or was erased. Raises: KeysUnavailable.
        """
        asked = {"subjects": sorted(map(str, set(subjects))), "reason": reason}
        try:
            async with asyncio.timeout(KEYS_TIMEOUT_S):
                response = await self._client.post(
                    "/subject-keys:read",
                    json=asked,
                    headers={"Authorization": f"Bearer {text_in(self._token_file)}"},
                )
            response.raise_for_status()
            given = _Keys.model_validate_json(response.content).keys
            return {subject: b64decode(key) for subject, key in given.items()}
        except httpx.HTTPStatusError as error:
            raise KeysUnavailable(f"{self._holder} answers {error.response.status_code}") from None
        except (httpx.HTTPError, OSError, ValueError) as error:
            raise KeysUnavailable(f"{self._holder} gives no key: {type(error).__name__}") from None

    async def key(self, subject: UUID, reason: str) -> bytes | None:
        """The key of one person, if the holder has it. Raises: KeysUnavailable."""
        return (await self.keys([subject], reason)).get(subject)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()
