"""Logs: a JSON object a line, on standard output, without personal data.

Messages must hold none; as a net below that, tracebacks are told without the errors' texts and any
run of 16 digits or more is masked.
"""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from chassis.correlation import correlation_id
from chassis.sealing import masked
from chassis.traces import traced

_LONG_NUMBER = re.compile(r"(?<![\w.-])\d{16,}(?![\w-])")
_TALKATIVE = ("aiokafka", "faststream", "httpx", "httpcore", "sqlalchemy", "uvicorn")
_ExcInfo = tuple[type[BaseException], BaseException, Any] | tuple[None, None, None]


class JsonLine(JsonFormatter):
    """time, level, logger, message, service and correlation_id first; then what was given."""

    def __init__(self, service: str) -> None:
        super().__init__("%(message)s")
        self._service = service

    def add_fields(
        self,
        log_data: dict[str, Any],
        record: logging.LogRecord,
        message_dict: dict[str, Any],
    ) -> None:
        """Put the common fields before those of the record."""
        correlation = correlation_id()
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat()
        log_data["level"] = record.levelname.lower()
        log_data["logger"] = record.name
        log_data["service"] = self._service
        if correlation:
            log_data["correlation_id"] = str(correlation)
            log_data["trace_id"] = correlation.hex  # by which a collector joins lines and spans
        super().add_fields(log_data, record, message_dict)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  (the name is logging's)
        """Types and places, no texts."""
        return traced(ei[1]) if ei[1] else ""

    def format(self, record: logging.LogRecord) -> str:
        """The line, long numbers masked."""
        return _LONG_NUMBER.sub(lambda found: masked(found[0]), super().format(record))


def configure(service: str, *, level: int = logging.INFO) -> None:
    """Send everything to standard output as JSON, once a process.

    Start uvicorn with `log_config=None, access_log=False`, or it puts its own handlers back.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLine(service))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.handlers.clear()  # faststream brings its own
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("asyncio").addFilter(_first_line_only)


def _first_line_only(record: logging.LogRecord) -> bool:
    """asyncio's later lines print the task, and with it the text of the error it ended with."""
    record.msg, record.args = record.getMessage().partition("\n")[0], None
    return True
