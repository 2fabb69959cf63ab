"""The family's page: by number and code, in plain words, and nothing else."""

import asyncio
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from services.claims.api import status_page
from tests.component import decided_claims as decided
from tests.component.claims_office import BETA, CLERK, NOW, Case, Claims, an_heir, claims
from tests.component.decided_claims import WHOLE, Line

__all__ = ["claims"]
PAGE = "/claim-status"
JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def ask(
    claims: Claims, number: str, code: str, *, headers: dict[str, str] = JSON
) -> httpx.Response:
    """Ask as a family does, without any token."""
    return await claims.service.anonymous(headers=headers).post(
        PAGE, data={"number": number, "code": code}
    )


async def told(claims: Claims, case: Case) -> dict[str, Any]:
    """Where the claim stands."""
    answer = await ask(claims, case.number, case.status_code)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_the_page_is_plain_and_allows_nothing_but_its_own_style(claims: Claims) -> None:
    answer = await claims.service.anonymous(headers=HTML).get(PAGE)
    assert answer.status_code == 200
    style = re.search(r"<style>(.*)</style>", answer.text, re.DOTALL)
    assert style is not None
    policy = answer.headers["Content-Security-Policy"]
    assert b64encode(sha256(style[1].encode()).digest()).decode() in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "<script" not in answer.text
    assert 'method="post"' in answer.text  # number and code never stand in an address
    assert "Tidak ada biaya apa pun" in answer.text
    assert "$" not in answer.text


async def test_number_and_code_show_the_claim_and_nobody(claims: Claims) -> None:
    heir = an_heir(name="Marselina Ndun")
    case = await claims.file(heirs=[heir])
    page = await ask(claims, case.number, case.status_code, headers=HTML)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert case.number in page.text
    assert "Kutipan Akta Kematian dari Dukcapil" in page.text
    assert "Surat keterangan ahli waris" in page.text
    for secret in (
        case.status_code, heir["name"], heir["nik"], heir["account"]["account_number"],
        case.claim_id, case.party_id, "clerk",
    ):  # fmt: skip
        assert secret not in page.text
    spoken = case.number.lower().replace("-", " "), case.status_code.lower()
    assert (await ask(claims, *spoken)).json()["number"] == case.number
    as_json = await claims.service.anonymous(headers=JSON).post(
        PAGE, json={"number": case.number, "code": case.status_code}
    )
    assert as_json.json()["stage"] == "waiting"


async def test_a_wrong_number_and_a_wrong_code_get_one_answer(claims: Claims) -> None:
    case, other = await claims.file(), await claims.file(BETA)
    for headers in (HTML, JSON):
        answers = [
            await ask(claims, case.number, other.status_code, headers=headers),
            await ask(claims, "K-0000-0000", case.status_code, headers=headers),
        ]
        seen = {
            re.sub(r'"correlation_id":"[^"]*"', "", answer.text) + str(answer.status_code)
            for answer in answers
        }
        assert len(seen) == 1
        assert answers[0].status_code == 404
        if "json" in str(headers):
            assert answers[0].json()["slug"] == "claim-status-unknown"


