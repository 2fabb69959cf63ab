"""Sheets of members' cards to print and cut: ten on a page of A4."""

from collections.abc import Iterator, Sequence
from io import BytesIO

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from chassis.local_time import local_day
from chassis.paper.codes import draw_code
from chassis.paper.lettering import BOLD, REGULAR, Lettering, fitted, in_words, printable
from services.enrollment.adapters.card_tokens import (
    TEXT_CHARACTERS_MAX,
    CardFace,
    CardSigner,
)
from services.enrollment.adapters.lettering import kpj_groups

CARD_WIDTH, CARD_HEIGHT = 85.60 * mm, 53.98 * mm
"""ID-1 of ISO/IEC 7810."""
COLUMNS, ROWS = 2, 5
CARDS_MAX = 5_000
CODE_SIDE = 30.5 * mm
"""With its quiet zone; the modules take 27 mm or more of it."""

_GAP_X, _GAP_Y = 4 * mm, 2.5 * mm
_LEFT = (A4[0] - COLUMNS * CARD_WIDTH - (COLUMNS - 1) * _GAP_X) / 2
_BOTTOM = (A4[1] - ROWS * CARD_HEIGHT - (ROWS - 1) * _GAP_Y) / 2
_MARK_LENGTH, _MARK_DISTANCE = 3.2 * mm, 0.5 * mm
_BAND = 12 * mm
_STRIP = 5 * mm
_EDGE = 4.2 * mm
_CODE_LEFT = CARD_WIDTH - 2.2 * mm - CODE_SIDE
_TEXT_WIDTH = _CODE_LEFT - 1.6 * mm - _EDGE
_HALF_WIDTH = (_TEXT_WIDTH - 1.6 * mm) / 2
_SECOND_COLUMN = _EDGE + _HALF_WIDTH + 1.6 * mm
_LABEL = 4.2
_LINE_HEIGHT = 1.08
_COVERS = Lettering(5, ("Kecelakaan kerja (JKK)", "dan kematian (JKM)"))

_DEEP, _LEAF, _GOLD = HexColor(0x0B4A33), HexColor(0x14664A), HexColor(0xE3B341)
_INK, _SOFT, _MIST = HexColor(0x10241B), HexColor(0x476457), HexColor(0xE6F1EB)
_FACE = "card"


def card_sheets(cards: Sequence[CardFace], signer: CardSigner) -> bytes:
    """A PDF with the cards in their order, row by row; the same cards give the same bytes.

    A ValueError says that there are none, or more than 5,000.
    """
    if not 0 < len(cards) <= CARDS_MAX:
        raise ValueError(f"{len(cards)} cards: print 1 to {CARDS_MAX} at a time")
    pages = BytesIO()
    canvas = Canvas(pages, pagesize=A4, invariant=1, pageCompression=1, lang="id-ID")
    canvas.setTitle("Kartu Peserta")
    canvas.setAuthor("Tameng")
    _define_face(canvas)
    for first in range(0, len(cards), COLUMNS * ROWS):
        sheet = cards[first : first + COLUMNS * ROWS]
        _draw_cut_marks(canvas)
        for card, (x, y) in zip(sheet, _places(), strict=False):
            canvas.saveState()
            canvas.translate(x, y)
            _draw_card(canvas, as_printed(card), signer)
            canvas.restoreState()
        canvas.showPage()
    canvas.save()
    return pages.getvalue()


def as_printed(card: CardFace) -> CardFace:
    """The card with its texts as paper can show them; these are also what is signed."""
    return card._replace(
        name=printable(card.name, characters_max=TEXT_CHARACTERS_MAX),
        programme=printable(card.programme, characters_max=TEXT_CHARACTERS_MAX),
        village=printable(card.village, characters_max=TEXT_CHARACTERS_MAX),
        district=printable(card.district, characters_max=TEXT_CHARACTERS_MAX),
    )


def _places() -> Iterator[tuple[float, float]]:
    """The lower left corners of a sheet's cards, row by row from the top."""
    for row in reversed(range(ROWS)):
        for column in range(COLUMNS):
            yield (
                _LEFT + column * (CARD_WIDTH + _GAP_X),
                _BOTTOM + row * (CARD_HEIGHT + _GAP_Y),
            )


