-- Views that several questions share, over `events` and the view of each kind of event
-- (`worker_enrolled`, `invoice_issued`, ...). Instants are in UTC; a local day is that of
-- Asia/Makassar, eight hours ahead, without summer time. Of two events of one member or thing the
-- one with the higher number is the later: they stand in one shard.

CREATE VIEW enrollments AS
WITH joined AS (
    SELECT worker_id, programme_id, village_code, roster_id, first_month, last_month, reserved,
        warnings, occurred_at AS enrolled_at, event_id, seq
    FROM worker_enrolled
    UNION ALL
    SELECT worker_id, programme_id, village_code, roster_id, first_month, last_month, reserved,
        NULL, occurred_at, event_id, seq
    FROM membership_renewed
), changes AS (
    SELECT worker_id, programme_id, seq, ended_on AS since, reason FROM coverage_ended
    UNION ALL SELECT worker_id, programme_id, seq, NULL, NULL FROM coverage_restored
    UNION ALL SELECT worker_id, programme_id, seq, lapsed_on, 'lapsed' FROM coverage_lapsed
    UNION ALL SELECT worker_id, programme_id, seq, NULL, NULL FROM membership_reactivated
), endings AS (
    SELECT worker_id, programme_id, max(seq) AS seq, arg_max_null(since, seq) AS ended_on,
        arg_max_null(reason, seq) AS end_reason
    FROM changes GROUP BY ALL
)
SELECT j.worker_id, j.programme_id, j.village_code, j.village_code[1:5] AS region_code,
    j.village_code[1:8] AS district_code, j.roster_id, j.first_month, j.last_month, j.reserved,
    j.warnings, j.enrolled_at, j.event_id, e.ended_on, e.end_reason
FROM joined AS j
LEFT JOIN endings AS e ON e.worker_id = j.worker_id AND e.programme_id = j.programme_id
    AND e.seq > j.seq;

CREATE VIEW memberships AS
WITH activations AS (
    SELECT worker_id, programme_id, max_by(kpj, seq) AS kpj, min(covered_from) AS covered_from
    FROM membership_activated GROUP BY ALL
)
SELECT e.*, a.kpj, a.covered_from
FROM enrollments AS e LEFT JOIN activations AS a USING (worker_id, programme_id);

CREATE VIEW billed_months AS
SELECT worker_id, programme_id, invoice_id, month, amount, payer, occurred_at AS billed_at,
    event_id
FROM contribution_billed;

CREATE VIEW paid_months AS
SELECT worker_id, programme_id, invoice_id, month, amount, payer, occurred_at AS paid_at, event_id
FROM contribution_paid;

CREATE VIEW invoices AS
SELECT invoice_id, programme_id, month, district_code, heads, amount, due_on, run_id,
    occurred_at AS issued_at, event_id
FROM invoice_issued;

CREATE VIEW paid_invoices AS
SELECT invoice_id, programme_id, month, moved AS amount, debit_account, credit_account,
    payment_order, spp, spm, paid_by, occurred_at AS paid_at, event_id
FROM (
    SELECT p.*, e.moved, e.debit_account, e.credit_account
    FROM invoice_paid AS p JOIN events AS e USING (topic, shard, seq)
    WHERE e.type = 'banking.invoice-paid.v1'
);

CREATE VIEW deposits AS
SELECT programme_id, moved AS amount, debit_account, credit_account,
    json_extract_string(body, '$.document') AS document,
    json_extract_string(body, '$.deposited_by') AS deposited_by,
    occurred_at AS deposited_at, event_id
FROM events WHERE type = 'banking.funds-deposited.v1';

CREATE VIEW programmes AS
WITH ceilings AS (
    SELECT programme_id, seq, ceiling FROM programme_opened
    UNION ALL SELECT programme_id, seq, ceiling FROM programme_amended
)
SELECT o.programme_id, o.name, o.province_code, o.funder, o.payer, o.first_month, o.last_month,
    (o.tariff->>'jkk')::BIGINT + (o.tariff->>'jkm')::BIGINT AS month_amount,
    max_by(c.ceiling, c.seq) AS ceiling,
    o.opened_by, o.occurred_at AS opened_at
FROM programme_opened AS o JOIN ceilings AS c USING (programme_id)
GROUP BY ALL;

CREATE VIEW quotas AS
WITH told AS (
    SELECT programme_id, seq, quotas FROM programme_opened
    UNION ALL SELECT programme_id, seq, quotas FROM programme_amended
), each AS (
    SELECT programme_id, seq, unnest(from_json(quotas, '[{"region_code":"VARCHAR","heads":"BIGINT"}]')) AS quota
    FROM told
)
SELECT programme_id, quota.region_code AS region_code, max_by(quota.heads, seq) AS heads
FROM each GROUP BY ALL;

