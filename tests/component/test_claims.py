"""Claims alone, on a real Postgres: from a death to a paid claim, and all that is refused."""

import asyncio
import json
import logging
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.sealing import open_sealed
from contracts.claims import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    DocumentAttached,
    HeirRegistered,
    SubjectKeyRead,
)
from contracts.types import WorkerId
from services.claims.rules.claims import PAPERS
from services.claims.rules.heirs import HeirIdentity
from tests.alone import Alone, MakeAlone, key
from tests.component.claims_facts import covered, enrolled, failed, settled

ANNA, BETA, CESIL = (WorkerId(UUID(int=number)) for number in (1, 2, 3))
CLERK, CHECKER, HEAD = ("branch", "clerk"), ("branch", "checker"), ("approver", "head")
NOW = datetime(2025, 10, 22, 1, 0, tzinfo=UTC)
NAME, NIK, ACCOUNT = "Maria Ndolu", "5371045507890001", "0356789012"
ELSEWHERE = {"kind": "elsewhere", "bank_code": "014", "account_number": ACCOUNT}
LINES = {"lump-sum": 20_000_000, "periodic": 12_000_000, "funeral": 10_000_000}


@dataclass
class Office:
    """The claims service with its officers."""

    service: Alone

    async def post(
        self, path: str, body: Mapping[str, Any], who: tuple[str, str] = CLERK, *,
        area: str = "53", name: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        role, officer = who
        client = self.service.client(role, area=area, name=officer)
        return await client.post(path, json=dict(body), headers=key(name))

    async def get(self, path: str, role: str = "auditor", area: str = "53") -> httpx.Response:
        return await self.service.client(role, area=area).get(path)

    async def file(self, worker_id: UUID = ANNA, *, died_on: str = "2025-10-11") -> str:
        body = {"worker_id": str(worker_id), "died_on": died_on}
        return str((await self.post("/claims", body)).json()["claim_id"])

    async def heir(self, claim_id: str, **changed: Any) -> httpx.Response:
        body = {
            "heir_class": 1, "name": NAME, "nik": NIK, "relationship": "anak",
            "account": ELSEWHERE,
        }  # fmt: skip
        return await self.post(f"/claims/{claim_id}/heirs", body | changed)

    async def paper(self, claim_id: str, kind: str, scan: str = "scan") -> httpx.Response:
        body = {
            "kind": kind, "issuer": "Dukcapil Kota Kupang", "issued_on": "2025-10-13",
            "sha256": sha256(scan.encode()).hexdigest(),
        }  # fmt: skip
        return await self.post(f"/claims/{claim_id}/documents", body)

    async def verified(
        self, worker_id: UUID = ANNA, *, died_on: str = "2025-10-11"
    ) -> tuple[str, str]:
        """A verified claim and its heir."""
        claim_id = await self.file(worker_id, died_on=died_on)
        party_id = (await self.heir(claim_id)).json()["party_id"]
        for kind in PAPERS:
            assert (await self.paper(claim_id, kind)).status_code == 201
        answer = await self.post(f"/claims/{claim_id}/verification", {}, CHECKER)
        assert answer.json() == {"claim_id": claim_id, "state": "verified"}
        return claim_id, party_id

    async def approve(
        self, claim_id: str, payee_id: str, who: tuple[str, str] = HEAD, **more: str
    ) -> httpx.Response:
        return await self.post(f"/claims/{claim_id}/approval", {"payee_id": payee_id} | more, who)

    async def approved(self, worker_id: WorkerId = ANNA) -> str:
        """An approved claim."""
        claim_id, party_id = await self.verified(worker_id)
        assert (await self.approve(claim_id, party_id)).status_code == 200
        return claim_id


@pytest.fixture
async def office(alone: MakeAlone) -> Office:
    """Anna and Beta are covered since July, Cesil since September."""
    service = await alone("claims")
    service.clock.set(NOW)
    await service.hear(
        *(enrolled(worker_id) for worker_id in (ANNA, BETA, CESIL)),
        *covered(ANNA), *covered(BETA), *covered(CESIL, first_month="2025-09"),
    )  # fmt: skip
    return Office(service)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["slug"]


async def test_a_family_is_paid_42_million_when_every_line_has_arrived(office: Office) -> None:
    claim_id, party_id = await office.verified()
    approved = (await office.approve(claim_id, party_id)).json()
    assert approved["amount"] == 42_000_000
    assert {line["benefit"]: line["amount"] for line in approved["lines"]} == LINES
    assert {line["payee_id"] for line in approved["lines"]} == {party_id}
    for place, (benefit, amount) in enumerate(LINES.items()):
        standing = (await office.get(f"/claims/{claim_id}")).json()
        assert [line["state"] for line in standing["lines"]].count("settled") == place
        assert standing["state"] == "approved"
        await office.service.hear(settled(claim_id, ANNA, benefit, amount))  # type: ignore[arg-type]
    (paid,) = await office.service.recorded(ClaimPaid)
    assert (str(paid.claim_id), paid.amount) == (claim_id, 42_000_000)
    standing = (await office.get(f"/claims/{claim_id}")).json()
    assert (standing["state"], standing["amount_paid"]) == ("paid", 42_000_000)
    assert standing["term"] == {
        "complete_at": "2025-10-22T01:00:00Z", "due_on": "2025-10-27", "kept": True,
    }  # fmt: skip
    figures = (await office.get("/figures?area=53.71")).json()
    assert figures == {
        "area": "53.71", "claims_filed": 1, "verified": 1, "approved": 1, "rejected": 0,
        "paid": 1, "paid_full": 1, "amount_paid": 42_000_000, "by_benefit": LINES,
    }  # fmt: skip
    assert (await office.get("/figures?area=53.01")).json()["claims_filed"] == 0
    assert (await office.service.replay()).same


async def test_a_cover_of_less_than_three_months_pays_the_funeral_and_says_why(
    office: Office,
) -> None:
    claim_id, party_id = await office.verified(CESIL, died_on="2025-10-13")
    approved = (await office.approve(claim_id, party_id)).json()
    assert {line["benefit"]: line["amount"] for line in approved["lines"]} == {
        "funeral": 10_000_000
    }
    assert approved["explanation"] == {
        "rule": "PP 44/2015 art. 34 as amended by PP 82/2019; Permenaker 1/2025",
        "outcome": "died 40 days after the cover began; the whole package needs three months "
        "(Permenaker 1/2025): funeral benefit only",
        "covered_from": "2025-09-03T02:00:00Z", "died_on": "2025-10-13",
        "waiting_ends_on": "2025-12-03", "months_paid": 2,
    }  # fmt: skip
    await office.service.hear(settled(claim_id, CESIL, "funeral", 10_000_000))
    figures = (await office.get("/figures?area=53")).json()
    assert (figures["paid"], figures["paid_full"], figures["amount_paid"]) == (1, 0, 10_000_000)


async def test_redelivered_payouts_pay_a_claim_once(office: Office) -> None:
    claim_id = await office.approved()
    payouts = [settled(claim_id, ANNA, b, a) for b, a in LINES.items()]  # type: ignore[arg-type]
    await office.service.hear(*payouts)
    await office.service.hear_again()
    for payout in payouts:
        await office.service.handle(payout)
    assert len(await office.service.recorded(ClaimPaid)) == 1
    assert (await office.service.replay()).same


async def test_payouts_may_come_before_all_they_are_about(office: Office) -> None:
    claim_id, party_id = await office.verified()
    await office.service.hear(settled(str(UUID(int=77)), BETA, "funeral", 10_000_000))
    for benefit, amount in LINES.items():
        await office.service.hear(settled(claim_id, ANNA, benefit, amount))  # type: ignore[arg-type]
    assert await office.service.recorded(ClaimPaid) == []
    await office.approve(claim_id, party_id)
    assert len(await office.service.recorded(ClaimPaid)) == 1
    assert await office.service.rows("SELECT * FROM parked") == []
    assert (await office.service.replay()).same


async def test_failed_payouts_are_shown_and_later_ones_complete_the_claim(office: Office) -> None:
    claim_id = await office.approved()
    await office.service.hear(
        failed(claim_id, ANNA, "funeral", 10_000_000),
        failed(claim_id, ANNA, "periodic", 12_000_000),
    )
    await office.service.hear(settled(claim_id, ANNA, "lump-sum", 20_000_000))
    standing = (await office.get(f"/claims/{claim_id}")).json()
    assert standing["state"] == "approved"
    assert {line["benefit"]: (line["state"], line["failure"]) for line in standing["lines"]} == {
        "funeral": ("failed", "4031818 Inactive account"),
        "lump-sum": ("settled", None),
        "periodic": ("failed", "4031818 Inactive account"),
    }
    await office.service.hear(
        settled(claim_id, ANNA, "funeral", 10_000_000, attempt="second"),
        settled(claim_id, ANNA, "periodic", 12_000_000, attempt="second"),
    )
    assert (await office.get(f"/claims/{claim_id}")).json()["state"] == "paid"


async def test_a_line_that_arrived_with_another_amount_pays_no_claim(office: Office) -> None:
    claim_id = await office.approved()
    for benefit in LINES:
        await office.service.hear(settled(claim_id, ANNA, benefit, 1))  # type: ignore[arg-type]
    assert await office.service.recorded(ClaimPaid) == []


async def test_a_member_who_has_not_arrived_yet_may_be_tried_again(office: Office) -> None:
    late = WorkerId(UUID(int=9))
    body = {"worker_id": str(late), "died_on": "2025-10-11"}
    answer = await office.post("/claims", body, name="same")
    assert (*refusal(answer), answer.json()["retryable"]) == (404, "member-unknown", True)
    await office.service.hear(enrolled(late))
    assert (await office.post("/claims", body, name="same")).status_code == 201


async def test_a_death_before_any_cover_is_filed_but_not_approved(office: Office) -> None:
    claim_id, party_id = await office.verified(CESIL, died_on="2025-09-02")
    answer = await office.approve(claim_id, party_id)
    assert refusal(answer) == (409, "not-covered-on-day-of-death")
    answer = await office.post(f"/claims/{claim_id}/rejection", {"reason": "not covered"}, HEAD)
    assert answer.json() == {"claim_id": claim_id, "state": "rejected"}
    assert (await office.file(CESIL, died_on="2025-10-13")) != claim_id


async def test_one_death_has_one_claim_however_often_it_is_filed(office: Office) -> None:
    body = {"worker_id": str(ANNA), "died_on": "2025-10-11"}
    answers = await asyncio.gather(*(office.post("/claims", body) for _ in range(4)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201, 409, 409, 409]
    assert len(await office.service.recorded(ClaimFiled)) == 1
    first = await office.post("/claims", body | {"worker_id": str(BETA)}, name="k")
    again = await office.post("/claims", body | {"worker_id": str(BETA)}, name="k")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")


async def test_who_filed_or_verified_does_not_decide(office: Office) -> None:
    claim_id, party_id = await office.verified()
    for officer in (CLERK, CHECKER):
        same = ("approver", officer[1])
        assert refusal(await office.approve(claim_id, party_id, same)) == (403, "same-officer")
        rejection = await office.post(f"/claims/{claim_id}/rejection", {"reason": "no"}, same)
        assert refusal(rejection) == (403, "same-officer")
    assert (await office.approve(claim_id, party_id)).status_code == 200
    again = await office.approve(claim_id, party_id)
    assert refusal(again) == (409, "claim-in-other-state")


async def test_near_the_boundary_the_approver_says_why_on_record(office: Office) -> None:
    claim_id, party_id = await office.verified(died_on="2025-10-02")
    answer = await office.approve(claim_id, party_id)
    assert refusal(answer) == (409, "boundary-needs-confirmation")
    why = "the doctor's letter was seen"
    assert (await office.approve(claim_id, party_id, confirmation=why)).status_code == 200
    (approved,) = await office.service.recorded(ClaimApproved)
    assert (approved.confirmation, len(approved.lines)) == (why, 1)
    assert (await office.get(f"/claims/{claim_id}")).json()["confirmation"] == why


async def test_heirs_of_one_class_only(office: Office) -> None:
    claim_id = await office.file()
    assert (await office.heir(claim_id, heir_class=2)).status_code == 201
    assert (await office.heir(claim_id, heir_class=2)).status_code == 201
    for other in (1, 3):
        answer = await office.heir(claim_id, heir_class=other)
        assert refusal(answer) == (409, "heir-class-mixed")
    assert len((await office.get(f"/claims/{claim_id}")).json()["heirs"]) == 2


async def test_the_newest_document_of_a_kind_counts_and_all_are_kept(office: Office) -> None:
    claim_id = await office.file()
    old, new, newest = [
        (await office.paper(claim_id, "application", scan)).json()["document_id"]
        for scan in ("old", "new", "newest")
    ]
    standing = (await office.get(f"/claims/{claim_id}")).json()
    replaced = {each["document_id"]: each["replaced_by"] for each in standing["documents"]}
    assert replaced == {old: new, new: newest, newest: None}
    assert standing["documents_missing"] == list(PAPERS[1:])
    assert standing["term"] is None
    answer = await office.post(f"/claims/{claim_id}/verification", {}, CHECKER)
    assert refusal(answer) == (409, "documents-missing")
    assert "member-card" in answer.json()["detail"]
    assert len(await office.service.recorded(DocumentAttached)) == 3
    assert (await office.service.replay()).same


async def test_no_name_and_no_number_of_an_heir_is_kept_in_clear(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    claim_id, party_id = await office.verified()
    assert "answered" in caplog.text
    shown = (await office.get(f"/claims/{claim_id}", "branch")).text
    tables = await office.service.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    kept = [
        str(row)
        for table in tables
        for row in await office.service.rows(f"SELECT t::text FROM {table['table_name']} t")
    ]
    bodies = [row["b"] for row in await office.service.rows(
        "SELECT convert_from(body, 'UTF8') AS b FROM event_log"
    )]  # fmt: skip
    assert len(bodies) == 7
    for secret in (NAME, NIK, ACCOUNT, NIK.encode().hex(), NAME.encode().hex()):
        assert secret not in "\n".join([*kept, *bodies, shown, caplog.text])
    (heir,) = await office.service.recorded(HeirRegistered)
    asked = {"subjects": [party_id], "reason": "transfer"}
    answer = await office.service.client("bank", area="53").post("/subject-keys:read", json=asked)
    opened = open_sealed(heir.identity, b64decode(answer.json()["keys"][party_id]), HeirIdentity)
    assert json.loads(opened.model_dump_json()) == {
        "name": NAME, "nik": NIK, "relationship": "anak",
        "bank_code": "014", "account_number": ACCOUNT,
    }  # fmt: skip
    assert (heir.identity.kind, heir.identity.version) == ("heir-identity", 1)
    (read,) = await office.service.recorded(SubjectKeyRead)
    assert str(read.subject_id) == party_id


async def test_an_account_is_opened_here_or_named_whole(office: Office) -> None:
    claim_id = await office.file()
    for account in (
        {"kind": "elsewhere", "bank_code": "014"},
        {"kind": "open-here", "account_number": ACCOUNT},
        {"kind": "cash"},
    ):
        answer = await office.heir(claim_id, account=account)
        assert answer.status_code == 422
        assert ACCOUNT not in answer.text
    assert (await office.heir(claim_id, account={"kind": "open-here"})).status_code == 201
    (heir,) = await office.service.recorded(HeirRegistered)
    assert heir.account == "open-here"


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("approver", "/claims"),
        ("bank", "/claims/{claim_id}/heirs"),
        ("district", "/claims/{claim_id}/documents"),
        ("approver", "/claims/{claim_id}/verification"),
        ("branch", "/claims/{claim_id}/approval"),
        ("branch", "/claims/{claim_id}/rejection"),
    ],
)
async def test_every_step_has_its_role(office: Office, role: str, path: str) -> None:
    path = path.format(claim_id=await office.file())
    answer = await office.post(path, {}, (role, "anybody"))
    assert refusal(answer) == (403, "role-not-allowed")
    assert (await office.service.anonymous().post(path)).status_code == 401


async def test_nobody_acts_or_looks_outside_the_area(office: Office) -> None:
    claim_id, party_id = await office.verified()
    body = {"worker_id": str(BETA), "died_on": "2025-10-11"}
    answers = [
        await office.post("/claims", body, area="53.01"),
        await office.post(f"/claims/{claim_id}/verification", {}, area="53.71.05"),
        await office.post(
            f"/claims/{claim_id}/approval", {"payee_id": party_id}, HEAD, area="53.01"
        ),
        await office.post(f"/claims/{claim_id}/rejection", {"reason": "no"}, HEAD, area="53.01"),
        await office.get(f"/claims/{claim_id}", "branch", "53.71.0"),
        await office.get("/figures?area=53", "branch", "53.71"),
    ]
    assert [refusal(answer) for answer in answers] == [(403, "outside-area")] * 6
    here = (await office.get("/claims?state=verified", "branch", "53.71.04")).json()
    assert [row["claim_id"] for row in here["claims"]] == [claim_id]
    assert here["claims"][0]["term"]["due_on"] == "2025-10-27"
    assert here["more"] is False
    assert (await office.get("/claims?state=verified", area="53.01")).json()["claims"] == []


async def test_what_is_not_there_and_what_does_not_fit(office: Office) -> None:
    nowhere = UUID(int=5)
    for path in (f"/claims/{nowhere}/approval", f"/claims/{nowhere}/rejection"):
        body = {"payee_id": str(nowhere)} if path.endswith("approval") else {"reason": "no"}
        assert refusal(await office.post(path, body, HEAD)) == (404, "claim-unknown")
    assert refusal(await office.get(f"/claims/{nowhere}")) == (404, "claim-unknown")
    claim_id, _ = await office.verified()
    assert refusal(await office.approve(claim_id, str(nowhere))) == (422, "payee-unknown")
    future = {"worker_id": str(BETA), "died_on": "2025-10-23"}
    assert refusal(await office.post("/claims", future)) == (422, "died-in-future")
    unknown = {"worker_id": str(BETA), "died_on": "2025-10-11", "by": "me"}
    assert refusal(await office.post("/claims", unknown)) == (422, "field-unknown")
    assert len(await office.service.recorded(ClaimFiled)) == 1
