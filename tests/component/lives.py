"""Some months in the life of each service, through its own operations: logs worth replaying."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from chassis.bus.admission import Stream
from chassis.state.unit import EVERYWHERE
from contracts.banking import AccountOpened, HoldPlaced
from contracts.catalogue import EVENTS
from contracts.claims import Benefit
from contracts.enrollment import ProgrammeOpened, WorkerEnrolled
from contracts.event import Cause, Event, derived_id
from contracts.types import AccountId, WorkerId
from services.banking.rules.ledger import account_of
from tameng.contracts import EXAMPLES
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone, key
from tests.archives import records
from tests.component import claims_facts
from tests.component.claims_office import NOW, Claims
from tests.component.counter_office import HANDED, HOLDER, Counters, counters_at, give_key
from tests.component.enrollment_office import Office, death_verified
from tests.component.privacy_office import Privacy
from tests.component.reconciliation_office import NEXT, Moved
from tests.component.reconciliation_office import Office as ReconciliationOffice
from tests.component.slip_counter import Counter as SlipCounter
from tests.rosters import row, rows

Life = Callable[[MakeAlone], Awaitable[Alone]]
FEW, MANY = 12, 40
SELDOM = (
    "scholarship-requested", "scholarship-decided", "letter-issued", "review-drawn",
    "review-closed", "warning-raised", "warning-settled",
)  # fmt: skip
HEARD_SELDOM = (
    "enrollment.coverage-ended", "enrollment.roster-received", "banking.cash-paid-out",
)  # fmt: skip
SAME = ("worker_id", "claim_id", "request_id", "review_id", "warning_id")
NUMBERS = {"area": "53.71", "first": "26000000001", "last": "26000000999"}
BENEFITS: Mapping[Benefit, int] = {
    "lump-sum": 20_000_000, "periodic": 12_000_000, "funeral": 10_000_000,
}  # fmt: skip


async def enrollment(alone: MakeAlone) -> Alone:
    """A quiet life, and what members and officers ask beside."""
    service = await quiet_enrollment(alone)
    members = [event.worker_id for event in await service.recorded(WorkerEnrolled)]
    (first, *_) = await service.recorded(ProgrammeOpened)
    await _asked_beside(Privacy(Office(service), first.programme_id), members)
    return service


async def quiet_enrollment(alone: MakeAlone) -> Alone:
    """Rosters, accounts, months billed and paid, cards, a new quota, deaths."""
    office = Office(await alone("enrollment"))
    service = office.alone
    programme_id = await office.open()
    other_id = await office.open(name="Another programme")
    await office.enroll(programme_id, rows(1, MANY))
    await office.amend(programme_id, 5_000)
    await office.enroll(programme_id, rows(MANY - 2, FEW))
    await office.enroll(other_id, rows(1_000, FEW))
    members = [event.worker_id for event in await service.recorded(WorkerEnrolled)]
    await service.hear(*(_opened(worker_id) for worker_id in members[::2]))
    await office.bill_and_pay(programme_id, "2025-07")
    await office.cards(programme_id, "prints")
    service.clock.set(datetime(2025, 8, 4, tzinfo=UTC))
    await office.bill_and_pay(programme_id, "2025-08")
    await office.bill(other_id, "2025-08")
    await office.cards(programme_id, "deliveries")
    for worker_id in members[3:5]:
        await service.hear(death_verified(service, worker_id, died_on=date(2025, 8, 3)))
    return service


async def _asked_beside(privacy: Privacy, members: Sequence[UUID]) -> None:
    """A billing run, a correction, an erasure refused, a claim, numbers, a look-alike, a list."""
    office, service = privacy.office, privacy.alone
    head_office = service.client("branch", area="53", name="the head office")
    billing = {"programme_id": str(privacy.programme_id), "month": "2025-08"}
    answers = [
        await head_office.post("/billing-runs", json=billing, headers=key()),
        await service.client("admin", area="53").post("/kpj-ranges", json=NUMBERS, headers=key()),
        await office.branch.get("/members/export", params={"reason": "hand-out", "area": "53.71"}),
    ]
    assert all(answer.is_success for answer in answers), [answer.text for answer in answers]
    await service.work("billing")
    correction = await privacy.ask(members[6], "correction", pekerjaan="petani")
    assert (await privacy.answer(correction)).is_success
    await privacy.ask(members[7], "erasure")
    await privacy.claim(members[8], paid=True)
    twin = row(2_000, nama=row(1)["nama"], nama_ibu=row(1)["nama_ibu"])
    await office.enroll(privacy.programme_id, [twin])


def _opened(worker_id: UUID) -> AccountOpened:
    cause = Cause(worker_id, worker_id)
    return AccountOpened(
        **cause.stamp("open", at=heard.AT), holder_id=worker_id, holder="member",
        account_id=AccountId(derived_id(worker_id, "account")),
    )  # fmt: skip


async def banking(alone: MakeAlone) -> Alone:
    """Numbers and accounts, money, deaths, benefits here and elsewhere, slips, a day closed."""
    keys = await alone("claims")
    async with counters_at(alone, keys.issuer, keys.clock.file.parent) as counters:
        bank = counters.bank
        numbers = {"first": "0012300450001", "last": "0012300450099"}
        answer = await counters.officer.post("/number-ranges", json=numbers, headers=key())
        assert answer.status_code == 201, answer.text
        workers = [heard.worker_enrolled(has_kk=number % 3 > 0) for number in range(MANY)]
        invoices = [heard.invoice_issued(9_000_000) for _ in range(FEW)]
        await bank.hear(heard.programme_opened(), *workers, *invoices)
        await _money_comes(bank)
        for worker in workers[1:3]:
            filed = heard.claim_filed(worker.worker_id)
            heir = heard.heir_registered(filed.claim_id, worker.worker_id, account="open-here")
            approved = heard.claim_approved(filed.claim_id, worker.worker_id, heir.party_id)
            await bank.hear(filed, heir, approved)
        await bank.work("payouts")
        await _at_the_counter(counters, workers[4])
        slips = SlipCounter(bank, counters.claims)
        await slips.issued(await slips.settled(amount=1_000_000))
        honored = await slips.honor(await slips.issued(await slips.settled(amount=2_000_000)))
        assert honored.is_success, honored.text
        await _a_day_with_the_rail(bank)
    return bank


async def _money_comes(bank: Alone) -> None:
    """The month is ordered to be paid; the money comes in two parts, and one invoice stays."""
    province = bank.client("province", area="53")
    fund = {"programme_id": str(heard.PROGRAMME)}
    order = fund | {"month": "2025-07", "payment_order": "SP2D 9", "spp": "SPP 7", "spm": "SPM 8"}
    for number, amount in enumerate((60_000_000, 42_000_000)):
        deposit = fund | {"amount": amount, "document": f"SP2D {number}"}
        assert (await province.post("/deposits", json=deposit, headers=key())).is_success
        if number == 0:
            assert (await province.post("/payment-orders", json=order, headers=key())).is_success


async def _at_the_counter(counters: Counters, member: WorkerEnrolled) -> None:
    """A member collects the passbook, brings money, and a court keeps some of it back."""
    await give_key(counters.enrollment, member.worker_id)
    async with counters.enrollment.units.bulk(area=EVERYWHERE) as unit:
        await unit.record([member])
    account_id, branch = account_of(member.worker_id), {"branch": "Kupang Utama"}
    for act, body in (
        ("passbook", branch),
        ("collection", HANDED | {"holder": HOLDER}),
        ("cash-in", branch | {"amount": 900_000}),
        ("holds", {"amount": 300_000, "reason": "letter 12/PN"}),
        ("holds", {"amount": 200_000, "reason": "letter 13/PN"}),
        ("cash-out", branch | {"amount": 100_000}),
        ("balance-inquiries", branch),
        ("upgrade", {"product": "savings"}),
    ):
        answer = await counters.post(account_id, act, body)
        assert answer.is_success, answer.text
    (hold, *_) = await counters.bank.recorded(HoldPlaced)
    path = f"/holds/{hold.hold_id}/release"
    answer = await counters.officer.post(path, json={"reason": "letter 15/PN"}, headers=key())
    assert answer.is_success, answer.text


async def _a_day_with_the_rail(bank: Alone) -> None:
    """Payouts to other banks, a statement that differs, and the end of that day."""
    office = ReconciliationOffice(bank)
    await office.capital()
    arrived, *_ = await office.payouts(3)
    await office.payouts(1, state="failed")
    await office.payouts(1, state="submitted")
    office.go_to(NEXT)
    await office.sent([Moved("A", arrived), Moved("X", UUID(int=9), 3_000_000)])
    await office.settle_all()
    assert (await office.close()).is_success


async def claims(alone: MakeAlone) -> Alone:
    """Deaths: one paid in full, one verified, one approved with a payout that failed, one sent back
    and refused; then, from the examples, what officers seldom do."""
    service = await alone("claims")
    service.clock.set(NOW)
    members = [WorkerId(UUID(int=number)) for number in range(1, MANY)]
    await service.hear(
        *map(claims_facts.enrolled, members),
        *(event for member in members[:4] for event in claims_facts.covered(member)),
    )
    office = Claims(service)
    paid, failed = await office.approved(members[0]), await office.approved(members[1])
    await office.verified(members[2])
    await office.file(members[3])
    for benefit, amount in BENEFITS.items():
        settled = claims_facts.settled(paid.claim_id, members[0], benefit, amount)
        await service.hear(settled)
    await service.hear(claims_facts.failed(failed.claim_id, members[1], "funeral", 10_000_000))
    async with service.units.bulk(area=EVERYWHERE) as unit:
        await unit.record(_example(f"claims.{name}") for name in SELDOM)
    await service.hear(*map(_example, HEARD_SELDOM))
    return service


def _example(of: str) -> Event:
    """The example of an event of claims, told of one member's one request, review and warning."""
    event_type = EVENTS[f"{of}.v1"]
    folder = Path(__file__).parents[2] / EXAMPLES / event_type.type
    *_, newest = sorted(folder.glob("*.json"))
    same = {field: UUID(int=9) for field in SAME if field in event_type.model_fields}
    return event_type.model_validate_json(newest.read_bytes()).model_copy(update=same)


async def audit(alone: MakeAlone) -> Alone:
    """An archive that grows between verifications, is asked, and is damaged in the end."""
    service = await alone("audit")
    auditor = service.client("auditor", area="53")
    asked = await auditor.get("/questions/completeness", params={"reason": "to see it whole"})
    found = await auditor.post("/findings", json={"detail": "seen"}, headers=key())
    assert asked.is_success
    assert found.is_success
    for turn in range(3):
        for shard in (3, 4):
            stream = Stream(service.running.topics.of("claims"), shard)
            await service.running.consumer.store.apply(records(turn + 2, stream=stream))
        answer = await auditor.post("/verifications", json={}, headers=key())
        assert answer.json()["verified"] is True
    (segment,) = service.running.settings.archive_folder.glob("*/03/*.segment")
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    answer = await auditor.post("/verifications", json={}, headers=key())
    assert answer.json()["verified"] is False
    return service


LIVES: dict[str, Life] = {
    "enrollment": enrollment, "banking": banking, "claims": claims, "audit": audit,
}  # fmt: skip
