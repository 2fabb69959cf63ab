"""The bank alone: accounts in bulk, transfers, payouts over the rail, a trial balance.

Each part runs on a machine of its own, fresh, one after the other, with Kafka and Postgres on the
same two cores.
"""

from benchmarks import accounts, ledger, payouts
from benchmarks.machines import bench


async def measure() -> dict[str, float]:
    """All of it; rates are a second, `us` is CPU of the banking process."""
    opened = await accounts.measure()
    async with bench(services=("banking",)) as running:
        posted = await ledger.measure(running)
    return opened | posted | await payouts.measure()
