-- name: doubtful-identity
-- theme: members
-- title: Identity numbers that do not hold
-- shows: Members taken in although their NIK does not fit their person, and holders whom the bank
--   saw and found to be somebody else than the record says.
-- rests on: A NIK that is structurally impossible is refused at the door and never in an event. What
--   events carry are the warnings with which a second person let a row pass (`nik-prefix-unknown`,
--   `birth-date-differs-from-nik`, `sex-differs-from-nik`) and the comparison at the bank's counter.
--   Whether Dukcapil knows the NIK is asked nowhere yet.
-- reference: domain 7.3 test 2; domain 4
-- parameter: programme uuid = none; The programme; all of them when it is left out
WITH warned AS (
    SELECT worker_id, unnest(from_json(warnings, '["VARCHAR"]')) AS evidence, occurred_at, event_id
    FROM worker_enrolled WHERE warnings::VARCHAR <> '[]'
), seen AS (
    SELECT holder_id, max_by(nik_matches, seq) AS nik_matches,
        max_by(name_matches, seq) AS name_matches, max_by(verified_by, seq) AS verified_by,
        max(occurred_at) AS occurred_at, max_by(event_id, seq) AS event_id
    FROM holder_verified GROUP BY ALL
), found AS (
    SELECT worker_id, evidence, NULL AS seen_by, occurred_at, event_id FROM warned
    WHERE evidence IN
        ('nik-prefix-unknown', 'birth-date-differs-from-nik', 'sex-differs-from-nik')
    UNION ALL
    SELECT holder_id, 'bank: another NIK', verified_by, occurred_at, event_id
    FROM seen WHERE NOT nik_matches
    UNION ALL
    SELECT holder_id, 'bank: another name', verified_by, occurred_at, event_id
    FROM seen WHERE NOT name_matches
)
SELECT * FROM found
WHERE $programme::UUID IS NULL
    OR worker_id IN (SELECT worker_id FROM enrollments WHERE programme_id = $programme)
ORDER BY occurred_at, worker_id, evidence
