-- name: who-changed-what
-- theme: officers
-- title: Who changed what
-- shows: Every correction of what was on record: which fields or values, from what to what where it is
--   not sealed, by whom and on what ground.
-- rests on: Nothing is ever overwritten: a change is an event of its own, and both versions of personal
--   data stand sealed in it. That the record itself is as it was written is what `verify` shows.
-- reference: domain 7.3 test 15; UU 27/2022 art. 30
-- parameter: officer text = none; The officer; all of them when it is left out
-- parameter: from_day day = none; From this day on
-- parameter: to_day day = none; Up to this day
WITH found AS (
    SELECT occurred_at, amended_by AS officer, 'member' AS what, worker_id::VARCHAR AS subject,
        array_to_string(from_json(fields, '["VARCHAR"]'), ', ')
            || coalesce('; village ' || village_before, '') AS before,
        'village ' || village_code AS after, 'request ' || request_id AS ground, event_id
    FROM worker_amended
    UNION ALL
    SELECT a.occurred_at, a.amended_by, 'programme', a.programme_id::VARCHAR,
        'ceiling ' || o.ceiling,
        concat_ws('; ', 'ceiling ' || a.ceiling, 'quotas ' || a.quotas::VARCHAR),
        a.legal_basis, a.event_id
    FROM programme_amended AS a LEFT JOIN programme_opened AS o USING (programme_id)
    UNION ALL
    SELECT occurred_at, reclassified_by, 'claim', claim_id::VARCHAR, kind_before, kind, reason,
        event_id
    FROM claim_reclassified
    UNION ALL
    SELECT occurred_at, attached_by, 'document', claim_id::VARCHAR, replaces::VARCHAR,
        document_id::VARCHAR, kind, event_id
    FROM document_attached WHERE replaces IS NOT NULL
    UNION ALL
    SELECT occurred_at, struck_by, 'heir', claim_id::VARCHAR, party_id::VARCHAR, 'struck', reason,
        event_id
    FROM heir_struck
    UNION ALL
    SELECT occurred_at, ended_by, 'membership', worker_id::VARCHAR, 'in force',
        'ended ' || ended_on, concat_ws(': ', reason, note), event_id
    FROM coverage_ended WHERE ended_by IS NOT NULL
    UNION ALL
    SELECT occurred_at, upgraded_by, 'account', account_id::VARCHAR, NULL, product, NULL, event_id
    FROM account_upgraded
    UNION ALL
    SELECT occurred_at, dropped_by, 'event given up', parked_id::VARCHAR,
        concat_ws(' ', topic, shard, seq), 'dropped', reason, event_id
    FROM (
        FROM enrollment_parked_event_dropped
        UNION ALL FROM banking_parked_event_dropped UNION ALL FROM claims_parked_event_dropped
    )
)
SELECT * FROM found
WHERE ($officer::VARCHAR IS NULL OR officer = $officer)
    AND ($from_day::DATE IS NULL OR occurred_at + INTERVAL 8 HOUR >= $from_day::DATE)
    AND ($to_day::DATE IS NULL OR occurred_at + INTERVAL 8 HOUR < $to_day::DATE + INTERVAL 1 DAY)
ORDER BY occurred_at, event_id
