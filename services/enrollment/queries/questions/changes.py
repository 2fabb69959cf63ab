"""Who changed what: the decisions that people took, as the log has them."""

from chassis.state.area_filters import within
from services.enrollment.queries.questions.asking import (
    OF_PROVINCE,
    Question,
    local_day,
    month_of,
    of_programme,
)

_OF_PROGRAMMES = ("programme-opened", "programme-amended", "programme-closed")
_OF_ROSTERS = ("roster-approved", "roster-rejected")
_OF_WORKERS = (
    "worker-amended", "review-decided", "coverage-ended", "data-request-answered", "worker-erased",
    "card-lost",
)  # fmt: skip


def _types(names: tuple[str, ...]) -> str:
    return ", ".join(f"'enrollment.{name}.v1'" for name in names)


_IN_MONTH = (
    f"(CAST(:month AS text) IS NULL OR {month_of(local_day('event.occurred_at'))} = "
    "CAST(:month AS text))"
)
_SEALED = "'{identity,before,after,wanted}'"
_BODY = "convert_from(event.body, 'UTF8')::jsonb"
_WHAT = f"""{_BODY} - {_SEALED}::text[]
           - '{{event_id,occurred_at,causation_id,correlation_id}}'::text[]"""
_WHO = f"""coalesce(
               {
    ", ".join(
        f"{_BODY} ->> '{field}'"
        for field in (
            "opened_by",
            "amended_by",
            "closed_by",
            "approved_by",
            "rejected_by",
            "decided_by",
            "ended_by",
            "answered_by",
            "erased_by",
            "reported_by",
        )
    )
})"""
CHANGES = Question(
    number=15,
    name="changes",
    text="Who changed what, and when? Programmes, decisions about rosters and reviews, "
    "corrections, ends of cover that a person decided, answers to members, erasures, lost cards: "
    "each with the event that records it; what was before and after a correction stays sealed in "
    "it. Findings are a roster decided by whoever sent it, and a change in the tables without its "
    "event.",
    source="domain 7.3 test 15; PP 12/2019 art. 141(1)",
    takes=("programme_id", "month", "area"),
    statement=f"""
    SELECT event.recorded_at, event.event_id, event.type, programme.programme_id AS subject_id,
           {_WHO} AS changed_by, NULL AS place_code, ({_WHAT})::text AS what, false AS finding
    FROM event_log event JOIN programmes programme ON programme.programme_id = event.key::uuid
    WHERE event.type IN ({_types(_OF_PROGRAMMES)}) AND {_IN_MONTH}
      AND {OF_PROVINCE} AND {of_programme("programme")}
    UNION ALL
    SELECT event.recorded_at, event.event_id, event.type, roster.roster_id,
           {_WHO}, roster.region_code, ({_WHAT})::text,
           {_WHO} = roster.received_by OR roster.decided_by IS DISTINCT FROM {_WHO}
    FROM event_log event JOIN rosters roster ON roster.roster_id = event.key::uuid
    WHERE event.type IN ({_types(_OF_ROSTERS)}) AND {_IN_MONTH}
      AND {within("roster.region_code")} AND {of_programme("roster")}
    UNION ALL
    SELECT event.recorded_at, event.event_id, event.type, worker.worker_id,
           {_WHO}, worker.village_code, ({_WHAT})::text, false
    FROM event_log event JOIN workers worker ON worker.worker_id = event.key::uuid
    WHERE event.type IN ({_types(_OF_WORKERS)}) AND {_IN_MONTH}
      AND {_WHO} IS NOT NULL AND {within("worker.village_code")}
      AND EXISTS (SELECT FROM memberships member
                  WHERE member.worker_id = worker.worker_id AND {of_programme("member")})
    UNION ALL
    SELECT roster.decided_at, roster.decided_event_id, 'no event', roster.roster_id,
           roster.decided_by, roster.region_code, NULL, true
    FROM rosters roster
    WHERE roster.decided_at IS NOT NULL AND {within("roster.region_code")}
      AND {of_programme("roster")}
      AND NOT EXISTS (SELECT FROM event_log WHERE event_log.event_id = roster.decided_event_id)
    UNION ALL
    SELECT amendment.amended_at, amendment.event_id, 'no event', worker.worker_id,
           amendment.amended_by, worker.village_code, NULL, true
    FROM amendments amendment JOIN workers worker USING (worker_id)
    WHERE {within("worker.village_code")}
      AND NOT EXISTS (SELECT FROM event_log WHERE event_log.event_id = amendment.event_id)""",  # noqa: S608
)