def _draw_cut_marks(canvas: Canvas) -> None:
    """Hairlines along every edge, in the margins and between the cards only."""
    places = list(_places())
    xs = sorted({edge for x, _ in places for edge in (x, x + CARD_WIDTH)})
    ys = sorted({edge for _, y in places for edge in (y, y + CARD_HEIGHT)})
    canvas.setStrokeColor(_SOFT)
    canvas.setLineWidth(0.25)
    for x in xs:
        canvas.line(x, ys[0] - _MARK_LENGTH, x, ys[-1] + _MARK_LENGTH)
    for y in ys:
        canvas.line(xs[0] - _MARK_LENGTH, y, xs[-1] + _MARK_LENGTH, y)
    canvas.setFillColor(white)
    for x, y in places:
        canvas.rect(
            x - _MARK_DISTANCE, y - _MARK_DISTANCE,
            CARD_WIDTH + 2 * _MARK_DISTANCE, CARD_HEIGHT + 2 * _MARK_DISTANCE,
            stroke=0, fill=1,
        )  # fmt: skip


def _define_face(canvas: Canvas) -> None:
    """What all cards share, once in the file."""
    canvas.beginForm(_FACE, 0, 0, CARD_WIDTH, CARD_HEIGHT)
    _fill(canvas, white, 0, CARD_HEIGHT)
    _fill(canvas, _MIST, 0, _STRIP)
    _fill(canvas, _DEEP, CARD_HEIGHT - _BAND, CARD_HEIGHT)
    _draw_watermark(canvas)
    _fill(canvas, _GOLD, CARD_HEIGHT - _BAND - 0.7 * mm, CARD_HEIGHT - _BAND)
    _draw_shield(canvas, _EDGE, CARD_HEIGHT - 10.7 * mm, 9.4 * mm)
    _draw_titles(canvas)
    canvas.endForm()


def _fill(canvas: Canvas, color: Color, bottom: float, top: float) -> None:
    canvas.setFillColor(color)
    canvas.rect(0, bottom, CARD_WIDTH, top - bottom, stroke=0, fill=1)


def _draw_titles(canvas: Canvas) -> None:
    x = _EDGE + 10.4 * mm
    canvas.setFillColor(white)
    canvas.setFont(BOLD, 15)
    canvas.drawString(x, CARD_HEIGHT - 6.4 * mm, "TAMENG", charSpace=1.6)
    canvas.setFont(REGULAR, 6.6)
    canvas.drawString(
        x, CARD_HEIGHT - 9.7 * mm, "Kartu Peserta \N{EN DASH} Perlindungan Pekerja Rentan"
    )
    canvas.setFillColor(_DEEP)
    canvas.setFont(BOLD, 6)
    canvas.drawString(_EDGE, 1.7 * mm, "Pelayanan ini gratis. Tidak ada pungutan.")
    canvas.setFillColor(_SOFT)
    canvas.setFont(REGULAR, 4.8)
    middle = _CODE_LEFT + CODE_SIDE / 2
    canvas.drawCentredString(middle, _STRIP + 2.3 * mm, "Pindai untuk memeriksa keaslian")


def _draw_watermark(canvas: Canvas) -> None:
    """A large pale shield that the band cuts off."""
    canvas.saveState()
    band = canvas.beginPath()
    band.rect(0, CARD_HEIGHT - _BAND, CARD_WIDTH, _BAND)
    canvas.clipPath(band, stroke=0, fill=0)
    canvas.setFillColor(_LEAF)
    _trace_shield(canvas, CARD_WIDTH - 17.5 * mm, CARD_HEIGHT - 22 * mm, 30 * mm)
    canvas.restoreState()


def _draw_shield(canvas: Canvas, x: float, y: float, height: float) -> None:
    """A gold rim, a white field, a green tick."""
    canvas.setFillColor(_GOLD)
    _trace_shield(canvas, x, y, height)
    canvas.setFillColor(white)
    _trace_shield(canvas, x + height * 0.07, y + height * 0.085, height * 0.84)
    canvas.setStrokeColor(_LEAF)
    canvas.setLineWidth(height * 0.1)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    tick = canvas.beginPath()
    tick.moveTo(x + height * 0.24, y + height * 0.54)
    tick.lineTo(x + height * 0.38, y + height * 0.38)
    tick.lineTo(x + height * 0.63, y + height * 0.68)
    canvas.drawPath(tick, stroke=1, fill=0)


