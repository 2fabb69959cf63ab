"""The explanation in plain Indonesian, for the family: one sentence a line, Rp42.000.000."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from chassis.local_time import local_day
from contracts.claims import Benefit, ExplainedStep, Explanation
from services.claims.rules.arithmetic import NOTHING

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
    "Oktober", "November", "Desember",
)  # fmt: skip
BENEFITS: dict[Benefit, str] = {
    "lump-sum": "Santunan kematian sekaligus",
    "periodic": "Santunan berkala yang dibayar sekaligus",
    "funeral": "Biaya pemakaman",
    "scholarship": "Beasiswa pendidikan anak",
    "accident-death": "Santunan kematian karena kecelakaan kerja",
    "total-disability": "Santunan cacat total tetap",
    "anatomical-disability": "Santunan cacat sebagian anatomis",
    "functional-disability": "Santunan cacat sebagian fungsi",
    "income-replacement": "Santunan sementara tidak mampu bekerja",
    "transport": "Penggantian biaya pengangkutan",
    "medical": "Penggantian biaya perawatan dan pengobatan",
    "home-care": "Penggantian biaya perawatan di rumah",
    "appliances": "Penggantian biaya alat bantu",
    "late-compensation": "Ganti rugi keterlambatan pembayaran",
}
PAYEES = {
    "heirs": "untuk ahli waris",
    "member": "untuk peserta",
    "arranger": "untuk orang yang mengurus pemakaman",
    "fund": "untuk Dana Jaminan Sosial, karena tidak ada ahli waris",
    "child": "untuk anak peserta",
}
COVERED = ("happened-on", "work-ended-on")
"""The facts of a work accident or disease, the first of which is the day whose cover counts."""
THAT_DAY = "hari itu"
OTHER_DEATH = "Hak atas Jaminan Kematian diperiksa tersendiri."
GROUNDS = {
    "not-covered": "Pada {day} kepesertaan belum berlaku, jadi tidak ada manfaat yang dapat "
    "dibayarkan (PP 44/2015 pasal 11).",
    "cover-ended": "Pada {day} kepesertaan sudah berakhir, jadi tidak ada manfaat yang dapat "
    "dibayarkan (PP 44/2015).",
    "cover-lapsed": "Pada {day} iuran menunggak lebih dari tiga bulan berturut-turut, jadi hak "
    "atas manfaat hilang (PP 44/2015 pasal 39 dan 42).",
    "claim-out-of-time": "Klaim diajukan lebih dari lima tahun setelah kecelakaan atau diagnosis, "
    "jadi haknya sudah gugur (PP 44/2015 pasal 26 sebagaimana diubah dengan PP 82/2019).",
    "nothing-claimed": "Tidak ada biaya, hari tidak bekerja, atau cacat yang diajukan.",
    "disease-out-of-time": "Penyakit akibat kerja ini didiagnosis lebih dari tiga tahun setelah "
    "pekerjaan berakhir, jadi bukan tanggungan Jaminan Kecelakaan Kerja (PP 44/2015 pasal 48).",
    "cause-unproven": "Kematian ini terjadi lebih dari satu hari setelah serangan di tempat kerja, "
    "jadi bukan meninggal mendadak di tempat kerja (Permenaker 5/2021). " + OTHER_DEATH,
}
_NOT_DUE = (
    ("paid in another segment", "sudah dibayarkan dari kepesertaan lain, dan dibayarkan satu kali"),
    ("months paid are needed", "iuran harus dibayar 36 bulan"),
    ("months paid in a row", "iuran harus dibayar 36 bulan berturut-turut"),
    ("two other children", "beasiswa diberikan untuk paling banyak dua anak"),
    ("asked for twice", "tahun ajaran yang sama diajukan dua kali"),
    ("has not begun", "tahun ajaran itu belum dimulai"),
    ("school years back", "tahun ajaran itu lebih dari tiga tahun yang lalu"),
    ("before the event", "tahun ajaran itu selesai sebelum kejadian"),
    ("reached 23", "anak sudah berusia 23 tahun"),
    ("is married", "anak sudah menikah"),
    ("child works", "anak sudah bekerja"),
    ("school level", "semua tahun pada jenjang sekolah itu sudah dibayarkan"),
    ("cap of", "batas santunan cacat sebagian sudah tercapai"),
)
ARTICLES_REMEMBERED = 256
NO_FEE = "Pengurusan klaim tidak dipungut biaya. Jangan membayar siapa pun."


def in_indonesian(explanation: Explanation) -> list[str]:
    """What the family is told: what happened, each line with its article, and the sum."""
    facts = {fact.name: fact.value for fact in explanation.facts}
    told = [*_what_happened(explanation, facts)]
    if "ground" in facts:
        told.append(ground_in_words(facts["ground"], day=_covered_day(explanation, facts)))
    told.extend(_why_funeral_only(explanation))
    told.extend(_line(step) for step in explanation.steps)
    if "home-care-over-a-year" in explanation.doubts:
        told.append("Perawatan di rumah diganti untuk paling lama satu tahun.")
    told.extend(_sums(explanation, facts))
    told.append(NO_FEE)
    return told


def ground_in_words(ground: str, *, day: str = THAT_DAY) -> str:
    """Why nothing is due; `day` is that whose cover counts."""
    return GROUNDS[ground].format(day=day)


def rupiah(amount: int) -> str:
    """`Rp42.000.000`."""
    return f"Rp{amount:,}".replace(",", ".")


def day_in_words(day: date) -> str:
    """`11 Oktober 2025`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def month_in_words(month: str) -> str:
    """`Oktober 2025` for `2025-10`."""
    return f"{MONTHS[int(month[5:7]) - 1]} {month[:4]}"


