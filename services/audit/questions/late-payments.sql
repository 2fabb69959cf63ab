-- name: late-payments
-- theme: claims
-- title: Time to pay, and the compensation for being late
-- shows: Claims paid after the term, or open beyond it, without the compensation of 1 % for each
--   calendar day, and compensation that is not days times 1 % of its base.
-- rests on: The term is three working days (seven for work accidents) from the day on which the report
--   and the papers that start it are in: the Akta or the village's letter, the heir certificate and
--   the member card; for accidents KTP and doctor's certificate. A notice that papers are missing
--   starts the term of an accident anew. Days off are those of the working calendar.
-- reference: domain 7.3 test 12; PP 44/2015 art. 37 and 40; domain 10 rows 7 and 8
-- parameter: day day = none; Claims still open are looked at on this day; the last of the record when
--   it is left out
WITH today AS (
    SELECT coalesce($day::DATE, (max(occurred_at) + INTERVAL 8 HOUR)::DATE) AS day FROM events
), papers AS (
    SELECT claim_id, attached_at,
        CASE kind WHEN 'village-death-letter' THEN 'death-certificate' ELSE kind END AS kind
    FROM documents
), wanted AS (
    SELECT * FROM (VALUES
        ('death', ['death-certificate', 'heir-certificate', 'member-card']),
        ('work-accident-death', ['death-certificate', 'heir-certificate', 'member-card',
            'member-ktp', 'medical-certificate']),
        ('work-accident', ['member-card', 'member-ktp', 'medical-certificate'])
    ) AS t(kind, kinds)
), firsts AS (
    SELECT claim_id, kind, min(attached_at) AS attached_at FROM papers GROUP BY ALL
), complete AS (
    SELECT c.claim_id, greatest(c.filed_at, max(f.attached_at)) AS in_at
    FROM claims AS c JOIN wanted AS w USING (kind)
    JOIN firsts AS f ON f.claim_id = c.claim_id AND list_contains(w.kinds, f.kind)
    GROUP BY c.claim_id, c.filed_at, w.kinds HAVING count(*) = len(w.kinds)
), resubmitted AS (
    SELECT r.claim_id, max(r.occurred_at) AS again_at FROM claim_resubmitted AS r
    JOIN claims AS c USING (claim_id) WHERE c.kind <> 'death' GROUP BY ALL
), begun AS (
    SELECT c.claim_id, c.number, c.worker_id, c.kind, c.state,
        (greatest(o.in_at, coalesce(r.again_at, o.in_at)) + INTERVAL 8 HOUR)::DATE AS complete_on,
        (c.paid_at + INTERVAL 8 HOUR)::DATE AS paid_on
    FROM claims AS c JOIN complete AS o USING (claim_id) LEFT JOIN resubmitted AS r USING (claim_id)
    WHERE c.state IN ('filed', 'verified', 'approved', 'paid', 'reopened')
), due AS (
    SELECT b.*, (
        SELECT min(w.day) FROM working_days AS w
        WHERE w.number = CASE b.kind WHEN 'death' THEN 3 ELSE 7 END
            + (SELECT max(x.number) FROM working_days AS x WHERE x.day <= b.complete_on)
    ) AS due_on
    FROM begun AS b
), awarded AS (
    SELECT claim_id, max(days_late) AS days_late, max(base) AS base,
        max(list_sum(list_transform(from_json(lines, '[{"amount":"BIGINT"}]'), lambda x: x.amount)))
            AS amount
    FROM compensation_awarded GROUP BY ALL
), late AS (
    SELECT d.*, coalesce(d.paid_on, t.day) - d.due_on AS days_late, a.days_late AS awarded_days,
        a.base, a.amount::BIGINT AS amount
    FROM due AS d CROSS JOIN today AS t LEFT JOIN awarded AS a USING (claim_id)
)
SELECT claim_id, number, worker_id, kind, state, complete_on, due_on, paid_on,
    greatest(days_late, 0) AS days_late, base, amount,
    CASE
        WHEN amount <> (base * awarded_days + 50) // 100 THEN 'compensation is not 1 % a day'
        WHEN paid_on IS NULL AND amount IS NULL THEN 'beyond the term, not paid'
        WHEN amount IS NULL THEN 'paid late, no compensation'
        ELSE 'compensation for other days'
    END AS evidence
FROM late
WHERE (days_late > 0 AND amount IS NULL)
    OR amount <> (base * awarded_days + 50) // 100
    OR (paid_on IS NOT NULL AND awarded_days > greatest(days_late, 0))
ORDER BY days_late DESC, claim_id
