"""What stands in each letter, in Indonesian."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from chassis.local_time import local_day
from chassis.paper.lettering import in_words, instant_in_words, rupiah
from chassis.paper.terbilang import rupiah_in_words
from contracts.claims import Benefit, DocumentKind
from services.claims.adapters.letter_pdf import Amounts, Part, PrintedLetter
from services.claims.operations.case_files import CaseFile, LineStanding
from services.claims.operations.lookups import in_words as explained
from services.claims.rules import family_words
from services.claims.rules.letters import (
    APPEAL,
    KINDS,
    NO_FEE,
    NO_FEE_SHORT,
    PAPERS,
    LetterKind,
    papers_in_words,
)

TITLES: Mapping[LetterKind, str] = {
    "receipt": "Tanda Terima Klaim",
    "return": "Pemberitahuan Kekurangan Berkas",
    "decision": "Keputusan Klaim",
    "rejection": "Penolakan Klaim",
    "compensation": "Ganti Rugi Keterlambatan Pembayaran",
}
UNNAMED = "(nama tidak dapat dibaca lagi)"
_LINES = ("Manfaat", "Penerima", "Jumlah")


@dataclass(frozen=True)
class Named:
    """A claim and what is printed beside it: it names people, and is not kept."""

    file: CaseFile
    number: str
    status_code: str
    member: str
    reporter: str | None
    payees: Mapping[UUID, str]
    """Names, with the account as it may be shown."""
    issued_by: str


def written(letter: LetterKind, named: Named) -> PrintedLetter:
    """The letter as it is printed."""
    signers = ("Petugas", "Penerima surat")
    if letter == "receipt":
        signers = ("Petugas penerima", "Yang menyerahkan")
    made = f"{named.number}, dibuat {instant_in_words(named.file.now)} oleh {named.issued_by}"
    return PrintedLetter(
        title=TITLES[letter],
        about=_about(named),
        codes=_codes(named) if letter == "receipt" else (),
        parts=_PARTS[letter](named),
        boxed=(NO_FEE_SHORT, NO_FEE),
        signers=signers,
        foot=made,
    )


def _about(named: Named) -> list[tuple[str, str]]:
    claim = named.file.claim
    about = [
        ("Nomor klaim", named.number),
        ("Jenis klaim", KINDS[named.file.kind]),
        ("Peserta", named.member),
    ]
    if named.file.member.kpj:
        about.append(("Nomor peserta (KPJ)", named.file.member.kpj))
    if claim.happened_on is not None:
        about.append(("Tanggal kecelakaan kerja", in_words(claim.happened_on)))
    if claim.died_on is not None:
        about.append(("Meninggal dunia pada", in_words(claim.died_on)))
    about.append(("Klaim diterima pada", instant_in_words(claim.filed_at)))
    if named.reporter:
        about.append(("Dilaporkan oleh", named.reporter))
    return about


def _codes(named: Named) -> list[tuple[str, str]]:
    return [("Nomor klaim", named.number), ("Kode status", named.status_code)]


def _receipt(named: Named) -> list[Part]:
    handed = [
        f"{PAPERS[cast(DocumentKind, each.kind)]}, {each.issuer}, tanggal "
        f"{in_words(each.issued_on)}, diterima {in_words(local_day(each.attached_at))}"
        for each in named.file.documents
        if each.replaced_by is None
    ]
    status = Part(
        "Melihat status klaim",
        words=(
            "Dengan nomor klaim dan kode status ini Anda dapat melihat sendiri sampai di mana "
            "klaim ini, di halaman status klaim atau dengan bantuan kantor desa. Simpan surat ini, "
            "dan jangan berikan kode status kepada orang lain.",
        ),
    )
    return [
        Part("Dokumen yang sudah diserahkan", listed=handed or ("Belum ada",)),
        _papers_missing(named.file.missing("verify")),
        *_due(named.file),
        status,
    ]


def _papers_missing(kinds: Iterable[DocumentKind]) -> Part:
    missing = papers_in_words(kinds)
    if not missing:
        return Part("Dokumen yang masih kurang", words=("Tidak ada. Dokumen sudah lengkap.",))
    return Part("Dokumen yang masih kurang", listed=missing)


def _due(file: CaseFile) -> list[Part]:
    term = file.term
    if term is None or term.is_paused or term.kept is not None:
        return []
    article = "pasal 40 ayat (3)" if file.kind == "death" else "pasal 37 ayat (2)"
    words = f"Manfaat dibayarkan paling lambat {in_words(term.due_on)} (PP 44/2015 {article})."
    return [Part("Waktu pembayaran", words=(words,))]


def _return(named: Named) -> list[Part]:
    note, kinds = _returned(named.file)
    stopped = (
        ("Selama berkas ada pada Anda, waktu pembayaran tidak dihitung (PP 44/2015 pasal 44).",)
        if named.file.kind != "death"
        else ()
    )
    return [
        Part("Alasan", words=(note,)),
        _papers_missing(kinds or named.file.missing("verify")),
        Part(
            "Yang perlu dilakukan",
            words=(
                "Bawalah dokumen yang kurang ke kantor cabang atau kantor desa. Klaim ini tetap "
                "berlaku dan tidak perlu diajukan lagi.",
                *stopped,
            ),
        ),
    ]


def _returned(file: CaseFile) -> tuple[str, list[DocumentKind]]:
    """The note of the last return, and the papers it asked for, which stand behind it."""
    said = next((step.words for step in reversed(file.steps) if step.step == "returned"), "") or ""
    note, _, behind = said.rpartition(" (")
    kinds = behind.removesuffix(")").split(", ")
    if note and all(kind in PAPERS for kind in kinds):
        return note, [cast(DocumentKind, kind) for kind in kinds]
    return said or "Berkas belum lengkap.", []


def _decision(named: Named) -> list[Part]:
    claim = named.file.claim
    lines = [line for line in named.file.lines if line.decision_id == claim.decision_id]
    held = [line for line in lines if line.state == "held"]
    due = [line for line in lines if line.state != "held"]
    parts = []
    if due:
        parts.append(Part("Yang dibayarkan", amounts=_amounts(due, named)))
    if held:
        parts.append(
            Part("Yang dibayarkan setelah tunggakan iuran dilunasi", amounts=_amounts(held, named))
        )
    if not lines:
        parts.append(Part("Yang dibayarkan", words=("Seluruh manfaat sudah dibayarkan.",)))
    why = [each for each in explained(claim.explanation) if each != family_words.NO_FEE]
    if claim.decided_at is not None:
        why.insert(0, f"Diputuskan pada {in_words(local_day(claim.decided_at))}.")
    return [*parts, Part("Penjelasan", words=why), _appeal()]


def _amounts(lines: Sequence[LineStanding], named: Named) -> Amounts:
    total = sum(line.amount for line in lines)
    return Amounts(
        columns=_LINES,
        rows=[
            (
                family_words.BENEFITS[cast(Benefit, line.benefit)],
                named.payees.get(line.payee_id, UNNAMED),
                rupiah(line.amount),
            )
            for line in lines
        ],
        total=rupiah(total),
        total_in_words=rupiah_in_words(total),
    )


def _appeal() -> Part:
    return Part("Jika Anda tidak setuju", listed=APPEAL)


def _rejection(named: Named) -> list[Part]:
    claim = named.file.claim
    why = [claim.rejection or "Klaim ini ditolak."]
    if claim.ground in family_words.GROUNDS:
        why.insert(0, family_words.ground_in_words(claim.ground))
    if claim.decided_at is not None:
        why.insert(0, f"Klaim ini ditolak pada {in_words(local_day(claim.decided_at))}.")
    return [Part("Alasan", words=why), _appeal()]


def _compensation(named: Named) -> list[Part]:
    file = named.file
    lines = [line for line in file.lines if line.origin == "compensation"]
    article = "pasal 40 ayat (4)" if file.kind == "death" else "pasal 37 ayat (3)"
    why = [
        "Manfaat yang terlambat dibayarkan diganti rugi 1 % untuk setiap hari kalender "
        f"keterlambatan (PP 44/2015 {article}).",
        *_lateness(file),
        *(
            f"Perhitungan: {_arithmetic(step.words)}."
            for step in file.steps
            if step.step == "compensated" and step.words
        ),
    ]
    return [
        Part("Yang dibayarkan", amounts=_amounts(lines, named)),
        Part("Penjelasan", words=why),
        _appeal(),
    ]


def _lateness(file: CaseFile) -> list[str]:
    term, ended_at = file.term, file.ended_at
    if term is None or ended_at is None or not term.days_late:
        return []
    paid_on: date = local_day(ended_at)
    return [
        f"Manfaat harus dibayarkan paling lambat {in_words(term.due_on)} dan sampai pada "
        f"{in_words(paid_on)}, terlambat {term.days_late} hari kalender."
    ]


def _arithmetic(words: str) -> str:
    """The arithmetic as Indonesian writes figures."""
    words = words.replace("calendar days", "hari").replace("calendar day", "hari")
    return words.replace("days", "hari").replace("day", "hari").replace(",", ".")


_PARTS = {
    "receipt": _receipt,
    "return": _return,
    "decision": _decision,
    "rejection": _rejection,
    "compensation": _compensation,
}
