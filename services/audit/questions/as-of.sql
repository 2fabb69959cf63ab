-- name: as-of
-- theme: record
-- title: The state on a day
-- shows: On the evening of the day, Asia/Makassar: members in force, covered and in lapse, accounts,
--   and open claims, by regency.
-- rests on: Events recorded up to that evening, and none after it: what became known later, such as an
--   earlier death, is not in it.
-- reference: domain 7.3, rule on point-in-time queries
-- parameter: day day; The day
WITH upto AS (
    SELECT ($day::DATE + INTERVAL 1 DAY - INTERVAL 8 HOUR)::TIMESTAMP AS evening
), joined AS (
    SELECT worker_id, programme_id, village_code[1:5] AS region_code, seq
    FROM worker_enrolled, upto WHERE occurred_at < evening
    UNION ALL
    SELECT worker_id, programme_id, village_code[1:5], seq
    FROM membership_renewed, upto WHERE occurred_at < evening
), changes AS (
    SELECT worker_id, programme_id, seq, 'ended' AS state FROM coverage_ended, upto
    WHERE occurred_at < evening
    UNION ALL SELECT worker_id, programme_id, seq, 'in force' FROM coverage_restored, upto
    WHERE occurred_at < evening
    UNION ALL SELECT worker_id, programme_id, seq, 'lapsed' FROM coverage_lapsed, upto
    WHERE occurred_at < evening
    UNION ALL SELECT worker_id, programme_id, seq, 'in force' FROM membership_reactivated, upto
    WHERE occurred_at < evening
), states AS (
    SELECT worker_id, programme_id, max(seq) AS seq, max_by(state, seq) AS state
    FROM changes GROUP BY ALL
), activated AS (
    SELECT DISTINCT worker_id, programme_id FROM membership_activated, upto WHERE occurred_at < evening
), members AS (
    SELECT j.worker_id, j.region_code, coalesce(s.state, 'in force') AS state,
        a.worker_id IS NOT NULL AS is_covered
    FROM joined AS j
    LEFT JOIN states AS s ON s.worker_id = j.worker_id AND s.programme_id = j.programme_id
        AND s.seq > j.seq
    LEFT JOIN activated AS a ON a.worker_id = j.worker_id AND a.programme_id = j.programme_id
), opened AS (
    SELECT village_code[1:5] AS region_code, account_id FROM account_opened, upto
    WHERE occurred_at < evening
        AND account_id NOT IN (SELECT account_id FROM account_closed, upto WHERE occurred_at < evening)
), settled AS (
    SELECT claim_id FROM claim_paid, upto WHERE occurred_at < evening
    UNION SELECT claim_id FROM claim_rejected, upto WHERE occurred_at < evening
), filed AS (
    SELECT claim_id, worker_id FROM claim_filed, upto WHERE occurred_at < evening
), counted AS (
    SELECT region_code, 'members ' || state AS what, worker_id AS id FROM members
    UNION ALL
    SELECT region_code, 'members covered', worker_id FROM members
    WHERE is_covered AND state = 'in force'
    UNION ALL SELECT region_code, 'accounts', account_id FROM opened
    UNION ALL
    SELECT m.region_code, 'open claims', f.claim_id
    FROM filed AS f ANTI JOIN settled AS s USING (claim_id)
    LEFT JOIN (SELECT worker_id, min(region_code) AS region_code FROM joined GROUP BY ALL) AS m
        USING (worker_id)
)
SELECT region_code, what, count(DISTINCT id) AS heads FROM counted
GROUP BY ALL ORDER BY region_code, what
