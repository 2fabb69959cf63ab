"""The report of a day on A4, in Indonesian, with room for two to sign."""

import asyncio
from collections.abc import Iterator, Mapping

from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer

from chassis.paper.layout import (
    TITLE,
    Told,
    pairs,
    section,
    sheets,
    signatures,
    table,
    text,
    written,
)
from chassis.paper.lettering import grouped, in_words, instant_in_words, rupiah
from contracts.banking import DifferenceKind
from services.banking.operations.day_reports import DayReport
from services.banking.operations.differences import DifferenceStanding
from services.banking.operations.statement_papers import NAMES
from services.banking.operations.trial_balances import SAVINGS
from services.banking.rules.reconciliation import DifferenceState

_NAMES: Mapping[str, str] = {**NAMES, SAVINGS: "Semua rekening tabungan"}
_KINDS: Mapping[DifferenceKind, str] = {
    "missing-here": "Tidak ada pada buku kita",
    "missing-there": "Tidak ada pada jaringan",
    "amount-differs": "Jumlah berbeda",
}
_STATES: Mapping[DifferenceState, str] = {
    "open": "belum dijelaskan",
    "explained": "dijelaskan, menunggu orang kedua",
    "accepted": "diterima",
    "resolved": "selesai",
}
_STOPPED: Mapping[str, str] = {
    "outcome-unknown": "jaringan tidak menjawab jelas",
    "amount-differs": "jumlah berbeda",
    "rail-limit": "melebihi batas jaringan",
}
_OUTCOMES: Mapping[str, str] = {"arrived": "diusulkan: sampai", "not-arrived": "diusulkan: gagal"}
_ROOM_TO_SIGN = 20


async def paper(report: DayReport, *, by: str) -> bytes:
    """The report as a PDF, in a thread."""
    foot = written(
        f"Laporan hari {in_words(report.day)}. Dibuat {instant_in_words(report.as_of)} oleh {by}"
    )
    return await asyncio.to_thread(
        sheets, list(_story(report)), title="Laporan Akhir Hari", foot=foot
    )


def _story(report: DayReport) -> Iterator[Flowable]:
    yield Paragraph("Laporan Akhir Hari", TITLE)
    yield text("Bank NTT, pembayaran manfaat. Jumlah dalam rupiah; waktu menurut WITA.")
    yield from section("1. Ringkasan", pairs(_summary(report)))
    yield from section("2. Neraca saldo", *_books(report))
    yield from section("3. Laporan jaringan antarbank", _statements(report))
    yield from section("4. Selisih dan penjelasannya", _differences(report))
    yield from section("5. Pembayaran yang belum diketahui hasilnya", *_unknowns(report))
    yield from section("6. Dana dalam rekening antara", *_suspense(report))
    yield KeepTogether(
        [
            Spacer(1, _ROOM_TO_SIGN),
            signatures(("Dibuat oleh", "Diperiksa oleh"), place="Kupang"),
        ]
    )


def _summary(report: DayReport) -> list[tuple[str, Told]]:
    closed, open_differences = report.closed, _pending(report)
    if closed is not None:
        state = f"ditutup oleh {closed.closed_by}, {written(closed.closed_at)}"
    else:
        state = f"belum ditutup; {len(report.missing)} hal belum selesai"
    return [
        ("Hari", report.day),
        ("Keadaan", state),
        ("Cocok dengan jaringan", f"{grouped(report.matched)} transfer"),
        ("Sampai di bank lain", _count(report.settled.payouts, report.settled.amount)),
        (
            "Selisih",
            f"{grouped(len(report.differences))}, {grouped(open_differences)} belum diterima; "
            f"{grouped(report.resolved)} selesai dengan sendirinya",
        ),
        ("Belum diketahui", _count(report.unknown.payouts, report.unknown.amount)),
        ("Dalam rekening antara", rupiah(report.suspense)),
    ]


def _pending(report: DayReport) -> int:
    return sum(each.state != "accepted" for each in report.differences)


def _count(payouts: int, amount: int) -> str:
    return f"{grouped(payouts)} pembayaran, {rupiah(amount)}"


def _books(report: DayReport) -> Iterator[Flowable]:
    books = report.books
    yield table(
        ("Rekening bank", "Debit", "Kredit", "Saldo"),
        (
            (
                _NAMES.get(each.name, each.name),
                grouped(each.debits),
                grouped(each.credits),
                grouped(each.balance),
            )
            for each in report.accounts
        ),
        widths=(70, 36, 36, 36),
        figures=(1, 2, 3),
    )
    yield pairs(
        (
            ("Jumlah debit", rupiah(books.debits)),
            ("Jumlah kredit", rupiah(books.credits)),
            ("Jumlah semua saldo", rupiah(books.sum_of_balances)),
            ("Rekening menyimpang", grouped(books.accounts_off)),
            ("Rekening negatif", grouped(books.accounts_overdrawn)),
            ("Pembukuan", "seimbang" if books.balanced else "TIDAK SEIMBANG"),
        )
    )


def _statements(report: DayReport) -> Flowable:
    return table(
        ("Ke-", "Bentuk", "Transfer", "Jumlah", "Diterima oleh", "Pada"),
        (
            (
                each.number,
                each.format.upper(),
                grouped(each.lines),
                grouped(each.amount),
                each.received_by,
                each.received_at,
            )
            for each in report.statements
        ),
        widths=(12, 20, 22, 38, 44, 42),
        figures=(2, 3),
    )


def _differences(report: DayReport) -> Flowable:
    return table(
        ("Selisih", "Referensi", "Buku kita", "Jaringan", "Penjelasan dan bukti", "Oleh"),
        (
            (
                f"{_KINDS[each.kind]}; {_STATES[each.state]}",
                each.rail_reference,
                _amount(each.our_amount),
                _amount(each.their_amount),
                _explained(each),
                _who(each),
            )
            for each in report.differences
        ),
        widths=(31, 31, 26, 26, 37, 27),
        figures=(2, 3),
    )


def _explained(each: DifferenceStanding) -> str | None:
    return each.explanation and f"{each.explanation} ({each.evidence})"


def _who(each: DifferenceStanding) -> str | None:
    acts = (("dijelaskan", each.explained_by), ("diterima", each.accepted_by))
    return "; ".join(f"{act} {who}" for act, who in acts if who) or None


def _unknowns(report: DayReport) -> Iterator[Flowable]:
    yield table(
        ("Pembayaran", "Jumlah", "Dikirim", "Keadaan"),
        (
            (
                str(each.payout_id),
                grouped(each.amount),
                each.submitted_at,
                _OUTCOMES.get(each.proposed_outcome or "")
                or _STOPPED.get(each.stopped_reason or "", "jaringan ditanya lagi"),
            )
            for each in report.unknowns
        ),
        widths=(62, 28, 44, 44),
        figures=(1,),
    )
    yield from _left_out(len(report.unknowns), report.unknown.payouts)


def _suspense(report: DayReport) -> Iterator[Flowable]:
    yield table(
        ("Hari", "Referensi", "Jumlah"),
        ((each.day, each.rail_reference, grouped(each.amount)) for each in report.in_suspense),
        widths=(48, 90, 40),
        figures=(2,),
        total=("Jumlah", "", grouped(report.suspense)),
    )


def _left_out(shown: int, all_: int) -> Iterator[Flowable]:
    if all_ > shown:
        yield text(f"Dan {grouped(all_ - shown)} lagi, yang tertua ada di atas.")


def _amount(amount: int | None) -> str | None:
    return None if amount is None else grouped(amount)
