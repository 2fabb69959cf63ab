"""A quote before cells that a spreadsheet would not leave as they are.

Opening a CSV file, a spreadsheet runs what begins like a formula (OWASP, CSV injection), rounds
numbers of more than 15 digits, as a NIK is one, and drops the zero before a phone number. With a
single quote before it, it keeps a cell as text. Reading takes the quote away again.
"""

import re

_QUOTE = "'"
_FULL_WIDTH = "\uff1d\uff0b\uff0d\uff20"
"""= + - @ as East Asian fonts have them."""
_TOUCHED = re.compile(rf"'*\s*(?:[=+\-@{_FULL_WIDTH}]|0[0-9]+\s*\Z|[0-9]{{12,}}\s*\Z)|'*[\t\r\n]")
"""With quotes before it too: each that was written is taken away, and no other."""


def guarded(cell: str) -> str:
    """A cell that a spreadsheet leaves as it is."""
    return _QUOTE + cell if _TOUCHED.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that was guarded; any other is as it was."""
    return cell[1:] if cell.startswith(_QUOTE) and _TOUCHED.match(cell) else cell