def _trace_shield(canvas: Canvas, x: float, y: float, height: float) -> None:
    """Fill a shield: its top rises to the middle, its sides meet in a point."""
    width = height * 0.86
    top, shoulder = y + height, y + height * 0.88
    middle, right = x + width / 2, x + width
    shield = canvas.beginPath()
    shield.moveTo(middle, top)
    shield.curveTo(middle + width * 0.2, shoulder, right - width * 0.12, shoulder, right, shoulder)
    shield.curveTo(right, y + height * 0.42, middle + width * 0.36, y + height * 0.16, middle, y)
    shield.curveTo(middle - width * 0.36, y + height * 0.16, x, y + height * 0.42, x, shoulder)
    shield.curveTo(x + width * 0.12, shoulder, middle - width * 0.2, shoulder, middle, top)
    shield.close()
    canvas.drawPath(shield, stroke=0, fill=1)


def _draw_card(canvas: Canvas, card: CardFace, signer: CardSigner) -> None:
    canvas.doForm(_FACE)
    _draw_code(canvas, signer.token(card))
    rows = list(_rows(card))
    heights = [_LABEL + max(_height(value) for _, value in row) for row in rows]
    y = CARD_HEIGHT - _BAND - 1.6 * mm
    gap = (y - _STRIP - 1.5 * mm - sum(heights)) / (len(rows) - 1)
    for row, height in zip(rows, heights, strict=True):
        for x, (label, value) in zip((_EDGE, _SECOND_COLUMN), row, strict=False):
            _draw_field(canvas, (x, y), label, value)
        y -= height + min(gap, 2.2 * mm)
    canvas.setFillColor(_DEEP)
    canvas.setFont(REGULAR, 4.8)
    day = in_words(local_day(card.printed_at))
    canvas.drawRightString(CARD_WIDTH - _EDGE, 1.8 * mm, f"Dicetak {day}")


def _rows(card: CardFace) -> Iterator[Sequence[tuple[str, Lettering]]]:
    """The fields on the left, one or two beside each other, each with its label."""
    yield [("Nama", fitted(card.name, font=BOLD, sizes=(10.5, 5), width=_TEXT_WIDTH, lines_max=2))]
    yield [("Nomor peserta (KPJ)", Lettering(12, (kpj_groups(card.kpj),)))]
    yield [("Program", _value(card.programme, _TEXT_WIDTH))]
    yield [
        ("Kelurahan/Desa", _value(card.village, _HALF_WIDTH)),
        ("Kecamatan", _value(card.district, _HALF_WIDTH)),
    ]
    yield [
        ("Berlaku sejak", _value(in_words(card.covered_from), _HALF_WIDTH)),
        ("Menjamin", _COVERS),
    ]


def _value(text: str, width: float) -> Lettering:
    return fitted(text, font=BOLD, sizes=(6.2, 4.2), width=width, lines_max=2)


def _height(value: Lettering) -> float:
    return len(value.lines) * value.size * _LINE_HEIGHT


def _draw_field(canvas: Canvas, at: tuple[float, float], label: str, value: Lettering) -> None:
    """A label with its value under it; `at` is the upper left corner."""
    x, y = at[0], at[1] - _LABEL
    canvas.setFillColor(_SOFT)
    canvas.setFont(REGULAR, 4.6)
    canvas.drawString(x, y, label)
    canvas.setFillColor(_INK)
    canvas.setFont(BOLD, value.size)
    for line in value.lines:
        y -= value.size * _LINE_HEIGHT
        canvas.drawString(x, y, line)


def _draw_code(canvas: Canvas, token: str) -> None:
    top = CARD_HEIGHT - _BAND - 1.4 * mm
    draw_code(canvas, token, at=(_CODE_LEFT, top), side=CODE_SIDE)
