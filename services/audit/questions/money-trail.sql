-- name: money-trail
-- theme: claims
-- title: The way of the money
-- shows: From the province's deposits over the invoices paid for the member to the insurer, and from
--   the insurer over each payout to the account of the heir; for an invoice, the deposits before it,
--   the payment, and how many members' months it paid.
-- rests on: The transfers in the bank's events (one row moves both sides) and the decision of the
--   claim. Money is not marked: which deposit paid which invoice is not known, so all deposits of the
--   programme up to the payment are shown.
-- reference: domain 7.1; domain 7.3 tests 8, 10 and 11
-- parameter: subject uuid; The id of a claim or an invoice
WITH wanted AS (
    SELECT i.invoice_id, i.programme_id, NULL::UUID AS worker_id FROM invoices AS i
    WHERE i.invoice_id = $subject
    UNION ALL
    SELECT p.invoice_id, p.programme_id, p.worker_id FROM paid_months AS p
    WHERE p.worker_id = (SELECT worker_id FROM claims WHERE claim_id = $subject)
), paid AS (
    SELECT p.* FROM paid_invoices AS p
    WHERE p.invoice_id IN (SELECT invoice_id FROM wanted)
), moves AS (
    SELECT e.type, e.moved, e.debit_account, e.credit_account, e.payout_id, e.occurred_at,
        e.event_id
    FROM events AS e
    WHERE e.claim_id = $subject AND e.type IN ('banking.payout-submitted.v1',
        'banking.payout-settled.v1', 'banking.payout-failed.v1')
), trail AS (
    SELECT 1 AS step, d.deposited_at AS moved_at, 'deposit of the province' AS what, d.amount,
        d.debit_account, d.credit_account, d.document AS reference, d.event_id
    FROM deposits AS d
    WHERE d.programme_id IN (SELECT programme_id FROM wanted)
        AND d.deposited_at <= (SELECT max(paid_at) FROM paid)
    UNION ALL
    SELECT 2, p.paid_at, 'contributions of a kecamatan to the insurer, ' || p.month, p.amount,
        p.debit_account, p.credit_account, p.payment_order, p.event_id
    FROM paid AS p
    UNION ALL
    SELECT 3, m.paid_at, 'of it for the member, ' || m.month, m.amount, NULL, NULL,
        m.invoice_id::VARCHAR, m.event_id
    FROM paid_months AS m WHERE (m.worker_id, m.invoice_id) IN
        (SELECT (worker_id, invoice_id) FROM wanted WHERE worker_id IS NOT NULL)
    UNION ALL
    SELECT 3, max(m.paid_at), 'months of members paid: ' || count(*), sum(m.amount)::BIGINT, NULL,
        NULL, m.invoice_id::VARCHAR, NULL
    FROM paid_months AS m WHERE m.invoice_id = $subject GROUP BY m.invoice_id
    UNION ALL
    SELECT 4, d.decided_at, 'decided: ' || d.benefit || CASE WHEN d.is_held THEN ', held' ELSE ''
        END, d.amount, NULL, NULL, 'payee ' || d.payee_id, d.event_id
    FROM decisions AS d WHERE d.claim_id = $subject
    UNION ALL
    SELECT CASE m.type WHEN 'banking.payout-submitted.v1' THEN 5 ELSE 6 END, m.occurred_at,
        CASE m.type WHEN 'banking.payout-submitted.v1' THEN 'set aside by the insurer: '
            WHEN 'banking.payout-settled.v1' THEN 'arrived: ' ELSE 'came back: ' END || o.benefit,
        m.moved, m.debit_account, m.credit_account, 'payee ' || o.payee_id, m.event_id
    FROM moves AS m LEFT JOIN payouts AS o USING (payout_id)
)
SELECT step, moved_at, what, amount, debit_account AS from_account, credit_account AS to_account,
    reference, event_id
FROM trail ORDER BY step, moved_at, what, event_id
