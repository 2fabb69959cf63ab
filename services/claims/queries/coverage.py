"""What is known here of a member's cover: nobody is asked in the middle of a decision."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.local_time import local_day
from chassis.state.statements import Statement
from services.claims.rules.facts import PaidMonth, Spell
from services.claims.rules.tariffs import FIRST_TIER, tier_of

# One question: the four tables asked apart cost eight times the Python. Some ends are passed over:
# the rules find those by death and by lapse (arrears) themselves, and who was refused had no cover.
# A lapse on the first of a month is none by arrears, for due dates are in the middle of it: there
# enrollment lets the right end with the programme (domain 10 row 1), with the day before.
_OF_MEMBERS = Statement("""
    SELECT worker_id, 'paid' AS told, programme_id, month, paid_at AS at,
           CAST(NULL AS date) AS ended_on, amount, event_id
    FROM paid_months WHERE worker_id = ANY(CAST(:worker_ids AS uuid[]))
    UNION ALL SELECT worker_id, 'begun', programme_id, NULL, covered_from, NULL, NULL, event_id
    FROM cover_spells WHERE worker_id = ANY(CAST(:worker_ids AS uuid[]))
    UNION ALL SELECT worker_id, 'ended', programme_id, NULL, NULL,
                     CASE reason WHEN 'lapse' THEN ended_on - 1 ELSE ended_on END, NULL, NULL
    FROM cover_ends WHERE worker_id = ANY(CAST(:worker_ids AS uuid[])) AND NOT is_restored
      AND reason NOT IN ('death', 'refused')
      AND (reason <> 'lapse' OR extract(day FROM ended_on) = 1)
    UNION ALL SELECT worker_id, 'promised', NULL, last_month, NULL, NULL, NULL, NULL
    FROM members WHERE worker_id = ANY(CAST(:worker_ids AS uuid[]))
    ORDER BY told, month, at, ended_on""")


class FactsOfCover(NamedTuple):
    """The part of the facts that is about cover."""

    spells: tuple[Spell, ...]
    paid: tuple[PaidMonth, ...]
    last_promised_month: str | None
    base_income: int


async def facts_of_cover(
    session: AsyncSession, worker_ids: Sequence[UUID]
) -> dict[UUID, FactsOfCover]:
    """Of each member cover, ends, paid months, what was promised, and the income by the latest
    amount paid."""
    told: dict[UUID, dict[str, list[Any]]] = {each: defaultdict(list) for each in worker_ids}
    for row in await _OF_MEMBERS.rows(session, worker_ids=list(worker_ids)):
        told[row["worker_id"]][row["told"]].append(row)
    return {worker_id: _facts(rows) for worker_id, rows in told.items()}


def _facts(told: Mapping[str, Sequence[Any]]) -> FactsOfCover:
    amounts = [row["amount"] for row in told["paid"] if row["amount"] is not None]
    return FactsOfCover(
        spells=_spells(told["begun"], told["ended"], told["paid"]),
        paid=tuple(
            PaidMonth(row["month"], local_day(row["at"]), row["event_id"]) for row in told["paid"]
        ),
        last_promised_month=told["promised"][0]["month"] if told["promised"] else None,
        base_income=tier_of(amounts[-1]).base_income if amounts else FIRST_TIER,
    )


def _spells(begun: Sequence[Any], ended: Sequence[Any], paid: Sequence[Any]) -> tuple[Spell, ...]:
    """Each cover with its last day: it ends with the last of the memberships that carry it."""
    nexts = [local_day(row["at"]) for row in begun[1:]]
    spells, over = [], set[UUID]()
    carriers = _carriers(begun, paid)
    for row, programmes, following in zip(begun, carriers, [*nexts, date.max], strict=False):
        began_on = local_day(row["at"])
        own: dict[UUID, date] = {}
        for end in ended:
            if end["programme_id"] not in over and began_on <= end["ended_on"] <= following:
                own.setdefault(end["programme_id"], end["ended_on"])
        last_days = [own.get(each) for each in programmes - over]
        spells.append(Spell(row["at"], _latest(last_days), row["event_id"]))
        over |= own.keys()
    return tuple(spells)


def _carriers(begun: Sequence[Any], paid: Sequence[Any]) -> list[set[UUID]]:
    """By cover the programmes that carry it: of the membership that began it or goes on with it
    last, and those for which a month was paid while it ran. What was paid before the first cover
    waited for the number."""
    carriers = [{row["programme_id"]} for row in begun]
    beginnings = [row["at"] for row in begun]
    for row in paid if begun else ():
        carriers[max(bisect_right(beginnings, row["at"]) - 1, 0)].add(row["programme_id"])
    return carriers


def _latest(last_days: Sequence[date | None]) -> date | None:
    """The latest of these days; None: some membership goes on."""
    known = [day for day in last_days if day is not None]
    return max(known) if known and len(known) == len(last_days) else None
