"""A process of the bank that deals with the rail once, then ends: run it with `python -m`.

Its settings come as JSON on stdin; failpoints from the environment, so that it may be killed.
"""

import asyncio
import json
import sys

from chassis.service import application
from services.banking.app import service
from services.banking.operations.interbank import Interbank
from services.banking.settings import Settings
from tests.component.bank_neighbors import IMPATIENT


async def main() -> None:
    """One step."""
    app = application(service, Settings(**json.load(sys.stdin)))
    running = app.state.running
    await Interbank(running.units, running.tools, IMPATIENT).step()


if __name__ == "__main__":
    asyncio.run(main())
