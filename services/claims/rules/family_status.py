"""Where a claim stands, in words for a family, in Indonesian. It names nobody."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal, NamedTuple

from chassis.local_time import local_day
from contracts.claims import ClaimKind, DocumentKind
from services.claims.rules.claims import ClaimState
from services.claims.rules.family_words import GROUNDS, day_in_words, ground_in_words, rupiah
from services.claims.rules.letters import APPEAL, KINDS, papers_in_words

Stage = Literal["waiting", "checking", "deciding", "paying", "paid", "rejected"]
STAGES: dict[Stage, str] = {
    "waiting": "Menunggu dokumen",
    "checking": "Sedang diperiksa",
    "deciding": "Sedang diputuskan",
    "paying": "Disetujui, sedang dibayarkan",
    "paid": "Sudah dibayarkan",
    "rejected": "Ditolak",
}


class Told(NamedTuple):
    """As much of a claim as a family is told. Amounts in rupiah."""

    kind: ClaimKind
    state: ClaimState
    filed_at: datetime
    missing: tuple[DocumentKind, ...]
    due_on: date | None
    """The last day to pay; None while the clock does not run."""
    awarded: int
    arrived: int
    held: int
    has_failed: bool
    """The bank could not pay a line."""
    arrived_at: datetime | None
    """When the last money came."""
    is_appealed: bool
    ground: str | None
    happened_on: date | None
    """The day of the death or the accident."""


class FamilyStatus(NamedTuple):
    """What the page shows."""

    stage: Stage
    heading: str
    words: list[str]
    missing: list[str]
    appeal: list[str]


def family_status(told: Told) -> FamilyStatus:
    """Where the claim stands and what follows."""
    stage = _stage(told)
    is_waiting = stage == "waiting"
    return FamilyStatus(
        stage=stage,
        heading=STAGES[stage],
        words=[*_begun(told), *_WORDS[stage](told), *_appealed(told)],
        missing=papers_in_words(told.missing) if is_waiting else [],
        appeal=list(APPEAL) if stage == "rejected" and not told.is_appealed else [],
    )


def _stage(told: Told) -> Stage:
    if told.state == "filed":
        return "waiting" if told.missing else "checking"
    of_state: dict[ClaimState, Stage] = {
        "returned": "waiting",
        "verified": "deciding",
        "approved": "paying",
        "paid": "paid",
        "rejected": "rejected",
    }
    return of_state[told.state]


def _begun(told: Told) -> Iterator[str]:
    yield f"Klaim {KINDS[told.kind]} diterima pada {day_in_words(local_day(told.filed_at))}."


def _waiting(told: Told) -> Iterator[str]:
    if told.missing:
        yield "Kami masih menunggu dokumen di bawah ini. Bawalah ke kantor cabang atau kantor desa."
    else:
        yield (
            "Berkas dikembalikan untuk dilengkapi. Lihat surat pengembalian, atau tanyakan di "
            "kantor cabang."
        )


def _checking(told: Told) -> Iterator[str]:
    yield "Dokumen sudah lengkap dan sedang diperiksa petugas."
    yield from _due(told)


def _deciding(told: Told) -> Iterator[str]:
    yield "Dokumen sudah diperiksa. Petugas lain sedang mengambil keputusan."
    yield from _due(told)


def _due(told: Told) -> Iterator[str]:
    if told.due_on is not None:
        yield f"Menurut aturan, manfaat dibayarkan paling lambat {day_in_words(told.due_on)}."


def _paying(told: Told) -> Iterator[str]:
    yield f"Klaim disetujui. Jumlah seluruhnya {rupiah(told.awarded)}."
    if told.arrived and told.arrived_at:
        day = day_in_words(local_day(told.arrived_at))
        yield f"Sudah masuk ke rekening penerima: {rupiah(told.arrived)}, terakhir pada {day}."
    on_the_way = told.awarded - told.arrived - told.held
    if told.has_failed:
        yield (
            "Bank belum dapat membayarkan sebagian uang, karena ada masalah dengan rekening. "
            "Datanglah ke kantor cabang dengan KTP dan buku tabungan."
        )
    elif on_the_way:
        yield f"Sedang dikirim ke rekening penerima: {rupiah(on_the_way)}."
    if told.held:
        yield f"{rupiah(told.held)} dibayarkan setelah tunggakan iuran dilunasi."


def _paid(told: Told) -> Iterator[str]:
    day = f" pada {day_in_words(local_day(told.arrived_at))}" if told.arrived_at else ""
    yield f"Seluruh manfaat, {rupiah(told.arrived)}, sudah masuk ke rekening penerima{day}."
    if told.awarded > told.arrived:
        yield f"{rupiah(told.awarded - told.arrived)} lagi sedang dikirim."


def _rejected(told: Told) -> Iterator[str]:
    if told.happened_on is not None:
        yield f"Yang dilaporkan terjadi pada {day_in_words(told.happened_on)}."
    yield ground_in_words(told.ground) if told.ground in GROUNDS else "Klaim ini ditolak."
    yield "Alasan selengkapnya ada dalam surat penolakan, yang dapat diminta di kantor cabang."


def _appealed(told: Told) -> Iterator[str]:
    if told.is_appealed:
        yield "Keberatan Anda sudah diterima dan sedang diperiksa oleh petugas lain."


_WORDS = {
    "waiting": _waiting,
    "checking": _checking,
    "deciding": _deciding,
    "paying": _paying,
    "paid": _paid,
    "rejected": _rejected,
}
