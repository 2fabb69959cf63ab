"""Errors in words that hold no personal data.

The text of an error often quotes what it failed on: a row, a parameter, a field. So only the type,
the place and codes are told; the text only of errors that speak of files and connections.
"""

import traceback

from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

_CHAIN_MAX = 10


def described(error: BaseException) -> str:
    """The error in one line: `IntegrityError 23505`, `ConnectionRefusedError: ...`."""
    name = type(error).__name__
    if isinstance(error, OSError | KafkaError):
        return f"{name}: {error}"
    if isinstance(error, BaseExceptionGroup):
        return f"{name}({', '.join(described(each) for each in error.exceptions)})"
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return f"{name} {state}" if state else name


def traced(error: BaseException) -> str:
    """Where the error and those that led to it were raised, the first one first."""
    told: list[str] = []
    current: BaseException | None = error
    while current and len(told) < _CHAIN_MAX:
        told.append("".join(traceback.format_tb(current.__traceback__)) + described(current))
        hidden = current.__suppress_context__
        current = current.__cause__ or (None if hidden else current.__context__)
    return "\nled to\n".join(reversed(told))
