"""The list on which members sign for the cards of one batch."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from chassis.local_time import local_day
from chassis.paper.lettering import BOLD, REGULAR, fitted, in_words, printable
from services.enrollment.adapters.card_tokens import TEXT_CHARACTERS_MAX, CardFace
from services.enrollment.adapters.lettering import kpj_groups

CARDS_MAX = 5_000
ROWS_PER_PAGE = 21
ROWS_ON_LAST_PAGE_MAX = 17
"""Above the signatures of the officers."""

_INK, _SOFT, _RULE, _DEEP, _MIST = map(
    HexColor, ("#10241b", "#476457", "#7d938a", "#0b4a33", "#e6f1eb")
)
_LEFT, _RIGHT, _TOP, _BOTTOM = 14 * mm, A4[0] - 14 * mm, A4[1] - 14 * mm, 12 * mm
_ROW = 10.6 * mm
_HEADER_ROW = 9 * mm
_TABLE_TOP = _TOP - 30 * mm
_PAD = 1.4 * mm
_HEADING = (
    (_LEFT, _LEFT + 27 * mm, 73 * mm),
    (_LEFT + 104 * mm, _LEFT + 128 * mm, _RIGHT - _LEFT - 128 * mm),
)
"""Where the names and the values of both columns begin, and how wide a value may be."""


class HandoutBatch(NamedTuple):
    """Cards that one village gets at one time."""

    batch_id: UUID
    programme: str
    village: str
    district: str
    printed_at: datetime


class _Column(NamedTuple):
    titles: tuple[str, ...]
    width: float


_COLUMNS = (
    _Column(("No.",), 9 * mm),
    _Column(("Nama",), 50 * mm),
    _Column(("KPJ",), 26 * mm),
    _Column(("Diterima oleh", "(nama, hubungan)"), 42 * mm),
    _Column(("Tanggal",), 20 * mm),
    _Column(("Tanda tangan/", "cap jempol"), 35 * mm),
)


def handout_list(batch: HandoutBatch, cards: Sequence[CardFace]) -> bytes:
    """A PDF with a row to sign for each card, in the order of the cards; the officers sign at its
    end. The same batch gives the same bytes.

    A ValueError says that there are no cards, or more than 5,000.
    """
    if not 0 < len(cards) <= CARDS_MAX:
        raise ValueError(f"{len(cards)} cards: list 1 to {CARDS_MAX} at a time")
    content = BytesIO()
    canvas = Canvas(content, pagesize=A4, invariant=1, pageCompression=1, lang="id-ID")
    canvas.setTitle("Daftar Penyerahan Kartu")
    canvas.setAuthor("Tameng")
    pages = _pages(len(cards))
    for number, rows in enumerate(pages, start=1):
        _draw_heading(canvas, batch, len(cards))
        end = _draw_table(canvas, cards, rows)
        if number == len(pages):
            _draw_signatures(canvas, end)
        _draw_footer(canvas, f"Halaman {number} dari {len(pages)}")
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def _pages(count: int) -> list[range]:
    """Which cards stand on which page: the last one leaves room for the signatures."""
    pages, first = [], 0
    while count - first > ROWS_ON_LAST_PAGE_MAX:
        taken = min(ROWS_PER_PAGE, count - first - 1)  # the signatures never stand alone
        pages.append(range(first, first + taken))
        first += taken
    return [*pages, range(first, count)]


def _draw_heading(canvas: Canvas, batch: HandoutBatch, count: int) -> None:
    canvas.setFillColor(_DEEP)
    canvas.setFont(BOLD, 15)
    canvas.drawString(_LEFT, _TOP - 5 * mm, "Daftar Penyerahan Kartu")
    canvas.rect(_LEFT, _TOP - 8 * mm, _RIGHT - _LEFT, 0.7 * mm, stroke=0, fill=1)
    printed = in_words(local_day(batch.printed_at))
    lines = (
        (("Program", batch.programme), ("Jumlah kartu", f"{count}")),
        (("Kelurahan/Desa", batch.village), ("Tanggal cetak", printed)),
        (("Kecamatan", batch.district), ("Nomor batch", f"{batch.batch_id}")),
    )
    for place, line in enumerate(lines):
        y = _TOP - 13 * mm - place * 5.2 * mm
        for (x, value_x, width), (name, value) in zip(_HEADING, line, strict=True):
            canvas.setFillColor(_SOFT)
            canvas.setFont(REGULAR, 7.5)
            canvas.drawString(x, y, name)
            canvas.setFillColor(_INK)
            _draw_fitted(canvas, (value_x, y), value, width)


def _draw_fitted(canvas: Canvas, at: tuple[float, float], text: str, width: float) -> None:
    shown = printable(text, characters_max=TEXT_CHARACTERS_MAX)
    fits = fitted(shown, font=BOLD, sizes=(8.5, 5), width=width)
    canvas.setFont(BOLD, fits.size)
    canvas.drawString(*at, fits.lines[0])


def _draw_table(canvas: Canvas, cards: Sequence[CardFace], rows: range) -> float:
    """The table of one page; answers where it ends."""
    end = _TABLE_TOP - _HEADER_ROW - len(rows) * _ROW
    _draw_grid(canvas, len(rows), end)
    _draw_column_titles(canvas)
    for place, row in enumerate(rows):
        bottom = _TABLE_TOP - _HEADER_ROW - (place + 1) * _ROW
        _draw_row(canvas, bottom, row + 1, cards[row])
    return end


def _draw_grid(canvas: Canvas, rows: int, end: float) -> None:
    canvas.setFillColor(_MIST)
    canvas.rect(_LEFT, _TABLE_TOP - _HEADER_ROW, _RIGHT - _LEFT, _HEADER_ROW, stroke=0, fill=1)
    canvas.setStrokeColor(_RULE)
    canvas.setLineWidth(0.5)
    canvas.line(_LEFT, _TABLE_TOP, _RIGHT, _TABLE_TOP)
    for row in range(rows + 1):
        y = _TABLE_TOP - _HEADER_ROW - row * _ROW
        canvas.line(_LEFT, y, _RIGHT, y)
    for x in (*_column_starts(), _RIGHT):
        canvas.line(x, _TABLE_TOP, x, end)


def _draw_column_titles(canvas: Canvas) -> None:
    canvas.setFillColor(_DEEP)
    canvas.setFont(BOLD, 7)
    for x, column in zip(_column_starts(), _COLUMNS, strict=True):
        y = _TABLE_TOP - _HEADER_ROW / 2 + (len(column.titles) - 1) * 4.2 - 2.4
        for title in column.titles:
            canvas.drawString(x + _PAD, y, title)
            y -= 8.4


def _draw_row(canvas: Canvas, bottom: float, number: int, card: CardFace) -> None:
    _, name_at, kpj_at, *_ = _column_starts()
    middle = bottom + _ROW / 2
    canvas.setFillColor(_INK)
    canvas.setFont(REGULAR, 8)
    canvas.drawRightString(name_at - _PAD, middle - 2.8, f"{number}")
    canvas.drawString(kpj_at + _PAD, middle - 2.8, kpj_groups(card.kpj))
    name = fitted(
        printable(card.name, characters_max=TEXT_CHARACTERS_MAX),
        font=BOLD, sizes=(8.5, 5), width=kpj_at - name_at - 2 * _PAD, lines_max=2,
    )  # fmt: skip
    canvas.setFont(BOLD, name.size)
    y = middle - name.size * 0.36 + (len(name.lines) - 1) * name.size * 0.6
    for line in name.lines:
        canvas.drawString(name_at + _PAD, y, line)
        y -= name.size * 1.2


def _column_starts() -> list[float]:
    starts = [_LEFT]
    for column in _COLUMNS[:-1]:
        starts.append(starts[-1] + column.width)
    return starts


def _draw_signatures(canvas: Canvas, table_end: float) -> None:
    """The result of the day and the lines for both officers."""
    y = table_end - 8 * mm
    canvas.setFillColor(_INK)
    canvas.setFont(REGULAR, 8)
    canvas.drawString(_LEFT, y, "Diserahkan: ______ kartu")
    canvas.drawString(_LEFT + 52 * mm, y, "Dikembalikan: ______ kartu")
    canvas.drawString(_LEFT + 108 * mm, y, "Tempat, tanggal: ______________________")
    for x, title in (
        (_LEFT, "Petugas yang menyerahkan"),
        (_LEFT + 108 * mm, "Mengetahui, Lurah/Kepala Desa"),
    ):
        canvas.drawString(x, y - 8 * mm, title)
        canvas.setStrokeColor(_INK)
        canvas.line(x, y - 27 * mm, x + 70 * mm, y - 27 * mm)
        canvas.drawString(x, y - 31 * mm, "Nama, NIP:")


def _draw_footer(canvas: Canvas, page: str) -> None:
    canvas.setFillColor(_SOFT)
    canvas.setFont(REGULAR, 7)
    canvas.drawString(_LEFT, _BOTTOM, "Pelayanan ini gratis. Tidak ada pungutan.")
    canvas.drawCentredString((_LEFT + _RIGHT) / 2, _BOTTOM, "Paraf petugas: __________")
    canvas.drawRightString(_RIGHT, _BOTTOM, page)
