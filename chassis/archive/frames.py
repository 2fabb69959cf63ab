"""How a record stands in a segment file: framed, and chained to the one before it.

A segment is a row of entries behind 32 bytes, the digest before its first entry:

    entry   = frame digest
    frame   = head payload
    head    = magic "TMG1", length of the payload (4 bytes), number (8), CRC-32 of these 16 (4)
    payload = event id (16), key, how many headers (4), each header's name and value, body
    digest  = SHA-256 of the digest before it and of the frame (32)

Integers are big-endian. Texts and values stand behind their length (4 bytes); the length of a null
value is 2**32 - 1. The body is what is left. The first digest of a shard is the SHA-256 of
`tameng archive 1`, its topic and its shard, separated by spaces.

The CRC tells a damaged length from a file that ends too early; the digest finds everything else.
"""

import struct
from array import array
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID
from zlib import crc32

from chassis.bus.admission import Record, Stream

MAGIC = b"TMG1"
DIGEST_BYTES = 32
_HEAD = struct.Struct(">4sIQ")
_CRC = struct.Struct(">I")
_LENGTH = struct.Struct(">I")
HEAD_BYTES = _HEAD.size + _CRC.size
_NULL = 2**32 - 1
_ID_BYTES = 16
_TYPE = b"ce_type"
NAMES_REMEMBERED = 100


class Torn(ValueError):
    """The file ends before the entry does."""


class Damaged(ValueError):
    """The bytes are not those that were written."""


class Entry(NamedTuple):
    """A whole entry of a segment."""

    seq: int
    start: int
    end: int
    digest: bytes

    @property
    def frame(self) -> slice:
        """Where its frame stands in the segment."""
        return slice(self.start, self.end - DIGEST_BYTES)


class Archived(NamedTuple):
    """What the archive holds of one event."""

    event_id: UUID
    key: str
    headers: tuple[tuple[str, bytes | None], ...]
    body: bytes


def first_digest(stream: Stream) -> bytes:
    """The digest before the first frame: that of one shard continues no other."""
    return sha256(f"tameng archive 1 {stream.topic} {stream.shard}".encode()).digest()


def framed(record: Record) -> bytes:
    """The frame of a record. The same record has the same frame, whenever and wherever it comes."""
    key = record.key.encode()
    parts = [record.event_id.bytes, _LENGTH.pack(len(key)), key, _LENGTH.pack(len(record.headers))]
    pack = _LENGTH.pack
    for name, value in record.headers:
        if value is None:
            parts += (_named(name), pack(_NULL))
        else:
            parts += (_named(name), pack(len(value)), value)
    parts.append(record.body)
    payload = b"".join(parts)
    head = _HEAD.pack(MAGIC, len(payload), record.seq)
    return b"".join((head, _crc(head), payload))


@lru_cache(maxsize=NAMES_REMEMBERED)
def _named(header: str) -> bytes:
    name = header.encode()
    return _LENGTH.pack(len(name)) + name


def chained(before: bytes, frame: bytes) -> bytes:
    """The digest that goes behind a frame; 32 bytes."""
    return sha256(before + frame).digest()


def unframed(frame: bytes) -> Archived:
    """What a frame holds."""
    at = HEAD_BYTES + _ID_BYTES
    event_id = UUID(bytes=frame[HEAD_BYTES:at])
    key, at = _value(frame, at)
    (count,) = _LENGTH.unpack_from(frame, at)
    at += _LENGTH.size
    headers = []
    for _ in range(count):
        name, at = _value(frame, at)
        value, at = _value(frame, at)
        headers.append(((name or b"").decode(), value))
    return Archived(event_id, (key or b"").decode(), tuple(headers), frame[at:])


class Glance(NamedTuple):
    """What most readers want to know of an event."""

    event_id: bytes
    """16 bytes."""
    type: bytes
    key: bytes
    body: bytes


def glance(frame: bytes) -> Glance:
    """What a frame holds but for its headers other than the type; in a third of the time that
    `unframed` takes, for it takes no other header apart. Of several types the last counts, as in
    `dict(headers)`."""
    unpack, key_at = _LENGTH.unpack_from, HEAD_BYTES + _ID_BYTES + _LENGTH.size
    at = key_at + unpack(frame, key_at - _LENGTH.size)[0]
    key, kind = frame[key_at:at], b""
    headers = unpack(frame, at)[0]
    at += _LENGTH.size
    for _ in range(headers):
        value_at = at + unpack(frame, at)[0] + 2 * _LENGTH.size
        length = unpack(frame, value_at - _LENGTH.size)[0]
        end = value_at if length == _NULL else value_at + length
        if frame[at + _LENGTH.size : value_at - _LENGTH.size] == _TYPE:
            kind = frame[value_at:end]
        at = end
    return Glance(frame[HEAD_BYTES : HEAD_BYTES + _ID_BYTES], kind, key, frame[at:])


def _value(frame: bytes, at: int) -> tuple[bytes | None, int]:
    (length,) = _LENGTH.unpack_from(frame, at)
    start = at + _LENGTH.size
    return (None, start) if length == _NULL else (frame[start : start + length], start + length)


def payload_bytes(head: bytes) -> int:
    """How long the payload behind a head is; 0 when this is none."""
    magic, length, _ = _HEAD.unpack_from(head.ljust(HEAD_BYTES))
    return int(length) if magic == MAGIC and head.endswith(_crc(head[: _HEAD.size])) else 0


def _crc(head: bytes | memoryview) -> bytes:
    return _CRC.pack(crc32(head))


def entry(segment: memoryview, start: int) -> Entry:
    """The entry that begins there; the digest before it stands right before it.

    Raises: Torn, Damaged.
    """
    if len(segment) - start < HEAD_BYTES:
        raise Torn("the file ends within the head of an entry")
    magic, length, seq = _HEAD.unpack_from(segment, start)
    payload_start = start + HEAD_BYTES
    crc = segment[start + _HEAD.size : payload_start]
    if magic != MAGIC or crc != _crc(segment[start : start + _HEAD.size]):
        raise Damaged("no record begins here")
    frame_end = payload_start + length
    if len(segment) < frame_end + DIGEST_BYTES:
        raise Torn("the file ends within an entry")
    digest = bytes(segment[frame_end : frame_end + DIGEST_BYTES])
    if sha256(segment[start - DIGEST_BYTES : frame_end]).digest() != digest:
        raise Damaged("the digest is not that of these bytes")
    return Entry(seq, start, frame_end + DIGEST_BYTES, digest)


def entries(segment: bytes) -> Iterator[Entry]:
    """Every whole entry. What is damaged is passed over, not judged: see `verification`."""
    view, at = memoryview(segment), DIGEST_BYTES
    while at >= DIGEST_BYTES:
        try:
            found = entry(view, at)
        except Torn:
            return
        except Damaged:
            at = segment.find(MAGIC, at + 1)
        else:
            yield found
            at = found.end


def places(segment: bytes, *, first_seq: int) -> "array[int]":
    """Where each number from `first_seq` on begins; 0 where it is not whole."""
    found = array("Q")
    for each in entries(segment):
        place = each.seq - first_seq
        if len(found) <= place < each.end // HEAD_BYTES:  # no file holds more numbers than that
            found.extend([0] * (place - len(found)))
            found.append(each.start)
    return found
