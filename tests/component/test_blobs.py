"""The store of scans, the same in a folder and in a bucket of a real S3 server."""

import asyncio
import os
import re
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from obstore.store import S3Store

from services.claims.adapters.blobs import (
    BlobDamaged,
    BlobMissing,
    Blobs,
    BucketBlobs,
    FolderBlobs,
    blobs_at,
)

CONTENT = b"%PDF-1.7\n scan"
DIGEST = sha256(CONTENT).hexdigest()
NEVER = "0" * 64
PLACE = f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Kept(NamedTuple):
    """A store, and how somebody changes or takes away what it keeps behind its back."""

    blobs: Blobs
    change: Callable[[bytes | None], Awaitable[None]]


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    """An S3 server in a process of its own, on a port that it picks."""
    command = [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if found := _PORT.search(line):
                yield f"http://127.0.0.1:{found.group(1)}"
                break
        server.terminate()


@pytest.fixture(params=["file", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """A fresh store of each kind."""
    if request.param == "file":
        folder = tmp_path / "scans of claims"

        async def change_file(content: bytes | None) -> None:
            file = folder / PLACE
            await asyncio.to_thread(
                file.unlink if content is None else lambda: file.write_bytes(content)
            )

        return Kept(blobs_at(folder.as_uri()), change_file)
    url = request.getfixturevalue("s3_url")
    bucket = f"bucket-{os.getpid()}-{tmp_path.name.replace('_', '-').lower()[:20].strip('-')}"
    for name, value in {
        "AWS_ENDPOINT_URL": url, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    httpx.put(f"{url}/{bucket}").raise_for_status()

    bare = S3Store(bucket, prefix="scans")

    async def change_object(content: bytes | None) -> None:
        if content is None:
            await bare.delete_async(PLACE)
        else:
            await bare.put_async(PLACE, content)

    return Kept(blobs_at(f"s3://{bucket}/scans"), change_object)


def files_in(folder: Path) -> list[Path]:
    """All files, however deep."""
    return [each for each in folder.rglob("*") if each.is_file()]


async def test_a_content_is_kept_once_by_its_digest(kept: Kept) -> None:
    blobs = kept.blobs
    assert not await blobs.has(DIGEST)
    with pytest.raises(BlobMissing):
        await blobs.get(DIGEST)
    assert await asyncio.gather(*(blobs.put(CONTENT) for _ in range(8))) == [DIGEST] * 8
    assert await blobs.has(DIGEST)
    assert await blobs.get(DIGEST) == CONTENT
    with pytest.raises(BlobMissing, match=NEVER):
        await blobs.get(NEVER)
    assert not await blobs.has(NEVER)


async def test_what_was_changed_behind_its_back_is_never_given_out(kept: Kept) -> None:
    await kept.blobs.put(CONTENT)
    for changed in (CONTENT + b"!", CONTENT[:-1], b""):
        await kept.change(changed)
        with pytest.raises(BlobDamaged, match=DIGEST):
            await kept.blobs.get(DIGEST)
    assert await kept.blobs.put(CONTENT) == DIGEST  # handed in again it is whole again
    assert await kept.blobs.get(DIGEST) == CONTENT
    await kept.change(None)
    with pytest.raises(BlobMissing):
        await kept.blobs.get(DIGEST)


async def test_a_folder_holds_whole_files_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = blobs_at(tmp_path.as_uri())

    def power_cut(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("no power")

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(OSError, match="no power"):
        await blobs.put(CONTENT)
    assert files_in(tmp_path) == []
    monkeypatch.undo()
    await blobs.put(CONTENT)
    assert files_in(tmp_path) == [tmp_path / PLACE]


async def test_the_disk_knows_every_name_that_leads_to_a_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda each: synced.add(os.fstat(each).st_ino))
    await blobs_at((tmp_path / "scans").as_uri()).put(CONTENT)
    place = tmp_path / "scans" / PLACE
    above = place.relative_to(tmp_path).parents
    assert {(tmp_path / each).stat().st_ino for each in above} | {place.stat().st_ino} == synced


def test_the_address_says_which_store() -> None:
    assert isinstance(blobs_at("file:///srv/scans"), FolderBlobs)
    assert isinstance(blobs_at("s3://scans/claims"), BucketBlobs)
    with pytest.raises(ValueError, match="ftp"):
        blobs_at("ftp://scans")
