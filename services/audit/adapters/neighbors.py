"""Asks the other services how they stand, in the name of whoever looks."""

import asyncio
from collections.abc import Mapping

import httpx
from pydantic import ValidationError

from chassis.status import Status
from chassis.tls import trusted

STATUS_TIMEOUT_S = 2.0


async def statuses(
    urls: Mapping[str, str | None], *, authorization: str
) -> dict[str, Status | None]:
    """What each service answers at `/status`, by its name; None when its address is not known, or
    it does not answer so in time. Its own roles decide whether the caller may know.
    """
    async with httpx.AsyncClient(
        timeout=STATUS_TIMEOUT_S, trust_env=False, verify=trusted()
    ) as client:
        answers = (_status(client, url, authorization) for url in urls.values())
        return dict(zip(urls, await asyncio.gather(*answers), strict=True))


async def _status(client: httpx.AsyncClient, url: str | None, authorization: str) -> Status | None:
    if url is None:
        return None
    try:
        answer = await client.get(f"{url}/status", headers={"Authorization": authorization})
        answer.raise_for_status()
        return Status.model_validate_json(answer.content)
    except (httpx.HTTPError, ValidationError):
        return None
