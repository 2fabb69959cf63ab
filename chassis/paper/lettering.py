"""How text stands on paper: the letters of an embedded font, lines that fit, dates in words."""

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from chassis.local_time import WITA

REGULAR = "Vera"
BOLD = "Vera-Bold"
"""Bitstream Vera comes with reportlab and may be embedded; all its digits are equally wide."""
SIZE_STEP = 0.25
UNKNOWN = "?"
CUT = "…"
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
    "Oktober", "November", "Desember",
)  # fmt: skip

rl_config.useA85 = 0  # what is compressed stays binary: files are a fifth smaller
_bold = TTFont(BOLD, "VeraBd.ttf")
pdfmetrics.registerFont(TTFont(REGULAR, "Vera.ttf"))
pdfmetrics.registerFont(_bold)
_LETTERS = frozenset(each for each in map(chr, _bold.face.charToGlyph) if each.isprintable())
_ALIKE = {
    "\N{MODIFIER LETTER APOSTROPHE}": "\N{RIGHT SINGLE QUOTATION MARK}",
    "\N{MODIFIER LETTER TURNED COMMA}": "\N{LEFT SINGLE QUOTATION MARK}",
}
_INVISIBLE = "Cf"


class Lettering(NamedTuple):
    """Lines of text and the size in points at which they fit."""

    size: float
    lines: tuple[str, ...]


def printable(text: str, *, characters_max: int) -> str:
    """The text as paper can show it, in one line without surplus blanks.

    The font has the letters of western Europe; another Latin letter loses its mark (ā → a), and
    what is too long is cut.
    """
    shown = " ".join("".join(map(_letter, unicodedata.normalize("NFC", text))).split())
    return shown if len(shown) <= characters_max else shown[: characters_max - 1].rstrip() + CUT


def fitted(
    text: str, *, font: str, sizes: tuple[float, float], width: float, lines_max: int = 1
) -> Lettering:
    """The text in lines no wider than `width` points, in the largest of the sizes (from, down to)
    that allows it; what does not fit at the smallest is cut.

    A second line is begun only when one would be a fifth smaller than the largest size.
    """
    largest, smallest = sizes
    if lines_max > 1:
        one = fitted(text, font=font, sizes=(largest, largest * 0.8), width=width)
        if not one.lines[0].endswith(CUT):
            return one
    size = largest
    while size > smallest and not _fits(text, font, size, width, lines_max):
        size = max(size - SIZE_STEP, smallest)
    lines = list(_broken(text, font, size, width))
    if len(lines) > lines_max:
        lines[lines_max - 1 :] = [" ".join(lines[lines_max - 1 :])]
    return Lettering(size, tuple(_cut(line, font, size, width) for line in lines))


def in_words(day: date) -> str:
    """A day as Indonesian writes it: 3 Juli 2025."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def instant_in_words(at: datetime) -> str:
    """An instant by the clock of Nusa Tenggara Timur: 3 Juli 2025 09.30 WITA."""
    local = at.astimezone(WITA)
    return f"{in_words(local.date())} {local:%H.%M} WITA"


def grouped(number: int) -> str:
    """A number with its thousands apart: 42.000.000."""
    return f"{number:,}".replace(",", ".")


def rupiah(amount: int) -> str:
    """Rupiah as Indonesian writes them: Rp42.000.000."""
    return f"{'-' if amount < 0 else ''}Rp{grouped(abs(amount))}"


def _letter(character: str) -> str:
    if character in _LETTERS:
        return character
    if character.isspace():
        return " "
    if unicodedata.category(character) == _INVISIBLE:
        return ""
    base = unicodedata.normalize("NFKD", character)
    kept = "".join(each for each in base if not unicodedata.combining(each))
    if kept != character:
        return "".join(map(_letter, kept))
    return _ALIKE.get(character, UNKNOWN)


def _fits(text: str, font: str, size: float, width: float, lines_max: int) -> bool:
    lines = list(_broken(text, font, size, width))
    return len(lines) <= lines_max and all(_width(line, font, size) <= width for line in lines)


def _broken(text: str, font: str, size: float, width: float) -> Iterator[str]:
    """Lines of whole words; a word that is wider than a line stands alone."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".lstrip()
        if line and _width(longer, font, size) > width:
            yield line
            longer = word
        line = longer
    yield line


def _cut(line: str, font: str, size: float, width: float) -> str:
    shown = line
    while len(shown) > 1 and _width(shown, font, size) > width:
        shown = shown.removesuffix(CUT)[:-1].rstrip() + CUT
    return shown


def _width(text: str, font: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, font, size))