CREATE VIEW rosters AS
SELECT r.roster_id, r.programme_id, r.region_code, r.rows, r.kind, r.sha256, r.received_by,
    r.occurred_at AS received_at, v.fit, v.refused, v.warned, a.approved_by,
    a.occurred_at AS approved_at, j.rejected_by, p.enrolled, p.occurred_at AS processed_at
FROM roster_received AS r
LEFT JOIN roster_validated AS v USING (roster_id)
LEFT JOIN roster_approved AS a USING (roster_id)
LEFT JOIN roster_rejected AS j USING (roster_id)
LEFT JOIN roster_processed AS p USING (roster_id);

CREATE VIEW accounts AS
WITH collected AS (
    SELECT account_id, min(occurred_at) AS collected_at, min_by(collected_by, seq) AS collected_by,
        min_by(handed_by, seq) AS handed_by, min_by(branch, seq) AS branch,
        min_by(proxy, seq) AS proxy
    FROM passbook_collected GROUP BY ALL
), activated AS (
    SELECT account_id, min(occurred_at) AS activated_at FROM account_activated GROUP BY ALL
), closed AS (
    SELECT account_id, min(occurred_at) AS closed_at FROM account_closed GROUP BY ALL
), used AS (
    SELECT account, min(occurred_at) AS used_at
    FROM (
        SELECT debit_account AS account, occurred_at FROM events WHERE debit_account IS NOT NULL
        UNION ALL
        SELECT credit_account, occurred_at FROM events WHERE credit_account IS NOT NULL
    ) GROUP BY ALL
)
SELECT o.account_id, o.holder_id, o.holder, o.product, o.village_code, o.number_masked,
    o.occurred_at AS opened_at, c.collected_at, c.collected_by, c.handed_by, c.branch, c.proxy,
    a.activated_at, u.used_at, d.closed_at
FROM account_opened AS o
LEFT JOIN collected AS c USING (account_id)
LEFT JOIN activated AS a USING (account_id)
LEFT JOIN closed AS d USING (account_id)
LEFT JOIN used AS u ON u.account = o.account_id;

CREATE VIEW cards AS
SELECT p.worker_id, p.programme_id, coalesce(p.card_id, p.event_id) AS card_id, p.village_code,
    p.printed_by, p.occurred_at AS printed_at, d.delivered_by, d.handed_to,
    d.occurred_at AS delivered_at, l.occurred_at AS lost_at
FROM card_printed AS p
LEFT JOIN card_delivered AS d ON d.worker_id = p.worker_id
    AND d.programme_id = p.programme_id
    AND (d.card_id IS NULL OR d.card_id = coalesce(p.card_id, p.event_id))
LEFT JOIN card_lost AS l ON l.card_id = coalesce(p.card_id, p.event_id);

CREATE VIEW claims AS
WITH verified AS (
    SELECT claim_id, max(occurred_at) AS verified_at, max_by(verified_by, seq) AS verified_by,
        max_by(died_on, seq) AS verified_died_on,
        max_by(coalesce(funeral_paid_elsewhere, false), seq) AS funeral_paid_elsewhere
    FROM claim_verified GROUP BY ALL
), approved AS (
    SELECT claim_id, max(occurred_at) AS approved_at, max(seq) AS approved_seq,
        max_by(approved_by, seq) AS approved_by,
        arg_max_null(first_approved_by, seq) AS first_approved_by,
        arg_max_null(confirmation, seq) AS confirmation
    FROM claim_approved GROUP BY ALL
), rejected AS (
    SELECT claim_id, max(occurred_at) AS rejected_at, max(seq) AS rejected_seq,
        max_by(rejected_by, seq) AS rejected_by, max_by(member_lives, seq) AS member_lives
    FROM claim_rejected GROUP BY ALL
), reopened AS (
    SELECT claim_id, max(seq) AS reopened_seq FROM appeal_decided
    WHERE outcome = 'reopened' GROUP BY ALL
), kinds AS (
    SELECT claim_id, max_by(kind, seq) AS kind FROM claim_reclassified GROUP BY ALL
), paid AS (
    SELECT claim_id, max(occurred_at) AS paid_at, sum(amount)::BIGINT AS paid_amount
    FROM claim_paid GROUP BY ALL
)
SELECT f.claim_id, f.worker_id, f.number, coalesce(k.kind, f.kind) AS kind,
    coalesce(v.verified_died_on, f.died_on) AS died_on, f.happened_on, f.filed_by,
    f.occurred_at AS filed_at, v.verified_at, v.verified_by,
    coalesce(v.funeral_paid_elsewhere, false) AS funeral_paid_elsewhere, a.approved_at, a.approved_by,
    a.first_approved_by, a.confirmation, r.rejected_at, r.rejected_by,
    coalesce(r.member_lives, false) AS member_lives, p.paid_at, p.paid_amount,
    CASE
        WHEN o.reopened_seq > greatest(coalesce(a.approved_seq, 0), coalesce(r.rejected_seq, 0))
            THEN 'reopened'
        WHEN r.rejected_seq > coalesce(a.approved_seq, 0) THEN 'rejected'
        WHEN p.paid_at IS NOT NULL THEN 'paid'
        WHEN a.approved_at IS NOT NULL THEN 'approved'
        WHEN v.verified_at IS NOT NULL THEN 'verified'
        ELSE 'filed'
    END AS state
