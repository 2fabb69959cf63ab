"""A small programme as its events tell it, in order and without a fault, in a real archive.

Three members of Kupang from July to October 2025; one of them dies and the heir is paid.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.bus import wire
from chassis.bus.admission import Record, Stream
from chassis.state.event_log import LogRow, shard_of
from contracts import banking, claims, enrollment
from contracts.event import Cause, Event, derived_id
from services.audit.adapters import parquet
from tameng.contracts import EXAMPLES
from tests.archives import opened

FOLDER = Path(__file__).parents[2] / EXAMPLES
ROOT = UUID(int=7)
MONTH = 16_800
WHOLE = {"lump-sum": 20_000_000, "periodic": 12_000_000, "funeral": 10_000_000}
PAPERS = ("death-certificate", "heir-certificate", "member-card")


def named(name: str) -> UUID:
    """An id that a test can say again."""
    return derived_id(ROOT, name)


PROGRAMME, FUNDS, INSURER, OUTSIDE = map(named, ("programme", "funds", "insurer", "outside"))
CLAIM, HEIR = named("claim"), named("heir")
WORKERS = DEAD, AGNES, BENYAMIN = [named(f"worker {place}") for place in range(3)]


def at(day: str, hour: int = 1) -> datetime:
    """An instant of a day, in UTC."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def transfer(kind: str, debit: UUID, credit: UUID, amount: int) -> dict[str, Any]:
    """Money that moved."""
    return {
        "transfer_id": named(f"{kind} {debit} {credit} {amount}"),
        "kind": kind,
        "reference": named(kind),
        "debit_account": debit,
        "credit_account": credit,
        "amount": amount,
        "debit_balance": 0,
    }


class World:
    """Events in the order in which they are recorded."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(
        self, kind: type[Event], when: datetime, /, *, cause: Event | None = None, **fields: Any
    ) -> Event:
        """Record an event; a field that must be there and is not given is the example's."""
        example = json.loads(min((FOLDER / kind.type).glob("*.json")).read_text())
        needed = {n: example[n] for n, f in kind.model_fields.items() if f.is_required()}
        led = cause.cause if cause else Cause(named(f"command {len(self.events)}"), ROOT)
        stamp = led.stamp(f"{kind.type} {len(self.events)}", at=when)
        told = json.dumps(needed | stamp | fields, default=str)
        self.events.append(kind.model_validate_json(told))
        return self.events[-1]

    def archived(self, folder: Path) -> Path:
        """Write them into an archive, export it, and answer the folder of the Parquet files."""
        archive, files = folder / "archive", folder / "parquet"
        with opened(archive) as writing:
            writing.append(records(self.events))
        parquet.export(archive, files)
        return files

    def enroll(self, worker: UUID, **fields: Any) -> Event:
        """Take a worker in; the bank opens an account."""
        given: dict[str, Any] = {
            "programme_id": PROGRAMME,
            "village_code": "53.71.04.1001",
            "first_month": "2025-07",
            "last_month": "2025-12",
            "reserved": 6 * MONTH,
        }
        enrolled = self.add(
            enrollment.WorkerEnrolled, at("2025-07-01"), worker_id=worker, **given | fields
        )
        self.add(
            banking.AccountOpened,
            at("2025-07-01", 2),
            cause=enrolled,
            holder_id=worker,
            holder="member",
            account_id=named(f"account {worker}"),
            village_code="53.71.04.1001",
        )
        return enrolled

    def bill(self, worker: UUID, month: str, **fields: Any) -> Event:
        """Put a month of a member on the month's invoice."""
        given: dict[str, Any] = {
            "programme_id": PROGRAMME,
            "invoice_id": named(month),
            "amount": MONTH,
        }
        return self.add(
            enrollment.ContributionBilled,
            at(f"{month}-01", 2),
            worker_id=worker,
            month=month,
            **given | fields,
        )

    def pay(self, worker: UUID, month: str) -> Event:
        """A member's month was paid."""
        return self.add(
            enrollment.ContributionPaid,
            at(f"{month}-03", 2),
            worker_id=worker,
            programme_id=PROGRAMME,
            invoice_id=named(month),
            month=month,
            amount=MONTH,
        )

    def month(self, month: str, workers: Iterable[UUID] = WORKERS) -> None:
        """Bill a month and have it paid."""
        members = list(workers)
        for worker in members:
            self.bill(worker, month)
        common: dict[str, Any] = {
            "invoice_id": named(month),
            "programme_id": PROGRAMME,
            "month": month,
        }
        issued = self.add(
            enrollment.InvoiceIssued,
            at(f"{month}-01", 3),
            **common,
            district_code="53.71.04",
            heads=len(members),
            amount=len(members) * MONTH,
            due_on=date.fromisoformat(f"{month}-15"),
        )
        self.add(
            banking.InvoicePaid,
            at(f"{month}-03"),
            cause=issued,
            **common,
            transfer=transfer("contribution", FUNDS, INSURER, len(members) * MONTH),
            payment_order=f"SP2D {month}",
        )
        for worker in members:
            self.pay(worker, month)

    def file(self, worker: UUID, claim: UUID, *, heir: UUID = HEIR, day: str = "13") -> Event:
        """The family reports a death of 11 October with all papers."""
        about: dict[str, Any] = {"claim_id": claim, "worker_id": worker}
        when = at(f"2025-10-{day}")
        filed = self.add(
            claims.ClaimFiled, when, **about, died_on="2025-10-11", filed_by="loket", kind="death"
        )
        for paper in PAPERS:
            self.add(
                claims.DocumentAttached,
                when,
                cause=filed,
                **about,
                kind=paper,
                document_id=named(f"{claim} {paper}"),
                attached_by="loket",
            )
        self.add(claims.HeirRegistered, when, cause=filed, **about, party_id=heir, heir_class=1)
        return filed

    def decide(
        self, worker: UUID, claim: UUID, lines: dict[str, int] | None = None, *, day: str = "15"
    ) -> Event:
        """Verify the claim, approve it, pay it."""
        about: dict[str, Any] = {"claim_id": claim, "worker_id": worker}
        given = WHOLE if lines is None else lines
        self.add(
            claims.ClaimVerified, at("2025-10-14"), **about, died_on="2025-10-11",
            verified_by="verifikator",
        )  # fmt: skip
        line = [
            {"benefit": b, "amount": n, "payee_id": HEIR, "line_id": named(f"{claim} {b}")}
            for b, n in given.items()
        ]
        when = at(f"2025-10-{day}", 2)
        approved = self.add(claims.ClaimApproved, when, **about, lines=line, approved_by="kepala")
        for each in line:
            self._pay_out(approved, about, each, when)
        self.add(claims.ClaimPaid, at(f"2025-10-{day}", 3), **about, amount=sum(given.values()))
        return approved

    def _pay_out(
        self, approved: Event, about: dict[str, Any], line: dict[str, Any], when: datetime
    ) -> None:
        told = {"benefit": line["benefit"], "amount": line["amount"], "line_id": line["line_id"]}
        about = about | {"payout_id": named(f"payout {line['line_id']}")}
        ordered = self.add(
            banking.PayoutOrdered, when, cause=approved, **about, **told, payee_id=HEIR
        )
        self.add(
            banking.PayoutSettled,
            when,
            cause=ordered,
            **about,
            **told,
            transfer=transfer("settle", INSURER, OUTSIDE, line["amount"]),
        )


