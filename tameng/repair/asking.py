"""Have a service's own command do it, and read its answer."""

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any

from tameng.machine import service_command
from tameng.problems import Problem

Environments = Mapping[str, Mapping[str, str]]


async def asked(environments: Environments, service: str, *words: str) -> dict[str, Any]:
    """What the command prints as JSON. Raises: Problem, with the line that it ends with."""
    process = await asyncio.create_subprocess_exec(
        *service_command(service, *words),
        env={**os.environ, **environments[service]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    if process.returncode != 0:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise Problem(" ".join(last) or f"{service}: {' '.join(words)} failed")
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    return answer