async def test_after_five_wrong_tries_one_waits_though_the_code_be_right(claims: Claims) -> None:
    case = await claims.file()
    for _ in range(20):  # right ones do not count
        assert (await ask(claims, case.number, case.status_code)).status_code == 200
    answers = await asyncio.gather(*(ask(claims, case.number, f"{n:08}") for n in range(20)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [404] * 5 + [429] * 15
    claims.service.clock.set(NOW + timedelta(minutes=5))
    closed = await ask(claims, case.number, case.status_code)
    assert (closed.status_code, closed.headers["Retry-After"]) == (429, "600")
    assert closed.json()["retryable"]
    page = await ask(claims, case.number, case.status_code, headers=HTML)
    assert page.status_code == 429
    assert "Coba lagi 10 menit lagi; sekarang pukul 09.05 WITA." in page.text
    claims.service.clock.set(NOW + timedelta(minutes=15))
    assert (await ask(claims, case.number, case.status_code)).status_code == 200


async def test_what_cannot_be_read_is_a_wrong_try(claims: Claims) -> None:
    client = claims.service.anonymous(headers=JSON)
    for content in (b"", b"{", b"\xff\xfe", b"number=K-0000-0000", b"a" * 10_000):
        answer = await client.post(PAGE, content=content)
        assert answer.status_code == 404
    assert (await client.post(PAGE, content=b"")).status_code == 429


async def test_a_family_follows_its_claim_to_the_money(claims: Claims) -> None:
    case = await claims.file()
    assert (await told(claims, case))["missing"] == [
        "Kutipan Akta Kematian dari Dukcapil", "Surat keterangan ahli waris",
        "Kartu peserta BPJS Ketenagakerjaan",
    ]  # fmt: skip
    await claims.papers(case.claim_id)
    checking = await told(claims, case)
    assert (checking["stage"], checking["missing"]) == ("checking", [])
    assert checking["words"][-1] == (
        "Menurut aturan, manfaat dibayarkan paling lambat 27 Oktober 2025."
    )
    await decided.verify(claims, case)
    assert (await told(claims, case))["stage"] == "deciding"
    lines = await decided.approve(
        claims, case, [Line(benefit, amount, case.party_id) for benefit, amount in WHOLE]
    )
    claims.service.clock.set(datetime(2025, 10, 23, 1, tzinfo=UTC))
    await claims.service.hear(decided.settled(claims, case, lines[0]))
    paying = await told(claims, case)
    assert paying["words"][1:] == [
        "Klaim disetujui. Jumlah seluruhnya Rp42.000.000.",
        "Sudah masuk ke rekening penerima: Rp20.000.000, terakhir pada 23 Oktober 2025.",
        "Sedang dikirim ke rekening penerima: Rp22.000.000.",
    ]
    await claims.service.hear(decided.failed(claims, case, lines[1]))
    assert "ada masalah dengan rekening" in (await told(claims, case))["words"][-1]
    for line in lines[1:]:
        await claims.service.hear(decided.settled(claims, case, line))
    paid = await told(claims, case)
    assert (paid["stage"], paid["arrived"]) == ("paid", 42_000_000)
    assert paid["words"][-1] == (
        "Seluruh manfaat, Rp42.000.000, sudah masuk ke rekening penerima pada 23 Oktober 2025."
    )
    assert paid["no_fee"] == "Tidak ada biaya apa pun"


async def test_after_a_rejection_the_page_says_how_to_appeal(claims: Claims) -> None:
    case = await claims.file()
    await decided.verify(claims, case)
    await decided.reject(claims, case)
    rejected = await told(claims, case)
    assert rejected["stage"] == "rejected"
    assert rejected["words"][1] == "Yang dilaporkan terjadi pada 11 Oktober 2025."
    assert "kepesertaan belum berlaku" in rejected["words"][2]
    assert "keberatan" in rejected["appeal"][0]
    page = await ask(claims, case.number, case.status_code, headers=HTML)
    assert "Jika Anda tidak setuju" in page.text


async def test_a_returned_file_asks_for_its_papers(claims: Claims) -> None:
    case = await claims.file()
    await claims.papers(case.claim_id, ("death-certificate", "member-card"))
    body = {"missing": ["heir-certificate"], "note": "no stamp"}
    answer = await claims.post(f"/claims/{case.claim_id}/return", body, CLERK)
    assert answer.status_code == 200, answer.text
    waiting = await told(claims, case)
    assert (waiting["stage"], waiting["missing"]) == ("waiting", ["Surat keterangan ahli waris"])


async def test_what_fails_is_a_page_too_and_says_nothing_of_the_inside(
    claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object, **__: object) -> None:
        raise ConnectionRefusedError("postgres at 10.0.0.7")

    case = await claims.file(heirs=[an_heir()])
    monkeypatch.setattr(status_page, "claim_status", gone)
    page = await ask(claims, case.number, case.status_code, headers=HTML)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
    assert "Coba lagi beberapa menit lagi" in page.text
    assert "tidak cocok" not in page.text  # the family has done nothing wrong
    assert "10.0.0.7" not in page.text
    answer = await ask(claims, case.number, case.status_code)
    assert (answer.status_code, answer.json()["slug"]) == (503, "try-again")
