"""Papers of claims: what is taken in, what is shown, and a scan that somebody exchanged."""

import asyncio
from hashlib import sha256
from pathlib import Path

from chassis.ids import new_id
from contracts.claims import ClaimVerified, DocumentAttached, DocumentChecked
from services.claims.adapters.blobs import FolderBlobs
from tests.alone import MakeAlone
from tests.component.claims_office import (
    ANNA,
    BETA,
    CHECKER,
    Claims,
    a_scan,
    an_office,
    claims,
    refusal,
)

__all__ = ["claims"]


def file_of(claims: Claims, digest: str) -> Path:
    """Where the store keeps a scan."""
    blobs = claims.tools.blobs
    assert isinstance(blobs, FolderBlobs)
    return blobs._file(digest)


async def test_a_scan_is_kept_by_its_digest_and_shown_as_it_came(claims: Claims) -> None:
    case = await claims.file(ANNA)
    for media_type in ("application/pdf", "image/jpeg", "image/png"):
        scan = a_scan(media_type=media_type)
        answer = await claims.paper(
            case.claim_id, "heir-ktp", scan=scan, media_type=media_type, name=media_type
        )
        assert answer.status_code == 201, answer.text
        told = answer.json()
        assert (told["sha256"], told["size"]) == (sha256(scan).hexdigest(), len(scan))
        path = f"/claims/{case.claim_id}/documents/{told['document_id']}/content"
        shown = await claims.get(path)
        assert (shown.content, shown.headers["content-type"]) == (scan, media_type)
        assert shown.headers["cache-control"] == "no-store"
        assert refusal(await claims.get(path, area="53.01")) == (403, "outside-area")
        assert refusal(await claims.get(path, role="village")) == (403, "role-not-allowed")
        again = await claims.paper(
            case.claim_id, "heir-ktp", scan=scan, media_type=media_type, name=media_type
        )
        assert again.json() == told
        anew = await claims.paper(case.claim_id, "heir-ktp", scan=scan, media_type=media_type)
        assert anew.json() == told  # another request with the same scan: the same document
    assert len(await claims.service.recorded(DocumentAttached)) == 3
    gone = await claims.get(f"/claims/{case.claim_id}/documents/{new_id()}/content")
    assert refusal(gone) == (404, "document-unknown")


async def test_only_real_scans_of_a_fair_size_are_taken_in(alone: MakeAlone) -> None:
    claims = await an_office(alone, document_bytes_max=1_000)
    case = await claims.file(ANNA)
    fits, large = a_scan("x" * 900), a_scan("x" * 1_000)
    assert (await claims.paper(case.claim_id, "other", scan=fits)).status_code == 201
    refused = [
        (await claims.paper(case.claim_id, "other", scan=large), 413),
        (await claims.paper(case.claim_id, "other", scan=b""), 422),
        (await claims.paper(case.claim_id, "other", scan=b"MZ\x90\x00"), 415),
        (await claims.paper(case.claim_id, "other", scan=fits, media_type="image/png"), 415),
        (await claims.paper(case.claim_id, "no-such-paper"), 422),
        (await claims.paper(case.claim_id, "other", issued_on="2025-10-23"), 422),
        (await claims.paper(str(new_id()), "other"), 404),
        (await claims.paper(case.claim_id, "other", who=("approver", "head")), 403),
    ]
    assert [answer.status_code for answer, _ in refused] == [status for _, status in refused]
    (attached,) = await claims.service.recorded(DocumentAttached)
    assert attached.size == len(fits)


async def test_the_newer_akta_counts_and_a_faulty_one_stops_the_claim(claims: Claims) -> None:
    case = await claims.file(ANNA)
    old, *_ = await claims.papers(case.claim_id)
    bad, good = a_scan(), a_scan()
    (newer,) = [
        (await claims.paper(case.claim_id, "death-certificate", scan=bad)).json()["document_id"]
    ]
    path = f"/claims/{case.claim_id}/documents"
    replaced = await claims.post(f"{path}/{old}/check", {"is_good": True}, CHECKER)
    assert refusal(replaced) == (404, "document-unknown")
    check = f"{path}/{newer}/check"
    silent = await claims.post(check, {"is_good": False}, CHECKER)
    assert refusal(silent) == (422, "fault-missing")
    found = await claims.post(check, {"is_good": False, "reason": "no stamp"}, CHECKER)
    assert found.json() == {"document_id": newer, "is_good": False}
    (checked,) = await claims.service.recorded(DocumentChecked)
    assert (checked.reason, checked.sha256) == ("no stamp", sha256(bad).hexdigest())
    assert refusal(await claims.verify(case.claim_id)) == (409, "document-faulty")
    same = await claims.paper(case.claim_id, "death-certificate", scan=bad)
    assert refusal(same) == (409, "document-faulty")
    better = await claims.paper(case.claim_id, "death-certificate", scan=good)
    assert better.status_code == 201
    assert (await claims.verify(case.claim_id)).status_code == 200
    (verified,) = await claims.service.recorded(ClaimVerified)
    assert sha256(good).hexdigest() in {each.sha256 for each in verified.documents}
    assert sha256(bad).hexdigest() not in {each.sha256 for each in verified.documents}
    swap = await claims.paper(case.claim_id, "death-certificate")
    assert refusal(swap) == (409, "document-verified")
    late = await claims.paper(case.claim_id, "heir-certificate")
    assert refusal(late) == (409, "claim-in-other-state")
    assert (await claims.paper(case.claim_id, "bank-book")).status_code == 201
    assert (await claims.service.replay()).same


async def test_a_scan_that_was_lost_or_changed_stops_the_verification(claims: Claims) -> None:
    case = await claims.file(ANNA)
    scan = a_scan()
    kept = (await claims.paper(case.claim_id, "death-certificate", scan=scan)).json()
    await claims.papers(case.claim_id, ["heir-certificate", "member-card"])
    content = f"/claims/{case.claim_id}/documents/{kept['document_id']}/content"
    file = file_of(claims, kept["sha256"])
    file.write_bytes(scan + b" and a word more")
    assert refusal(await claims.verify(case.claim_id)) == (409, "scan-damaged")
    assert refusal(await claims.get(content)) == (409, "scan-damaged")
    file.unlink()
    assert refusal(await claims.verify(case.claim_id)) == (409, "scan-missing")
    assert await claims.service.recorded(ClaimVerified) == []
    again = await claims.paper(case.claim_id, "death-certificate", scan=scan)
    assert again.json() == kept  # the same paper handed in again mends the store
    assert (await claims.verify(case.claim_id)).status_code == 200


async def test_a_scan_exchanged_after_the_verification_is_found_out(claims: Claims) -> None:
    case = await claims.verified(BETA)
    (verified,) = await claims.service.recorded(ClaimVerified)
    seen = verified.documents[0]
    file_of(claims, seen.sha256).write_bytes(a_scan("another paper"))
    path = f"/claims/{case.claim_id}/documents/{seen.document_id}/content"
    assert refusal(await claims.get(path)) == (409, "scan-damaged")
    answer = await claims.approve(case.claim_id)
    assert refusal(answer) == (409, "document-changed")
    assert (await claims.standing(case.claim_id))["state"] == "verified"


async def test_the_same_scan_sent_twice_at_once_is_one_document(claims: Claims) -> None:
    case = await claims.file(ANNA)
    scan = a_scan()
    answers = await asyncio.gather(
        *(claims.paper(case.claim_id, "member-card", scan=scan) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["document_id"] for answer in answers}) == 1
    assert len(await claims.service.recorded(DocumentAttached)) == 1
