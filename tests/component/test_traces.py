"""One trace leads from the request to `ClaimPaid`, another through a member's whole story."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.claims import ClaimApproved
from tests.alone import MakeAlone, key
from tests.component.claims_office import ANNA, HEAD, an_office
from tests.component.test_claim_closing import arrived

CALLER = f"00-{'ab' * 16}-{'cd' * 8}-01"


def spans_in(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def chain(spans: list[dict[str, Any]], trace: UUID, last: str) -> list[str]:
    """The names of a trace's spans from the root to the one of this name."""
    mine = [span for span in spans if span["context"]["trace_id"] == f"0x{trace.hex}"]
    by_id = {span["context"]["span_id"]: span for span in mine}
    at = next((span for span in mine if span["name"] == last), None)
    names: list[str] = []
    while at is not None:
        names.insert(0, at["name"])
        at = by_id.get(at["parent_id"])
    return names


@pytest.mark.parametrize("ratio", [1.0, 0.0], ids=["all", "none"])
async def test_a_trace_leads_from_the_request_to_the_paid_claim(
    alone: MakeAlone, tmp_path: Path, ratio: float
) -> None:
    file = tmp_path / "spans"
    claims = await an_office(alone, traces_file=file, traces_ratio=ratio)
    case = await claims.verified()
    role, officer = HEAD
    command = new_id()
    answer = await claims.service.client(role, area="53", name=officer).post(
        f"/claims/{case.claim_id}/approval",
        json={},
        headers=key() | {"X-Correlation-Id": str(command), "traceparent": CALLER},
    )
    (approved,) = await claims.service.recorded(ClaimApproved)
    assert approved.correlation_id == command
    news = [
        arrived(case, ANNA, line).model_copy(
            update=dict(approved.cause.stamp(f"settle {number}", at=claims.service.clock.now()))
        )
        for number, line in enumerate(answer.json()["lines"])
    ]
    for paid in news:
        await claims.service.hear(paid)
    spans = claims.service.running.measuring.spans
    assert spans is not None
    spans.close()
    told = spans_in(file)
    if ratio == 0:
        assert told == []
        return
    request = "POST /claims/{claim_id}/approval"
    assert chain(told, command, "claims.claim-approved.v1") == [request, "claims.claim-approved.v1"]
    (root,) = (span for span in told if span["name"] == request)
    assert [link["context"]["trace_id"] for link in root["links"]] == [f"0x{'ab' * 16}"]
    (ended,) = (
        span
        for span in told
        if span["name"] == "claims.claim-paid.v1"
        and span["context"]["trace_id"] == f"0x{command.hex}"
    )
    assert ended["parent_id"] == f"0x{news[-1].event_id.hex[:16]}"
    life = [span["name"] for span in told if span["context"]["trace_id"] == f"0x{ANNA.hex}"]
    assert life[0] == "claims.claim-filed.v1"
    assert {"claims.claim-verified.v1", "claims.claim-approved.v1"} <= set(life)
    assert life[-1] == "claims.claim-paid.v1"
    polls = [span for span in told if span["kind"] == "SpanKind.CONSUMER"]
    linked = {link["context"]["span_id"] for poll in polls for link in poll["links"]}
    assert linked == set(), "events heard past Kafka have no headers"
    assert any(poll["name"].endswith("banking.events") for poll in polls)
