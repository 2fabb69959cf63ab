"""What is signed for a report that is filed: its files, by their digests.

The text of the note, as `sha256sum` writes and checks it, behind a first line that no checkpoint
has: the same key signs both, and neither can be taken for the other.

    tameng/report
    9f86d0…  replay.html
    2c26b4…  replay.json
"""

from collections.abc import Mapping
from hashlib import sha256

FIRST_LINE = "tameng/report"


class NameUnfit(ValueError):
    """A file whose name the note cannot carry."""


def report_text(files: Mapping[str, bytes]) -> str:
    """The text for these contents by file name. Raises: NameUnfit."""
    for name in files:
        if not name or "/" in name or name.startswith(".") or not name.isprintable():
            raise NameUnfit(f"{name!r}: a plain file name, without folders")
    lines = (f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return f"{FIRST_LINE}\n{''.join(lines)}"
