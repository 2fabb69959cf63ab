-- name: active-on
-- theme: members
-- title: Who was active on a day
-- shows: Every member with a membership in force on the evening of the day, with village and cover.
-- rests on: As `as-of`: events recorded up to that evening.
-- reference: domain 7.3, rule on point-in-time queries
-- parameter: day day; The day
-- parameter: region area = none; A region code, such as 53.71, and all under it; all when it is left out
WITH upto AS (
    SELECT ($day::DATE + INTERVAL 1 DAY - INTERVAL 8 HOUR)::TIMESTAMP AS evening
), joined AS (
    SELECT worker_id, programme_id, village_code, occurred_at, seq FROM worker_enrolled, upto
    WHERE occurred_at < evening
    UNION ALL
    SELECT worker_id, programme_id, village_code, occurred_at, seq FROM membership_renewed, upto
    WHERE occurred_at < evening
), changes AS (
    SELECT worker_id, programme_id, seq, false AS goes_on FROM coverage_ended, upto
    WHERE occurred_at < evening
    UNION ALL SELECT worker_id, programme_id, seq, false FROM coverage_lapsed, upto
    WHERE occurred_at < evening
    UNION ALL SELECT worker_id, programme_id, seq, true FROM coverage_restored, upto
    WHERE occurred_at < evening
    UNION ALL SELECT worker_id, programme_id, seq, true FROM membership_reactivated, upto
    WHERE occurred_at < evening
), states AS (
    SELECT worker_id, programme_id, max(seq) AS seq, max_by(goes_on, seq) AS goes_on
    FROM changes GROUP BY ALL
), activated AS (
    SELECT worker_id, programme_id, max_by(kpj, seq) AS kpj, max(covered_from) AS covered_from
    FROM membership_activated, upto WHERE occurred_at < evening GROUP BY ALL
)
SELECT j.worker_id, j.programme_id, j.village_code, j.occurred_at AS enrolled_at, a.kpj,
    a.covered_from
FROM joined AS j
LEFT JOIN states AS s ON s.worker_id = j.worker_id AND s.programme_id = j.programme_id
    AND s.seq > j.seq
LEFT JOIN activated AS a ON a.worker_id = j.worker_id AND a.programme_id = j.programme_id
WHERE coalesce(s.goes_on, true)
    AND ($region::VARCHAR IS NULL OR starts_with(j.village_code || '.', $region || '.'))
ORDER BY j.village_code, j.worker_id
