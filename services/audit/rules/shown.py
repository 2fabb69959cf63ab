"""How values look on a page: rupiah, instants of Nusa Tenggara Timur, times in between."""

from datetime import UTC, date, datetime
from uuid import UUID

from chassis.local_time import WITA

ID_CHARACTERS = 8
NOTHING = "-"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_UNITS_TOLD = 2
MONEY = frozenset(
    {
        *("amount", "ceiling", "committed", "least_room", "deposited", "paid", "balance", "moved"),
        *("billed_amount", "to_be_claimed", "expected_amount", "reserved", "compensation"),
        *("billed_rupiah", "paid_rupiah", "benefit_amount"),
    }
)
"""Columns of answers that hold rupiah."""


def number(value: float) -> str:
    """With its thousands apart: 1,234."""
    return f"{value:,}"


def rupiah(amount: int) -> str:
    """As the other papers in English write it: Rp42,000,000."""
    return f"{'-' if amount < 0 else ''}Rp{abs(amount):,}"


def instant(at: datetime) -> str:
    """On the clock of Nusa Tenggara Timur: 2025-07-03 10:00:05."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return f"{aware.astimezone(WITA):%Y-%m-%d %H:%M:%S}"


def written(time: str) -> str:
    """An instant as it stands in a header, on the same clock; what is none stays as it is."""
    try:
        return instant(datetime.fromisoformat(time))
    except (ValueError, OverflowError):
        return time


def elapsed(seconds: float) -> str:
    """How long something took, in its two largest units: 3 d 4 h."""
    left = round(abs(seconds))
    told: list[str] = []
    for size, unit in _UNITS:
        if left >= size and len(told) < _UNITS_TOLD:
            told.append(f"{left // size} {unit}")
            left %= size
        elif told:
            break
    sign = "-" if seconds < 0 and told else ""
    return sign + (" ".join(told) or "0 s")


def short(value: object) -> str:
    """The beginning of an id, to be told apart from others by eye."""
    words = str(value)
    return words if len(words) <= ID_CHARACTERS + 1 else f"{words[:ID_CHARACTERS]}…"


def plain(wire: str) -> str:
    """A kind of event without its owner and version: `worker-enrolled`."""
    return wire.split(".")[1] if wire.count(".") > 1 else wire


def owner(wire: str) -> str:
    """Whose event it is, by its kind."""
    return wire.partition(".")[0]


def cell(column: str, value: object) -> str:
    """A cell of an answer."""
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case int() | float():
            is_money = column in MONEY and isinstance(value, int)
            return rupiah(int(value)) if is_money else number(value)
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
    return str(value)


def as_id(value: object) -> UUID | None:
    """The id that a cell holds, also as text."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
