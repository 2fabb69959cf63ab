"""From a place in the programme to cover and card: billed, paid, numbered, printed, handed over."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.enrollment.rules.months import due_on
from services.enrollment.rules.why_not.facts import Facts, MemberFacts
from services.enrollment.rules.why_not.steps import Actor, Step, passed, unknown, written

COVER = (
    "not-ended", "not-lapsed", "billed", "paid", "covered", "not-in-arrears", "card-printed",
    "card-delivered", "account-opened",
)  # fmt: skip
_ENDS: dict[str, tuple[str, Actor, str]] = {
    "death": (
        "peserta meninggal", "branch", "Akta kematian, surat ahli waris, kartu peserta: ahli waris "
        "mengurus santunan",
    ),
    "other-segment": ("pindah ke segmen lain, misalnya pekerja penerima upah", "nobody", ""),
    "double-registration": ("terdaftar ganda", "nobody", ""),
    "withdrawal": ("ditarik oleh pembayar iuran", "district", "KTP dan KK"),
    "refused": ("ditolak penjamin sebelum nomor terbit", "branch", "KTP dan KK"),
    "replaced": ("diganti orang lain", "nobody", ""),
}  # fmt: skip


def cover_steps(facts: Facts) -> Iterator[Step]:
    """How cover, card and account stand; of whoever has no place nothing can be told yet."""
    place = facts.place
    if place is None:
        yield from (unknown(rule, "Menunggu sampai terdaftar.") for rule in COVER)
        return
    yield _ended(place)
    yield _lapsed(place)
    yield _billed(place, facts)
    yield _paid(place, facts)
    yield _covered(place)
    yield _arrears(place)
    yield from _card(place)
    yield _account(place)


def _ended(place: MemberFacts) -> Step:
    if place.ended_on is None:
        return passed("not-ended", "Kepesertaan belum berakhir.")
    why, acts, bring = _ENDS.get(place.end_reason or "", ("sebab lain", "district", ""))
    replaced = " Tempatnya sudah diisi orang lain." if place.replaced else ""
    on = written(place.ended_on)
    told = f"Kepesertaan berakhir pada {on}: {why}.{replaced}"
    return Step("not-ended", "failed", told, bring, acts, place.ended_on)


def _lapsed(place: MemberFacts) -> Step:
    if place.lapsed_on is None:
        return passed("not-lapsed", "Hak atas santunan tidak gugur.")
    on = written(place.lapsed_on)
    return Step(
        "not-lapsed", "failed",
        f"Hak atas santunan gugur sejak {on} karena lebih dari tiga bulan iuran belum dibayar: "
        "pembayaran baru memulai perlindungan baru.",
        "", "funder", place.lapsed_on,
    )  # fmt: skip


def _billed(place: MemberFacts, facts: Facts) -> Step:
    month = facts.this_month
    if place.this_month_own:
        return passed("billed", f"Iuran bulan {month} sudah dibayar peserta sendiri.")
    if place.this_month_billed or (place.months_billed and month > place.last_month):
        return passed("billed", f"Iuran sudah ditagih ({place.months_billed} bulan).")
    if month < place.first_month:
        return unknown("billed", f"Bulan pertama yang dibayar program adalah {place.first_month}.")
    if place.ended_on is not None or month > place.last_month:
        return unknown("billed", "Tidak ada lagi bulan yang ditagih.")
    first = date.fromisoformat(f"{month}-01")
    return Step(
        "billed", "failed", f"Iuran bulan {month} belum ditagih kepada pembayar.",
        "", "branch", max(first, place.enrolled_on),
    )  # fmt: skip


def _paid(place: MemberFacts, facts: Facts) -> Step:
    unpaid = place.unpaid
    if unpaid is None:
        if place.first_paid is None:
            return unknown("paid", "Menunggu tagihan.")
        return passed("paid", "Semua iuran yang ditagih sudah dibayar.")
    due = written(unpaid.due_on)
    told = f"Iuran bulan {unpaid.month} (tagihan {unpaid.invoice_id}) belum dibayar"
    if facts.today <= unpaid.due_on:
        told = f"{told}; jatuh tempo {due}."
        return Step("paid", "failed", told, "", "funder", unpaid.issued_on)
    late = unpaid.due_on + timedelta(days=1)
    told = f"{told}; sudah lewat jatuh tempo {due}."
    return Step("paid", "failed", told, "", "funder", late)


def _covered(place: MemberFacts) -> Step:
    if place.covered_from is not None:
        on = written(place.covered_from)
        return passed("covered", f"Nomor peserta sudah terbit; perlindungan mulai {on}.")
    if place.first_paid is None or place.ended_on is not None:
        return unknown("covered", "Nomor peserta terbit sesudah iuran pertama lunas.")
    on = written(place.first_paid.on)
    return Step(
        "covered", "failed", f"Iuran pertama lunas pada {on}, tetapi nomor peserta belum terbit.",
        "", "branch", place.first_paid.on,
    )  # fmt: skip


def _arrears(place: MemberFacts) -> Step:
    if not place.arrears_months or place.arrears_oldest is None:
        return passed("not-in-arrears", "Tidak ada tunggakan.")
    late = due_on(place.arrears_oldest) + timedelta(days=1)
    return Step(
        "not-in-arrears", "failed",
        f"Menunggak {place.arrears_months} bulan sejak {place.arrears_oldest}: santunan ditahan "
        "sampai tunggakan dibayar.",
        "", "funder", late,
    )  # fmt: skip


def _card(place: MemberFacts) -> Iterator[Step]:
    if place.card is None:
        waits = place.covered_from is not None and place.ended_on is None
        yield Step(
            "card-printed", "failed" if waits else "unknown", "Kartu belum dicetak.",
            "", "branch" if waits else "nobody", place.covered_from if waits else None,
        )  # fmt: skip
        yield unknown("card-delivered", "Menunggu kartu dicetak.")
        return
    yield passed("card-printed", f"Kartu dicetak pada {written(place.card.printed_on)}.")
    if place.card.delivered_on is None:
        yield Step(
            "card-delivered", "failed", "Kartu sudah dicetak, tetapi belum diserahkan.",
            "KTP", "district", place.card.printed_on,
        )  # fmt: skip
    else:
        on = written(place.card.delivered_on)
        yield passed("card-delivered", f"Kartu diserahkan pada {on}.")


def _account(place: MemberFacts) -> Step:
    if place.has_account:
        return passed("account-opened", "Rekening bank sudah ada.")
    if place.ended_on is not None:
        return unknown("account-opened", "Rekening bank belum dibuka.")
    return Step(
        "account-opened", "failed",
        "Rekening bank belum dibuka; perlindungan tidak menunggunya.",
        " dan ".join(place.lacks) or "KTP dan KK", "bank", place.enrolled_on,
    )  # fmt: skip
