-- name: exact-amounts
-- theme: contributions
-- title: Amounts are heads times the tariff
-- shows: Months billed at another amount than the programme's tariff, such as half of it, invoices
--   that are not heads times the tariff, and payments of another amount than the invoice.
-- rests on: The tariff in `programme-opened` (Rp10,000 for accidents and Rp6,800 for death), and the
--   amounts in `contribution-billed`, `contribution-paid`, `invoice-issued` and `invoice-paid`. What
--   members pay themselves is left out: PP 50/2025 halves it for some.
-- reference: domain 7.3 test 9; PP 44/2015 art. 20; PP 50/2025 art. 3
-- parameter: programme uuid = none; The programme; all of them when it is left out
WITH found AS (
    SELECT b.programme_id, b.month, b.invoice_id, b.worker_id, 'month billed' AS evidence,
        p.month_amount AS expected, b.amount AS found, b.event_id
    FROM billed_months AS b JOIN programmes AS p USING (programme_id)
    WHERE b.payer IN ('apbd', 'apbn') AND b.amount <> p.month_amount
    UNION ALL
    SELECT b.programme_id, b.month, b.invoice_id, b.worker_id, 'month paid', p.month_amount,
        b.amount, b.event_id
    FROM paid_months AS b JOIN programmes AS p USING (programme_id)
    WHERE b.payer IN ('apbd', 'apbn') AND b.amount <> p.month_amount
    UNION ALL
    SELECT i.programme_id, i.month, i.invoice_id, NULL, 'invoice', i.heads * p.month_amount,
        i.amount, i.event_id
    FROM invoices AS i JOIN programmes AS p USING (programme_id)
    WHERE i.amount <> i.heads * p.month_amount
    UNION ALL
    SELECT r.programme_id, r.month, r.invoice_id, NULL, 'payment', i.amount, r.amount, r.event_id
    FROM paid_invoices AS r JOIN invoices AS i USING (invoice_id) WHERE r.amount <> i.amount
)
SELECT * FROM found WHERE $programme::UUID IS NULL OR programme_id = $programme
ORDER BY month, invoice_id, worker_id
