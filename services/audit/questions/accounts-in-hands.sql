-- name: accounts-in-hands
-- theme: officers
-- title: Accounts opened, collected and used, and in whose hands
-- shows: Officers who handed over more passbooks in a day than one person can, persons who collected
--   for several members, and accounts used before anybody collected the passbook; with `all`, how
--   many accounts of each regency were opened, collected and used.
-- rests on: The bank's events. A proxy is told by a hash of the NIK. Money that arrives at an account
--   is a use too, so accounts blocked by a death are left out of the third.
-- reference: domain 7.3 test 13
-- parameter: show text = findings; `findings`, or `all` for the figures of each regency too
-- parameter: a_day number = 200; Passbooks that one officer can hand over in a day
-- parameter: for_others number = 1; Passbooks that one person may collect for others
WITH handed AS (
    SELECT handed_by, (collected_at + INTERVAL 8 HOUR)::DATE AS day, count(*) AS accounts
    FROM accounts WHERE collected_at IS NOT NULL GROUP BY ALL HAVING count(*) > $a_day
), proxies AS (
    SELECT proxy, any_value(handed_by) AS handed_by, count(*) AS accounts,
        max((collected_at + INTERVAL 8 HOUR)::DATE) AS day
    FROM accounts WHERE collected_by = 'proxy' GROUP BY proxy HAVING count(*) > $for_others
), drawn AS (
    SELECT debit_account AS account_id, min(occurred_at) AS drawn_at FROM events
    WHERE type IN ('banking.cash-paid-out.v1', 'banking.transfer-posted.v1') GROUP BY ALL
), early AS (
    SELECT a.account_id, d.drawn_at FROM accounts AS a JOIN drawn AS d USING (account_id)
    WHERE a.collected_at IS NULL OR d.drawn_at < a.collected_at
), figures AS (
    SELECT village_code[1:5] AS region_code, count(*) AS accounts,
        count(collected_at) AS collected, count(used_at) AS used
    FROM accounts GROUP BY ALL
)
SELECT 'many handed over in a day' AS evidence, handed_by AS who, day, accounts,
    NULL::BIGINT AS collected, NULL::BIGINT AS used
FROM handed
UNION ALL SELECT 'one person collected for several', coalesce(proxy, 'unknown'), day, accounts,
    accounts, NULL FROM proxies
UNION ALL SELECT 'money left before the passbook was collected', account_id::VARCHAR,
    (drawn_at + INTERVAL 8 HOUR)::DATE, 1, 0, 1 FROM early
UNION ALL SELECT 'figures', region_code, NULL, accounts, collected, used FROM figures
WHERE $show = 'all'
ORDER BY evidence, accounts DESC, who
