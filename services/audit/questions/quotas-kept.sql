-- name: quotas-kept
-- theme: members
-- title: Quota and members of each kabupaten and kota
-- shows: Regencies with more members in force than their quota, or members without a quota; with
--   `all`, every regency.
-- rests on: Quotas as opened and amended, and memberships that have not ended, by the village in which
--   the member was enrolled.
-- reference: domain 7.3 test 14
-- parameter: show text = findings; `findings`, or `all` for every regency
WITH members AS (
    SELECT programme_id, region_code, count(DISTINCT worker_id) AS members
    FROM enrollments WHERE ended_on IS NULL OR end_reason = 'lapsed' GROUP BY ALL
)
SELECT programme_id, region_code, coalesce(q.heads, 0) AS quota, coalesce(m.members, 0) AS members,
    coalesce(q.heads, 0) - coalesce(m.members, 0) AS free
FROM quotas AS q FULL JOIN members AS m USING (programme_id, region_code)
WHERE $show = 'all' OR coalesce(m.members, 0) > coalesce(q.heads, 0)
ORDER BY programme_id, region_code
