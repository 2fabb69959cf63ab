"""What the bank calls while it pays: the rail's process, and who holds the keys of heirs."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from uuid import UUID

import uvicorn

from chassis.sealing import KeyWrap
from chassis.state.unit import EVERYWHERE
from chassis.subject_keys import keep_keys
from contracts.claims import HeirRegistered
from services.banking.operations.interbank import Interbank
from services.banking.rules.ledger import CLEARING, INSURER, OTHER_BANKS
from services.banking.rules.submissions import Patience
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone, key
from tests.component.rail_process import PARTNER, Rail
from tests.tokens import Issuer

CAPITAL = 50_000_000
BENEFIT = 20_000_000
RAIL_TIMEOUT_S = 0.4
ARRIVED = (CAPITAL - BENEFIT, 0, BENEFIT)
RETURNED = (CAPITAL, 0, 0)
SET_ASIDE = (CAPITAL - BENEFIT, BENEFIT, 0)
STEPS_MAX = 100
IMPATIENT = Patience(lease_s=1.2, dialog_s=1.1, back_off_first_s=0.05, back_off_max_s=0.2)
"""Asks often, because tests do not wait."""
UNHURRIED = IMPATIENT._replace(lease_s=11.0, dialog_s=10.0)
"""For an order that has to leave, however slow the machine is."""


@asynccontextmanager
async def served(holder: Alone) -> AsyncIterator[str]:
    """The service's HTTP on a port of its own, without its bus; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(holder.app, port=port, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def torn(rail: Rail, *, path: bytes, bytes_left: int) -> AsyncIterator[str]:
    """The rail behind a line that breaks once, in the middle of an answer from `path`."""
    breaks = [True]

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            asked = head.replace(b"keep-alive", b"close") + await reader.readexactly(length)
            upstream, out = await asyncio.open_connection("127.0.0.1", rail.port)
            out.write(asked)
            answer = await upstream.read()
            out.close()
            if path in head and breaks:
                breaks.clear()
                answer = answer[:bytes_left]
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@contextmanager
def held_by(rail: Rail, name: str) -> Iterator[None]:
    """The payee's account is in this name for a while."""

    def register(holder: str) -> None:
        named = {"beneficiaryAccountName": holder}
        rail.client.put("/_control/holders/014/0356789012", json=named).raise_for_status()

    register(name)
    try:
        yield
    finally:
        register("Marselina Ndun")


async def give_key(holder: Alone, party_id: UUID) -> None:
    """Let the holder have the key of this heir."""
    wrap: KeyWrap = holder.running.tools.identities.wrap
    async with holder.units.single(area=EVERYWHERE) as unit:
        await keep_keys(unit.session, {party_id: wrap.wrap(party_id, heard.KEY)}, at=unit.now)


async def bank_at(
    alone: MakeAlone, *, rail_url: str, secret_file: Path, claims_url: str, issuer: Issuer
) -> Alone:
    """A bank with money at its insurer's account."""
    token_file = secret_file.with_name("bank.token")
    token_file.write_text(issuer.token(role="bank", area="53", name="banking"))
    bank = await alone(
        "banking",
        rail_url=rail_url,
        rail_partner_id=PARTNER,
        rail_secret_file=secret_file,
        rail_timeout_s=RAIL_TIMEOUT_S,
        claims_url=claims_url,
        token_file=token_file,
    )
    await deposit(bank, CAPITAL, document="SP2D 1")
    return bank


async def deposit(bank: Alone, amount: int, *, document: str) -> None:
    """Bring the insurer this much in contributions."""
    await bank.hear(heard.programme_opened(), heard.invoice_issued(amount))
    province = bank.client("province", area="53")
    programme_id = str(heard.PROGRAMME)
    money = {"programme_id": programme_id, "amount": amount, "document": document}
    (await province.post("/deposits", json=money, headers=key())).raise_for_status()
    order = {"programme_id": programme_id, "month": "2025-07", "payment_order": document}
    (await province.post("/payment-orders", json=order, headers=key())).raise_for_status()


async def approve(
    bank: Alone, heir: HeirRegistered, *, benefit: str = "lump-sum", amount: int = BENEFIT
) -> UUID:
    """Have one line approved for this heir; return the payout's id."""
    worker = heard.worker_enrolled(heir.worker_id)
    approved = heard.claim_approved(heir.claim_id, heir.worker_id, heir.party_id, {benefit: amount})
    await bank.hear(worker, heir, approved)
    (row,) = await bank.rows(
        "SELECT payout_id FROM payouts WHERE claim_id = :claim_id", claim_id=heir.claim_id
    )
    payout_id: UUID = row["payout_id"]
    return payout_id


def way_out(bank: Alone, patience: Patience = IMPATIENT) -> Interbank:
    """A fresh process's way to other banks."""
    return Interbank(bank.units, bank.running.tools, patience)


async def finish(bank: Alone, patience: Patience = IMPATIENT) -> str:
    """Step a fresh process until the only payout is finished or given up; tell its state."""
    process = way_out(bank, patience)
    for _ in range(STEPS_MAX):
        await process.step()
        (row,) = await bank.rows(
            "SELECT state, submission.payout_id IS NOT NULL AND next_try_at IS NULL AS given_up "
            "FROM payouts LEFT JOIN submission USING (payout_id)"
        )
        if row["given_up"] or row["state"] in {"settled", "failed"}:
            return str(row["state"])
        await asyncio.sleep(0.05)
    raise AssertionError("the payout came to no end")


async def money(bank: Alone) -> tuple[int, int, int]:
    """What the insurer has, what is set aside, and what other banks have got."""
    rows = await bank.rows("SELECT account_id, balance FROM balances")
    held = {row["account_id"]: row["balance"] for row in rows}
    return tuple(held.get(account, 0) for account in (INSURER, CLEARING, OTHER_BANKS))


async def check_books(bank: Alone) -> None:
    """Whatever happened: the ledger is balanced, and the bank replays to the same."""
    auditor = bank.client("auditor", area="53")
    figures = (await auditor.get("/figures", params={"area": "53"})).json()
    assert figures["ledger"]["balanced"] is True
    assert (await bank.replay()).same
