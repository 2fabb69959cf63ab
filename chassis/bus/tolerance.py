"""Read on behind records that aiokafka cannot read: those with a header whose name is not UTF-8.

aiokafka raises UnicodeDecodeError for them and stays where they are, for ever: one record of a
stranger would stop every reader, and the relay, which looks at the ends. A batch comes from one
producer, and ours names its headers well: so the rest of such a batch is no event, and is skipped.
"""

import logging
from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher  # type: ignore[import-untyped]
from aiokafka.record.memory_records import MemoryRecords  # type: ignore[import-untyped]

log = logging.getLogger(__name__)


def install() -> None:
    """Have every consumer of this process read that way. Again is harmless."""
    fetcher.MemoryRecords = _Records


class _Records:
    """What a fetch brought of a partition, batch by batch."""

    def __init__(self, content: bytes) -> None:
        self._records = MemoryRecords(content)

    def has_next(self) -> bool:
        return bool(self._records.has_next())

    def size_in_bytes(self) -> int:
        return int(self._records.size_in_bytes())

    def next_batch(self) -> "_Batch":
        return _Batch(self._records.next_batch())


class _Batch:
    """A batch that ends at the first record that cannot be read."""

    def __init__(self, batch: Any) -> None:  # noqa: ANN401  (aiokafka has several kinds)
        self._batch = batch

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except UnicodeDecodeError:
            log.warning("the rest of a batch is skipped: the name of a header is not UTF-8")

    def __next__(self) -> Any:  # noqa: ANN401
        return next(self._batch)