FROM claim_filed AS f
LEFT JOIN verified AS v USING (claim_id)
LEFT JOIN approved AS a USING (claim_id)
LEFT JOIN rejected AS r USING (claim_id)
LEFT JOIN reopened AS o USING (claim_id)
LEFT JOIN kinds AS k USING (claim_id)
LEFT JOIN paid AS p USING (claim_id);

CREATE VIEW decisions AS
WITH decided AS (
    SELECT claim_id, worker_id, seq, occurred_at, event_id, 'approved' AS decision,
        approved_by AS decided_by, false AS is_held, lines
    FROM claim_approved
    UNION ALL
    SELECT claim_id, worker_id, seq, occurred_at, event_id, 'approved', approved_by, true, held
    FROM claim_approved
    UNION ALL
    SELECT claim_id, worker_id, seq, occurred_at, event_id, 'released', NULL, false, lines
    FROM lines_released
    UNION ALL
    SELECT claim_id, worker_id, seq, occurred_at, event_id, 'compensation', NULL, false, lines
    FROM compensation_awarded
    UNION ALL
    SELECT claim_id, worker_id, seq, occurred_at, event_id, 'scholarship', decided_by, false, lines
    FROM scholarship_decided
), each AS (
    SELECT * EXCLUDE (lines), unnest(from_json(lines,
        '[{"benefit":"VARCHAR","amount":"BIGINT","payee_id":"UUID","line_id":"UUID"}]')) AS line
    FROM decided
)
SELECT claim_id, worker_id, seq, occurred_at AS decided_at, event_id, decision, decided_by,
    is_held, line.benefit AS benefit, line.amount AS amount, line.payee_id AS payee_id,
    line.line_id AS line_id
FROM each;

CREATE VIEW heirs AS
SELECT h.claim_id, h.worker_id, h.party_id, h.heir_class, h.role, h.relation, h.account,
    h.account_mark, h.registered_by, h.occurred_at AS registered_at, s.occurred_at AS struck_at
FROM heir_registered AS h
LEFT JOIN heir_struck AS s USING (claim_id, party_id);

CREATE VIEW documents AS
WITH checked AS (
    SELECT document_id, max_by(is_good, seq) AS is_good, max_by(checked_by, seq) AS checked_by
    FROM document_checked GROUP BY ALL
)
SELECT d.claim_id, d.worker_id, d.document_id, d.kind, d.issuer, d.issued_on, d.sha256,
    d.attached_by, d.occurred_at AS attached_at, c.is_good, c.checked_by,
    d.document_id IN (SELECT replaces FROM document_attached WHERE replaces IS NOT NULL)
        AS is_replaced
FROM document_attached AS d LEFT JOIN checked AS c USING (document_id);

CREATE VIEW payouts AS
SELECT o.payout_id, o.claim_id, o.worker_id, o.payee_id, o.benefit, o.amount, o.rail, o.replaces,
    o.line_id, o.occurred_at AS ordered_at, s.occurred_at AS settled_at, s.amount AS settled_amount,
    f.occurred_at AS failed_at, f.reason AS failed_because, s.event_id AS settled_event_id
FROM payout_ordered AS o
LEFT JOIN payout_settled AS s USING (payout_id)
LEFT JOIN payout_failed AS f USING (payout_id);

CREATE VIEW acts AS
SELECT unnest(officers) AS officer, type, occurred_at, key, topic, shard, seq, event_id, claim_id,
    worker_id, programme_id, account_id, amount
FROM events;
