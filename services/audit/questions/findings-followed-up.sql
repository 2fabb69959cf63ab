-- name: findings-followed-up
-- theme: officers
-- title: What was found and is not settled
-- shows: Findings, warnings, second looks, reviews and differences that nobody closed for so many
--   days, and findings whose answer is overdue.
-- rests on: The events that raise and those that settle each.
-- reference: domain 7.3 test 16
-- parameter: days number = 30; Days after which it should be settled
-- parameter: day day = none; Counted on this day; on the last of the record when it is left out
WITH today AS (
    SELECT coalesce($day::DATE, (max(occurred_at) + INTERVAL 8 HOUR)::DATE) AS day FROM events
), closed AS (
    SELECT finding_id AS id FROM finding_closed
), assigned AS (
    SELECT finding_id AS id, max_by(assigned_to, seq) AS assigned_to, max_by(due_on, seq) AS due_on
    FROM finding_assigned GROUP BY ALL
), open AS (
    SELECT 'finding' AS what, finding_id AS id, kind || ' at ' || place AS words, occurred_at,
        event_id
    FROM finding_raised WHERE finding_id NOT IN (SELECT id FROM closed)
    UNION ALL
    SELECT 'warning', warning_id, warning || ': ' || words, occurred_at, event_id
    FROM warning_raised WHERE warning_id NOT IN (SELECT warning_id FROM warning_settled)
    UNION ALL
    SELECT 'second look', review_id, 'claim ' || claim_id, occurred_at, event_id
    FROM review_drawn WHERE review_id NOT IN (SELECT review_id FROM review_closed)
    UNION ALL
    SELECT 'review', review_id, kind || ' of ' || worker_id, occurred_at, event_id
    FROM review_raised WHERE review_id NOT IN (SELECT review_id FROM review_decided)
    UNION ALL
    SELECT 'difference', difference_id, kind || ' on ' || day, occurred_at, event_id
    FROM difference_found
    WHERE difference_id NOT IN (SELECT difference_id FROM difference_accepted)
        AND difference_id NOT IN (SELECT difference_id FROM difference_resolved)
    UNION ALL
    SELECT 'data request', request_id, kind || ' of ' || worker_id, occurred_at, event_id
    FROM data_request_received
    WHERE request_id NOT IN (SELECT request_id FROM data_request_answered)
), aged AS (
    SELECT o.*, a.assigned_to, a.due_on, t.day > a.due_on AS is_overdue, t.day - (o.occurred_at + INTERVAL 8 HOUR)::DATE AS days_open
    FROM open AS o CROSS JOIN today AS t LEFT JOIN assigned AS a USING (id)
)
SELECT what, id, words, occurred_at, days_open, assigned_to, due_on, event_id FROM aged
WHERE days_open > $days OR is_overdue
ORDER BY days_open DESC, what, id
