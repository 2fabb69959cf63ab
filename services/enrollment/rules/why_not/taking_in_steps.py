"""From a proposal to a place in the programme: proposed, checked, decided, taken in."""

from collections.abc import Iterator

from services.enrollment.rules.why_not.facts import Facts, Proposal
from services.enrollment.rules.why_not.steps import Step, passed, unknown, written

PAPERS = "KTP dan KK"
_PROPOSED = "Sudah diusulkan."
_CHECKED = "Baris sudah diperiksa."
_APPROVED = "Disetujui orang kedua."
_NOT_YET = "Menunggu langkah sebelumnya."


def taking_in_steps(facts: Facts) -> Iterator[Step]:
    """How far the latest proposal came; whoever has a place went all the way."""
    if facts.place is not None:
        yield passed("proposed", _PROPOSED)
        yield passed("checked", _CHECKED)
        yield passed("approved", _APPROVED)
        on = written(facts.place.enrolled_on)
        yield passed("enrolled", f"Terdaftar sebagai peserta sejak {on}.")
    elif facts.proposal is None:
        yield _never_seen(facts)
        for rule in ("checked", "approved", "enrolled"):
            yield unknown(rule, _NOT_YET)
    else:
        yield from _on_its_way(facts.proposal)


def _never_seen(facts: Facts) -> Step:
    """Also of whoever was erased, or stood unmarked in a roster sent back: nothing is left."""
    return Step(
        "proposed", "failed",
        "Orang dengan NIK ini tidak ada di daftar mana pun yang sudah diterima untuk program ini: "
        "usulkan, atau lihat apakah daftarnya dikembalikan pemeriksa.",
        PAPERS, "nobody" if facts.dead or facts.member else "proposer",
    )  # fmt: skip


def _on_its_way(proposal: Proposal) -> Iterator[Step]:
    roster = f"daftar {proposal.roster_id}, baris {proposal.row_number}"
    yield passed("proposed", f"Diusulkan pada {written(proposal.received_on)}, {roster}.")
    yield _checked(proposal)
    yield _approved(proposal)
    yield _enrolled(proposal, roster)


def _checked(proposal: Proposal) -> Step:
    if proposal.validated_on is not None:
        return passed("checked", _CHECKED)
    return Step(
        "checked", "failed", "Baris sedang menunggu pemeriksaan otomatis.",
        since=proposal.received_on,
    )  # fmt: skip


def _approved(proposal: Proposal) -> Step:
    match proposal.state:
        case "received":
            return unknown("approved", _NOT_YET)
        case "validated" if proposal.refused:
            return unknown("approved", "Baris yang ditolak tidak ikut diputuskan.")
        case "validated":
            return Step(
                "approved", "failed", "Daftar menunggu keputusan orang kedua (pemeriksa).",
                acts="checker", since=proposal.validated_on,
            )  # fmt: skip
        case "rejected":
            return Step(
                "approved", "failed",
                f"Pemeriksa mengembalikan seluruh daftar: {proposal.rejection}",
                PAPERS, "proposer", proposal.decided_on,
            )  # fmt: skip
    return passed("approved", _APPROVED)


def _enrolled(proposal: Proposal, roster: str) -> Step:
    if proposal.refused:
        main = proposal.findings[0]
        return Step(
            "enrolled", "failed", f"Ditolak di {roster}: {main.reason}",
            PAPERS, "proposer", proposal.ended_on,
        )  # fmt: skip
    if proposal.state == "approved":
        return Step(
            "enrolled", "failed", "Baris yang disetujui sedang didaftarkan.",
            since=proposal.decided_on,
        )  # fmt: skip
    return unknown("enrolled", _NOT_YET)
