"""Who may enter: every SNAP request is signed, fresh, and numbered once a day."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Request

from simulators.rail import codes
from simulators.rail.book import Book
from simulators.rail.codes import NotServed
from simulators.rail.signing import signature, string_to_sign

TIMESTAMP_AGE_MAX: Final = timedelta(minutes=5)
EXTERNAL_ID_DIGITS_MAX: Final = 36
CHANNEL_ID_LENGTH_MAX: Final = 5
BODY_BYTES_MAX: Final = 65_536
BANK_ZONE: Final = ZoneInfo("Asia/Jakarta")
"""A day of external ids is a day in Jakarta, where the banks' clocks are set."""


def now() -> datetime:
    """This instant: an outside party keeps real time, whatever clock the project follows."""
    return datetime.now(UTC)  # noqa: TID251 the rail reads its own clock, and only here


class Gate:
    """Lets a request of the one partner through and gives its body."""

    def __init__(self, *, book: Book, partner_id: str, secret: bytes) -> None:
        """Know the partner and the key that it signs with."""
        self._book = book
        self._partner_id = partner_id
        self._secret = secret

    async def body(self, request: Request) -> bytes:
        """The body of a request that may enter; else NotServed says why."""
        body = await _bounded_body(request)
        timestamp = _header(request, "X-TIMESTAMP")
        given = _header(request, "X-SIGNATURE")
        external_id = _external_id(request)
        if len(_header(request, "CHANNEL-ID")) > CHANNEL_ID_LENGTH_MAX:
            raise NotServed(codes.FIELD_FORMAT, "CHANNEL-ID")
        if _header(request, "X-PARTNER-ID") != self._partner_id:
            raise NotServed(codes.UNAUTHORIZED, "[X-PARTNER-ID]")
        self._check_signature(request, body=body, timestamp=timestamp, given=given)
        received_at = now()
        _check_age(timestamp, now=received_at)
        if not self._book.use_external_id(external_id, on=received_at.astimezone(BANK_ZONE).date()):
            raise NotServed(codes.EXTERNAL_ID_USED, "[X-EXTERNAL-ID]")
        return body

    def _check_signature(
        self, request: Request, *, body: bytes, timestamp: str, given: str
    ) -> None:
        text = string_to_sign(
            method=request.method, path=request.url.path, body=body, timestamp=timestamp
        )
        if not hmac.compare_digest(signature(text, secret=self._secret).encode(), given.encode()):
            raise NotServed(codes.UNAUTHORIZED, "[X-SIGNATURE]")


async def _bounded_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise NotServed(codes.BAD_REQUEST, f"body over {BODY_BYTES_MAX} bytes")
    return bytes(body)


def _header(request: Request, name: str) -> str:
    value = request.headers.get(name, "")
    if not value:
        raise NotServed(codes.FIELD_MISSING, name)
    return value


def _external_id(request: Request) -> str:
    external_id = _header(request, "X-EXTERNAL-ID")
    numeric = external_id.isascii() and external_id.isdigit()
    if not numeric or len(external_id) > EXTERNAL_ID_DIGITS_MAX:
        raise NotServed(codes.FIELD_FORMAT, "X-EXTERNAL-ID")
    return external_id


def _check_age(timestamp: str, *, now: datetime) -> None:
    try:
        signed_at = datetime.fromisoformat(timestamp)
    except ValueError:
        raise NotServed(codes.FIELD_FORMAT, "X-TIMESTAMP") from None
    if signed_at.tzinfo is None:
        raise NotServed(codes.FIELD_FORMAT, "X-TIMESTAMP")
    if abs(now - signed_at) > TIMESTAMP_AGE_MAX:
        raise NotServed(codes.UNAUTHORIZED, "[X-TIMESTAMP]")
