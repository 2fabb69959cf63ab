"""From a file as it was sent to rows that wait, sealed."""

from hashlib import sha256

from services.enrollment.adapters.identities import Identities
from services.enrollment.operations.rosters.staging import StagedFile, stage
from services.enrollment.roster.refusals import RosterEmpty
from services.enrollment.roster.sheets import open_sheet


def staged(content: bytes, *, identities: Identities) -> StagedFile:
    """Read a file and seal its rows as they are read.

    Raises: RosterNotUtf8, RosterEmpty, RosterColumnMissing, RosterTooLong, RosterUnreadable.
    """
    sheet = open_sheet(content)
    file = stage(
        sheet.rows(),
        columns=sheet.columns,
        sha256=sha256(content).hexdigest(),
        identities=identities,
    )
    if not file.chunks:
        raise RosterEmpty("the file has a header and no rows")
    return file
