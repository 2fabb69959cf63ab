"""Asks whether a person is on a list with whom a bank may not deal (domain 5.2).

`POST {screening_url}` with `{"name": ..., "born_on": "1970-01-31"}` (the date where it is known);
the answer is `{"result": "clear"}` or `{"result": "hit", "reference": "LIST 17"}`.
"""

import asyncio
from datetime import date
from typing import Annotated, Literal

import httpx
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chassis.tls import trusted
from contracts.banking import ScreeningResult
from contracts.types import Line

SCREENING_TIMEOUT_S = 4.0


class ScreeningUnavailable(Exception):
    """No clear answer now; the text names nobody."""


class Screened(BaseModel):
    """What the list says."""

    model_config = ConfigDict(frozen=True)

    result: ScreeningResult
    reference: Line | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    result: Literal["clear", "hit"]
    reference: Annotated[Line, StringConstraints(strip_whitespace=True)] | None = None


NOT_SCREENED = Screened(result="not-screened")


class Screening:
    """The list, where the bank was given one."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            timeout=SCREENING_TIMEOUT_S, trust_env=False, verify=trusted()
        )

    async def screen(self, name: str, born_on: date | None) -> Screened:
        """What the list says of a person. Raises: ScreeningUnavailable."""
        if self._url is None:
            return NOT_SCREENED
        asked = {"name": name} | ({"born_on": born_on.isoformat()} if born_on else {})
        try:
            async with asyncio.timeout(SCREENING_TIMEOUT_S):
                response = await self._client.post(self._url, json=asked)
            response.raise_for_status()
            answer = _Answer.model_validate_json(response.content)
        except httpx.HTTPStatusError as error:
            code = error.response.status_code
            raise ScreeningUnavailable(f"the list answers {code}") from None
        except (httpx.HTTPError, OSError, ValidationError) as error:
            raise ScreeningUnavailable(f"the list gives none: {type(error).__name__}") from None
        return Screened(result=answer.result, reference=answer.reference)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()
