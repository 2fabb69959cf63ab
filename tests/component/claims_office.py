"""The claims service with its officers, for the tests of everybody who works on claims.

    async def test_x(claims: Claims) -> None:
        filed = await claims.file(ANNA)                      # a `Case`: claim_id, number, party_ids
        await claims.paper(filed.claim_id, "death-certificate")
        case = await claims.verified(BETA)                   # filed, its papers in, verified
        case = await claims.approved(CESIL)                  # decided by the head
        answer = await claims.post("/claims", {...}, who=CHECKER, area="53.71")
        standing = await claims.standing(case.claim_id)

`claims` is a fresh service in which `MEMBERS` are covered since July 2025 and `SHORT` since
September; for members of your own call `claims.member(...)`. The clock shows `NOW`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest

from contracts.types import WorkerId
from services.claims.adapters import Tools
from tests.alone import Alone, MakeAlone, key
from tests.component.claims_facts import VILLAGE, covered, enrolled

MEMBERS = ANNA, BETA, CESIL, DEWI, EMIL = tuple(WorkerId(UUID(int=each)) for each in range(1, 6))
SHORT = WorkerId(UUID(int=6))
"""Covered since September 2025."""
NOW = datetime(2025, 10, 22, 1, 0, tzinfo=UTC)
"""A Wednesday morning in Kupang."""
DIED_ON = "2025-10-11"
CLERK, CHECKER = ("branch", "clerk"), ("branch", "checker")
HEAD, SECOND_HEAD = ("approver", "head"), ("approver", "second head")
FRAUD = ("fraud", "fraud officer")
DEATH_PAPERS = ("death-certificate", "heir-certificate", "member-card")
"""What the family of a plain death brings; filing is the application."""
ACCIDENT_PAPERS = ("member-card", "member-ktp", "medical-certificate", "accident-report-1")
JPEG, PDF, PNG = b"\xff\xd8\xff\xe0", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n"
_MEDIA = {"application/pdf": PDF, "image/jpeg": JPEG, "image/png": PNG}
_numbers = count(1)


class Case(NamedTuple):
    """A claim that was filed."""

    claim_id: str
    number: str
    status_code: str
    party_ids: tuple[str, ...]

    @property
    def party_id(self) -> str:
        """The only heir, or the first."""
        return self.party_ids[0]


def an_heir(**changed: Any) -> dict[str, Any]:
    """A child with an account at another bank; everybody is somebody else."""
    number = next(_numbers)
    heir: dict[str, Any] = {
        "heir_class": 1, "relation": "child", "name": f"Maria Ndolu {number}",
        "nik": f"{5371045507890000 + number}", "relationship": "anak",
        "account": {"kind": "elsewhere", "bank_code": "014", "account_number": f"{number:010}"},
    }  # fmt: skip
    return heir | changed


def a_scan(words: object = None, media_type: str = "application/pdf") -> bytes:
    """A scan with these words in it; without words one that nobody has handed in before."""
    return _MEDIA[media_type] + f"{words or f'scan {next(_numbers)}'}".encode()


@dataclass
class Claims:
    """The service, and what its officers do."""

    service: Alone

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, who: tuple[str, str] = CLERK, *,
        area: str = "53", name: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Ask for a change with a JSON body."""
        role, officer = who
        client = self.service.client(role, area=area, name=officer)
        return await client.post(path, json=dict(body or {}), headers=key(name))

    async def get(self, path: str, role: str = "auditor", area: str = "53") -> httpx.Response:
        """Ask for something."""
        return await self.service.client(role, area=area).get(path)

    async def standing(self, claim_id: str) -> dict[str, Any]:
        """How a claim stands."""
        answer = await self.get(f"/claims/{claim_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def member(
        self, worker_id: WorkerId, *, first_month: str = "2025-07", village_code: str = VILLAGE
    ) -> WorkerId:
        """One more member, covered from this month on."""
        await self.service.hear(
            enrolled(worker_id, village_code=village_code),
            *covered(worker_id, first_month=first_month),
        )
        return worker_id

    async def ask(
        self, worker_id: WorkerId = ANNA, *, who: tuple[str, str] = CLERK, area: str = "53",
        name: str | None = None, **changed: Any,
    ) -> httpx.Response:  # fmt: skip
        """File: by default a death with one heir; a field that is `None` is left out."""
        body = {
            "worker_id": str(worker_id), "kind": "death", "died_on": DIED_ON,
            "family": {"1": 1}, "heirs": [an_heir()],
        } | changed  # fmt: skip
        asked = {name: value for name, value in body.items() if value is not None}
        return await self.post("/claims", asked, who, area=area, name=name)

    async def file(self, worker_id: WorkerId = ANNA, **changed: Any) -> Case:
        """A claim that was filed, by default a death with one heir."""
        answer = await self.ask(worker_id, **changed)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        return Case(told["claim_id"], told["number"], told["status_code"], tuple(told["parties"]))

    async def file_accident(self, worker_id: WorkerId = ANNA, **changed: Any) -> Case:
        """An accident whose member lives and is paid."""
        member = an_heir(role="member", heir_class=6, relation="none", relationship="peserta")
        usual = {
            "kind": "work-accident", "died_on": None, "happened_on": DIED_ON, "family": None,
            "heirs": [member],
        }  # fmt: skip
        return await self.file(worker_id, **(usual | changed))

    async def paper(
        self, claim_id: str, kind: str, *, scan: bytes | None = None,
        media_type: str = "application/pdf", issuer: str = "Dukcapil Kota Kupang",
        issued_on: str = "2025-10-13", who: tuple[str, str] = CLERK, name: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Hand in a paper, by default one that nobody has handed in before."""
        role, officer = who
        client = self.service.client(role, area="53", name=officer)
        return await client.post(
            f"/claims/{claim_id}/documents",
            params={"kind": kind, "issuer": issuer, "issued_on": issued_on},
            content=a_scan(media_type=media_type) if scan is None else scan,
            headers=key(name) | {"Content-Type": media_type},
        )

    async def papers(self, claim_id: str, kinds: Sequence[str] = DEATH_PAPERS) -> list[str]:
        """Hand in papers; their ids."""
        answers = [await self.paper(claim_id, kind) for kind in kinds]
        assert {answer.status_code for answer in answers} == {201}, answers[0].text
        return [answer.json()["document_id"] for answer in answers]

    async def verify(
        self, claim_id: str, who: tuple[str, str] = CHECKER, **body: Any
    ) -> httpx.Response:
        """See the papers."""
        return await self.post(f"/claims/{claim_id}/verification", body, who)

    async def verified(self, worker_id: WorkerId = ANNA, **changed: Any) -> Case:
        """A verified claim, by default of a death with one heir."""
        case = await self.file(worker_id, **changed)
        await self.papers(case.claim_id)
        answer = await self.verify(case.claim_id)
        assert (answer.status_code, answer.json()) == (
            200, {"claim_id": case.claim_id, "state": "verified"},
        ), answer.text  # fmt: skip
        return case

    async def approve(
        self, claim_id: str, who: tuple[str, str] = HEAD, **body: Any
    ) -> httpx.Response:
        """Approve what is computed."""
        return await self.post(f"/claims/{claim_id}/approval", body, who)

    async def approved(self, worker_id: WorkerId = ANNA, **changed: Any) -> Case:
        """An approved claim, by default of a death with one heir."""
        case = await self.verified(worker_id, **changed)
        answer = await self.approve(case.claim_id)
        assert (answer.status_code, answer.json()["state"]) == (200, "approved"), answer.text
        return case

    @property
    def tools(self) -> Tools:
        """What the service uses beside its database."""
        tools: Tools = self.service.running.tools
        return tools


@pytest.fixture
async def claims(alone: MakeAlone) -> Claims:
    """A fresh service that knows the members."""
    return await an_office(alone)


async def an_office(alone: MakeAlone, **settings: Any) -> Claims:
    """A fresh service that knows the members, with settings of your own."""
    service = await alone("claims", **settings)
    service.clock.set(NOW)
    await service.hear(
        *(enrolled(worker_id) for worker_id in (*MEMBERS, SHORT)),
        *(event for worker_id in MEMBERS for event in covered(worker_id)),
        *covered(SHORT, first_month="2025-09"),
    )
    return Claims(service)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """The status of a refusal, and its name."""
    return answer.status_code, answer.json()["slug"]
