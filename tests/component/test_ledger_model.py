"""The ledger and the payouts against a small obvious model, with crashes and duplicates between."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]
import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chassis import failpoints
from chassis.failpoints import FailpointReached
from chassis.faults import Passing
from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.banking import InvoicePaid
from contracts.types import InvoiceId
from services.banking.operations import interbank, leases
from services.banking.operations.interbank import Concluded
from services.banking.queries.ledger import ledger_locked
from services.banking.rules import ledger as postings
from services.banking.rules.ledger import (
    CLEARING,
    INSURER,
    OTHER_BANKS,
    TREASURY,
    VAULT,
    account_of,
)
from services.banking.rules.payouts import payout_id_of
from services.banking.rules.submissions import Meaning, Patience, Verdict
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone, key
from tests.component.ledger_office import FUND, active, deposit, row

EXAMPLES = 10
STEPS = 14
SEEDED = 12_000
MAY_OWE = {TREASURY, OTHER_BANKS, VAULT}
SEEN_AT_ONCE = Patience(back_off_first_s=0.0, back_off_max_s=0.0)
EMPTIED = (
    "TRUNCATE balances, transfers, holds, payouts, submission, payments, invoices, accounts, "
    "members, parties, deferrals, programmes, filed_claims, idempotency_key"
)
BEFORE, AFTER = "unit.logged", "unit.committed"
HOW = st.sampled_from(["once", "twice", BEFORE, AFTER])
"""How a command or an event arrives: once, twice, or with a crash before or after the commit, and
then again."""
AMOUNTS = st.integers(1, 2_000)
PLACES = st.integers(0, 3)
T = TypeVar("T")


@dataclass
class Model:
    """What everybody has: money moves between two, or does not move at all."""

    balances: dict[UUID, int] = field(default_factory=dict)
    held: dict[UUID, int] = field(default_factory=dict)
    posted: dict[str, dict[str, Any]] = field(default_factory=dict)

    def free(self, account: UUID) -> int:
        return self.balances.get(account, 0) - self.held.get(account, 0)

    def move(self, debit: UUID, credit: UUID, amount: int) -> bool:
        if debit not in MAY_OWE and self.free(debit) < amount:
            return False
        self.balances[debit] = self.balances.get(debit, 0) - amount
        self.balances[credit] = self.balances.get(credit, 0) + amount
        return True

    def post(self, asked: dict[str, Any]) -> bool:
        """Whether a row of a batch stands posted after it was asked for."""
        before = self.posted.get(asked["reference"])
        if before is not None:
            return before == asked
        debit, credit = UUID(asked["debit_account"]), UUID(asked["credit_account"])
        if debit == credit or not self.move(debit, credit, asked["amount"]):
            return False
        self.posted[asked["reference"]] = asked
        return True


class Books(RuleBasedStateMachine):
    """Commands and events in any order; after each, the bank has what the model has."""

    bank: Alone
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.accounts: list[UUID] = []
        self.rows: list[dict[str, Any]] = []
        self.holds: list[dict[str, Any]] = []
        self.payouts: dict[UUID, tuple[str, int, UUID | None]] = {}
        """State, amount and payee of each that was approved."""

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self.loop).result()

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        owner = await asyncpg.connect(self.bank.urls.owner.replace("+asyncpg", ""))
        await owner.execute(EMPTIED)
        await owner.close()
        await self.bank.hear(heard.programme_opened())
        self.accounts = [FUND, *await active(self.bank, 3)]
        await deposit(self.bank, SEEDED)
        assert self.model.move(TREASURY, FUND, SEEDED)
        rows = [row(FUND, account, SEEDED // 12) for account in self.accounts[1:]]
        await self._send("bank", "/transfer-batches", {"transfers": rows}, "once")
        assert all(map(self.model.post, rows))
        await self._contribute(SEEDED // 2)
        assert self.model.move(FUND, INSURER, SEEDED // 2)

    async def _send(self, role: str, path: str, body: dict[str, Any], how: str) -> httpx.Response:
        """A command as it may arrive; its answer, which is the same each time."""
        caller, named = self.bank.client(role, area="53"), key()
        if how in {BEFORE, AFTER}:
            with crash(how):
                await caller.post(path, json=body, headers=named)
        first = await caller.post(path, json=body, headers=named)
        if how == "twice":
            again = await caller.post(path, json=body, headers=named)
            assert again.status_code == first.status_code
            assert told(again) == told(first)
        return first

    async def _hear(self, *events: Any, how: str) -> None:
        if how in {BEFORE, AFTER}:
            with crash(how, Passing), suppress(Passing):  # anything else would be parked
                await self.bank.hear(*events)
        else:
            await self.bank.hear(*events)
        if how != "once":
            await self.bank.hear_again()

    @rule(amount=AMOUNTS, how=HOW)
    def deposit(self, amount: int, how: str) -> None:
        body = {"programme_id": str(heard.PROGRAMME), "amount": amount, "document": str(new_id())}
        answer = self.run(self._send("province", "/deposits", body, how))
        assert answer.status_code == 201
        assert self.model.move(TREASURY, FUND, amount)

    @rule(amount=AMOUNTS)
    def contribute(self, amount: int) -> None:
        if self.model.move(FUND, INSURER, amount):
            self.run(self._contribute(amount))

    async def _contribute(self, amount: int) -> None:
        """Money for the insurer, as a payment order brings it."""
        invoice_id = InvoiceId(new_id())
        async with self.bank.units.bulk(area=EVERYWHERE) as unit:
            ledger = await ledger_locked(unit.session, FUND)
            posting = postings.contribution(heard.PROGRAMME, invoice_id, amount)
            await unit.record([
                InvoicePaid(
                    **heard.stamp(),
                    invoice_id=invoice_id,
                    programme_id=heard.PROGRAMME,
                    month="2025-07",
                    transfer=ledger.post(posting),
                    payment_order="SP2D 1",
                    paid_by="bendahara",
                )
            ])  # fmt: skip

    @rule(
        fresh=st.lists(st.tuples(PLACES, PLACES, AMOUNTS), min_size=1, max_size=5),
        again=st.booleans(),
        other=st.booleans(),
        how=HOW,
    )
    def post_batch(
        self, fresh: list[tuple[int, int, int]], again: bool, other: bool, how: str
    ) -> None:
        """Fresh rows; perhaps the first one ever once more; perhaps with another content."""
        rows = [row(self.accounts[d], self.accounts[c], amount) for d, c, amount in fresh]
        rows += [self.rows[0]] if again and self.rows else []
        rows += [rows[0] | {"amount": 7_777}] if other else []
        answer = self.run(self._send("bank", "/transfer-batches", {"transfers": rows}, how)).json()
        refused = {each["row"] for each in answer["refused"]}
        stand = [self.model.post(asked) for asked in rows]
        assert [place not in refused for place in range(1, len(rows) + 1)] == stand
        assert answer["posted"] == sum(stand)
        self.rows += rows

    @rule(place=PLACES, amount=AMOUNTS, how=HOW)
    def hold(self, place: int, amount: int, how: str) -> None:
        account = self.accounts[place]
        body = {"amount": amount, "reason": "letter of the court"}
        answer = self.run(self._send("bank", f"/accounts/{account}/holds", body, how))
        assert answer.is_success == (self.model.free(account) >= amount)
        if answer.is_success:
            self.model.held[account] = self.model.held.get(account, 0) + amount
            self.holds.append(answer.json())
            assert answer.json()["available"] == self.model.free(account)
            more = row(account, self.accounts[place - 1], self.model.free(account) + 1)
            beyond = self.run(self._send("bank", "/transfer-batches", {"transfers": [more]}, how))
            assert beyond.json()["posted"] == 0

    @precondition(lambda self: self.holds)
    @rule(place=st.integers(0, 50), how=HOW)
    def release(self, place: int, how: str) -> None:
        hold = self.holds[place % len(self.holds)]
        path = f"/holds/{hold['hold_id']}/release"
        answer = self.run(self._send("bank", path, {"reason": "letter"}, how))
        assert answer.is_success == (not hold.get("released"))
        if answer.is_success:
            hold["released"] = True
            self.model.held[UUID(hold["account_id"])] -= hold["amount"]
            again = self.run(self._send("bank", path, {"reason": "letter"}, "once"))
            assert told(again)["slug"] == "hold-already-released"

    @rule(place=st.integers(1, 3), amount=AMOUNTS, comes=st.booleans(), how=HOW)
    def cash(self, place: int, amount: int, comes: bool, how: str) -> None:
        account = self.accounts[place]
        path = f"/accounts/{account}/cash-{'in' if comes else 'out'}"
        answer = self.run(self._send("bank", path, {"amount": amount, "branch": "Oebobo"}, how))
        sides = (VAULT, account) if comes else (account, VAULT)
        assert answer.is_success == self.model.move(sides[0], sides[1], amount)

    @rule(amount=AMOUNTS, here=st.booleans(), how=HOW)
    def approve(self, amount: int, here: bool, how: str) -> None:
        account = "open-here" if here else "elsewhere"
        heir = heard.heir_registered(new_id(), new_id(), account=account)
        lines = {"funeral": amount}
        approved = heard.claim_approved(heir.claim_id, heir.worker_id, heir.party_id, lines)
        self.run(self._hear(heir, how=how))
        self.run(self._hear(approved, how=how))
        (line,) = approved.lines
        payout_id = payout_id_of(approved.claim_id, line)
        self.payouts[payout_id] = ("ordered", amount, account_of(heir.party_id) if here else None)

    @rule(how=HOW)
    def pay_waiting(self, how: str) -> None:
        self.run(self._pay_waiting(how))
        self._follow()
        waiting = [
            amount
            for state, amount, account in self.payouts.values()
            if state == "ordered" and account is not None
        ]
        assert all(amount > self.model.free(INSURER) for amount in waiting)

    async def _pay_waiting(self, how: str) -> None:
        if how in {BEFORE, AFTER}:
            with crash(how), suppress(FailpointReached):
                await self.bank.work("payouts")
        await self.bank.work("payouts")

    @rule(meaning=st.sampled_from([Meaning.ARRIVED, Meaning.REFUSED, Meaning.UNKNOWN]), how=HOW)
    def deal_with_the_rail(self, meaning: Meaning, how: str) -> None:
        self.run(self._deal(meaning, how))

    async def _deal(self, meaning: Meaning, how: str) -> None:
        """Set aside what waits, and conclude all that is due with one verdict, perhaps twice."""
        async with self.bank.units.bulk(area=EVERYWHERE) as unit:
            await interbank.submit_waiting(unit)
            taken = await leases.take(unit.session, lease_s=30, silence_max_s=900, at_most=50)
        concluded = [Concluded(lease, Verdict(meaning, "said")) for lease in taken]
        if how in {BEFORE, AFTER}:
            with crash(how), suppress(FailpointReached):
                await self._conclude(concluded)
        await self._conclude(concluded)
        if how == "twice":
            await self._conclude(concluded)

    async def _conclude(self, concluded: list[Concluded]) -> None:
        async with self.bank.units.bulk(area=EVERYWHERE) as unit:
            await interbank.conclude(unit, concluded, patience=SEEN_AT_ONCE)

    def _follow(self) -> None:
        """Let the model's money go where the payouts say that it went, one step at a time."""
        found = self.run(self.bank.rows("SELECT payout_id, state FROM payouts"))
        states = {each["payout_id"]: each["state"] for each in found}
        assert states.keys() == self.payouts.keys()
        for payout_id, (before, amount, account) in self.payouts.items():
            for debit, credit in way(before, states[payout_id], account):
                assert self.model.move(debit, credit, amount)
            self.payouts[payout_id] = (states[payout_id], amount, account)

    @invariant()
    def the_books_are_right(self) -> None:
        if self.accounts:
            self._follow()
            self.run(self._is_as_the_model())

    async def _is_as_the_model(self) -> None:
        rows = await self.bank.rows("SELECT * FROM balances WHERE balance <> 0 OR held <> 0")
        assert {each["account_id"]: each["balance"] for each in rows} == nonzero(
            self.model.balances, also=self.model.held
        )
        assert {e["account_id"]: e["held"] for e in rows if e["held"]} == nonzero(self.model.held)
        assert sum(each["balance"] for each in rows) == 0
        for each in rows:
            assert each["account_id"] in MAY_OWE or each["balance"] >= each["held"] >= 0
        auditor = self.bank.client("auditor", area="53")
        trial = (await auditor.get("/trial-balance")).json()
        assert (trial["equal"], trial["agrees"]) == (True, True)
        (twice,) = await self.bank.rows(
            "SELECT count(*) - count(DISTINCT (kind, reference)) AS more FROM transfers"
        )
        assert twice["more"] == 0


