"""Letters to families on A4, in Indonesian: large enough to read, with the amounts in a table."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table, TableStyle

from chassis.paper.layout import DEEP, INK, MIST, RULE, SOFT, TITLE, WIDTH, sheets
from chassis.paper.lettering import BOLD, REGULAR, printable

TEXT_CHARACTERS_MAX = 600
_GOLD = HexColor("#e3b341")
_PLAIN = ParagraphStyle("letter", fontName=REGULAR, fontSize=10, leading=13, textColor=INK)
_BOLD = ParagraphStyle("letter bold", parent=_PLAIN, fontName=BOLD)
_RIGHT = ParagraphStyle("letter right", parent=_PLAIN, alignment=TA_RIGHT)
_BOLD_RIGHT = ParagraphStyle("letter bold right", parent=_BOLD, alignment=TA_RIGHT)
_NAME = ParagraphStyle("letter name", parent=_PLAIN, textColor=SOFT)
_SENDER = ParagraphStyle("letter sender", parent=_PLAIN, fontSize=8.5, leading=11, textColor=SOFT)
_HEADING = ParagraphStyle(
    "letter heading", parent=_BOLD, textColor=DEEP, fontSize=11.5, spaceBefore=8, spaceAfter=3
)
_CODE = ParagraphStyle("letter code", parent=_BOLD, fontSize=17, leading=22, textColor=DEEP)
_NAMES = 48 * mm
_FIGURES = 44 * mm
_GAP = Spacer(1, 6)
_ROWS = (
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
)


class Amounts(NamedTuple):
    """A table whose last column holds amounts as they are written."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: str
    total_in_words: str


class Part(NamedTuple):
    """A heading and what stands below it; what is empty is left out."""

    heading: str
    words: Sequence[str] = ()
    listed: Sequence[str] = ()
    pairs: Sequence[tuple[str, str]] = ()
    amounts: Amounts | None = None


class PrintedLetter(NamedTuple):
    """What stands on one letter. It names people: nothing of it is kept."""

    title: str
    about: Sequence[tuple[str, str]]
    """Names and values at the head."""
    codes: Sequence[tuple[str, str]]
    """Printed large."""
    parts: Sequence[Part]
    boxed: tuple[str, str]
    """A heading and words in a frame."""
    signers: Sequence[str]
    foot: str


def letter_pdf(letter: PrintedLetter) -> bytes:
    """The letter as a PDF. The same letter gives the same bytes."""
    return sheets(_story(letter), title=letter.title, foot=_shown(letter.foot))


def _story(letter: PrintedLetter) -> Iterator[Flowable]:
    yield Paragraph("BPJS Ketenagakerjaan, perlindungan pekerja rentan NTT", _SENDER)
    yield Paragraph(_escaped(letter.title), TITLE)
    yield Spacer(1, 4)
    yield _pairs(letter.about)
    if letter.codes:
        yield from (_GAP, _codes(letter.codes))
    for part in letter.parts:
        yield from _part(part)
    yield _GAP
    yield KeepTogether([_box(*letter.boxed), _GAP, _signatures(letter.signers)])


def _part(part: Part) -> Iterator[Flowable]:
    heading = Paragraph(_escaped(part.heading), _HEADING)
    body = [*(Paragraph(_escaped(words), _PLAIN) for words in part.words)]
    body += [Paragraph(_escaped(item), _PLAIN, bulletText="\N{BULLET}") for item in part.listed]
    for each in body:
        each.style = ParagraphStyle(
            "spaced", parent=each.style, spaceAfter=2, leftIndent=10 if each.bulletText else 0
        )
    tables: list[Flowable] = [_pairs(part.pairs)] if part.pairs else []
    if part.amounts is not None:
        tables += _amounts(part.amounts)
    flow: list[Flowable] = [*tables, *body]
    first, *others = flow
    yield KeepTogether([heading, first])
    yield from others


def _pairs(pairs: Sequence[tuple[str, str]]) -> Table:
    rows = [
        [Paragraph(_escaped(name), _NAME), Paragraph(_escaped(value), _BOLD)]
        for name, value in pairs
    ]
    return Table(rows, colWidths=(_NAMES, WIDTH - _NAMES), style=TableStyle(_ROWS))


def _codes(codes: Sequence[tuple[str, str]]) -> Table:
    names = [Paragraph(_escaped(name), _NAME) for name, _ in codes]
    values = [Paragraph(_escaped(value), _CODE) for _, value in codes]
    style = [("BACKGROUND", (0, 0), (-1, -1), MIST), ("LEFTPADDING", (0, 0), (-1, -1), 8)]
    return Table([names, values], colWidths=[WIDTH / len(codes)] * len(codes), style=style)


def _amounts(amounts: Amounts) -> list[Flowable]:
    """The rows, the total, and the total in words."""
    count = len(amounts.columns)
    width = (WIDTH - _FIGURES) / (count - 1)
    total = [Paragraph("Jumlah", _BOLD), *[""] * (count - 2), Paragraph(amounts.total, _BOLD_RIGHT)]
    rows: list[list[Any]] = [
        _row(amounts.columns, plain=_BOLD, right=_BOLD_RIGHT),
        *(_row(row, plain=_PLAIN, right=_RIGHT) for row in amounts.rows),
        total,
    ]
    style = TableStyle(
        [*_ROWS, ("BACKGROUND", (0, 0), (-1, 0), MIST), ("LINEABOVE", (0, -1), (-1, -1), 0.9, DEEP)]
    )
    table = Table(rows, colWidths=[*[width] * (count - 1), _FIGURES], style=style, repeatRows=1)
    words = Paragraph(f"Terbilang: {_escaped(amounts.total_in_words)}", _BOLD)
    return [table, Spacer(1, 3), words, Spacer(1, 3)]


def _row(cells: Sequence[str], *, plain: ParagraphStyle, right: ParagraphStyle) -> list[Paragraph]:
    *others, figure = cells
    return [*(Paragraph(_escaped(cell), plain) for cell in others), Paragraph(figure, right)]


def _box(heading: str, words: str) -> Table:
    content = [[Paragraph(_escaped(heading), _BOLD)], [Paragraph(_escaped(words), _PLAIN)]]
    style = TableStyle(
        [("BOX", (0, 0), (-1, -1), 1.2, _GOLD), ("LEFTPADDING", (0, 0), (-1, -1), 8)]
    )
    return Table(content, colWidths=[WIDTH], style=style)


def _signatures(titles: Sequence[str]) -> Table:
    """Room for each to sign, side by side."""
    width = WIDTH / 2
    cells = [*titles, ""][:2]
    rows: list[list[Any]] = [
        [Paragraph(_escaped(title), _PLAIN) for title in cells],
        ["", ""],
        [Paragraph("_" * 30 if title else "", _PLAIN) for title in cells],
    ]
    return Table(rows, colWidths=[width, width], rowHeights=[16, 34, 16])


def _escaped(words: str) -> str:
    return escape(_shown(words))


def _shown(words: str) -> str:
    return printable(words, characters_max=TEXT_CHARACTERS_MAX)
