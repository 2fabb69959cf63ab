-- name: paid-after-death
-- theme: contributions
-- title: Months billed or paid for the dead
-- shows: Members whose death was verified, with the months after that of the death that were billed
--   and paid, and the rupiah that is owed back or to be credited on the next invoice.
-- rests on: The day of death of a verified claim (a report proven wrong is left out) and the months
--   in `contribution-billed` and `contribution-paid`. No event tells of a refund or credit yet, so
--   everything paid counts as still to be claimed. A death that nobody reported is not seen.
-- reference: domain 7.3 test 3; PP 44/2015 art. 23(4); PP 76/2015
-- parameter: programme uuid = none; The programme; all of them when it is left out
WITH dead AS (
    SELECT worker_id, min(claim_id) AS claim_id, min(died_on) AS died_on,
        min(verified_at) AS verified_at
    FROM claims WHERE verified_at IS NOT NULL AND died_on IS NOT NULL AND NOT member_lives
    GROUP BY worker_id
), months AS (
    SELECT d.worker_id, b.programme_id, b.month, b.amount AS billed, p.amount AS paid
    FROM dead AS d
    JOIN billed_months AS b ON b.worker_id = d.worker_id AND b.month > strftime(d.died_on, '%Y-%m')
    LEFT JOIN paid_months AS p ON p.worker_id = b.worker_id AND p.invoice_id = b.invoice_id
        AND p.month = b.month
)
SELECT d.worker_id, d.claim_id, d.died_on, d.verified_at, m.programme_id,
    min(m.month) AS first_month, max(m.month) AS last_month, count(*) AS months,
    sum(m.billed)::BIGINT AS billed_amount, coalesce(sum(m.paid), 0)::BIGINT AS to_be_claimed
FROM dead AS d JOIN months AS m USING (worker_id)
WHERE $programme::UUID IS NULL OR m.programme_id = $programme
GROUP BY ALL
ORDER BY to_be_claimed DESC, d.worker_id
