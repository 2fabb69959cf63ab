-- name: benefits-recomputed
-- theme: claims
-- title: The benefit is what the law says, and what was paid
-- shows: Approved claims of a death whose lines are not those recomputed here from the cover and the
--   day of death, and lines that were paid at another amount, twice, or not at all after so many days.
-- rests on: Cover and paid months as enrollment recorded them, not as claims explains them. Recomputed:
--   Rp20m + Rp12m + Rp10m for a death of a member covered three months, else Rp10m; Rp48m + Rp12m +
--   Rp10m for a death by work, without the Rp10m where the verifier found that another segment paid
--   the funeral. Months owed hold a line and take none away: held lines count as due. Not recomputed:
--   costs, disability, scholarships, and deaths before 2025, under other rules.
-- reference: domain 7.3 test 11; PP 82/2019; Permenaker 1/2025
-- parameter: claim uuid = none; The claim; all of them when it is left out
-- parameter: days number = 7; Days after which a line of a decision has to be paid
WITH latest AS (SELECT max(occurred_at) AS last_at FROM events),
decided AS (
    SELECT * FROM claims
    WHERE approved_at IS NOT NULL AND died_on >= DATE '2025-01-01'
        AND kind IN ('death', 'work-accident-death')
        AND ($claim::UUID IS NULL OR claim_id = $claim)
), starts AS (
    SELECT worker_id, covered_from FROM membership_activated
    UNION ALL SELECT worker_id, covered_from FROM membership_reactivated
), covers AS (
    SELECT d.claim_id, max((s.covered_from + INTERVAL 8 HOUR)::DATE) AS cover_day
    FROM decided AS d JOIN starts AS s USING (worker_id)
    WHERE (s.covered_from + INTERVAL 8 HOUR)::DATE <= d.died_on GROUP BY ALL
), paid AS (
    SELECT d.claim_id, count(DISTINCT m.month) AS months
    FROM decided AS d JOIN paid_months AS m USING (worker_id)
    JOIN covers AS c USING (claim_id)
    WHERE m.month BETWEEN strftime(c.cover_day, '%Y-%m') AND strftime(d.died_on, '%Y-%m')
        AND (m.paid_at + INTERVAL 8 HOUR)::DATE <= d.died_on GROUP BY ALL
), given AS (
    SELECT claim_id, sum(amount)::BIGINT AS amount FROM decisions
    WHERE decision = 'approved'
        AND benefit IN ('lump-sum', 'periodic', 'funeral', 'accident-death') GROUP BY ALL
), recomputed AS (
    SELECT d.claim_id, d.worker_id, d.died_on, c.cover_day, coalesce(p.months, 0) AS months_paid,
        coalesce(g.amount, 0) AS given,
        CASE
            WHEN c.cover_day IS NULL THEN 0
            WHEN d.kind = 'work-accident-death' THEN 70000000
            WHEN d.died_on >= c.cover_day + INTERVAL 3 MONTH THEN 42000000
            ELSE 10000000
        END - CASE WHEN d.funeral_paid_elsewhere AND c.cover_day IS NOT NULL THEN 10000000 ELSE 0
        END AS expected
    FROM decided AS d LEFT JOIN covers AS c USING (claim_id) LEFT JOIN paid AS p USING (claim_id)
    LEFT JOIN given AS g USING (claim_id)
), settled AS (
    SELECT line_id, sum(settled_amount)::BIGINT AS amount, count(settled_at) AS times
    FROM payouts WHERE line_id IS NOT NULL GROUP BY ALL
), due AS (
    SELECT line_id, claim_id, worker_id, max(benefit) AS benefit, max(amount) AS amount,
        min(decided_at) AS decided_at
    FROM decisions WHERE NOT is_held AND line_id IS NOT NULL
        AND ($claim::UUID IS NULL OR claim_id = $claim) GROUP BY ALL
)
SELECT claim_id, worker_id, 'benefit of a death' AS evidence, expected, given AS found,
    cover_day, died_on, months_paid
FROM recomputed WHERE given <> expected
UNION ALL
SELECT d.claim_id, d.worker_id,
    d.benefit || CASE WHEN s.times > 1 THEN ': paid twice' WHEN s.times = 1 THEN ': paid differently'
        ELSE ': not paid' END,
    d.amount, coalesce(s.amount, 0), NULL, NULL, NULL
FROM due AS d LEFT JOIN settled AS s USING (line_id)
WHERE coalesce(s.amount, 0) <> d.amount AND (s.times >= 1
    OR d.decided_at < (SELECT last_at FROM latest) - to_days($days::INTEGER))
ORDER BY claim_id, evidence
