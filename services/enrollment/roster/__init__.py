"""Roster files: read as senders make them, and reported on."""

from services.enrollment.roster.refusals import (
    RosterColumnMissing,
    RosterEmpty,
    RosterNotUtf8,
    RosterTooLong,
    RosterUnreadable,
)
from services.enrollment.roster.report import ReportRow, report_header, report_rows, write_report
from services.enrollment.roster.sheets import (
    FILE_BYTES_MAX,
    REPORT_COLUMNS,
    ROWS_MAX,
    Sheet,
    SheetRow,
    open_sheet,
)

__all__ = [
    "FILE_BYTES_MAX",
    "REPORT_COLUMNS",
    "ROWS_MAX",
    "ReportRow",
    "RosterColumnMissing",
    "RosterEmpty",
    "RosterNotUtf8",
    "RosterTooLong",
    "RosterUnreadable",
    "Sheet",
    "SheetRow",
    "open_sheet",
    "report_header",
    "report_rows",
    "write_report",
]
