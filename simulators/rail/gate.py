"""Who may enter: every SNAP request is signed, fresh, and numbered once a day."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from simulators.rail import codes
from simulators.rail.book import Book
from simulators.rail.codes import NotServed
from simulators.rail.signing import signature, string_to_sign

TIMESTAMP_AGE_MAX: Final = timedelta(minutes=5)
EXTERNAL_ID_DIGITS_MAX: Final = 36
CHANNEL_ID_LENGTH_MAX: Final = 5
BANK_ZONE: Final = ZoneInfo("Asia/Jakarta")
"""A day of external ids, and of statements, is a day in Jakarta, where the banks' clocks are."""

Headers = Mapping[bytes, bytes]


def now() -> datetime:
    """This instant: an outside party keeps real time, whatever clock the project follows."""
    return datetime.now(UTC)  # noqa: TID251 the rail reads its own clock, and only here


@dataclass(frozen=True)
class Gate:
    """Lets a request of the one partner through."""

    book: Book
    partner_id: str
    secret: bytes

    def enter(self, path: str, headers: Headers, body: bytes, *, at: datetime) -> None:
        """Use up the number of a request that may enter; else NotServed says why.

        Inside the book's transaction.
        """
        timestamp = _header(headers, "X-TIMESTAMP")
        given = _header(headers, "X-SIGNATURE")
        external_id = _external_id(headers)
        if len(_header(headers, "CHANNEL-ID")) > CHANNEL_ID_LENGTH_MAX:
            raise NotServed(codes.FIELD_FORMAT, "CHANNEL-ID")
        if _header(headers, "X-PARTNER-ID") != self.partner_id:
            raise NotServed(codes.UNAUTHORIZED, "[X-PARTNER-ID]")
        text = string_to_sign(method="POST", path=path, body=body, timestamp=timestamp)
        if not hmac.compare_digest(signature(text, secret=self.secret).encode(), given.encode()):
            raise NotServed(codes.UNAUTHORIZED, "[X-SIGNATURE]")
        _check_age(timestamp, now=at)
        if not self.book.use_external_id(external_id, on=at.astimezone(BANK_ZONE).date()):
            raise NotServed(codes.EXTERNAL_ID_USED, "[X-EXTERNAL-ID]")


def _header(headers: Headers, name: str) -> str:
    value = headers.get(name.lower().encode(), b"").decode("latin-1")
    if not value:
        raise NotServed(codes.FIELD_MISSING, name)
    return value


def _external_id(headers: Headers) -> str:
    external_id = _header(headers, "X-EXTERNAL-ID")
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
