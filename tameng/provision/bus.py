"""Opening the bus: its topics, and who may do what with them."""

import asyncio
from collections.abc import Iterable

from chassis.bus.brokers import Brokers
from chassis.bus.topics import Topics, create_topics
from contracts.catalogue import OWNERS
from tameng.provision import acls, rights

OPEN = "Kafka asks nobody who he is (plaintext): no rights are set, anybody may do everything"


async def open_bus(
    admin: Brokers, topics: Topics, *, owners: Iterable[str] = OWNERS
) -> tuple[str, ...]:
    """Make the topics of these services and set the rights of all; again is harmless.

    Returns a line for each thing that was made, and for each right that is not in the table.
    Raises: KafkaError, `Problem`.
    """
    made = [f"topic {name}" for name in await create_topics(admin, topics, owners=owners)]
    if admin.security == "plaintext":
        return (*made, OPEN)
    granted = await asyncio.to_thread(acls.grant, admin, rights.table(topics))
    strange = [f"NOT IN THE TABLE, take it back or explain it: {each}" for each in granted.strange]
    return (*made, *map(str, granted.made), *strange)
