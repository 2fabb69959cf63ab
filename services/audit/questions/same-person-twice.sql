-- name: same-person-twice
-- theme: members
-- title: One person taken in twice
-- shows: Members of whom the record itself says that they may be, or are, in it twice: a suspicion
--   that nobody decided, a row let in with a warning, a member number or an account that two have,
--   and a worker taken into one programme twice.
-- rests on: Numbers and names are sealed, so equal NIKs cannot be compared here. A NIK that a member
--   has is refused at the door (rosters name it `already-member`, `nik-twice-in-file`); like names,
--   birth dates and mothers are found by enrollment, which records a review or a warning. Reviews
--   that a person decided are left out.
-- reference: domain 7.3 test 1; PP 76/2015
-- parameter: programme uuid = none; The programme; all of them when it is left out
WITH reviews AS (
    SELECT r.worker_id, r.other_worker_id, r.occurred_at, r.event_id
    FROM review_raised AS r
    WHERE r.kind = 'possible-duplicate'
        AND r.review_id NOT IN (SELECT review_id FROM review_decided)
), warned AS (
    SELECT worker_id, occurred_at, event_id FROM worker_enrolled
    WHERE list_contains(from_json(warnings, '["VARCHAR"]'), 'possible-duplicate')
        AND worker_id NOT IN (SELECT worker_id FROM review_raised WHERE kind = 'possible-duplicate')
), numbers AS (
    SELECT min(worker_id) AS worker_id, max(worker_id) AS other_worker_id,
        max(occurred_at) AS occurred_at, max_by(event_id, occurred_at) AS event_id
    FROM membership_activated GROUP BY kpj HAVING count(DISTINCT worker_id) > 1
), linked AS (
    SELECT min(worker_id) AS worker_id, max(worker_id) AS other_worker_id,
        max(occurred_at) AS occurred_at, max_by(event_id, occurred_at) AS event_id
    FROM account_linked GROUP BY account_id HAVING count(DISTINCT worker_id) > 1
), twice AS (
    SELECT worker_id, max(occurred_at) AS occurred_at, max_by(event_id, seq) AS event_id
    FROM worker_enrolled GROUP BY worker_id, programme_id HAVING count(*) > 1
), found AS (
    SELECT worker_id, other_worker_id, 'review not decided' AS evidence, occurred_at, event_id
    FROM reviews
    UNION ALL
    SELECT worker_id, NULL, 'let in with the warning', occurred_at, event_id FROM warned
    UNION ALL
    SELECT worker_id, other_worker_id, 'one member number', occurred_at, event_id FROM numbers
    UNION ALL
    SELECT worker_id, other_worker_id, 'one account', occurred_at, event_id FROM linked
    UNION ALL
    SELECT worker_id, worker_id, 'taken in twice', occurred_at, event_id FROM twice
)
SELECT * FROM found
WHERE $programme::UUID IS NULL
    OR worker_id IN (SELECT worker_id FROM enrollments WHERE programme_id = $programme)
ORDER BY occurred_at, worker_id, evidence
