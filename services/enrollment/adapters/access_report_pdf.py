"""The access report on paper, in Indonesian: what a member is handed who asks what is kept."""

from collections.abc import Iterator, Sequence
from datetime import date

from reportlab.platypus import Flowable, Paragraph

from chassis.paper.layout import (
    TITLE,
    Told,
    pairs,
    section,
    sheets,
    table,
    text,
    written,
)
from chassis.paper.lettering import grouped, in_words, rupiah
from services.enrollment.adapters.access_report_words import (
    FIELDS,
    INTRODUCTION,
    KEPT,
    NEVER_NEEDED,
    RIGHTS,
    UNTIL_COVER_ENDS,
    said,
)
from services.enrollment.adapters.lettering import kpj_groups
from services.enrollment.rules.access_reports import AccessReport, RetentionHeld


def access_report_pdf(report: AccessReport) -> bytes:
    """The report as a PDF on A4. The same report gives the same bytes."""
    foot = written(f"Dibuat {written(report.made_at)} oleh {report.made_by}")
    return sheets(_story(report), title="Laporan Data Pribadi", foot=foot)


def _story(report: AccessReport) -> Iterator[Flowable]:
    yield Paragraph("Laporan Data Pribadi", TITLE)
    yield text(INTRODUCTION)
    yield from section("1. Siapa Anda", pairs(_identity(report)))
    yield from section("2. Kepesertaan", *_membership(report))
    yield from section("3. Iuran", _contributions(report))
    yield from section("4. Kartu dan klaim", *_cards_and_claims(report))
    yield from section("5. Perbaikan, tinjauan, dan daftar usulan", *_record(report))
    yield from section("6. Permintaan Anda tentang data", _requests(report))
    yield from section("7. Siapa yang membaca data Anda", *_readings(report))
    yield from section("8. Berapa lama data disimpan", *_retention(report))
    yield from section("9. Hak Anda", *(text(right) for right in RIGHTS))


def _identity(report: AccessReport) -> Sequence[tuple[str, Told]]:
    who, home = report.identity, report.residence
    return (
        ("NIK", who.nik),
        ("Nama", who.name),
        ("Tempat, tanggal lahir", f"{who.birth_place}, {in_words(who.born_on)}"),
        ("Jenis kelamin", said("sex", who.sex)),
        ("Nama ibu kandung", who.mother),
        ("Nomor KK", who.kk),
        ("Alamat", who.address),
        ("Kelurahan/desa", _place(home.village, home.village_code)),
        ("Kecamatan", home.district),
        ("Kabupaten/kota", home.region),
        ("Pekerjaan", who.occupation),
        ("Nomor telepon", who.phone or None),
        ("Salinan KTP", _there(there=report.has_ktp)),
        ("Salinan KK", _there(there=report.has_kk)),
        ("Nomor peserta (KPJ)", None if report.kpj is None else kpj_groups(report.kpj)),
        ("Rekening", report.account and f"terhubung ({report.account}); disimpan oleh bank"),
        ("Data masuk pada", report.enrolled_at),
        ("Dari daftar", str(report.roster_id)),
        (
            "Catatan saat masuk",
            "; ".join(said("warning", each) for each in report.warnings) or None,
        ),
        ("Nomor data", str(report.worker_id)),
    )


def _membership(report: AccessReport) -> Iterator[Flowable]:
    yield table(
        ("Program", "Bulan", "Terdaftar", "Tunggakan", "Berakhir"),
        (
            (
                f"{each.programme} ({each.funder})",
                f"{each.first_month} s.d. {each.last_month}",
                each.enrolled_at,
                f"{each.arrears_months} bulan",
                _end(each.ended_on or each.lapsed_on, each.end_reason),
            )
            for each in report.memberships
        ),
        widths=(62, 34, 32, 20, 30),
    )
    yield table(
        ("Masa perlindungan: program", "Mulai", "Berakhir"),
        (
            (each.programme, each.covered_from, _end(each.ended_on, each.end_reason))
            for each in report.covers
        ),
        widths=(82, 48, 48),
    )


