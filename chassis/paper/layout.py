"""Sheets of paper that tell: headings, pairs of name and value, tables with their heads."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from chassis.paper.lettering import BOLD, REGULAR, fitted, in_words, instant_in_words, printable

TEXT_CHARACTERS_MAX = 250
INK, SOFT, RULE, DEEP, MIST = map(HexColor, ("#10241b", "#476457", "#b9c8c1", "#0b4a33", "#e6f1eb"))
MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
_FOOT, _HEAD = 18 * mm, 14 * mm
_NAMES_WIDTH = 46 * mm
_PLAIN = ParagraphStyle("plain", fontName=REGULAR, fontSize=8.5, leading=11.5, textColor=INK)
_CELL = ParagraphStyle("cell", parent=_PLAIN, fontSize=7.5, leading=9.5)
_NAME = ParagraphStyle("name", parent=_PLAIN, textColor=SOFT)
_STRONG = ParagraphStyle("strong", parent=_PLAIN, fontName=BOLD)
TITLE = ParagraphStyle("title", parent=_STRONG, fontSize=15, leading=20, textColor=DEEP)
_HEADING = ParagraphStyle(
    "heading", parent=_STRONG, fontSize=10, leading=13, textColor=DEEP, spaceBefore=9, spaceAfter=3
)
_COLUMN = ParagraphStyle("column", parent=_CELL, fontName=BOLD, textColor=DEEP)
_TOTAL = ParagraphStyle("total", parent=_CELL, fontName=BOLD)
_AT_RIGHT = {
    style.name: ParagraphStyle(f"{style.name} at right", parent=style, alignment=TA_RIGHT)
    for style in (_CELL, _COLUMN, _TOTAL)
}
_ROOM = 30 * mm
"""A heading, the head of a table and two rows."""
_FIGURE_CHARACTERS = 11
"""So many fit any column."""
_APART, _BESIDE = 7, 11
"""Points between a figure and what follows it; and both sides of it."""
_NOTHING = "\N{EN DASH}"
_LINES = (
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
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
    columns: Sequence[str],
    rows: Iterable[Sequence[Told]],
    *,
    widths: Sequence[int],
    figures: Collection[int] = (),
    total: Sequence[Told] | None = None,
) -> Table:
    """A table whose head comes again on each page; `widths` in millimetres, 178 in all.

    The columns numbered in `figures` stand at the right; `total` is the last row, in bold.
    """
    room = {place: widths[place] * mm - _BESIDE for place in figures}
    body = [_row(row, _CELL, room) for row in rows]
    body = body or [_row(("tidak ada", *("" for _ in columns[1:])), _CELL, {})]
    foot = [] if total is None else [_row(total, _TOTAL, room)]
    made = Table(
        [_row(columns, _COLUMN, room), *body, *foot],
        colWidths=[width * mm for width in widths],
        repeatRows=1,
    )
    apart = [("RIGHTPADDING", (place, 0), (place, -1), _APART) for place in figures]
    under = [("LINEABOVE", (0, -1), (-1, -1), 0.9, DEEP)] if foot else []
    made.setStyle(TableStyle([*_LINES, ("BACKGROUND", (0, 0), (-1, 0), MIST), *apart, *under]))
    return made


def signatures(titles: Sequence[str], *, place: str) -> Table:
    """Room for each of them to sign, side by side, under the place and an empty date."""
    gap = 12 * mm
    width = (WIDTH - gap * (len(titles) - 1)) / len(titles)
    named = [part for title in titles for part in (Paragraph(title, _PLAIN), "")][:-1]
    below = [part for _ in titles for part in (Paragraph("Nama, NIP:", _CELL), "")][:-1]
    dated = [Paragraph(f"{place}, ____________________", _PLAIN), *[""] * (len(named) - 1)]
    made = Table(
        [dated, named, [""] * len(named), below],
        colWidths=[part for _ in titles for part in (width, gap)][:-1],
        rowHeights=[18, 14, 46, 14],
    )
    lines = [("LINEBELOW", (2 * at, 2), (2 * at, 2), 0.6, INK) for at in range(len(titles))]
    made.setStyle(
        TableStyle([*lines, ("LEFTPADDING", (0, 0), (-1, -1), 0), ("SPAN", (0, 0), (-1, 0))])
    )
    return made


def sheets(story: Iterable[Flowable], *, title: str, foot: str) -> bytes:
    """All of it as a PDF on A4, with `foot` and the page's number below.

    The same story gives the same bytes.
    """
    content = BytesIO()
    document = BaseDocTemplate(
        content, pagesize=A4, title=title, author="Tameng", lang="id-ID", invariant=1
    )
    frame = Frame(MARGIN, _FOOT, WIDTH, A4[1] - _FOOT - _HEAD, 0, 0, 0, 0)
    below = partial(_draw_foot, foot)
    document.addPageTemplates([PageTemplate(frames=[frame], onPage=below)])
    document.build(list(story))
    return content.getvalue()


def text(words: str) -> Paragraph:
    """A paragraph."""
    return Paragraph(escape(words), _PLAIN)


def written(told: Told) -> str:
    """A value as paper shows it: days and instants in words, by the clock of NTT."""
    if told is None:
        return _NOTHING
    if isinstance(told, datetime):
        return instant_in_words(told)
    if isinstance(told, date):
        return in_words(told)
    return printable(str(told), characters_max=TEXT_CHARACTERS_MAX)


def _cell(told: Told, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(written(told)), style)


def _row(row: Sequence[Told], style: ParagraphStyle, room: Mapping[int, float]) -> list[Paragraph]:
    """The cells of a row; the figures in the columns of `room` have so many points."""
    return [
        _figure(told, style, room[place]) if place in room else _cell(told, style)
        for place, told in enumerate(row)
    ]


def _figure(told: Told, style: ParagraphStyle, width: float) -> Paragraph:
    """At the right, and smaller where it would not fit: a figure is never broken."""
    shown, at_right = written(told), _AT_RIGHT[style.name]
    if len(shown) > _FIGURE_CHARACTERS:
        sizes = (style.fontSize, style.fontSize / 2)
        size = fitted(shown, font=style.fontName, sizes=sizes, width=width).size
        at_right = ParagraphStyle("figure", parent=at_right, fontSize=size)
    return Paragraph(escape(shown), at_right)


def _draw_foot(foot: str, canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFillColor(SOFT)
    canvas.setFont(REGULAR, 7)
    canvas.drawString(MARGIN, 10 * mm, foot)
    canvas.drawRightString(A4[0] - MARGIN, 10 * mm, f"Rahasia. Halaman {document.page}")