def way(before: str, after: str, account: UUID | None) -> Sequence[tuple[UUID, UUID]]:
    """Between which accounts the money of a payout moved from one state to another."""
    if before == after:
        return []
    if account is not None:
        assert (before, after) == ("ordered", "settled")
        return [(INSURER, account)]
    ends: dict[str, Sequence[tuple[UUID, UUID]]] = {
        "submitted": [],
        "settled": [(CLEARING, OTHER_BANKS)],
        "failed": [(CLEARING, INSURER)],
    }
    if before == "ordered":
        return [(INSURER, CLEARING), *ends[after]]
    assert before == "submitted"
    return ends[after]


def told(answer: httpx.Response) -> dict[str, Any]:
    """What an answer says, but for the id of the request."""
    return {k: v for k, v in answer.json().items() if k != "correlation_id"}


def nonzero(amounts: dict[UUID, int], *, also: dict[UUID, int] | None = None) -> dict[UUID, int]:
    """Those accounts that hold something, or of which something is held."""
    return {a: amount for a, amount in amounts.items() if amount or (also or {}).get(a)}


@contextmanager
def crash(name: str, error: type[RuntimeError] = FailpointReached) -> Iterator[None]:
    """Whoever comes to this moment fails."""

    async def fail() -> None:
        raise error(name)

    failpoints.ARMED[name] = fail
    try:
        yield
    finally:
        del failpoints.ARMED[name]


async def test_the_ledger_and_the_payouts_do_what_the_model_does(alone: MakeAlone) -> None:
    bank = await alone("banking")
    loop = asyncio.get_running_loop()

    class Machine(Books):
        pass

    Machine.bank, Machine.loop = bank, loop
    checks = list(HealthCheck)
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=checks,
        phases=[Phase.generate],
    )
    await asyncio.to_thread(run_state_machine_as_test, Machine, settings=chosen)
    assert await bank.rows("SELECT * FROM parked") == []
