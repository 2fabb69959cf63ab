"""Look through the whole archive: is every record what was written, and none missing?

Only reads, and takes no lock: the service may go on writing meanwhile. What stands half written at
the end of a shard at this moment is no finding: its record counts once it is whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chassis.archive import segments
from chassis.archive.frames import (
    DIGEST_BYTES,
    Damaged,
    Entry,
    Torn,
    entry,
    first_digest,
)
from chassis.bus.admission import Stream
from contracts.audit import ChainHead
from services.audit.rules.findings import Damage
from services.audit.rules.merkle import Peaks, leaf_hash


@dataclass(frozen=True)
class Walk:
    """What was found: how far each shard is whole, and the first damage."""

    heads: tuple[ChainHead, ...]
    damage: Damage | None = None


@dataclass(frozen=True)
class Verifier:
    """Reads an archive."""

    folder: Path

    def walk(self, signed: Sequence[ChainHead]) -> Walk:
        """Every record of every shard in order, up to the first damage. `signed`: the heads of the
        last checkpoint, which the record must reach and agree with.
        """
        expected = {Stream(head.topic, head.shard): head for head in signed}
        heads: list[ChainHead] = []
        for stream in sorted({*segments.streams(self.folder), *expected}):
            walk = _ShardWalk(self.folder, stream, expected.get(stream))
            try:
                walk.run()
            except _FoundDamage as found:
                return Walk((*heads, *walk.heads()), found.damage)
            heads += walk.heads()
        return Walk(tuple(heads))


class _FoundDamage(Exception):
    def __init__(self, damage: Damage) -> None:
        super().__init__(damage.detail)
        self.damage = damage


@dataclass
class _ShardWalk:
    """Goes through one shard; `seq` and `digest` are those of the last record that was whole."""

    archive: Path
    stream: Stream
    signed: ChainHead | None
    seq: int = 0
    digest: bytes = b""
    path: Path = field(default_factory=Path)
    at: int = 0
    peaks: Peaks = field(default_factory=Peaks)

    def __post_init__(self) -> None:
        self.digest = first_digest(self.stream)
        self.path = segments.folder_of(self.archive, self.stream)

    def heads(self) -> list[ChainHead]:
        """As far as it came; an empty shard has none."""
        if self.seq == 0:
            return []
        topic, shard = self.stream
        return [
            ChainHead(
                topic=topic,
                shard=shard,
                seq=self.seq,
                digest=self.digest.hex(),
                tree_root=self.peaks.root().hex(),
            )
        ]

    def run(self) -> None:
        """Raises: _FoundDamage."""
        paths = segments.segments(self.path)
        for path in paths:
            first_seq = segments.first_seq(path)
            if first_seq != self.seq + 1:
                self._found(f"the next segment begins with {first_seq}")
            self.path, self.at = path, 0
            content, is_damaged = segments.read(path)
            self._segment(content, is_last=path == paths[-1])
            if is_damaged:
                self._found("the compressed file is damaged behind what is whole in it")
        if self.signed is not None and self.seq < self.signed.seq:
            self._found(f"the archive ends here; {self.signed.seq} records were signed")

    def _segment(self, content: bytes, *, is_last: bool) -> None:
        if len(content) < DIGEST_BYTES and is_last:
            return
        if content[:DIGEST_BYTES] != self.digest:
            self._found("the segment does not continue the one before it")
        view, self.at = memoryview(content), DIGEST_BYTES
        while self.at < len(content):
            try:
                found = entry(view, self.at)
                self._take(found, leaf_hash(view[found.frame]))
            except Torn as error:
                if is_last:
                    return
                self._found(str(error))
            except Damaged as error:
                self._found(str(error))

    def _take(self, found: Entry, leaf: bytes) -> None:
        if found.seq != self.seq + 1:
            self._found(f"number {found.seq} stands here")
        self.peaks.add(leaf)
        if self.signed and found.seq == self.signed.seq and not self._is_signed(found.digest):
            self._found("the record up to here is not the one that was signed")
        self.seq, self.digest, self.at = found.seq, found.digest, found.end

    def _is_signed(self, digest: bytes) -> bool:
        """Whether the record up to here is the signed one, by its chain and by its tree."""
        assert self.signed is not None  # noqa: S101
        root = self.signed.tree_root
        return digest.hex() == self.signed.digest and root in (None, self.peaks.root().hex())

    def _found(self, detail: str) -> None:
        raise _FoundDamage(
            Damage(
                kind="archive-damaged",
                topic=self.stream.topic,
                shard=self.stream.shard,
                seq=self.seq + 1,
                file=str(self.path.relative_to(self.archive)),
                byte=self.at,
                detail=detail,
            )
        )
