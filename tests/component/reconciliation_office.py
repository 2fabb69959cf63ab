"""A bank with interbank payouts in every state, and the officers who reconcile its days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE, Unit
from contracts.banking import PayoutOrdered, TransferPosted
from contracts.event import Cause
from contracts.types import ClaimId, PartyId, PayoutId, WorkerId
from services.banking.queries.ledger import ledger_locked
from services.banking.rules import payouts as rules
from services.banking.rules.ledger import CLEARING, INSURER, TREASURY, Posting
from services.banking.rules.payouts import OpenPayout
from tests.alone import Alone, MakeAlone, key

DAY = date(2025, 10, 22)
NEXT = DAY + timedelta(days=1)
BENEFIT = 20_000_000
CAPITAL = 1_000_000_000_000
HEAD = (
    "booked_at,rail_reference,partner_reference,amount,currency,beneficiary_bank,"
    "beneficiary_account_masked"
)


@dataclass(frozen=True)
class Moved:
    """A line of the rail's statement."""

    reference: str
    payout_id: UUID
    amount: int = BENEFIT


def csv_of(lines: Sequence[Moved], day: date = DAY) -> bytes:
    """As docs/banking/rail-statement.md has it."""
    rows = [
        f"{day}T09:14:03+07:00,{line.reference},{line.payout_id.hex},{line.amount}.00,IDR,014,"
        "******9012"
        for line in lines
    ]
    return "".join(f"{row}\r\n" for row in [HEAD, *rows]).encode()


def mt940_of(lines: Sequence[Moved], day: date = DAY) -> bytes:
    """The same as MT940."""
    total = sum(line.amount for line in lines)
    short = f"{day:%y%m%d}"
    rows = [f":20:RAIL{short}", ":25:1300000001", ":28C:295/1", f":60F:C{short}IDR0,00"]
    for line in lines:
        rows.append(f":61:{short}{day:%m%d}D{line.amount},00NTRFNONREF//{line.reference}")
        rows += [f":86:/REF/{line.payout_id.hex}", "/BANK/014/ACCT/XXXXXX9012"]
    rows += [f":62F:{'D' if total else 'C'}{short}IDR{total},00", "-"]
    return "".join(f"{row}\r\n" for row in rows).encode()


