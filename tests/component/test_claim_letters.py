"""Letters to families: what stands on the paper, what is on record, and what is refused."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from pypdf import PdfReader

from chassis.state.unit import EVERYWHERE
from chassis.subject_keys import delete_keys
from contracts.claims import LetterIssued, SubjectKeyRead
from contracts.enrollment import SubjectKeyRead as MemberKeyRead
from contracts.enrollment import WorkerEnrolled
from contracts.types import WorkerId
from tests.alone import Alone, MakeAlone
from tests.component import decided_claims as decided
from tests.component.bank_neighbors import served
from tests.component.claims_facts import covered
from tests.component.claims_office import (
    BETA,
    CHECKER,
    CLERK,
    HEAD,
    Case,
    Claims,
    an_heir,
    an_office,
    refusal,
)
from tests.component.decided_claims import WHOLE, Line
from tests.component.enrollment_office import Office
from tests.rosters import row
from tests.tokens import Issuer

NAME = "Yohanes Tefa0001"
HEIRS = (
    an_heir(name="Marselina Nenobais", account={
        "kind": "elsewhere", "bank_code": "014", "account_number": "0356789012"}),
    an_heir(name="Petrus Nenobais", account={"kind": "open-here"}),
)  # fmt: skip


@dataclass
class Desk:
    """Claims, and the enrollment that it asks for names."""

    claims: Claims
    enrollment: Alone
    member: WorkerId

    async def letter(
        self, case: Case, letter: str, who: tuple[str, str] = CLERK, *, area: str = "53"
    ) -> httpx.Response:
        """Ask for a letter."""
        role, officer = who
        client = self.claims.service.client(role, area=area, name=officer)
        return await client.post(f"/claims/{case.claim_id}/letters/{letter}")

    async def read(self, case: Case, letter: str, who: tuple[str, str] = CLERK) -> str:
        """What stands on the letter, in one line, while its digest is on record."""
        answer = await self.letter(case, letter, who)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        issued = (await self.claims.service.recorded(LetterIssued))[-1]
        assert issued.sha256 == sha256(answer.content).hexdigest()
        assert issued.letter == letter
        pages = PdfReader(BytesIO(answer.content)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    async def file(self) -> Case:
        """The death of a member with a name and two heirs, reported by one of them."""
        reporter = {"name": "Marselina Nenobais", "phone": "081234567890"}
        return await self.claims.file(
            self.member, heirs=HEIRS, family={"1": 2}, reported_by="family", reporter=reporter
        )

    async def approved(self) -> Case:
        """Its papers in, and decided in two parts."""
        return await self.decided(await self.file())

    async def decided(self, case: Case) -> Case:
        """Its papers in, and decided: to each heir the same part."""
        await self.claims.papers(case.claim_id)
        await decided.verify(self.claims, case, self.member)
        lines = [
            Line(benefit, amount // len(case.party_ids), party)
            for benefit, amount in WHOLE
            for party in case.party_ids
        ]
        await decided.approve(self.claims, case, lines, self.member)
        return case


@pytest.fixture
async def desk(alone: MakeAlone, issuer: Issuer, tmp_path: Path) -> AsyncIterator[Desk]:
    """Claims with an enrollment beside it that took the member in and holds the key."""
    enrollment = await alone("enrollment")
    office = Office(enrollment)
    await office.enroll(await office.open(), [row(1)])
    (member,) = await enrollment.recorded(WorkerEnrolled)
    token_file = tmp_path / "claims.token"
    token_file.write_text(issuer.token(role="branch", area="53", name="claims"))
    async with served(enrollment) as url:
        claims = await an_office(alone, enrollment_url=url, token_file=token_file)
        await claims.service.hear(member, *covered(member.worker_id))
        yield Desk(claims, enrollment, member.worker_id)


async def test_the_receipt_tells_number_code_papers_and_that_nothing_is_paid_for(
    desk: Desk,
) -> None:
    case = await desk.file()
    await desk.claims.papers(case.claim_id, ("death-certificate", "member-card"))
    words = await desk.read(case, "receipt")
    for expected in (
        "Tanda Terima Klaim", case.number, case.status_code, NAME, "Meninggal dunia pada",
        "11 Oktober 2025", "Dilaporkan oleh Marselina Nenobais",
        "Kutipan Akta Kematian dari Dukcapil, Dukcapil Kota Kupang",
        "Tidak ada biaya apa pun",
    ):  # fmt: skip
        assert expected in words
    assert "Surat keterangan ahli waris" in words.split("Dokumen yang masih kurang")[1]
    assert "Petrus" not in words
    await desk.claims.papers(case.claim_id, ("heir-certificate",))
    complete = await desk.read(case, "receipt")
    assert "Tidak ada. Dokumen sudah lengkap." in complete
    assert "paling lambat 27 Oktober 2025 (PP 44/2015 pasal 40 ayat (3))" in complete


async def test_a_decision_names_who_is_paid_in_figures_and_words(desk: Desk) -> None:
    case = await desk.approved()
    words = await desk.read(case, "decision", HEAD)
    for expected in (
        "Santunan kematian sekaligus Marselina Nenobais, rekening 03******12, bank 014 "
        "Rp10.000.000",
        "Biaya pemakaman Petrus Nenobais, rekening di Bank NTT Rp5.000.000",
        "Jumlah Rp42.000.000",
        "Terbilang: Empat puluh dua juta rupiah",
        "Peserta terlindungi sejak 3 Juli 2025.",
        "PP 44/2015 pasal 34 sebagaimana diubah dengan PP 82/2019",
        "Jika Anda tidak setuju",
        "pasal 48",
    ):
        assert expected in words
    assert "0356789012" not in words
    assert HEIRS[0]["nik"] not in words
    (kept,) = (await desk.claims.get(f"/claims/{case.claim_id}/letters")).json()["letters"]
    assert (kept["letter"], kept["issued_by"].split()[0]) == ("decision", "head")


async def test_the_whole_benefit_for_one_heir_stands_on_one_page(desk: Desk) -> None:
    """What most families are handed, and sign."""
    case = await desk.claims.file(desk.member, heirs=HEIRS[:1], family={"1": 1})
    answer = await desk.letter(await desk.decided(case), "decision", HEAD)
    (page,) = PdfReader(BytesIO(answer.content)).pages
    assert "Rp42.000.000" in page.extract_text()
    assert "Penerima surat" in page.extract_text()


async def test_every_name_that_was_read_is_on_record_with_the_reason(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    case = await desk.approved()
    await desk.read(case, "decision", HEAD)
    reads = await desk.claims.service.recorded(SubjectKeyRead)
    assert {str(read.subject_id) for read in reads} == set(case.party_ids)
    assert {(read.role, read.reason) for read in reads} == {
        ("approver", f"letter decision of claim {case.number}")
    }
    (asked,) = await desk.enrollment.recorded(MemberKeyRead)
    assert (asked.subject_id, asked.role) == (desk.member, "branch")
    assert asked.reason.startswith(f"letter decision of claim {case.number} (asked by head")
    bodies = await desk.claims.service.rows("SELECT body::text AS body FROM event_log")
    log = caplog.text + "".join(str(row["body"]) for row in bodies)
    for name in (NAME, "Marselina", "Petrus", "0356789012"):
        assert name not in log
    assert (await desk.claims.service.replay()).same


async def test_the_same_letter_at_the_same_instant_is_the_same_bytes(desk: Desk) -> None:
    case = await desk.approved()
    first, second = [await desk.letter(case, "decision") for _ in range(2)]
    assert first.content == second.content
    issued = await desk.claims.service.recorded(LetterIssued)
    assert len({each.event_id for each in issued}) == 2


async def test_a_return_a_rejection_and_a_compensation_have_letters_of_their_own(
    desk: Desk,
) -> None:
    case = await desk.file()
    body = {"missing": ["heir-certificate"], "note": "Surat belum ditandatangani camat."}
    answer = await desk.claims.post(f"/claims/{case.claim_id}/return", body, CLERK)
    assert answer.status_code == 200, answer.text
    returned = await desk.read(case, "return")
    assert "Alasan Surat belum ditandatangani camat." in returned
    assert "Surat keterangan ahli waris" in returned.split("Dokumen yang masih kurang")[1]
    answer = await desk.claims.post(f"/claims/{case.claim_id}/resubmission", {}, CLERK)
    assert answer.status_code == 200, answer.text
    await decided.reject(desk.claims, case, desk.member)
    rejected = await desk.read(case, "rejection")
    for expected in (
        "Penolakan Klaim", "kepesertaan belum berlaku", "(PP 44/2015 pasal 11)",
        "Kepesertaan belum berlaku.", "ajukan keberatan", "5 hari kerja",
        "mediasi paling lama 30 hari kerja",
    ):  # fmt: skip
        assert expected in rejected
    late = await desk.claims.file(desk.member, heirs=HEIRS, family={"1": 2})
    await decided.verify(desk.claims, late, desk.member)
    await decided.approve(
        desk.claims, late, [Line("funeral", 42_000_000, late.party_id)], desk.member
    )
    await decided.compensate(desk.claims, late, days_late=3, worker_id=desk.member)
    compensated = await desk.read(late, "compensation")
    for expected in (
        "Ganti rugi keterlambatan pembayaran Marselina Nenobais", "Rp1.260.000",
        "Satu juta dua ratus enam puluh ribu rupiah", "pasal 40 ayat (4)",
        "1 % x 42.000.000 x 3 hari = 1.260.000",
    ):  # fmt: skip
        assert expected in compensated


async def test_a_letter_waits_for_what_it_tells(desk: Desk) -> None:
    case = await desk.file()
    for letter in ("return", "decision", "rejection", "compensation"):
        assert refusal(await desk.letter(case, letter)) == (409, "letter-too-early")
    assert refusal(await desk.letter(case, "greeting"))[0] == 422
    assert refusal(await desk.letter(case, "receipt", area="53.01")) == (403, "outside-area")
    auditor = await desk.letter(case, "receipt", ("auditor", "auditor"))
    assert refusal(auditor) == (403, "role-not-allowed")
    assert await desk.claims.service.recorded(LetterIssued) == []


async def test_while_enrollment_is_silent_the_letter_can_be_asked_for_again(
    alone: MakeAlone,
) -> None:
    claims = await an_office(alone)  # beside it nobody answers
    case = await claims.file(BETA)
    client = claims.service.client(CHECKER[0], area="53", name=CHECKER[1])
    answer = await client.post(f"/claims/{case.claim_id}/letters/receipt")
    assert refusal(answer) == (503, "holder-keys-unavailable")
    assert answer.json()["retryable"]
    assert "Retry-After" in answer.headers
    assert await claims.service.recorded(LetterIssued) == []


async def test_whoever_was_erased_is_named_no_more(desk: Desk) -> None:
    case = await desk.approved()
    async with desk.claims.service.units.single(area=EVERYWHERE) as unit:
        await delete_keys(unit.session, [UUID(case.party_ids[1])])
    words = await desk.read(case, "decision")
    assert "(nama tidak dapat dibaca lagi)" in words
    assert "Marselina Nenobais" in words
    async with desk.enrollment.units.single(area=EVERYWHERE) as unit:
        await delete_keys(unit.session, [desk.member])
    assert refusal(await desk.letter(case, "decision")) == (409, "record-unreadable")
