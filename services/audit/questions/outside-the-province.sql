-- name: outside-the-province
-- theme: members
-- title: Members who do not live in the province
-- shows: Members whose village was outside the programme's province when they were taken in, and
--   those who moved out of it, by a correction, while their membership goes on.
-- rests on: The village in `worker-enrolled`, `membership-renewed` and `worker-amended`, as the
--   roster and the officers gave it; where somebody really lives, events do not know.
-- reference: domain 7.3 test 4
-- parameter: programme uuid = none; The programme; all of them when it is left out
WITH moved AS (
    SELECT worker_id, max_by(village_code, seq) AS village_code, max(occurred_at) AS occurred_at,
        max_by(event_id, seq) AS event_id
    FROM worker_amended GROUP BY ALL
), found AS (
    SELECT worker_id, programme_id, village_code, 'on the day of enrollment' AS evidence,
        enrolled_at AS occurred_at, event_id
    FROM enrollments
    UNION ALL
    SELECT m.worker_id, m.programme_id, v.village_code, 'moved away, membership goes on',
        v.occurred_at, v.event_id
    FROM enrollments AS m JOIN moved AS v USING (worker_id) WHERE m.ended_on IS NULL
)
SELECT f.* FROM found AS f JOIN programmes AS p USING (programme_id)
WHERE NOT starts_with(f.village_code, p.province_code || '.')
    AND ($programme::UUID IS NULL OR f.programme_id = $programme)
ORDER BY f.occurred_at, f.worker_id
