"""A bank whose counters hand accounts over, the services that know its holders, and a list."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from chassis.sealing import KeyWrap
from chassis.state.unit import EVERYWHERE
from chassis.subject_keys import keep_keys
from contracts.banking import AccountOpened, CashPaidIn, HoldPlaced, Transfer
from contracts.event import Cause
from contracts.types import AccountId, TransferId
from services.banking.rules.ledger import TREASURY, account_of
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone, key
from tests.component.bank_neighbors import served
from tests.tokens import Issuer

NAME, NIK = "Marselina Ndun", "5371044107700001"
"""Of everybody here, as enrollment and claims have sealed it."""
HOLDER = {"name": NAME, "nik": NIK}
HANDED = {"branch": "Kupang Utama", "papers": ["ktp", "kk"]}
FAR_VILLAGE = "53.01.01.2001"


@dataclass
class ScreeningList:
    """What answers whether a person is on a list, over HTTP."""

    answer: bytes = b'{"result": "clear"}'
    status: int = 200
    asked: list[Any] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Its address, while it answers."""

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            self.asked.append(json.loads(await reader.readexactly(length)))
            told = f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(self.answer)}\r\n"
            writer.write(told.encode() + b"Connection: close\r\n\r\n" + self.answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/screen"


@dataclass
class Counters:
    """The bank, and who stands at its counters."""

    bank: Alone
    enrollment: Alone
    claims: Alone

    def __post_init__(self) -> None:
        self.officer = self.bank.client("bank", area="53", name="officer")
        self.second = self.bank.client("bank", area="53", name="second officer")
        self.auditor = self.bank.client("auditor", area="53")

    async def post(
        self, account_id: UUID, act: str, body: dict[str, Any],
        *, by: httpx.AsyncClient | None = None, name: str | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Ask for a change of one account."""
        path = f"/accounts/{account_id}/{act}"
        return await (by or self.officer).post(path, json=body, headers=key(name))

    async def open(
        self, village_code: str = heard.OEBOBO, *, holder: Any = "member", numbered: bool = True
    ) -> UUID:
        """An account as the bulk opening leaves it; its id."""
        holder_id = new_id()
        account_id = account_of(holder_id)
        number = f"{holder_id.int % 10**12:013}"
        opened = AccountOpened(
            **Cause(new_id(), new_id()).stamp("open", at=self.bank.clock.now()),
            holder_id=holder_id,
            holder=holder,
            account_id=AccountId(account_id),
            product="basic" if holder == "member" else "savings",
            number_masked="0000*****0000" if numbered else None,
            number=self.bank.running.tools.numbers.seal(number) if numbered else None,
            village_code=village_code,
        )
        async with self.bank.units.bulk(area=EVERYWHERE) as unit:
            await unit.record([opened])
        await self._know(holder_id, holder=holder, village_code=village_code)
        return account_id

    async def _know(self, holder_id: UUID, *, holder: str, village_code: str) -> None:
        """Let the bank hear who it is, and let who registers people keep the key."""
        if holder == "member":
            await give_key(self.enrollment, holder_id)
            member = heard.worker_enrolled(holder_id, village_code=village_code)
            async with self.enrollment.units.bulk(area=EVERYWHERE) as unit:
                await unit.record([member])
            await self.bank.hear(member)
            return
        await give_key(self.claims, holder_id)
        heir = heard.heir_registered(new_id(), new_id(), party_id=holder_id, account="open-here")
        await self.bank.hear(heir)

    async def ready(self, village_code: str = heard.OEBOBO, *, holder: Any = "member") -> UUID:
        """An account whose passbook waits."""
        account_id = await self.open(village_code, holder=holder)
        answer = await self.post(account_id, "passbook", {"branch": "Kupang Utama"})
        assert answer.status_code == 200, answer.text
        return account_id

    async def collected(self, **changed: Any) -> UUID:
        """An account whose passbook the holder has, not compared yet."""
        account_id = await self.ready()
        answer = await self.post(account_id, "collection", HANDED | changed)
        assert answer.status_code == 200, answer.text
        return account_id

    async def active(self, village_code: str = heard.OEBOBO, *, holder: Any = "member") -> UUID:
        """An account that its holder may use."""
        account_id = await self.ready(village_code, holder=holder)
        answer = await self.post(account_id, "collection", HANDED | {"holder": HOLDER})
        assert answer.json()["state"] == "active", answer.text
        return account_id

    async def account(self, account_id: UUID) -> dict[str, Any]:
        """All of it, as the auditor sees it."""
        answer = await self.auditor.get(f"/accounts/{account_id}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def block(self, account_id: UUID) -> None:
        """Report the holder's death."""
        holder_id = (await self.account(account_id))["holder_id"]
        await self.bank.hear(heard.claim_filed(UUID(holder_id)))
        assert (await self.account(account_id))["blocked"]


async def give_key(holder: Alone, subject: UUID) -> None:
    """Let who keeps keys have the one of this person."""
    wrap: KeyWrap = holder.running.tools.identities.wrap
    async with holder.units.single(area=EVERYWHERE) as unit:
        await keep_keys(unit.session, {subject: wrap.wrap(subject, heard.KEY)}, at=unit.now)


def refused(answer: httpx.Response) -> tuple[int, str]:
    """The status and the slug of a refusal."""
    return answer.status_code, answer.json()["slug"]


@asynccontextmanager
async def counters_at(
    alone: MakeAlone, issuer: Issuer, folder: Path, *, screening_url: str | None = None
) -> AsyncIterator[Counters]:
    """A bank between the real enrollment and claims services."""
    enrollment, claims = await alone("enrollment"), await alone("claims")
    token_file = folder / "bank.token"
    token_file.write_text(issuer.token(role="bank", area="53", name="banking"))
    async with served(enrollment) as enrollment_url, served(claims) as claims_url:
        bank = await alone(
            "banking",
            enrollment_url=enrollment_url,
            claims_url=claims_url,
            token_file=token_file,
            screening_url=screening_url,
        )
        async with enrollment.units.bulk(area=EVERYWHERE) as unit:
            await unit.record([heard.programme_opened()])
        yield Counters(bank, enrollment, claims)
        await bank.running.tools.aclose()


@pytest.fixture
async def counters(alone: MakeAlone, issuer: Issuer, tmp_path: Path) -> AsyncIterator[Counters]:
    """Nobody is screened at this bank."""
    async with counters_at(alone, issuer, tmp_path) as made:
        yield made


async def pay_in(bank: Alone, account_id: UUID, amount: int) -> None:
    """Cash onto an account, as the ledger records it."""
    reference, balance = new_id(), -amount
    paid = CashPaidIn(
        **Cause(reference, reference).stamp("pay in", at=bank.clock.now()),
        account_id=AccountId(account_id),
        transfer=Transfer(
            transfer_id=TransferId(reference),
            kind="cash-in",
            reference=reference,
            debit_account=TREASURY,
            credit_account=AccountId(account_id),
            amount=amount,
            debit_balance=balance,
        ),
        branch="Kupang Utama",
        taken_by="teller",
    )
    async with bank.units.bulk(area=EVERYWHERE) as unit:
        await unit.record([paid])


async def hold(bank: Alone, account_id: UUID, amount: int) -> None:
    """Keep this much back."""
    hold_id = new_id()
    placed = HoldPlaced(
        **Cause(hold_id, hold_id).stamp("hold", at=bank.clock.now()),
        account_id=AccountId(account_id),
        hold_id=hold_id,
        amount=amount,
        reason="a court asks",
        placed_by="officer",
    )
    async with bank.units.bulk(area=EVERYWHERE) as unit:
        await unit.record([placed])
