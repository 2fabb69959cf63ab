"""A statement of an account on A4, in Indonesian: for the counter and for an auditor's file."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime

from reportlab.platypus import Flowable, Paragraph

from chassis.paper.layout import TITLE, Told, pairs, section, sheets, table, text, written
from chassis.paper.lettering import grouped, in_words, instant_in_words, rupiah
from chassis.paper.terbilang import rupiah_in_words
from services.banking.operations.statements import Statement, StatementLine
from services.banking.rules.ledger import (
    CLEARING,
    FIXED,
    INSURER,
    OTHER_BANKS,
    SUSPENSE,
    TREASURY,
    VAULT,
)
from services.banking.rules.statements import KIND_WORDS, UNNAMED, StatementTooLong

PAPER_LINES_MAX = 2_000
"""Some 70 pages and two seconds; whoever wants more takes the sheet."""
COLUMNS = ("Waktu (WITA)", "Keterangan", "Rekening lawan", "Masuk", "Keluar", "Saldo")
WIDTHS = (33, 38, 26, 26, 26, 29)
FIGURES = (3, 4, 5)
KINDS: Mapping[str, str] = {
    "deposit": "Setoran provinsi",
    "contribution": "Pembayaran iuran",
    "benefit": "Pembayaran manfaat",
    "reserve": "Manfaat disisihkan untuk bank lain",
    "settle": "Manfaat sampai di bank lain",
    "return": "Manfaat kembali dari bank lain",
    "posting": "Pemindahbukuan",
    "cash-in": "Setoran tunai",
    "cash-out": "Penarikan tunai",
    "suspense": "Selisih dengan jaringan antarbank",
    "recovery": "Pengembalian selisih",
}
NAMES: Mapping[str, str] = {
    FIXED[TREASURY]: "Kas daerah",
    FIXED[INSURER]: "BPJS Ketenagakerjaan",
    FIXED[CLEARING]: "Kliring antarbank",
    FIXED[OTHER_BANKS]: "Bank lain",
    FIXED[VAULT]: "Kas cabang",
    FIXED[SUSPENSE]: "Rekening antara selisih",
    UNNAMED: "Rekening tabungan",
}
"""What the bank's own accounts are called on paper."""


async def paper(statement: Statement, *, by: str, at: datetime) -> bytes:
    """The statement as a PDF, in a thread. The account shows its masked number, nobody's name.

    Raises: StatementTooLong.
    """
    if statement.lines_total > PAPER_LINES_MAX:
        raise StatementTooLong(
            f"There are {statement.lines_total:,} lines, a PDF takes {PAPER_LINES_MAX:,}: ask for "
            "fewer days, or for the sheet."
        )
    foot = written(
        f"{_name(statement.name)}, {_period(statement)}. Dibuat {instant_in_words(at)} oleh {by}"
    )
    return await asyncio.to_thread(
        sheets, list(_story(statement)), title="Rekening Koran", foot=foot
    )


def _story(statement: Statement) -> Iterator[Flowable]:
    yield Paragraph("Rekening Koran", TITLE)
    yield text("Bank NTT. Jumlah dalam rupiah; waktu menurut WITA.")
    yield from section("Ringkasan", pairs(_summary(statement)))
    yield from section(
        "Mutasi",
        table(
            COLUMNS,
            _rows(statement),
            widths=WIDTHS,
            figures=FIGURES,
            total=(
                "",
                "Jumlah dan saldo akhir",
                "",
                grouped(statement.total_in),
                grouped(statement.total_out),
                grouped(statement.closing_balance),
            ),
        ),
    )


def _summary(statement: Statement) -> list[tuple[str, Told]]:
    closing = statement.closing_balance
    in_full = f" ({rupiah_in_words(closing)})" if closing >= 0 else ""
    return [
        ("Rekening", _name(statement.name)),
        ("Nomor pada sistem", str(statement.account_id)),
        ("Periode", _period(statement)),
        ("Saldo awal", rupiah(statement.opening_balance)),
        ("Masuk", rupiah(statement.total_in)),
        ("Keluar", rupiah(statement.total_out)),
        ("Saldo akhir", f"{rupiah(closing)}{in_full}"),
        ("Banyaknya mutasi", grouped(statement.lines_total)),
    ]


def _rows(statement: Statement) -> Iterator[tuple[Told, ...]]:
    yield (
        in_words(statement.first_day), "Saldo awal", "", "", "",
        grouped(statement.opening_balance),
    )  # fmt: skip
    for line in statement.lines:
        yield (
            instant_in_words(line.transferred_at).removesuffix(" WITA"),
            _what(line),
            NAMES.get(line.counter_account, line.counter_account),
            grouped(line.amount_in) if line.amount_in else "",
            grouped(line.amount_out) if line.amount_out else "",
            grouped(line.balance),
        )


def _what(line: StatementLine) -> str:
    """The kind in Indonesian, and what the one who made the transfer wrote."""
    said = line.purpose.removeprefix(KIND_WORDS.get(line.kind, line.kind)).removeprefix(": ")
    kind = KINDS.get(line.kind, line.kind)
    return f"{kind}: {said}" if said else kind


def _name(name: str) -> str:
    return NAMES.get(name, name)


def _period(statement: Statement) -> str:
    return f"{in_words(statement.first_day)} s.d. {in_words(statement.last_day)}"
