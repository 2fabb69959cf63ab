-- name: age-limits
-- theme: members
-- title: Too old or too young
-- shows: Members let in although their age was outside the limits, members who had reached the upper
--   limit before their cover began, and reviews of age that nobody decided.
-- rests on: Birth dates are sealed: rows outside the limits are refused at the door (`too-old`,
--   `too-young`); enrollment records a review when a member reaches the limit, and warnings are in
--   `worker-enrolled`.
-- reference: domain 7.3 test 6; domain 1.6
-- parameter: programme uuid = none; The programme; all of them when it is left out
WITH reviews AS (
    SELECT r.worker_id, r.occurred_at, r.event_id, d.outcome
    FROM review_raised AS r LEFT JOIN review_decided AS d USING (review_id)
    WHERE r.kind = 'reached-age-limit'
), found AS (
    SELECT m.worker_id, m.programme_id, 'reached the limit before the cover began' AS evidence,
        r.occurred_at, r.event_id
    FROM reviews AS r JOIN memberships AS m USING (worker_id)
    WHERE r.occurred_at <= coalesce(m.covered_from, m.enrolled_at)
    UNION ALL
    SELECT m.worker_id, m.programme_id, 'review not decided', r.occurred_at, r.event_id
    FROM reviews AS r JOIN memberships AS m USING (worker_id)
    WHERE r.outcome IS NULL AND m.ended_on IS NULL
    UNION ALL
    SELECT worker_id, programme_id, 'let in with a warning of age', enrolled_at, event_id
    FROM memberships
    WHERE list_has_any(from_json(warnings, '["VARCHAR"]'), ['too-old', 'too-young'])
)
SELECT * FROM found WHERE $programme::UUID IS NULL OR programme_id = $programme
ORDER BY occurred_at, worker_id
