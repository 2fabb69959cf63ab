"""A branch's counter: payouts that are settled, slips that are issued, printed and shown."""

from dataclasses import dataclass
from uuid import UUID

import httpx

from chassis.ids import new_id
from contracts.claims import HeirRegistered
from tests import bank_events as heard
from tests.alone import Alone, key
from tests.cards import codes
from tests.component.bank_neighbors import approve, give_key


@dataclass
class Counter:
    """The bank and who holds the keys of heirs, as a counter knows them."""

    bank: Alone
    holder: Alone

    @property
    def teller(self) -> httpx.AsyncClient:
        return self.bank.client("bank", area="53", name="teller")

    async def settled(self, *, benefit: str = "funeral", amount: int = 10_000_000) -> UUID:
        """A payout to an account at this bank, arrived."""
        heir = heard.heir_registered(new_id(), new_id(), account="open-here")
        return await self.paid_to(heir, benefit=benefit, amount=amount)

    async def paid_to(
        self, heir: HeirRegistered, *, benefit: str = "funeral", amount: int = 10_000_000
    ) -> UUID:
        """The payout of one line to this heir."""
        await give_key(self.holder, heir.party_id)
        payout_id = await approve(self.bank, heir, benefit=benefit, amount=amount)
        await self.bank.work("payouts")
        return payout_id

    async def issue(self, payout_id: UUID) -> httpx.Response:
        return await self.teller.post(f"/payouts/{payout_id}/slip", headers=key())

    async def printed(self, payout_id: UUID) -> bytes:
        answer = await self.teller.get(f"/payouts/{payout_id}/slip.pdf")
        assert answer.is_success, answer.text
        return answer.content

    async def issued(self, payout_id: UUID) -> str:
        """The code of a fresh slip, as a phone reads it from the paper."""
        assert (await self.issue(payout_id)).status_code == 201
        [(_, token)] = codes(await self.printed(payout_id))
        return token

    async def honor(self, token: str, *, branch: str = "Cabang Oebobo") -> httpx.Response:
        return await self.teller.post(
            "/slips/honor", json={"token": token, "branch": branch}, headers=key()
        )


def said(answer: httpx.Response) -> tuple[int, str]:
    """The status and the slug of a refusal."""
    return answer.status_code, answer.json()["slug"]