@lru_cache(maxsize=ARTICLES_REMEMBERED)
def article_in_indonesian(article: str) -> str:
    """`PP 44/2015 pasal 34 sebagaimana diubah dengan PP 82/2019`."""
    for english, indonesian in (
        ("art.", "pasal"),
        (" as amended by ", " sebagaimana diubah dengan "),
        (" no. ", " angka "),
        (" and annex", " dan lampiran"),
        (" annex", " lampiran"),
        (" and ", " dan "),
    ):
        article = article.replace(english, indonesian)
    return article


def _what_happened(explanation: Explanation, facts: dict[str, str]) -> Iterator[str]:
    if "covered-from" in facts:
        since = day_in_words(local_day(explanation.covered_from))
        yield f"Peserta terlindungi sejak {since}."
    if not _is_death(facts) and "happened-on" in facts:
        happened_on = day_in_words(date.fromisoformat(facts["happened-on"]))
        if "occupational-disease" in facts:
            yield f"Penyakit akibat kerja didiagnosis pada {happened_on}."
        else:
            yield f"Kecelakaan kerja terjadi pada {happened_on}."
    if "work-ended-on" in facts:
        ended_on = day_in_words(date.fromisoformat(facts["work-ended-on"]))
        yield f"Pekerjaan itu berakhir pada {ended_on}."
    if explanation.died_on is not None:
        yield f"Peserta meninggal dunia pada {day_in_words(explanation.died_on)}."
    if "covered-from" in facts:
        yield f"Iuran dibayar {explanation.months_paid} bulan berturut-turut."
    yield from _what_was_owed(explanation, facts)


def _is_death(facts: dict[str, str]) -> bool:
    """Not by work: JKM."""
    return facts.get("kind", "death") == "death"


def _covered_day(explanation: Explanation, facts: dict[str, str]) -> str:
    """The day whose cover counts, in words, as `Facts.cover_day` has it."""
    days = [date.fromisoformat(facts[name]) for name in COVERED if name in facts]
    if explanation.died_on is not None and (_is_death(facts) or not days):
        return day_in_words(explanation.died_on)
    return day_in_words(min(days)) if days else THAT_DAY


def _what_was_owed(explanation: Explanation, facts: dict[str, str]) -> Iterator[str]:
    if explanation.arrears:
        months = ", ".join(month_in_words(month) for month in explanation.arrears)
        day = _covered_day(explanation, facts)
        yield f"Pada {day} iuran bulan berikut belum dibayar: {months}."
        if facts.get("owed-by") == "funder":
            yield (
                "Iuran itu ditanggung oleh pemerintah, bukan oleh peserta, jadi manfaat tidak "
                "ditolak karenanya."
            )
    if "months-in-row" in explanation.doubts and "whole package" in explanation.outcome:
        yield (
            "Karena tunggakan itu iuran belum dibayar tiga bulan berturut-turut. Kepesertaan sudah "
            "berlaku tiga bulan, jadi manfaat lengkap berlaku (Permenaker 1/2025; PP 44/2015 "
            "pasal 42)."
        )


def _why_funeral_only(explanation: Explanation) -> Iterator[str]:
    if "funeral benefit only" not in explanation.outcome or explanation.waiting_ends_on is None:
        return
    if explanation.died_on is not None and explanation.died_on < explanation.waiting_ends_on:
        yield (
            "Manfaat lengkap berlaku setelah tiga bulan kepesertaan, yaitu mulai "
            f"{day_in_words(explanation.waiting_ends_on)}, jadi hanya ada hak atas biaya "
            "pemakaman (Permenaker 1/2025)."
        )
    else:
        yield (
            "Manfaat lengkap berlaku setelah iuran dibayar tiga bulan berturut-turut, jadi hanya "
            "ada hak atas biaya pemakaman (Permenaker 1/2025)."
        )


def _line(step: ExplainedStep) -> str:
    article = article_in_indonesian(step.article)
    name = BENEFITS[step.benefit]
    if step.arithmetic.startswith(NOTHING):
        return f"{name}: tidak dibayarkan, karena {_why_not(step.arithmetic)} ({article})."
    if step.amount == 0:
        return f"{name}: sudah dibayarkan seluruhnya ({article})."
    held = ", dibayarkan setelah tunggakan iuran dilunasi" if step.is_held else ""
    return f"{name}: {rupiah(step.amount)} {PAYEES[step.payee]}{held} ({article})."


def _why_not(arithmetic: str) -> str:
    return next((words for sign, words in _NOT_DUE if sign in arithmetic), "syaratnya tidak ada")


def _sums(explanation: Explanation, facts: dict[str, str]) -> Iterator[str]:
    held = sum(step.amount for step in explanation.steps if step.is_held)
    due = sum(step.amount for step in explanation.steps) - held
    if explanation.steps:
        yield f"Jumlah yang dibayarkan sekarang: {rupiah(due)}."
    if held:
        article = 42 if _is_death(facts) else 39
        yield (
            f"{rupiah(held)} ditahan, dan dibayarkan setelah tunggakan iuran dilunasi "
            f"(PP 44/2015 pasal {article})."
        )
    elif "nothing is held" in explanation.outcome:
        yield "Tunggakan iuran sudah dilunasi, jadi tidak ada yang ditahan."
    if explanation.overpaid:
        yield f"Keputusan sebelumnya membayar {rupiah(explanation.overpaid)} lebih dari haknya."
