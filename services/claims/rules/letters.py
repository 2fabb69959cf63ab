"""What letters and the family's page call things, in Indonesian; and which letter goes when."""

from collections.abc import Iterable, Mapping
from typing import Literal

from contracts.claims import ClaimKind, DocumentKind
from contracts.refusal import Refused
from services.claims.rules.claims import ClaimState

LetterKind = Literal["receipt", "return", "decision", "rejection", "compensation"]
KINDS: Mapping[ClaimKind, str] = {
    "death": "Jaminan Kematian (JKM)",
    "work-accident-death": "Jaminan Kecelakaan Kerja (JKK), peserta meninggal dunia",
    "work-accident": "Jaminan Kecelakaan Kerja (JKK)",
}
PAPERS: Mapping[DocumentKind, str] = {
    "application": "Formulir pengajuan klaim",
    "death-certificate": "Kutipan Akta Kematian dari Dukcapil",
    "village-death-letter": "Surat keterangan kematian dari desa atau kelurahan",
    "heir-certificate": "Surat keterangan ahli waris",
    "member-card": "Kartu peserta BPJS Ketenagakerjaan",
    "member-ktp": "KTP peserta",
    "heir-ktp": "KTP ahli waris",
    "family-card": "Kartu Keluarga (KK)",
    "marriage-book": "Buku nikah",
    "birth-certificate": "Akta kelahiran anak",
    "bank-book": "Buku tabungan atas nama ahli waris",
    "power-of-attorney": "Surat kuasa semua ahli waris",
    "guardianship": "Penetapan wali anak",
    "will": "Surat wasiat",
    "funeral-receipt": "Bukti biaya pemakaman",
    "medical-certificate": "Surat keterangan dokter",
    "accident-report-1": "Laporan kecelakaan tahap I",
    "accident-report-2": "Laporan kecelakaan tahap II",
    "police-report": "Laporan polisi",
    "witness-statement": "Keterangan saksi",
    "transport-receipt": "Kuitansi biaya pengangkutan",
    "medical-receipt": "Kuitansi biaya pengobatan",
    "appliance-receipt": "Kuitansi alat bantu",
    "school-certificate": "Surat keterangan sekolah",
    "arrears-receipt": "Bukti pelunasan tunggakan iuran",
    "other": "Dokumen lain",
}
DEATH_LETTERS: frozenset[DocumentKind] = frozenset({"death-certificate", "village-death-letter"})
NO_FEE = (
    "Jangan memberi uang kepada siapa pun, termasuk petugas, aparat desa, atau orang yang "
    "membantu mengurus klaim ini. Seluruh manfaat adalah hak penerimanya."
)
NO_FEE_SHORT = "Tidak ada biaya apa pun"
APPEAL = (
    "Jika tidak setuju, ajukan keberatan di kantor cabang mana pun, secara tertulis atau lisan, "
    "tanpa biaya. Sebutkan nomor klaim.",
    "Keberatan diperiksa oleh petugas lain yang tidak ikut memutuskan klaim ini, dan dijawab "
    "paling lama 5 hari kerja sejak diterima (UU 24/2011 pasal 48).",
    "Jika tetap tidak setuju, sengketa dapat diselesaikan melalui mediasi paling lama 30 hari "
    "kerja (pasal 49), dan setelah itu melalui pengadilan negeri di tempat tinggal Anda "
    "(pasal 50).",
)
"""The way of appeal, as a family reads it (UU 24/2011; the articles were not read in the text of
the law)."""


class LetterTooEarly(Refused):
    """What the letter would tell has not happened."""

    slug, status, retryable = "letter-too-early", 409, False


def check_letter(
    letter: LetterKind, *, state: ClaimState, steps: Iterable[str], is_compensated: bool
) -> None:
    """Raises LetterTooEarly unless what the letter tells of has happened and stands.

    `steps` are all that the claim took so far.
    """
    taken = set(steps)
    if letter == "return" and state != "returned":
        raise LetterTooEarly("the file is not with the family: return it first")
    if letter == "decision" and (state not in ("approved", "paid") or "approved" not in taken):
        raise LetterTooEarly("nothing is approved: the letter of decision follows the approval")
    if letter == "rejection" and state != "rejected":
        raise LetterTooEarly("the claim is not rejected")
    if letter == "compensation" and not is_compensated:
        raise LetterTooEarly("no compensation was awarded: it is once a late benefit has arrived")


def papers_in_words(kinds: Iterable[DocumentKind]) -> list[str]:
    """The papers by their Indonesian names, each once; any of two death letters is enough where
    both are missing."""
    missing = list(dict.fromkeys(kinds))
    words = [PAPERS[kind] for kind in missing if kind not in DEATH_LETTERS]
    letters = [PAPERS[kind] for kind in missing if kind in DEATH_LETTERS]
    return [" atau ".join(letters), *words] if letters else words