def records(events: Iterable[Event]) -> list[Record]:
    """Events as they come from Kafka."""
    numbers: dict[Stream, int] = {}
    found = []
    for event in events:
        owner = event.type.split(".")[0]
        stream = Stream(f"{owner}.events", shard_of(event.key))
        numbers[stream] = numbers.get(stream, 0) + 1
        row = LogRow(
            stream.shard,
            numbers[stream],
            event.event_id,
            event.type,
            event.key,
            event.occurred_at,
            event.causation_id,
            event.correlation_id,
            event.model_dump_json().encode(),
        )
        headers = tuple(wire.headers(row, source=owner))
        found.append(Record(stream, row.seq, row.body, row.event_id, row.type, row.key, headers))
    return found


def clean_world() -> World:
    """Nothing in it is amiss."""
    world = World()
    world.add(
        enrollment.ProgrammeOpened,
        at("2025-06-30"),
        programme_id=PROGRAMME,
        province_code="53",
        first_month="2025-07",
        last_month="2025-12",
        ceiling=18 * MONTH,
        tariff={"jkk": 10_000, "jkm": 6_800},
        quotas=[{"region_code": "53.71", "heads": 3}],
    )
    world.add(
        banking.FundsDeposited,
        at("2025-06-30", 2),
        programme_id=PROGRAMME,
        transfer=transfer("deposit", OUTSIDE, FUNDS, 18 * MONTH),
    )
    for worker in WORKERS:
        world.enroll(worker)
    for month in ("2025-07", "2025-08", "2025-09", "2025-10"):
        world.month(month)
        if month == "2025-07":
            for number, worker in enumerate(WORKERS):
                world.add(
                    enrollment.MembershipActivated,
                    at("2025-07-03", 2),
                    worker_id=worker,
                    programme_id=PROGRAMME,
                    kpj=f"{number:011}",
                    covered_from=at("2025-07-03", 2),
                )
    world.file(DEAD, CLAIM)
    world.decide(DEAD, CLAIM)
    world.add(
        enrollment.CoverageEnded,
        at("2025-10-14", 2),
        worker_id=DEAD,
        programme_id=PROGRAMME,
        region_code="53.71",
        reason="death",
        ended_on="2025-10-11",
        released=2 * MONTH,
    )
    return world
