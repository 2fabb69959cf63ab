"""Codes on paper that a phone reads."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import segno
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

QUIET_MODULES = 4
MASK = 3
_INK = HexColor("#10241b")


def draw_code(canvas: Canvas, text: str, *, at: tuple[float, float], side: float) -> None:
    """Draw the text as a QR code of error level M; `at` is the upper left corner of its quiet zone,
    `side` the length in points with the quiet zone.

    All modules are one path. What we sign is as good as random, so no mask is better than another:
    one is taken, which saves four fifths of the time.
    """
    code = segno.make(text, error="m", boost_error=False, micro=False, mask=MASK)
    module = side / (len(code.matrix) + 2 * QUIET_MODULES)
    canvas.saveState()
    canvas.translate(at[0] + QUIET_MODULES * module, at[1] - QUIET_MODULES * module)
    canvas.scale(module, -module)
    canvas.setFillColor(_INK)
    canvas.addLiteral(" ".join([*_dark_runs(code.matrix), "f"]))
    canvas.restoreState()


def _dark_runs(matrix: Sequence[bytearray]) -> Iterator[str]:
    """A rectangle of PDF for each run of dark modules in a row."""
    for y, row in enumerate(matrix):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                yield f"{x} {y} {width} 1 re"
            x += width
