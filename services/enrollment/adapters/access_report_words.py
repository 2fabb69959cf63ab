"""The words of the access report, in Indonesian."""

from collections.abc import Mapping
from typing import overload

INTRODUCTION = (
    "Laporan ini memuat semua data pribadi Anda yang disimpan oleh layanan kepesertaan Tameng: "
    "apa yang disimpan, untuk apa, siapa yang membacanya, dan sampai kapan (UU 27/2022 Pasal 7 dan "
    "Pasal 32). Simpan baik-baik; jangan berikan kepada orang lain."
)
RIGHTS = (
    "Anda boleh meminta data yang salah diperbaiki, dan meminta data dihapus. Sampaikan kepada "
    "kantor cabang atau dinas; jawaban diberikan paling lambat 72 jam.",
    "Selama undang-undang mewajibkan data disimpan untuk jaminan sosial, penghapusan dapat ditolak "
    "dengan menyebut dasarnya (UU 27/2022 Pasal 15 ayat (1) huruf c).",
    "Keputusan tentang Anda diambil oleh orang, bukan oleh mesin (UU 27/2022 Pasal 10). Semua "
    "pelayanan ini gratis.",
)
NEVER_NEEDED = "Data Anda belum pernah dipakai dan dihapus kapan saja Anda memintanya."
UNTIL_COVER_ENDS = "dihitung sejak perlindungan berakhir"
FIELDS: Mapping[str, str] = {
    "nik": "NIK",
    "nama": "nama",
    "tempat_lahir": "tempat lahir",
    "tanggal_lahir": "tanggal lahir",
    "jenis_kelamin": "jenis kelamin",
    "nama_ibu": "nama ibu kandung",
    "no_kk": "nomor KK",
    "alamat": "alamat",
    "kode_wilayah": "kelurahan/desa",
    "pekerjaan": "pekerjaan",
    "no_hp": "nomor telepon",
    "ktp": "salinan KTP",
    "kk": "salinan KK",
}
KEPT: Mapping[str, str] = {
    "work-accident-claims": "Jati diri, masa perlindungan, kartu: klaim kecelakaan kerja",
    "financial-documents": "Iuran per bulan atas nama Anda: bukti pengeluaran",
    "scholarships": "Jati diri peserta yang meninggal: beasiswa anak",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "sex": {"L": "laki-laki", "P": "perempuan"},
    "payer": {
        "apbd": "pemerintah daerah (APBD)",
        "apbn": "pemerintah pusat (APBN)",
        "village": "pemerintah desa",
        "self": "peserta sendiri",
    },
    "handed_to": {"member": "peserta", "family": "keluarga", "proxy": "kuasa"},
    "claim": {"paid": "dibayar", "rejected": "ditolak"},
    "end": {
        "death": "meninggal dunia",
        "lapse": "menunggak lebih dari tiga bulan",
        "other-segment": "pindah segmen",
        "double-registration": "terdaftar dua kali",
        "withdrawal": "ditarik",
        "refused": "tidak diterima",
        "replaced": "digantikan",
    },
    "review": {
        "possible-duplicate": "mungkin orang yang sama dengan peserta lain",
        "reached-age-limit": "mencapai umur 65 tahun",
    },
    "review_outcome": {"keep": "tetap peserta", "end": "berakhir"},
    "request": {
        "access": "melihat data",
        "correction": "memperbaiki data",
        "erasure": "hapus data",
    },
    "outcome": {"granted": "dikabulkan", "refused": "ditolak"},
    "role": {
        "branch": "kantor cabang",
        "district": "dinas kabupaten/kota",
        "province": "dinas provinsi",
        "checker": "pemeriksa",
        "village": "kelurahan/desa",
        "bank": "bank",
        "auditor": "auditor",
        "admin": "administrator",
    },
    "what": {
        "access report": "laporan ini",
        "amendments": "riwayat perbaikan",
        "data request": "permintaan perbaikan",
        "key": "data lengkap",
        "look-up": "pencarian",
        "card": "kartu",
    },
    "warning": {
        "birth-date-differs-from-nik": "tanggal lahir berbeda dari NIK",
        "sex-differs-from-nik": "jenis kelamin berbeda dari NIK",
        "nik-prefix-unknown": "kode wilayah NIK tidak dikenal",
        "kk-crowded": "banyak orang pada satu KK",
        "possible-duplicate": "mungkin orang yang sama dengan peserta lain",
        "already-member": "sudah peserta",
        "nik-twice-in-file": "NIK dua kali dalam satu daftar",
        "person-dead": "tercatat meninggal",
        "quota-exhausted": "kuota habis",
        "budget-exhausted": "anggaran habis",
        "programme-over": "program sudah berakhir",
        "programme-closed": "program sudah ditutup",
        "left-out-by-checker": "tidak diloloskan pemeriksa",
    },
}


@overload
def said(of: str, word: str) -> str: ...
@overload
def said(of: str, word: None) -> None: ...
@overload
def said(of: str, word: str | None) -> str | None: ...
def said(of: str, word: str | None) -> str | None:
    """A word of the record as people say it; one that is not known here stays as it is."""
    return None if word is None else _WORDS[of].get(word, word)
