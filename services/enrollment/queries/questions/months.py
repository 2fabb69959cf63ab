"""Months billed: the lists behind the invoices, and what they cost."""

from chassis.state.area_filters import within
from services.enrollment.queries.questions.asking import (
    OF_PROVINCE,
    Question,
    local_day,
    month_of,
    of_month,
    of_programme,
)

_LAPSED = f"""EXISTS (
        SELECT FROM covers lapsed
        WHERE lapsed.worker_id = member.worker_id AND lapsed.programme_id = member.programme_id
          AND lapsed.end_reason = 'lapse' AND {month_of("lapsed.ended_on")} <= issued.month
          AND NOT EXISTS (
              SELECT FROM covers again
              WHERE again.worker_id = lapsed.worker_id AND again.programme_id = lapsed.programme_id
                AND again.covered_from > lapsed.covered_from
                AND {month_of(local_day("again.covered_from"))} < issued.month))"""  # noqa: S608
"""Of the member in a month that was issued. In the month of a lapse, of a return and of an end a
member may be billed and need not be."""
# Sums over all lines are MATERIALIZED: the planner, which takes an area for tiny, would make them
# anew for every invoice.
LISTS_AGREE = Question(
    number=7,
    name="lists-agree",
    text="Do the heads on the invoices of each month and kecamatan agree with the names listed on "
    "them, with the members who were to be billed, and, where the invoice is cleared, with the "
    "names paid? `unlisted` are members who were there when the month was billed, and were not.",
    source="BPK on Sumatera Barat 2022: invoices without names, no reconciliation",
    takes=("programme_id", "month", "area"),
    everywhere=True,
    statement=f"""
    WITH issued AS (
        SELECT invoice.programme_id, invoice.month, max(invoice.issued_at) AS last_at
        FROM invoices invoice JOIN programmes programme USING (programme_id)
        WHERE {OF_PROVINCE} AND {of_programme("invoice")} AND {of_month("invoice.month")}
        GROUP BY invoice.programme_id, invoice.month),
    listed AS MATERIALIZED (
        SELECT invoice_id, count(*) AS names, count(paid_at) AS paid FROM contributions
        WHERE {of_programme("contributions")} AND {of_month("month")} GROUP BY invoice_id),
    billed AS (
        SELECT programme_id, month, district_code, sum(heads) AS heads,
               coalesce(sum(heads) FILTER (WHERE cleared_at IS NOT NULL), 0) AS cleared,
               coalesce(sum(listed.names), 0) AS listed, coalesce(sum(listed.paid), 0) AS paid
        FROM invoices JOIN issued USING (programme_id, month) LEFT JOIN listed USING (invoice_id)
        WHERE {within("district_code")}
        GROUP BY programme_id, month, district_code),
    unlisted AS (
        SELECT member.programme_id, issued.month, member.district_code, count(*) AS names
        FROM memberships member JOIN issued USING (programme_id)
        WHERE issued.month BETWEEN member.first_month AND member.last_month
          AND member.enrolled_at <= issued.last_at AND {within("member.district_code")}
          AND (member.ended_on IS NULL OR {month_of("member.ended_on")} > issued.month)
          AND NOT EXISTS (
              SELECT FROM contributions
              WHERE contributions.worker_id = member.worker_id
                AND contributions.month = issued.month
                AND (contributions.programme_id = member.programme_id
                     OR contributions.payer = 'self'))
          AND NOT {_LAPSED}
        GROUP BY member.programme_id, issued.month, member.district_code)
    SELECT programme_id, month, district_code,
           coalesce(billed.heads, 0)::bigint AS invoice_heads,
           coalesce(billed.listed, 0)::bigint AS listed,
           coalesce(unlisted.names, 0) AS unlisted,
           coalesce(billed.cleared, 0)::bigint AS cleared_heads,
           coalesce(billed.paid, 0)::bigint AS paid,
           coalesce(billed.heads <> billed.listed OR billed.cleared <> billed.paid, false)
             OR unlisted.names IS NOT NULL AS finding
    FROM billed FULL JOIN unlisted USING (programme_id, month, district_code)""",  # noqa: S608
)
FROZEN_LISTS = Question(
    number=7,
    name="frozen-lists",
    text="Is the list of each month still the one that was frozen when it was billed, by its "
    "digest? The newest list of each programme and month; it is of the whole programme.",
    source="domain 7.3: a frozen list with its digest each month",
    takes=("programme_id", "month"),
    everywhere=True,
    statement=f"""
    WITH run AS (
        SELECT DISTINCT ON (billed.programme_id, billed.month) billed.*
        FROM billing_runs billed JOIN programmes programme USING (programme_id)
        WHERE billed.frozen_at IS NOT NULL
          AND {OF_PROVINCE} AND {of_programme("billed")} AND {of_month("billed.month")}
        ORDER BY billed.programme_id, billed.month, billed.frozen_at DESC),
    standing AS (
        SELECT run.run_id, count(*) AS heads, sum(listed.amount)::bigint AS amount,
               encode(sha256(convert_to(string_agg(
                   listed.worker_id || ',' || invoice.district_code || ',' || listed.amount
                     || E'\\n', '' ORDER BY listed.worker_id), 'UTF8')), 'hex') AS sha256
        FROM run
        JOIN invoices invoice ON invoice.programme_id = run.programme_id
             AND invoice.month = run.month AND invoice.issued_at <= run.frozen_at
        JOIN contributions listed ON listed.invoice_id = invoice.invoice_id
        WHERE {of_month("listed.month")}
        GROUP BY run.run_id)
    SELECT run.programme_id, run.month, run.run_id, run.frozen_at,
           run.heads::bigint AS frozen_heads, standing.heads, run.amount AS frozen_amount,
           standing.amount, run.sha256 AS frozen_sha256, standing.sha256,
           (run.heads, run.amount, run.sha256)
             IS DISTINCT FROM (standing.heads, standing.amount, standing.sha256) AS finding
    FROM run LEFT JOIN standing USING (run_id)""",  # noqa: S608
)
AMOUNTS = Question(
    number=9,
    name="amounts",
    text="Is the amount of every invoice its heads times the programme's tariff, and the sum of "
    "its lines, with no line halved where a budget of the state pays, and every line on an "
    "invoice? Amounts in rupiah.",
    source="PP 44/2015 art. 20; PP 50/2025 art. 3 gives its discount to nobody whom APBN or APBD "
    "pays",
    takes=("programme_id", "month", "area"),
    everywhere=True,
    statement=f"""
    WITH tariff AS (SELECT programme_id, (jkk + jkm)::bigint AS month FROM programmes),
    lines AS MATERIALIZED (
        SELECT invoice_id, sum(amount)::bigint AS amount,
               count(*) FILTER (WHERE amount <> tariff.month) AS other_amount,
               count(*) FILTER (WHERE amount * 2 = tariff.month) AS halved
        FROM contributions JOIN tariff USING (programme_id)
        WHERE {of_programme("contributions")} AND {of_month("contributions.month")}
        GROUP BY invoice_id)
    SELECT invoice.programme_id, invoice.month, invoice.district_code, invoice.invoice_id,
           invoice.heads::bigint AS heads, tariff.month AS tariff,
           invoice.heads * tariff.month AS expected, invoice.amount,
           coalesce(lines.amount, 0) AS lines_amount,
           coalesce(lines.other_amount, 0) AS lines_of_other_amount,
           coalesce(lines.halved, 0) AS lines_halved,
           invoice.amount <> invoice.heads * tariff.month
             OR invoice.amount <> coalesce(lines.amount, 0) OR coalesce(lines.other_amount, 0) > 0
             OR (programme.payer IN ('apbd', 'apbn') AND tariff.month <> :state_tariff) AS finding
    FROM invoices invoice JOIN programmes programme USING (programme_id)
    JOIN tariff USING (programme_id)
    LEFT JOIN lines USING (invoice_id)
    WHERE {OF_PROVINCE} AND {of_programme("invoice")} AND {of_month("invoice.month")}
      AND {within("invoice.district_code")}
    UNION ALL
    SELECT line.programme_id, line.month, member.district_code, line.invoice_id, 1, NULL, NULL,
           NULL, line.amount, 1, 0, true
    FROM contributions line JOIN memberships member USING (worker_id, programme_id)
    WHERE line.payer <> 'self' AND {of_programme("line")} AND {of_month("line.month")}
      AND {within("member.district_code")}
      AND NOT EXISTS (SELECT FROM invoices WHERE invoices.invoice_id = line.invoice_id)""",  # noqa: S608
)
