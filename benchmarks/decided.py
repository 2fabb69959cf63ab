"""Claims as their record has them, from filing to payment: what the rules compute for each."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from contracts.claims import (
    ClaimApproved,
    ClaimFiled,
    ClaimPaid,
    ClaimVerified,
    DocumentAttached,
    FamilyRecorded,
    HeirRegistered,
)
from contracts.event import Cause, Event
from contracts.sealed import Sealed
from services.claims.operations.facts import Known, facts_of
from services.claims.queries.coverage import FactsOfCover
from services.claims.queries.heirs import RegisteredParty
from services.claims.rules.decisions import award
from services.claims.rules.facts import PaidMonth, Spell
from services.claims.rules.reports import just_filed

ROOT = UUID(int=77)
PAPERS = ("death-certificate", "heir-certificate", "member-card")
DECIDED_AT = datetime(2025, 10, 22, 1, tzinfo=UTC)
OCTOBER = 10


def claim(number: int, chance: Random) -> Iterator[Event]:
    """A death in October: two of three members covered since July, the others since September."""
    worker_id = uuid5(ROOT, str(number))
    claim_id, party_id = uuid5(worker_id, "claim"), uuid5(worker_id, "heir")

    def stamped(purpose: str, hours: int, **told: Any) -> dict[str, Any]:  # noqa: ANN401
        stamp = _cause(claim_id, purpose).stamp(purpose, at=DECIDED_AT - timedelta(hours=hours))
        return {**stamp, "claim_id": claim_id, "worker_id": worker_id, **told}

    died_on = date(2025, OCTOBER, chance.randint(4, 20))
    filed = ClaimFiled(**stamped("file", 48, died_on=died_on, filed_by="clerk"))
    yield filed
    yield FamilyRecorded(**stamped("family", 48, living={"1": 1}, recorded_by="clerk"))
    yield HeirRegistered(
        **stamped("heir", 48, party_id=party_id, heir_class=1, account="open-here"),
        identity=_sealed(party_id),
        relation="child",
        registered_by="clerk",
    )
    for kind in PAPERS:
        paper = {"document_id": uuid5(claim_id, kind), "kind": kind, "sha256": f"{number:064x}"}
        origin = {"issuer": "Dukcapil", "issued_on": died_on, "attached_by": "clerk"}
        yield DocumentAttached(**stamped(kind, 47, **paper, **origin))
    yield ClaimVerified(**stamped("verify", 24, died_on=died_on, verified_by="checker"))
    approved = _approved(filed, party_id, chance.choice((7, 7, 9)), stamped("approve", 0))
    yield approved
    yield ClaimPaid(**stamped("pay", -1, amount=sum(line.amount for line in approved.lines)))


def _approved(
    filed: ClaimFiled, party_id: UUID, begun: int, stamped: dict[str, Any]
) -> ClaimApproved:
    months = tuple(
        PaidMonth(f"2025-{month:02}", date(2025, month, 3)) for month in range(begun, OCTOBER + 1)
    )
    spell = Spell(datetime(2025, begun, 3, 2, tzinfo=UTC))
    cover = FactsOfCover((spell,), months, "2025-12", 1_000_000)
    heir = RegisteredParty(party_id, 1, "heir", "child", False, None, None)  # noqa: FBT003
    held = just_filed(filed)
    facts = facts_of(held, Known([heir], cover, {}, {}), now=DECIDED_AT)
    found = award(held, facts, [heir], cause=_cause(filed.claim_id, "approve"))
    return ClaimApproved(
        **stamped, lines=found.lines, explanation=found.explanation, approved_by="head"
    )


def _cause(claim_id: UUID, purpose: str) -> Cause:
    return Cause(uuid5(claim_id, purpose), claim_id)


def _sealed(subject: UUID) -> Sealed:
    return Sealed(
        subject=subject, holder="claims", kind="heir", version=1, nonce=bytes(12),
        ciphertext=bytes(60),
    )  # fmt: skip
