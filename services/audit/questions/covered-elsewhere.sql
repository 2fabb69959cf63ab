-- name: covered-elsewhere
-- theme: members
-- title: Months of members who were covered elsewhere
-- shows: Months paid for a member after the membership ended because an employer or another programme
--   covers the person, and months of one member that were billed twice: in two programmes, or by two
--   payers.
-- rests on: The reason with which a membership was ended (`other-segment`, `double-registration`) and
--   its day, and the months billed. The insurer's own lists of other segments are not in any event:
--   who was never reported is not seen.
-- reference: domain 7.3 test 5
-- parameter: programme uuid = none; The programme; all of them when it is left out
WITH ended AS (
    SELECT m.worker_id, m.programme_id, b.month, m.end_reason AS evidence, b.amount, b.event_id
    FROM enrollments AS m
    JOIN billed_months AS b ON b.worker_id = m.worker_id AND b.programme_id = m.programme_id
    WHERE m.end_reason IN ('other-segment', 'double-registration')
        AND b.month > strftime(m.ended_on, '%Y-%m')
), twice AS (
    SELECT worker_id, max(programme_id) AS programme_id, min(programme_id) AS other_programme_id,
        month, CASE WHEN min(programme_id) <> max(programme_id) THEN 'billed in two programmes'
            ELSE 'billed to two payers' END AS evidence,
        sum(amount)::BIGINT AS amount, max(event_id) AS event_id
    FROM billed_months GROUP BY worker_id, month
    HAVING min(programme_id) <> max(programme_id) OR min(payer) <> max(payer)
)
SELECT worker_id, programme_id, month, evidence, amount, event_id FROM ended
WHERE $programme::UUID IS NULL OR programme_id = $programme
UNION ALL
SELECT worker_id, programme_id, month, evidence, amount, event_id FROM twice
WHERE $programme::UUID IS NULL OR $programme IN (programme_id, other_programme_id)
ORDER BY worker_id, month
