"""Sheets of paper that tell: headings, pairs of name and value, tables with their heads."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Spacer, Table, TableStyle

from services.enrollment.adapters.lettering import BOLD, REGULAR, in_words, printable
from services.enrollment.rules.months import WITA, local_day

TEXT_CHARACTERS_MAX = 250
_INK, SOFT, _RULE, _DEEP, _MIST = map(
    HexColor, ("#10241b", "#476457", "#b9c8c1", "#0b4a33", "#e6f1eb")
)
MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
_NAMES_WIDTH = 46 * mm
_PLAIN = ParagraphStyle("plain", fontName=REGULAR, fontSize=8.5, leading=11.5, textColor=_INK)
_CELL = ParagraphStyle("cell", parent=_PLAIN, fontSize=7.5, leading=9.5)
_NAME = ParagraphStyle("name", parent=_PLAIN, textColor=SOFT)
_STRONG = ParagraphStyle("strong", parent=_PLAIN, fontName=BOLD)
TITLE = ParagraphStyle("title", parent=_STRONG, fontSize=15, leading=20, textColor=_DEEP)
_HEADING = ParagraphStyle(
    "heading", parent=_STRONG, fontSize=10, leading=13, textColor=_DEEP, spaceBefore=9, spaceAfter=3
)
_COLUMN = ParagraphStyle("column", parent=_CELL, fontName=BOLD, textColor=_DEEP)
_ROOM = 30 * mm
"""A heading, the head of a table and two rows."""
_NOTHING = "\N{EN DASH}"
_LINES = (
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
)
Told = str | int | date | datetime | None


def section(heading: str, *parts: Flowable) -> Iterator[Flowable]:
    """A heading, which never stands alone at the foot of a page, and what belongs to it."""
    first, *others = parts
    yield CondPageBreak(_ROOM)
    yield from (Paragraph(heading, _HEADING), first)
    for part in others:
        yield from (Spacer(1, 4), part)


def pairs(of: Sequence[tuple[str, Told]]) -> Table:
    """Names and values, one below the other."""
    rows = [[Paragraph(name, _NAME), _cell(told, _STRONG)] for name, told in of]
    made = Table(rows, colWidths=(_NAMES_WIDTH, WIDTH - _NAMES_WIDTH))
    made.setStyle(TableStyle(_LINES))
    return made


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Told]], *, widths: Sequence[int]
) -> Table:
    """A table whose head comes again on each page; `widths` in millimetres, 178 in all."""
    head = [Paragraph(column, _COLUMN) for column in columns]
    body = [[_cell(told, _CELL) for told in row] for row in rows]
    body = body or [[_cell("tidak ada", _CELL), *(_cell("", _CELL) for _ in columns[1:])]]
    made = Table([head, *body], colWidths=[width * mm for width in widths], repeatRows=1)
    made.setStyle(TableStyle([*_LINES, ("BACKGROUND", (0, 0), (-1, 0), _MIST)]))
    return made


def text(words: str) -> Paragraph:
    """A paragraph."""
    return Paragraph(escape(words), _PLAIN)


def written(told: Told) -> str:
    """A value as paper shows it: days and instants in words, by the clock of NTT."""
    if told is None:
        return _NOTHING
    if isinstance(told, datetime):
        return f"{in_words(local_day(told))} {told.astimezone(WITA):%H.%M} WITA"
    if isinstance(told, date):
        return in_words(told)
    return printable(str(told), characters_max=TEXT_CHARACTERS_MAX)


def _cell(told: Told, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(written(told)), style)
