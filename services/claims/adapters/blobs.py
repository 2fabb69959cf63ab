"""Where scans are kept: by their SHA-256, in a folder or in a bucket, each content once."""

import asyncio
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from chassis.folders import make_folder, sync_folder
from contracts.refusal import Refused

if TYPE_CHECKING:
    from obstore.store import S3Store


class BlobMissing(Refused):
    """The store has no content with this digest."""

    slug, status, retryable = "scan-missing", 409, False


class BlobDamaged(Refused):
    """What the store keeps under this digest is something else."""

    slug, status, retryable = "scan-damaged", 409, False


class Blobs(Protocol):
    """A store of contents. What it gives back has the digest it was asked for."""

    async def put(self, content: bytes) -> str:
        """Keep the content; its SHA-256 in hexadecimal. Put again it is kept once."""
        ...

    async def get(self, digest: str) -> bytes:
        """The content. Raises: BlobMissing, BlobDamaged."""
        ...

    async def has(self, digest: str) -> bool:
        """Whether there is something under this digest."""
        ...

    async def intact(self, digests: Sequence[str]) -> frozenset[str]:
        """Those whose content is there and undamaged, by reading each; what cannot be read now is
        not among them."""
        ...


def blobs_at(url: str) -> Blobs:
    """The store at `file:///folder` or `s3://bucket/prefix`.

    A bucket's region, endpoint and credentials come from the environment, as AWS names them.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderBlobs(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        return BucketBlobs(parts.netloc, parts.path.strip("/"))
    raise ValueError(f"no store of scans is known at {parts.scheme}://")


class FolderBlobs:
    """A folder: `ab/cd/<digest>`. Whoever reads a file reads all of it, also after a crash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> str:
        """Write beside it, flush to the disk, rename."""
        return await asyncio.to_thread(self._put, content)

    async def get(self, digest: str) -> bytes:
        """Read and compare."""
        return await asyncio.to_thread(self._get, digest)

    async def has(self, digest: str) -> bool:
        """Whether the file is there."""
        return await asyncio.to_thread(self._file(digest).exists)

    async def intact(self, digests: Sequence[str]) -> frozenset[str]:
        """Read one after the other, in one thread."""
        return await asyncio.to_thread(
            lambda: frozenset(digest for digest in digests if self._is_intact(digest))
        )

    def _is_intact(self, digest: str) -> bool:
        with suppress(BlobMissing, BlobDamaged, OSError):
            self._get(digest)
            return True
        return False

    def _put(self, content: bytes) -> str:
        digest = sha256(content).hexdigest()
        file = self._file(digest)
        with suppress(OSError):
            if file.read_bytes() == content:
                return digest
        folder = file.parent
        make_folder(folder)
        draft = folder / f".{digest}.{secrets.token_hex(4)}"
        try:
            with draft.open("xb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            draft.replace(file)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(folder)
        return digest

    def _get(self, digest: str) -> bytes:
        try:
            content = self._file(digest).read_bytes()
        except FileNotFoundError:
            raise _missing(digest) from None
        return _undamaged(content, digest)

    def _file(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:4] / digest


class BucketBlobs:
    """A bucket that speaks S3."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._opened: S3Store | None = None

    async def put(self, content: bytes) -> str:
        """One request; a bucket never shows half an object."""
        digest = await asyncio.to_thread(lambda: sha256(content).hexdigest())
        await self._store.put_async(self._path(digest), content)
        return digest

    async def get(self, digest: str) -> bytes:
        """Fetch and compare."""
        try:
            found = await self._store.get_async(self._path(digest))
            content = bytes(await found.bytes_async())
        except FileNotFoundError:
            raise _missing(digest) from None
        return await asyncio.to_thread(_undamaged, content, digest)

    async def has(self, digest: str) -> bool:
        """Whether the object is there."""
        try:
            await self._store.head_async(self._path(digest))
        except FileNotFoundError:
            return False
        return True

    async def intact(self, digests: Sequence[str]) -> frozenset[str]:
        """Fetch all at once."""
        read = await asyncio.gather(*(self.get(each) for each in digests), return_exceptions=True)
        found = zip(digests, read, strict=True)
        return frozenset(each for each, content in found if isinstance(content, bytes))

    @property
    def _store(self) -> "S3Store":
        if self._opened is None:
            # Only who keeps scans in a bucket loads the client.
            from obstore.store import S3Store  # noqa: PLC0415

            self._opened = S3Store(self._bucket)
        return self._opened

    def _path(self, digest: str) -> str:
        return f"{self._prefix}{digest[:2]}/{digest[2:4]}/{digest}"


def _missing(digest: str) -> BlobMissing:
    return BlobMissing(f"the scan {digest} is not in the store: attach the paper again")


def _undamaged(content: bytes, digest: str) -> bytes:
    if sha256(content).hexdigest() != digest:
        raise BlobDamaged(
            f"the scan kept as {digest} was changed after it was handed in: tell the auditor, and "
            "attach the paper again"
        )
    return content
