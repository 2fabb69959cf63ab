-- name: timeline
-- theme: record
-- title: Everything about one person, claim, account, programme, invoice or officer
-- shows: All events of the subject in the order of time, with the event or command that led to each,
--   and who acted.
-- rests on: The ids in the events' own fields; an heir or payee is found by the id in the body. For a
--   programme the events of its single members are left out. An officer is given by name as in the
--   token.
-- reference: domain 7.3 test 15; section 1 of the design
-- parameter: subject text; The id of a worker, heir, claim, account, programme, invoice or payout, or
--   an officer's name
-- parameter: from_day day = none; From this day on
-- parameter: to_day day = none; Up to this day
WITH asked AS (SELECT try_cast($subject AS UUID) AS id),
found AS (
    SELECT topic, shard, seq, type, key, occurred_at, officers, month, amount, moved, event_id,
        causation_id
    FROM events, asked
    WHERE (id IS NOT NULL AND (
            key = $subject OR worker_id = id OR claim_id = id OR account_id = id
            OR holder_id = id OR invoice_id = id OR payout_id = id
            OR debit_account = id OR credit_account = id
            OR (programme_id = id AND worker_id IS NULL)))
        OR (id IS NULL AND list_contains(officers, $subject))
    UNION
    SELECT topic, shard, seq, type, key, occurred_at, officers, month, amount, moved, event_id,
        causation_id
    FROM events
    WHERE (topic = 'claims.events' OR type LIKE 'banking.payout-%')
        AND contains(body, $subject) AND try_cast($subject AS UUID) IS NOT NULL
)
SELECT f.occurred_at, f.topic, f.type, f.key, array_to_string(f.officers, ', ') AS officers,
    f.month, coalesce(f.amount, f.moved) AS amount, f.event_id, f.causation_id, c.type AS caused_by,
    f.shard, f.seq
FROM found AS f LEFT JOIN found AS c ON c.event_id = f.causation_id
WHERE ($from_day::DATE IS NULL OR f.occurred_at + INTERVAL 8 HOUR >= $from_day::DATE)
    AND ($to_day::DATE IS NULL OR f.occurred_at + INTERVAL 8 HOUR < $to_day::DATE + INTERVAL 1 DAY)
ORDER BY f.occurred_at, f.topic, f.shard, f.seq
