"""Checkpoints and findings: what is signed, and what is told."""

from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from contracts.audit import ChainHead
from contracts.event import Cause
from services.audit.rules import checkpoints, findings
from services.audit.rules.checkpoints import Signed
from services.audit.rules.findings import Damage, Differing

NOW = datetime(2025, 10, 22, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=2))
HEADS = (
    ChainHead(topic="claims.events", shard=10, seq=4, digest="cc" * 32),
    ChainHead(topic="claims.events", shard=9, seq=2, digest="bb" * 32),
    ChainHead(topic="audit.events", shard=0, seq=1, digest="aa" * 32),
)
DAMAGE = Damage("archive-damaged", "claims.events", 9, 2, "claims.events/09/1.segment", 40, "why")


def differing(event_id: int = 5, arrived: str = "b" * 64) -> Differing:
    return Differing("claims.events", 9, 2, UUID(int=event_id), "a" * 64, arrived)


def test_the_root_is_over_a_line_a_head_in_the_order_of_topics_and_shards() -> None:
    lines = (
        f"audit.events 0 1 {'aa' * 32}\n"
        f"claims.events 9 2 {'bb' * 32}\n"
        f"claims.events 10 4 {'cc' * 32}\n"
    )
    assert checkpoints.root(HEADS) == sha256(lines.encode()).digest()
    assert checkpoints.root(HEADS) == checkpoints.root(HEADS[::-1])
    assert checkpoints.root(()) == sha256(b"").digest()


def test_a_checkpoint_counts_the_events_up_to_its_heads() -> None:
    both = Signed(bytes(64), "a note\n")
    signed = checkpoints.sign(HEADS, both, cause=CAUSE, officer="bpk", now=NOW)
    assert signed.events == 7
    assert signed.root == checkpoints.root(HEADS).hex()
    assert (b64decode(signed.signature), signed.note) == (bytes(64), "a note\n")
    assert (signed.signed_by, signed.occurred_at, signed.causation_id) == ("bpk", NOW, UUID(int=1))
    assert checkpoints.events_by_topic(HEADS) == {"audit.events": 1, "claims.events": 6}


def test_a_finding_of_damage_names_its_place() -> None:
    raised = findings.raise_damage(DAMAGE, cause=CAUSE, now=NOW)
    assert (raised.kind, raised.place) == ("archive-damaged", "claims.events 9 2")
    assert raised.detail == "claims.events/09/1.segment byte 40: why"


def test_a_long_detail_is_cut_to_what_an_event_takes() -> None:
    long = DAMAGE._replace(detail="x" * 500)
    assert len(findings.raise_damage(long, cause=CAUSE, now=NOW).detail) == 200


def test_the_same_differing_content_is_one_finding_and_another_content_another() -> None:
    raised = findings.raise_differing(differing(), now=NOW)
    again = findings.raise_differing(differing(), now=NOW)
    assert raised == again
    assert raised.kind == "content-differs"
    assert raised.place == "claims.events 9 2"
    assert "a" * 64 in raised.detail
    assert "b" * 64 in raised.detail
    others = {differing(arrived="c" * 64).finding_id, differing(event_id=6).finding_id}
    assert raised.finding_id not in others
    assert len(others) == 2
