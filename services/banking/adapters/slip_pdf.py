"""A payout slip on A5, in Indonesian: what the payee shows at a branch."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from chassis.paper.codes import draw_code
from chassis.paper.lettering import (
    BOLD,
    REGULAR,
    Lettering,
    fitted,
    instant_in_words,
    printable,
    rupiah,
)
from contracts.claims import Benefit

BENEFITS: Mapping[Benefit, str] = {
    "lump-sum": "Santunan kematian (sekaligus)",
    "periodic": "Santunan berkala, dibayar sekaligus",
    "funeral": "Biaya pemakaman",
    "scholarship": "Beasiswa pendidikan anak",
    "accident-death": "Santunan kematian akibat kecelakaan kerja",
    "total-disability": "Santunan cacat total tetap",
    "anatomical-disability": "Santunan cacat sebagian anatomis",
    "functional-disability": "Santunan cacat sebagian fungsi",
    "income-replacement": "Santunan sementara tidak mampu bekerja",
    "transport": "Penggantian biaya pengangkutan",
    "medical": "Penggantian biaya pengobatan dan perawatan",
    "home-care": "Penggantian biaya perawatan di rumah",
    "appliances": "Penggantian biaya alat bantu",
    "late-compensation": "Ganti rugi keterlambatan pembayaran",
}
TEXT_CHARACTERS_MAX = 120
CODE_SIDE = 42 * mm
"""With its quiet zone."""

_WIDTH, _HEIGHT = A5
_EDGE = 12 * mm
_TEXT_WIDTH = _WIDTH - 2 * _EDGE
_BAND = 19 * mm
_LABEL, _LABEL_GAP, _FIELD_GAP = 7, 1.2 * mm, 3.1 * mm
_LINE = 1.22
_SIGN_AT = 72 * mm
"""The height of the lines to sign on."""
_DEEP, _GOLD, _MIST, _INK, _SOFT, _RULE, _SPENT = map(
    HexColor, ("#0b4a33", "#e3b341", "#e6f1eb", "#10241b", "#476457", "#b9c8c1", "#8c2f1b")
)


class HonoredAt(NamedTuple):
    """Where and when a slip was taken."""

    branch: str
    at: datetime


class PrintedSlip(NamedTuple):
    """What stands on one slip. It names its payee: nothing of it is kept."""

    payout_id: UUID
    claim_id: UUID
    benefit: Benefit
    amount: int
    amount_in_words: str
    paid_at: datetime
    payee: str
    bank_code: str | None
    """None: the account is at this bank."""
    number_masked: str | None
    number: int
    issued_by: str
    issued_at: datetime
    check_digits: str
    token: str
    honored: HonoredAt | None


def slip_pdf(slip: PrintedSlip) -> bytes:
    """The slip as a PDF of one page. The same slip gives the same bytes."""
    content = BytesIO()
    canvas = Canvas(content, pagesize=A5, invariant=1, pageCompression=1, lang="id-ID")
    canvas.setTitle("Slip Pembayaran Manfaat")
    canvas.setAuthor("Bank NTT")
    _draw_head(canvas, slip)
    y = _draw_amount(canvas, slip, _HEIGHT - _BAND - 5 * mm)
    for label, value in _fields(slip):
        y = _draw_field(canvas, y, label, value)
    _draw_signatures(canvas)
    _draw_check(canvas, slip)
    canvas.showPage()
    canvas.save()
    return content.getvalue()


def _fields(slip: PrintedSlip) -> Iterator[tuple[str, Lettering]]:
    yield "Penerima", _fitted(slip.payee, lines_max=2, largest=12)
    yield "Manfaat", _fitted(BENEFITS[slip.benefit])
    yield "Rekening penerima", _fitted(_account(slip))
    yield "Dibayar pada", _fitted(instant_in_words(slip.paid_at))
    yield "Nomor pembayaran", _fitted(str(slip.payout_id))
    yield "Nomor klaim", _fitted(str(slip.claim_id))


def _account(slip: PrintedSlip) -> str:
    bank = "Bank NTT" if slip.bank_code is None else f"bank dengan kode {slip.bank_code}"
    return bank if slip.number_masked is None else f"{slip.number_masked} di {bank}"


def _fitted(text: str, *, lines_max: int = 1, largest: float = 9.5) -> Lettering:
    shown = printable(text, characters_max=TEXT_CHARACTERS_MAX)
    return fitted(shown, font=BOLD, sizes=(largest, 6), width=_TEXT_WIDTH, lines_max=lines_max)


def _draw_head(canvas: Canvas, slip: PrintedSlip) -> None:
    canvas.setFillColor(_DEEP)
    canvas.rect(0, _HEIGHT - _BAND, _WIDTH, _BAND, stroke=0, fill=1)
    canvas.setFillColor(_GOLD)
    canvas.rect(0, _HEIGHT - _BAND - 0.9 * mm, _WIDTH, 0.9 * mm, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont(BOLD, 14)
    canvas.drawString(_EDGE, _HEIGHT - 9.5 * mm, "Slip Pembayaran Manfaat")
    canvas.setFont(REGULAR, 8)
    canvas.drawString(_EDGE, _HEIGHT - 14.5 * mm, "Bank NTT, untuk BPJS Ketenagakerjaan")
    canvas.setFont(BOLD, 8)
    canvas.drawRightString(_WIDTH - _EDGE, _HEIGHT - 14.5 * mm, f"Slip ke-{slip.number}")


def _draw_amount(canvas: Canvas, slip: PrintedSlip, top: float) -> float:
    """The amount in figures and in words, in a box; answers where it ends."""
    words = fitted(
        slip.amount_in_words, font=REGULAR, sizes=(9, 6), width=_TEXT_WIDTH - 8 * mm, lines_max=2
    )
    box = (14 + 4 * len(words.lines)) * mm
    canvas.setFillColor(_MIST)
    canvas.roundRect(_EDGE, top - box, _TEXT_WIDTH, box, 2 * mm, stroke=0, fill=1)
    canvas.setFillColor(_DEEP)
    canvas.setFont(BOLD, 19)
    canvas.drawString(_EDGE + 4 * mm, top - 9.5 * mm, rupiah(slip.amount))
    canvas.setFillColor(_INK)
    canvas.setFont(REGULAR, words.size)
    _draw_lines(canvas, (_EDGE + 4 * mm, top - 14.5 * mm), words)
    return top - box - 5 * mm


def _draw_field(canvas: Canvas, top: float, label: str, value: Lettering) -> float:
    """A label with its value under it; answers where the next one begins."""
    canvas.setFillColor(_SOFT)
    canvas.setFont(REGULAR, _LABEL)
    y = top - _LABEL
    canvas.drawString(_EDGE, y, label)
    canvas.setFillColor(_INK)
    canvas.setFont(BOLD, value.size)
    return _draw_lines(canvas, (_EDGE, y - _LABEL_GAP - value.size * 0.8), value) - _FIELD_GAP


def _draw_lines(canvas: Canvas, at: tuple[float, float], text: Lettering) -> float:
    """Lines from this first baseline down; answers the lower edge of the last."""
    x, y = at
    for place, line in enumerate(text.lines):
        canvas.drawString(x, y - place * text.size * _LINE, line)
    return y - (len(text.lines) - 1) * text.size * _LINE - text.size * 0.2


def _draw_signatures(canvas: Canvas) -> None:
    width = (_TEXT_WIDTH - 10 * mm) / 2
    canvas.setStrokeColor(_INK)
    canvas.setLineWidth(0.5)
    canvas.setFillColor(_SOFT)
    canvas.setFont(REGULAR, _LABEL)
    for x, title in ((_EDGE, "Tanda tangan penerima"), (_EDGE + width + 10 * mm, "Petugas bank")):
        canvas.line(x, _SIGN_AT, x + width, _SIGN_AT)
        canvas.drawString(x, _SIGN_AT - 3.4 * mm, title)


def _draw_check(canvas: Canvas, slip: PrintedSlip) -> None:
    """The code, the digits to compare, and who made the slip."""
    top = 9 * mm + CODE_SIDE + 6 * mm
    canvas.setStrokeColor(_RULE)
    canvas.setLineWidth(0.6)
    canvas.line(_EDGE, top + 1 * mm, _WIDTH - _EDGE, top + 1 * mm)
    left = _WIDTH - _EDGE - CODE_SIDE + 3 * mm
    draw_code(canvas, slip.token, at=(left, top), side=CODE_SIDE)
    y = top - 8 * mm
    canvas.setFillColor(_SOFT)
    canvas.setFont(REGULAR, _LABEL)
    canvas.drawString(_EDGE, y, "Angka pemeriksa")
    canvas.setFillColor(_INK)
    canvas.setFont(BOLD, 13)
    canvas.drawString(_EDGE, y - 6 * mm, slip.check_digits)
    canvas.setFont(REGULAR, 7)
    for place, line in enumerate(_notes(slip)):
        canvas.drawString(_EDGE, y - 12.5 * mm - place * 3.7 * mm, line)
    if slip.honored:
        _draw_honored(canvas, slip.honored, left - _EDGE - 2 * mm)
    canvas.setFillColor(_SOFT)
    canvas.setFont(REGULAR, 6.5)
    made = f"Diterbitkan {instant_in_words(slip.issued_at)} oleh {slip.issued_by}"
    foot = fitted(
        printable(made, characters_max=TEXT_CHARACTERS_MAX),
        font=REGULAR, sizes=(6.5, 5), width=_TEXT_WIDTH,
    )  # fmt: skip
    canvas.setFont(REGULAR, foot.size)
    canvas.drawString(_EDGE, 7 * mm, foot.lines[0])


def _notes(slip: PrintedSlip) -> Sequence[str]:
    if slip.number > 1:
        older = "Slip sebelumnya tidak berlaku lagi."
    else:
        older = "Slip baru membatalkan slip ini."
    return (
        "Berlaku satu kali, di satu cabang.",
        older,
        "Cabang memindai kode ini dan",
        "membandingkan angka pemeriksa.",
    )


def _draw_honored(canvas: Canvas, honored: HonoredAt, width: float) -> None:
    said = f"SUDAH DILAYANI di {honored.branch}, {instant_in_words(honored.at)}"
    text = fitted(
        printable(said, characters_max=TEXT_CHARACTERS_MAX),
        font=BOLD, sizes=(7.5, 5), width=width, lines_max=2,
    )  # fmt: skip
    canvas.setFillColor(_SPENT)
    canvas.setFont(BOLD, text.size)
    _draw_lines(canvas, (_EDGE, 15 * mm), text)