@dataclass
class Office:
    """The bank, two officers and an auditor."""

    bank: Alone
    maker: httpx.AsyncClient = field(init=False)
    checker: httpx.AsyncClient = field(init=False)
    auditor: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.maker = self.bank.client("bank", area="53", name="rekonsiliasi")
        self.checker = self.bank.client("bank", area="53", name="kepala")
        self.auditor = self.bank.client("auditor", area="53")
        self.go_to(DAY)

    def go_to(self, day: date, *, hour: int = 10, minute: int = 0) -> None:
        """Let it be that hour of a day in Kupang."""
        at = datetime.fromisoformat(f"{day}T00:00:00+08:00")
        self.bank.clock.set((at + timedelta(hours=hour, minutes=minute)).astimezone(UTC))

    async def capital(self) -> None:
        """Give the insurer enough for everything."""
        async with self.bank.units.bulk(area=EVERYWHERE) as unit:
            ledger = await ledger_locked(unit.session, TREASURY)
            transfer = ledger.post(Posting("deposit", new_id(), TREASURY, INSURER, CAPITAL))
            await unit.record(
                [
                    TransferPosted(
                        **Cause(new_id(), new_id()).stamp("post", at=unit.now),
                        batch_id=new_id(),
                        transfer=transfer,
                        purpose="capital",
                        posted_by="test",
                    )
                ]
            )

    async def payouts(
        self, number: int, *, state: str = "settled", amount: int = BENEFIT
    ) -> list[UUID]:
        """Interbank payouts that come into this state now."""
        made = [_ordered(amount, self.bank.clock.now()) for _ in range(number)]
        async with self.bank.units.bulk(area=EVERYWHERE) as unit:
            await unit.record(made)
        opened = [_open(each) for each in made]
        if state != "ordered":
            await self._take("submit", opened)
        if state in {"settled", "failed"}:
            await self.finish([each.payout_id for each in opened], state=state, opened=opened)
        return [each.payout_id for each in opened]

    async def finish(
        self, payout_ids: Sequence[UUID], *, state: str = "settled",
        opened: Sequence[OpenPayout] | None = None,
    ) -> None:  # fmt: skip
        """Settle or fail payouts that were submitted."""
        if opened is None:
            events = {e.payout_id: e for e in await self.bank.recorded(PayoutOrdered)}
            opened = [_open(events[PayoutId(each)]) for each in payout_ids]
        await self._take({"settled": "settle", "failed": "fail"}[state], opened)

    async def _take(self, step: str, opened: Sequence[OpenPayout]) -> None:
        async with self.bank.units.bulk(area=EVERYWHERE) as unit:
            await take(unit, step, opened)

    async def send(
        self, content: bytes, *, day: date = DAY, format_: str = "csv",
        by: httpx.AsyncClient | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Send a statement."""
        asked = {"day": str(day), "format": format_}
        return await (by or self.maker).post(
            "/rail-statements", params=asked, content=content, headers=key()
        )

    async def sent(self, lines: Sequence[Moved], *, day: date = DAY) -> dict[str, Any]:
        """Send a statement that is taken in."""
        answer = await self.send(csv_of(lines, day), day=day)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def differences(self, **asked: str) -> list[dict[str, Any]]:
        """The differences, as an auditor sees them."""
        answer = await self.auditor.get("/differences", params=asked)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["differences"]
        return found

    async def explain(
        self, difference_id: str, *, by: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        """Say where it comes from."""
        words = {"explanation": "another partner's", "evidence": "letter 5/RAIL"}
        path = f"/differences/{difference_id}/explanation"
        return await (by or self.maker).post(path, json=words, headers=key())

    async def accept(
        self, difference_id: str, *, by: httpx.AsyncClient | None = None
    ) -> httpx.Response:
        """Accept what was said."""
        path = f"/differences/{difference_id}/acceptance"
        return await (by or self.checker).post(path, headers=key())

    async def recover(self, difference_id: str, amount: int) -> httpx.Response:
        """Take money out of suspense."""
        words = {"amount": amount, "evidence": "credit note 17"}
        path = f"/differences/{difference_id}/recovery"
        return await self.maker.post(path, json=words, headers=key())

    async def settle_all(self) -> None:
        """Explain and accept whatever is open."""
        for each in await self.differences(state="open"):
            assert (await self.explain(each["difference_id"])).is_success
            assert (await self.accept(each["difference_id"])).is_success

    async def close(self, day: date = DAY) -> httpx.Response:
        """Close a day."""
        return await self.checker.post(f"/days/{day}/close", headers=key())

    async def report(self, day: date = DAY) -> dict[str, Any]:
        """The end of the day on one sheet."""
        answer = await self.auditor.get(f"/days/{day}/report")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def balance(self, account: UUID) -> int:
        """What an account holds."""
        rows = await self.bank.rows(
            "SELECT balance FROM balances WHERE account_id = :account", account=account
        )
        return sum(row["balance"] for row in rows)


async def take(unit: Unit, step: str, opened: Sequence[OpenPayout]) -> None:
    """Submit, settle or fail payouts in this transaction."""
    ledger = await ledger_locked(unit.session, INSURER, CLEARING)
    if step == "submit":
        await unit.record(rules.submit(each, ledger=ledger, now=unit.now) for each in opened)
    elif step == "settle":
        await unit.record(rules.settle(each, ledger=ledger, now=unit.now) for each in opened)
    else:
        await unit.record(
            rules.fail(each, "4031818", ledger=ledger, now=unit.now) for each in opened
        )


@pytest.fixture
async def office(alone: MakeAlone) -> Office:
    """A bank with capital, on the morning of the day."""
    made = Office(await alone("banking"))
    await made.capital()
    return made


def said(answer: httpx.Response) -> tuple[int, str]:
    """The status and the slug of a refusal."""
    return answer.status_code, answer.json()["slug"]


def _ordered(amount: int, at: datetime) -> PayoutOrdered:
    return PayoutOrdered(
        **Cause(new_id(), new_id()).stamp("order", at=at),
        payout_id=PayoutId(new_id()),
        claim_id=ClaimId(new_id()),
        worker_id=WorkerId(new_id()),
        payee_id=PartyId(new_id()),
        benefit="lump-sum",
        amount=amount,
        rail="interbank",
    )


def _open(event: PayoutOrdered) -> OpenPayout:
    return OpenPayout(
        payout_id=event.payout_id,
        claim_id=event.claim_id,
        worker_id=event.worker_id,
        payee_id=event.payee_id,
        benefit=event.benefit,
        amount=event.amount,
        cause=event.cause,
    )
