-- name: money-and-budget
-- theme: contributions
-- title: Commitment and cash against the budget
-- shows: Programmes that promised more than their ceiling at any moment, paid more than was deposited,
--   or paid an invoice without one of the documents; with `all`, every programme's figures.
-- rests on: What was reserved and released with each member (`reserved`, `released`), the ceiling as
--   opened and amended, deposits and paid invoices with the numbers of SPP, SPM and SP2D. The ceiling
--   stands for the DPA, whose own number is in the programme's legal basis at most.
-- reference: domain 7.3 test 8; PP 12/2019 art. 124 and 141
-- parameter: show text = findings; `findings`, or `all` for every programme
WITH changes AS (
    SELECT programme_id, occurred_at, reserved FROM worker_enrolled
    UNION ALL SELECT programme_id, occurred_at, reserved FROM membership_renewed
    UNION ALL SELECT programme_id, occurred_at, reserved FROM membership_reactivated
    UNION ALL SELECT programme_id, occurred_at, reserved FROM coverage_restored
    UNION ALL SELECT programme_id, occurred_at, -released FROM coverage_ended
    UNION ALL SELECT programme_id, occurred_at, -released FROM coverage_lapsed
), ceilings AS (
    SELECT programme_id, occurred_at, seq, ceiling FROM programme_opened
    UNION ALL SELECT programme_id, occurred_at, seq, ceiling FROM programme_amended
    WHERE ceiling IS NOT NULL
), steps AS (
    SELECT programme_id, occurred_at, -sum(reserved) AS room, sum(reserved) AS reserved
    FROM changes GROUP BY ALL
    UNION ALL
    SELECT programme_id, occurred_at,
        ceiling - lag(ceiling, 1, 0) OVER (PARTITION BY programme_id ORDER BY seq), 0
    FROM ceilings
), running AS (
    SELECT programme_id, reserved,
        sum(room) OVER (PARTITION BY programme_id ORDER BY occurred_at) AS room
    FROM steps
), committed AS (
    SELECT programme_id, sum(reserved)::BIGINT AS committed, min(room)::BIGINT AS least_room
    FROM running GROUP BY ALL
), cash AS (
    SELECT programme_id, sum(amount)::BIGINT AS deposited FROM deposits GROUP BY ALL
), spent AS (
    SELECT programme_id, sum(amount)::BIGINT AS paid,
        count(*) FILTER (WHERE trim(payment_order) = '') AS without_order
    FROM paid_invoices GROUP BY ALL
), found AS (
    SELECT p.programme_id, p.name, p.ceiling, c.committed, c.least_room,
        coalesce(d.deposited, 0) AS deposited, coalesce(s.paid, 0) AS paid,
        coalesce(d.deposited, 0) - coalesce(s.paid, 0) AS balance,
        concat_ws('; ',
            CASE WHEN c.least_room < 0 THEN 'promised more than the ceiling' END,
            CASE WHEN coalesce(s.paid, 0) > coalesce(d.deposited, 0)
                THEN 'paid more than was deposited' END,
            CASE WHEN coalesce(s.paid, 0) > p.ceiling THEN 'paid more than the ceiling' END,
            CASE WHEN s.without_order > 0 THEN 'paid without an order' END
        ) AS evidence
    FROM programmes AS p
    LEFT JOIN committed AS c USING (programme_id)
    LEFT JOIN cash AS d USING (programme_id)
    LEFT JOIN spent AS s USING (programme_id)
)
SELECT * FROM found WHERE $show = 'all' OR evidence <> '' ORDER BY name, programme_id
