-- name: heads-by-name
-- theme: contributions
-- title: Members billed, paid and active, by name and address
-- shows: Each member and month in which the three lists differ: active but on no invoice of the
--   month, billed but not paid though the invoice is, paid but not billed, or billed twice. Members whose village was corrected are not missed on a list.
-- rests on: As `heads-agree`, with the member's id for the name and the village for the address. A
--   member is active in a month that was promised, from the enrollment on, unless the membership
--   ended or lapsed before it; only months of kecamatan with an invoice issued after the enrollment
--   are looked at.
-- reference: domain 7.3 test 7
-- parameter: programme uuid = none; The programme; all of them when it is left out
-- parameter: month month = none; The month; all of them when it is left out
WITH issued AS (
    SELECT programme_id, month, district_code, max(issued_at) AS issued_at
    FROM invoices WHERE $month::VARCHAR IS NULL OR month = $month GROUP BY ALL
), lists AS (
    SELECT worker_id, programme_id, month, invoice_id, 1 AS billed, 0 AS paid, 0 AS active
    FROM billed_months WHERE payer <> 'self'
    UNION ALL
    SELECT worker_id, programme_id, month, invoice_id, 0, 1, 0 FROM paid_months
    WHERE payer <> 'self'
    UNION ALL
    SELECT m.worker_id, m.programme_id, i.month, NULL, 0, 0, 1
    FROM enrollments AS m JOIN issued AS i
        ON i.programme_id = m.programme_id AND i.district_code = m.district_code
        AND i.month BETWEEN m.first_month AND m.last_month AND m.enrolled_at < i.issued_at
    WHERE (m.ended_on IS NULL OR strftime(m.ended_on, '%Y-%m') > i.month)
        AND m.worker_id NOT IN (SELECT worker_id FROM worker_amended)
), suspects AS (
    SELECT worker_id FROM lists WHERE $month::VARCHAR IS NULL OR month = $month
    GROUP BY worker_id
    HAVING NOT (sum(billed) = sum(paid) AND sum(billed) = sum(active))
        OR bit_xor(hash(programme_id, month) * billed::UBIGINT)
            <> bit_xor(hash(programme_id, month) * paid::UBIGINT)
        OR bit_xor(hash(programme_id, month) * billed::UBIGINT)
            <> bit_xor(hash(programme_id, month) * active::UBIGINT)
), counted AS (
    SELECT worker_id, programme_id, month, any_value(invoice_id) AS invoice_id,
        sum(billed) AS billed, sum(paid) AS paid, sum(active) AS active
    FROM lists SEMI JOIN suspects USING (worker_id)
    WHERE $month::VARCHAR IS NULL OR month = $month GROUP BY ALL
), found AS (
    SELECT worker_id, programme_id, month, invoice_id,
        CASE
            WHEN billed > 1 THEN 'billed more than once'
            WHEN paid > billed THEN 'paid, not billed'
            WHEN billed = 0 THEN 'active, not billed'
            ELSE 'billed, invoice paid, not paid'
        END AS evidence
    FROM counted
    WHERE billed > 1 OR paid > billed OR (active > 0 AND billed = 0)
        OR (paid < billed AND invoice_id IN (SELECT invoice_id FROM paid_invoices))
), places AS (
    SELECT worker_id, max(village_code) AS village_code FROM enrollments
    WHERE worker_id IN (SELECT worker_id FROM found) GROUP BY ALL
)
SELECT f.month, f.worker_id, v.village_code, f.evidence, f.invoice_id, f.programme_id
FROM found AS f LEFT JOIN places AS v USING (worker_id)
WHERE $programme::UUID IS NULL OR f.programme_id = $programme
ORDER BY f.month, f.evidence, f.worker_id
