-- name: claims-in-order
-- theme: claims
-- title: Approved claims are complete and in order
-- shows: Each approved claim that lacks a paper the law wants, whose dates are out of order, whose
--   officers are not different persons, or that pays somebody who is no registered heir.
-- rests on: The claim's events, its papers by kind, and the cover as enrollment recorded it. Steps of
--   one day are lawful. Papers: the report is the application; Akta, heir certificate and member card
--   for a death; for an accident the KTP and the doctor's certificate too, without the Akta and the
--   heirs where the member lives.
-- reference: domain 7.3 test 10; domain 10 row 9; PP 44/2015 art. 40(3) and 44(5)
-- parameter: claim uuid = none; The claim; all of them when it is left out
WITH approved AS (
    SELECT * FROM claims
    WHERE approved_at IS NOT NULL AND ($claim::UUID IS NULL OR claim_id = $claim)
), covers AS (
    SELECT worker_id, min(covered_from) AS covered_from FROM membership_activated
    WHERE worker_id IN (SELECT worker_id FROM approved) GROUP BY ALL
), wanted AS (
    SELECT * FROM (VALUES
        ('death', 'death-certificate'), ('death', 'heir-certificate'), ('death', 'member-card'),
        ('work-accident-death', 'death-certificate'), ('work-accident-death', 'heir-certificate'),
        ('work-accident-death', 'member-card'), ('work-accident-death', 'member-ktp'),
        ('work-accident-death', 'medical-certificate'), ('work-accident', 'member-card'),
        ('work-accident', 'member-ktp'), ('work-accident', 'medical-certificate')
    ) AS t(kind, paper)
), days AS (
    SELECT a.*, c.covered_from, coalesce(a.happened_on, a.died_on) AS event_day,
        (a.filed_at + INTERVAL 8 HOUR)::DATE AS filed_day,
        (c.covered_from + INTERVAL 8 HOUR)::DATE AS cover_day
    FROM approved AS a LEFT JOIN covers AS c USING (worker_id)
), found AS (
    SELECT a.claim_id, 'paper missing: ' || w.paper AS evidence
    FROM approved AS a JOIN wanted AS w USING (kind)
    ANTI JOIN (
        SELECT claim_id, kind FROM documents
        WHERE NOT is_replaced AND coalesce(is_good, true)
    ) AS d ON d.claim_id = a.claim_id AND d.kind = w.paper
    UNION ALL
    SELECT claim_id, 'no cover on record' FROM days WHERE cover_day IS NULL
    UNION ALL SELECT claim_id, 'happened before the cover began' FROM days
    WHERE event_day < cover_day
    UNION ALL SELECT claim_id, 'reported before it happened' FROM days WHERE filed_day < event_day
    UNION ALL SELECT claim_id, 'approved before it was reported or verified' FROM days
    WHERE approved_at < filed_at OR verified_at IS NULL OR approved_at < verified_at
    UNION ALL SELECT claim_id, 'paid before it was approved' FROM days WHERE paid_at < approved_at
    UNION ALL SELECT claim_id, 'filed and approved by one officer' FROM days
    WHERE filed_by IN (approved_by, first_approved_by)
    UNION ALL SELECT claim_id, 'verified and approved by one officer' FROM days
    WHERE verified_by IN (approved_by, first_approved_by)
    UNION ALL SELECT claim_id, 'both approvals by one officer' FROM days
    WHERE approved_by = first_approved_by
    UNION ALL
    SELECT d.claim_id, 'payee is not registered: ' || d.payee_id
    FROM decisions AS d JOIN approved AS a USING (claim_id)
    ANTI JOIN heirs AS h ON h.claim_id = d.claim_id AND h.party_id = d.payee_id
        AND (h.struck_at IS NULL OR h.struck_at > d.decided_at)
)
SELECT DISTINCT f.claim_id, a.number, a.worker_id, a.kind, f.evidence, a.filed_by, a.verified_by,
    a.first_approved_by, a.approved_by, a.approved_at
FROM found AS f JOIN approved AS a USING (claim_id)
ORDER BY a.approved_at, f.claim_id, f.evidence
