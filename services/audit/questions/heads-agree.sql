-- name: heads-agree
-- theme: contributions
-- title: Heads billed, listed and paid agree
-- shows: Invoices whose heads are not those of the members billed on them, or, once they are paid,
--   not those of the members whose month was paid; and frozen lists that are not the sum of the
--   invoices of their run.
-- rests on: Each member's own `contribution-billed` and `contribution-paid`, counted, beside
--   `invoice-issued`, `invoice-paid` and `monthly-list-frozen`. By name and address:
--   `heads-by-name`.
-- reference: domain 7.3 test 7
-- parameter: programme uuid = none; The programme; all of them when it is left out
-- parameter: month month = none; The month; all of them when it is left out
WITH billed AS (
    SELECT invoice_id, count(DISTINCT worker_id) AS heads FROM billed_months GROUP BY ALL
), paid AS (
    SELECT invoice_id, count(DISTINCT worker_id) AS heads FROM paid_months GROUP BY ALL
), compared AS (
    SELECT i.programme_id, i.month, i.invoice_id AS id, i.district_code, i.heads,
        coalesce(b.heads, 0) AS billed_heads, coalesce(p.heads, 0) AS paid_heads,
        CASE
            WHEN coalesce(b.heads, 0) <> i.heads THEN 'invoice and members billed differ'
            WHEN r.invoice_id IS NOT NULL AND coalesce(p.heads, 0) <> i.heads
                THEN 'invoice is paid, members paid differ'
            WHEN r.invoice_id IS NULL AND p.heads > 0 THEN 'members paid, invoice is not'
        END AS evidence
    FROM invoices AS i
    LEFT JOIN billed AS b USING (invoice_id)
    LEFT JOIN paid AS p USING (invoice_id)
    LEFT JOIN paid_invoices AS r USING (invoice_id)
), lists AS (
    SELECT l.programme_id, l.month, l.run_id AS id, NULL AS district_code, l.heads,
        coalesce(sum(i.heads), 0)::BIGINT AS billed_heads, NULL::BIGINT AS paid_heads,
        'frozen list and its invoices differ' AS evidence
    FROM monthly_list_frozen AS l LEFT JOIN invoices AS i USING (run_id)
    GROUP BY ALL
    HAVING coalesce(sum(i.heads), 0) <> l.heads OR count(i.invoice_id) <> any_value(l.invoices)
        OR coalesce(sum(i.amount), 0) <> any_value(l.amount)
)
SELECT * FROM (FROM compared UNION ALL FROM lists)
WHERE evidence IS NOT NULL
    AND ($programme::UUID IS NULL OR programme_id = $programme)
    AND ($month::VARCHAR IS NULL OR month = $month)
ORDER BY month, district_code, id