def _contributions(report: AccessReport) -> Flowable:
    return table(
        ("Bulan", "Jumlah", "Pembayar", "Dibayar"),
        (
            (each.month, rupiah(each.amount), said("payer", each.payer), each.paid_at)
            for each in report.contributions
        ),
        widths=(30, 40, 54, 54),
    )


def _cards_and_claims(report: AccessReport) -> Iterator[Flowable]:
    yield table(
        ("Kartu dicetak", "Diserahkan", "Tempat", "Kepada", "Hilang"),
        (
            (
                each.printed_at,
                each.delivered_at,
                each.place,
                said("handed_to", each.handed_to),
                each.lost_at,
            )
            for each in report.cards
        ),
        widths=(36, 36, 46, 24, 36),
    )
    yield table(
        ("Klaim", "Meninggal", "Diajukan", "Selesai", "Hasil"),
        (
            (
                str(each.claim_id),
                each.died_on,
                each.filed_at,
                each.closed_at,
                said("claim", each.outcome),
            )
            for each in report.claims
        ),
        widths=(52, 32, 34, 34, 26),
    )


def _record(report: AccessReport) -> Iterator[Flowable]:
    yield table(
        ("Perbaikan pada", "Kolom", "Oleh"),
        (
            (each.amended_at, ", ".join(FIELDS.get(f, f) for f in each.fields), each.amended_by)
            for each in report.amendments
        ),
        widths=(40, 88, 50),
    )
    yield table(
        ("Tinjauan sejak", "Tentang", "Keputusan", "Diputuskan"),
        (
            (
                each.raised_at,
                said("review", each.kind),
                said("review_outcome", each.outcome),
                each.decided_at,
            )
            for each in report.reviews
        ),
        widths=(40, 60, 38, 40),
    )
    yield table(
        ("Daftar usulan", "Baris", "Catatan"),
        (
            (
                str(each.roster_id),
                each.row_number,
                "; ".join(said("warning", slug) for slug in each.slugs),
            )
            for each in report.roster_rows
        ),
        widths=(66, 14, 98),
    )


def _requests(report: AccessReport) -> Flowable:
    return table(
        ("Permintaan", "Diterima", "Paling lambat", "Dijawab", "Jawaban"),
        (
            (
                said("request", each.kind),
                each.received_at,
                each.due_at,
                each.answered_at,
                _answer(each.outcome, each.legal_ground),
            )
            for each in report.requests
        ),
        widths=(26, 34, 34, 34, 50),
    )


def _readings(report: AccessReport) -> Iterator[Flowable]:
    yield table(
        ("Waktu", "Siapa", "Apa", "Alasan"),
        (
            (
                each.read_at,
                f"{each.read_by} ({said('role', each.role)})",
                said("what", each.what),
                each.reason,
            )
            for each in report.readings
        ),
        widths=(36, 52, 34, 56),
    )
    left = report.readings_total - len(report.readings)
    if left:
        yield text(f"Dan {grouped(left)} pembacaan sebelumnya, yang tercatat dan dapat diminta.")


def _retention(report: AccessReport) -> Iterator[Flowable]:
    if not report.retention:
        yield text(NEVER_NEEDED)
        return
    yield table(
        ("Data", "Dasar", "Disimpan sampai"),
        ((KEPT[each.slug], _basis(each), _until(each)) for each in report.retention),
        widths=(84, 48, 46),
    )


def _basis(kept: RetentionHeld) -> str:
    return f"{kept.source} (belum diverifikasi)" if kept.mark == "unverified" else kept.source


def _until(kept: RetentionHeld) -> str:
    return UNTIL_COVER_ENDS if kept.destroy_after is None else in_words(kept.destroy_after)


def _place(name: str | None, code: str) -> str:
    return code if name is None else f"{name} ({code})"


def _there(*, there: bool) -> str:
    return "ada" if there else "belum ada"


def _end(on: date | None, reason: str | None) -> str | None:
    if on is None:
        return None
    why = said("end", reason)
    return in_words(on) if why is None else f"{in_words(on)} ({why})"


def _answer(outcome: str | None, legal_ground: str | None) -> str | None:
    return outcome and f"{said('outcome', outcome)}: {legal_ground}"
