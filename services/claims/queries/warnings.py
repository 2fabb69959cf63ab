"""What warning signs are looked for in: a claim and what it shares with others, in one statement.

Claims about the same member are not "others": a claim that is filed again brings the same papers
and the same family. Whoever decides holds the claim's row. Each list of others is cut, so that a
desk phone or a busy clinic costs no more than a few rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.statements import Statement
from services.claims.rules.warning_patterns import patterns
from services.claims.rules.warning_signs import LINKED_MAX, Paper, Shared, Traits

_FOUND_MAX = LINKED_MAX + 1
"""One more than is named, so that it is seen that there are more."""
_ROWS_MAX = 5 * _FOUND_MAX
"""Rows that are looked at for one mark: a claim may have several."""
Others = tuple[UUID, ...]
"""Claims about other members."""
_DAY = """coalesce(CASE WHEN {0}.kind <> 'death' THEN {0}.happened_on END, {0}.died_on,
    (timezone('Asia/Makassar', {0}.filed_at))::date)"""
_BEGAN_SOON = """EXISTS (SELECT FROM cover_spells
    WHERE cover_spells.worker_id = {0}.worker_id
      AND (timezone('Asia/Makassar', covered_from))::date
          BETWEEN {1} - CAST(:early_days AS integer) AND {1})"""
_OF_FILER = f"""CASE WHEN {_BEGAN_SOON.format("held", "held.day")} THEN
    ARRAY(SELECT other.claim_id FROM claims other
          WHERE other.filed_by = held.filed_by AND other.worker_id <> held.worker_id
            AND other.filed_at > :filed_after
            AND {_BEGAN_SOON.format("other", _DAY.format("other"))}
          ORDER BY other.filed_at DESC, other.claim_id LIMIT :found_max) END"""  # noqa: S608

# The social security fund, which receives where there are no heirs, is a party of many claims.
_PARTIES = "FROM heirs WHERE claim_id = :claim_id AND struck_at IS NULL AND role <> 'fund'"
_PAPERS = "FROM documents WHERE claim_id = :claim_id AND replaced_by IS NULL"
MARKS = f"""
    SELECT 'account' AS thing, account_mark AS mark {_PARTIES}
    UNION SELECT 'phone', phone_mark {_PARTIES}
    UNION SELECT 'person', person_mark {_PARTIES}
    UNION SELECT 'phone', phone_mark FROM claims WHERE claim_id = :claim_id
    UNION SELECT 'document', sha256 {_PAPERS}
    UNION SELECT 'issuer', issuer {_PAPERS} AND kind = ANY(:issued_kinds)"""  # noqa: S608
"""What a claim has that others may have too: `thing` and `mark`, which may be NULL."""
HOLDERS = """
    (SELECT claim_id FROM heirs
     WHERE thing = 'account' AND account_mark = mark AND struck_at IS NULL LIMIT :rows_max)
    UNION (SELECT claim_id FROM heirs
     WHERE thing = 'phone' AND phone_mark = mark AND struck_at IS NULL LIMIT :rows_max)
    UNION (SELECT claim_id FROM claims
     WHERE thing = 'phone' AND phone_mark = mark LIMIT :rows_max)
    UNION (SELECT claim_id FROM heirs
     WHERE thing = 'person' AND person_mark = mark AND struck_at IS NULL LIMIT :rows_max)
    UNION (SELECT claim_id FROM documents
     WHERE thing = 'document' AND sha256 = mark LIMIT :rows_max)
    UNION (SELECT claim_id FROM documents
     WHERE thing = 'issuer' AND issuer = mark AND kind = ANY(:issued_kinds)
       AND attached_at > :issued_after LIMIT :rows_max)"""
"""The claims that have a `mark`, its own one included."""
_TRAITS_OF_ONE = f"""
    WITH held AS MATERIALIZED (
        SELECT claims.claim_id, claims.worker_id, died_on, admitted_on, filed_by, roster_id,
               {_DAY.format("claims")} AS day
        FROM claims JOIN members USING (worker_id) WHERE claim_id = :claim_id),
    links AS (
        SELECT thing, mark, array_agg(DISTINCT other.claim_id) AS others
        FROM held, ({MARKS}) AS marks, LATERAL ({HOLDERS}) AS holders, claims AS other
        WHERE mark IS NOT NULL AND other.claim_id = holders.claim_id
          AND other.worker_id <> held.worker_id
        GROUP BY thing, mark)
    SELECT died_on, admitted_on, filed_by, day,
        (SELECT received_by FROM roster_senders
         WHERE roster_senders.roster_id = held.roster_id) AS proposed_by,
        ARRAY(SELECT (timezone('Asia/Makassar', covered_from))::date FROM cover_spells
              WHERE cover_spells.worker_id = held.worker_id ORDER BY 1) AS covers_began,
        (SELECT max(month) FROM paid_months
         WHERE paid_months.worker_id = held.worker_id) AS last_paid_month,
        (SELECT jsonb_agg(jsonb_build_array(kind, issuer)) {_PAPERS}
         AND is_good IS NOT FALSE) AS papers,
        (SELECT count(*) {_PARTIES} AND role = 'heir' AND NOT in_family_card) AS outside_card,
        (SELECT count(*) {_PARTIES} AND is_account_new) AS accounts_new,
        ARRAY(SELECT beside.claim_id FROM claims beside
              WHERE beside.worker_id = held.worker_id AND beside.claim_id <> held.claim_id
                AND beside.state NOT IN ('paid', 'rejected')
                AND (beside.died_on IS NULL) <> (held.died_on IS NULL)) AS open_beside,
        (SELECT jsonb_agg(jsonb_build_array(thing, mark, others)) FROM links) AS links,
        {_OF_FILER} AS of_filer,
        ARRAY(SELECT warning_id FROM warnings WHERE warnings.claim_id = held.claim_id) AS known,
        (SELECT count(*) FROM warnings WHERE warnings.claim_id = held.claim_id
         AND outcome IS DISTINCT FROM 'cleared') AS standing
    FROM held"""  # noqa: S608  (built of the constants above, as they are of each other)
_TRAITS = Statement(f"""
    SELECT asked.claim_id, traits.* FROM unnest(CAST(:claim_ids AS uuid[])) AS asked (claim_id)
    CROSS JOIN LATERAL ({_TRAITS_OF_ONE.replace(":claim_id", "asked.claim_id")}) AS traits""")  # noqa: S608


class Looked(NamedTuple):
    """What is known of a claim, and the warnings it has."""

    traits: Traits
    known: frozenset[UUID]
    standing: int
    """Warnings that nobody cleared."""


def bounds(now: datetime) -> dict[str, Any]:
    """The parameters that `MARKS` and `HOLDERS` need beside the claim."""
    of_issuer = patterns()["issuer-in-many-claims"]
    return {
        "issued_kinds": list(of_issuer.kinds),
        "issued_after": now - timedelta(days=of_issuer.period_days),
        "rows_max": _ROWS_MAX,
    }


async def looked(
    session: AsyncSession, claim_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, Looked]:
    """Each claim with all that signs look at."""
    of_agent = patterns()["agent-in-many-claims"]
    bound = bounds(now) | {
        "claim_ids": list(claim_ids),
        "early_days": of_agent.days,
        "filed_after": now - timedelta(days=of_agent.period_days),
        "found_max": _FOUND_MAX,
    }
    return {
        row["claim_id"]: Looked(_traits(row), frozenset(row["known"]), row["standing"])
        for row in await _TRAITS.rows(session, **bound)
    }


def _traits(row: Mapping[str, Any]) -> Traits:
    shared, issuers = _links(row["links"])
    return Traits(
        filed_by=row["filed_by"],
        died_on=row["died_on"],
        event_day=row["day"],
        admitted_on=row["admitted_on"],
        proposed_by=row["proposed_by"],
        covers_began=tuple(row["covers_began"]),
        last_paid_month=row["last_paid_month"],
        papers=tuple(Paper(*paper) for paper in row["papers"] or ()),
        heirs_outside_card=row["outside_card"],
        accounts_new=row["accounts_new"],
        open_beside=tuple(row["open_beside"]),
        shared=shared,
        of_filer=tuple(row["of_filer"] or ()),
        of_issuers=issuers,
    )


def _links(links: Sequence[Any] | None) -> tuple[dict[Shared, Others], dict[str, Others]]:
    """Which other claims share a thing with this one, by whichever mark; and those of issuers."""
    shared: dict[Shared, set[UUID]] = defaultdict(set)
    issuers: dict[str, Others] = {}
    for thing, mark, others in links or ():
        found = [UUID(other) for other in others]
        if thing == "issuer":
            issuers[mark] = _cut(found)
        else:
            shared[thing].update(found)
    return {thing: _cut(found) for thing, found in shared.items()}, issuers


def _cut(found: Iterable[UUID]) -> Others:
    return tuple(sorted(found)[:_FOUND_MAX])
