"""Raise what is noticed while records come in."""

import logging
from collections.abc import Sequence

from chassis.state.unit import Unit
from services.audit.queries.findings import findings_known
from services.audit.rules import findings
from services.audit.rules.findings import Differing

FINDINGS_AT_ONCE_MAX = 100
"""A broken sender brings more: each is met again when the topic's end is read again."""
log = logging.getLogger(__name__)


async def raise_differing(unit: Unit, differing: Sequence[Differing]) -> None:
    """Records came again with another content: each content is a finding, once."""
    by_id = {found.finding_id: found for found in differing}
    known = await findings_known(unit.session, by_id)
    fresh = [found for finding_id, found in by_id.items() if finding_id not in known]
    if fresh:
        log.error("%d records differ from the archived ones", len(fresh))
    await unit.record(
        findings.raise_differing(found, now=unit.now) for found in fresh[:FINDINGS_AT_ONCE_MAX]
    )
