"""Why a file is no roster, or no roster that can be taken."""

from contracts.refusal import Refused


class RosterNotUtf8(Refused):
    """The file is in another encoding."""

    slug, status, retryable = "roster-not-utf8", 422, False


class RosterEmpty(Refused):
    """The file has no rows."""

    slug, status, retryable = "roster-empty", 422, False


class RosterColumnMissing(Refused):
    """The header lacks a column, or names one twice."""

    slug, status, retryable = "roster-column-missing", 422, False


class RosterTooLong(Refused):
    """The file has more rows or bytes than one roster may have."""

    slug, status, retryable = "roster-too-long", 422, False


class RosterUnreadable(Refused):
    """The file is neither CSV nor an Excel workbook."""

    slug, status, retryable = "roster-unreadable", 422, False
