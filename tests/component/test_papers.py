"""Statements and day reports on paper: right in every figure, in Indonesian, naming nobody."""

from datetime import timedelta

import httpx
import pytest

from chassis.ids import new_id
from services.banking.operations import statement_papers
from services.banking.operations.statement_papers import KINDS
from services.banking.rules.ledger import FIXED, account_of
from services.banking.rules.statements import KIND_WORDS
from tests import bank_events as heard
from tests.alone import START, Alone, MakeAlone
from tests.cards import texts
from tests.component import ledger_office
from tests.component.ledger_office import FUND, batch, row
from tests.component.reconciliation_office import DAY, NEXT, Moved, Office, office, said

__all__ = ["office"]

JULY = {"from": "2025-07-01", "to": "2025-07-31"}


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    return await ledger_office.ledger_bank(alone, funded=42_000_000)


async def statement(bank: Alone, account: object, **days: str) -> httpx.Response:
    auditor = bank.client("auditor", area="53", name="auditor")
    return await auditor.get(f"/accounts/{account}/statement.pdf", params=JULY | days)


async def test_a_statement_shows_every_figure_and_nobodys_name(bank: Alone) -> None:
    worker = heard.worker_enrolled()
    await bank.hear(worker)
    await ledger_office.activate(bank, worker.worker_id)
    account = account_of(worker.worker_id)
    await batch(bank, row(FUND, account, 1_250_000, purpose="bantuan Juli"))
    bank.clock.set(START + timedelta(days=9))
    await batch(bank, row(account, FUND, 50_000, purpose="dikembalikan"))
    answer = await statement(bank, account)
    assert answer.headers["content-type"] == "application/pdf"
    [page] = texts(answer.content)
    for words in (
        "Rekening Koran",
        "1 Juli 2025 s.d. 31 Juli 2025",
        "7 Juli 2025 09.00 Pemindahbukuan: bantuan Juli Pekerja rentan 1.250.000 1.250.000",
        "16 Juli 2025 09.00 Pemindahbukuan: dikembalikan Pekerja rentan 50.000 1.200.000",
        "Jumlah dan saldo akhir 1.250.000 50.000 1.200.000",
        "Rp1.200.000 (Satu juta dua ratus ribu rupiah)",
        "Halaman 1",
    ):
        assert words in page, page
    assert "Marselina" not in page
    [page] = texts((await statement(bank, account, **{"from": "2025-07-16"})).content)
    assert "16 Juli 2025 Saldo awal 1.250.000" in page


async def test_a_long_statement_repeats_its_head_on_every_page(bank: Alone) -> None:
    [account] = await ledger_office.active(bank)
    await batch(bank, *(row(FUND, account, 1_000 + number) for number in range(90)))
    pages = texts((await statement(bank, account)).content)
    assert len(pages) > 2
    assert all("Waktu (WITA) Keterangan Rekening lawan Masuk Keluar Saldo" in p for p in pages)
    assert [f"Halaman {number}" in page for number, page in enumerate(pages, 1)] == [True] * len(
        pages
    )
    total = sum(1_000 + number for number in range(90))
    assert f"Rp{total:,}".replace(",", ".") in pages[0]


async def test_what_is_too_long_for_paper_is_sent_to_the_sheet(
    bank: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    [account] = await ledger_office.active(bank)
    await batch(bank, *(row(FUND, account, 1_000) for _ in range(3)))
    monkeypatch.setattr(statement_papers, "PAPER_LINES_MAX", 2)
    answer = await statement(bank, account)
    assert said(answer) == (422, "statement-too-long")
    assert "sheet" in answer.json()["detail"]


async def test_statements_are_the_banks_and_the_auditors(bank: Alone) -> None:
    path = f"/accounts/{FUND}/statement.pdf"
    for role in ("branch", "province", "admin"):
        answer = await bank.client(role, area="53").get(path, params=JULY)
        assert said(answer) == (403, "role-not-allowed")
    assert (await statement(bank, FUND)).is_success
    assert said(await statement(bank, new_id())) == (404, "account-unknown")


def test_paper_has_a_word_for_every_kind_and_every_account_of_the_bank() -> None:
    assert KINDS.keys() == KIND_WORDS.keys()
    assert statement_papers.NAMES.keys() >= set(FIXED.values())


async def test_the_report_of_a_day_that_is_closed(office: Office) -> None:
    settled, _ = await office.payouts(2)
    await office.payouts(1, state="submitted")
    office.go_to(NEXT)
    await office.sent([Moved("A", settled), Moved("X-17", new_id(), 3_000_000)])
    await office.settle_all()
    assert (await office.close()).is_success
    answer = await office.auditor.get(f"/days/{DAY}/report.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    page = " ".join(texts(answer.content))
    for words in (
        "Hari 22 Oktober 2025",
        "ditutup oleh kepala",
        "Cocok dengan jaringan 1 transfer",
        "Pembukuan seimbang",
        "X-17 \N{EN DASH} 3.000.000 another partner's (letter 5/RAIL)",
        "dijelaskan rekonsiliasi",
        "diterima kepala",
        "Belum diketahui 1 pembayaran, Rp20.000.000",
        "Dalam rekening antara Rp3.000.000",
        "Dibuat oleh Diperiksa oleh",
    ):
        assert words in page, page


async def test_the_report_of_a_day_that_is_open_says_so(office: Office) -> None:
    (settled,) = await office.payouts(1)
    office.go_to(NEXT)
    await office.sent([Moved("A", settled), Moved("X-17", new_id(), 3_000_000)])
    answer = await office.auditor.get(f"/days/{DAY}/report.pdf")
    page = " ".join(texts(answer.content))
    assert "belum ditutup; 1 hal belum selesai" in page
    assert "Tidak ada pada buku kita; belum dijelaskan" in page

    answer = await office.auditor.get("/days/2026-01-01/report.pdf")
    assert said(answer) == (422, "day-in-the-future")
    branch = office.bank.client("branch", area="53")
    assert said(await branch.get(f"/days/{DAY}/report.pdf")) == (403, "role-not-allowed")
