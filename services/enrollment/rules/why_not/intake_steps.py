"""The rules by which a person may be taken in: of the row, of the people, of the programme."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.enrollment.rules.applicants import (
    REQUIRED,
    Finding,
    Slug,
    StandingSlug,
    finding,
)
from services.enrollment.rules.why_not.facts import Facts
from services.enrollment.rules.why_not.steps import Actor, Outcome, Step, passed, unknown

UNTOLD = "Belum bisa dinilai dari yang diketahui sekarang."


class IntakeRule(NamedTuple):
    """What a finding breaks: how it reads when it holds, and who mends it with what."""

    slug: Slug
    holds: str
    bring: str
    acts: Actor
    needs: tuple[str, ...] = ()
    """Columns without which it cannot be told."""


OF_ROW = (
    IntakeRule("nik-in-scientific-notation", "NIK tidak dibulatkan lembar kerja.",
               "KTP", "proposer", ("nik",)),
    IntakeRule("nik-malformed", "NIK 16 angka dan bisa ada.", "KTP", "proposer", ("nik",)),
    IntakeRule("field-missing", "Semua kolom terisi.", "KTP dan KK", "proposer", REQUIRED),
    IntakeRule("field-malformed", "Semua kolom bisa dibaca.", "KTP dan KK", "proposer", REQUIRED),
    IntakeRule("date-malformed", "Tanggal lahir bisa dibaca.", "KTP", "proposer",
               ("tanggal_lahir",)),
    IntakeRule("too-young", "Sudah cukup umur.", "KTP", "proposer", ("tanggal_lahir",)),
    IntakeRule("too-old", "Belum berumur 65 tahun.", "KTP", "proposer", ("tanggal_lahir",)),
    IntakeRule("village-unknown", "Kelurahan atau desa ada di wilayah ini.",
               "KTP atau KK dengan alamat sekarang", "proposer", ("kode_wilayah",)),
    IntakeRule("birth-date-differs-from-nik", "Tanggal lahir sama dengan yang di dalam NIK.",
               "KTP", "checker", ("nik", "tanggal_lahir")),
    IntakeRule("sex-differs-from-nik", "Jenis kelamin sama dengan yang di dalam NIK.",
               "KTP", "checker", ("nik", "jenis_kelamin")),
    IntakeRule("nik-prefix-unknown", "Enam angka pertama NIK ada di daftar kecamatan.",
               "KTP", "checker", ("nik",)),
)  # fmt: skip
"""What a row shows by itself."""
OF_FILE = (
    IntakeRule("nik-twice-in-file", "NIK hanya satu kali di dalam daftar.", "KTP", "proposer"),
    IntakeRule("kk-crowded", "Anggota pada KK ini tidak terlalu banyak.", "KK", "checker"),
    IntakeRule("possible-duplicate", "Tidak ada orang lain yang mirip.", "KTP dan KK", "checker"),
)
"""What a row shows beside others: known once its roster was checked."""
OF_PEOPLE = (
    IntakeRule("person-dead", "Tidak tercatat meninggal.",
               "Surat Disdukcapil kalau catatannya keliru", "district"),
    IntakeRule("already-member", "Belum menjadi peserta program lain.", "", "nobody"),
)  # fmt: skip
OF_PROGRAMME = (
    IntakeRule("programme-closed", "Program masih menerima peserta.", "", "funder"),
    IntakeRule("programme-over", "Masih ada bulan yang dibayar program.", "", "funder"),
    IntakeRule("quota-exhausted", "Kuota kabupaten atau kota masih ada.", "", "funder"),
    IntakeRule("budget-exhausted", "Anggaran program masih cukup.", "", "funder"),
)
LEFT_OUT = IntakeRule(
    "left-out-by-checker", "Pemeriksa tidak mengecualikan baris ini.", "KTP dan KK", "checker"
)
INTAKE = (*OF_ROW, *OF_FILE, *OF_PEOPLE, *OF_PROGRAMME, LEFT_OUT)


def intake_steps(facts: Facts) -> Iterator[Step]:
    """How each rule of the intake stands; whoever has a place passed them all."""
    found = [*facts.findings, *map(finding, _broken(facts))]
    for rule in INTAKE:
        if facts.place is not None:
            yield passed(rule.slug, rule.holds)
        else:
            yield _broken_step(rule, facts, found) or _whole_step(rule, facts)


def _broken(facts: Facts) -> Iterator[StandingSlug]:
    """What the people and the programme refuse as things stand today."""
    left = facts.left
    broken: tuple[tuple[StandingSlug, bool], ...] = (
        ("person-dead", facts.dead),
        ("already-member", facts.member and not facts.dead),
        ("programme-closed", left.closed),
        ("programme-over", left.over),
        ("quota-exhausted", left.place is False),
        ("budget-exhausted", not left.money),
    )
    return (slug for slug, is_broken in broken if is_broken)


def _broken_step(rule: IntakeRule, facts: Facts, found: Sequence[Finding]) -> Step | None:
    """The rule as somebody breaks it today; beside other rows and by the checker's word, as it was
    told of the row."""
    told = [] if facts.proposal is None else facts.proposal.findings
    of_row = [each for each in told if each.slug == rule.slug]
    lasting = of_row if rule in OF_FILE or rule is LEFT_OUT else []
    broken = [each for each in found if each.slug == rule.slug] or lasting
    if not broken:
        return None
    outcome: Outcome = "unknown" if broken[0].severity == "warning" else "failed"
    reasons = " ".join(each.reason for each in broken)
    since = facts.proposal.ended_on if of_row and facts.proposal else None
    return Step(rule.slug, outcome, reasons, rule.bring, rule.acts, since)


def _whole_step(rule: IntakeRule, facts: Facts) -> Step:
    """The rule where nothing breaks it: it holds, unless too little is known."""
    proposal = facts.proposal
    if rule in OF_ROW:
        known = facts.given.issuperset(rule.needs)
    elif rule in OF_FILE:
        known = proposal is not None and proposal.validated_on is not None
    elif rule is LEFT_OUT:
        known = proposal is not None and proposal.state in {"approved", "processed"}
    else:
        known = rule.slug != "quota-exhausted" or facts.left.place is not None
    return passed(rule.slug, rule.holds) if known else unknown(rule.slug, UNTOLD)
