"""Who was billed although the right to be covered had ended."""

from chassis.state.area_filters import within
from services.enrollment.queries.questions.asking import (
    Question,
    month_of,
    of_month,
    of_programme,
)

_LINE = """contribution.month, contribution.invoice_id, contribution.payer, contribution.amount,
           contribution.paid_at,
           CASE WHEN contribution.paid_at IS NULL THEN 0 ELSE contribution.amount END AS credit_due,
           true AS finding"""
BILLED_AFTER_DEATH = Question(
    number=3,
    name="billed-after-death",
    text="Which months after the month of death were billed or paid for the dead, and what credit "
    "is due for them? `verified` tells whether the death was: a claim alone is shown too.",
    source="PP 44/2015 art. 23(4) by analogy; BPK on Kota Pagaralam 2023: paid for the dead",
    takes=("programme_id", "month", "area"),
    statement=f"""
    SELECT contribution.worker_id, contribution.programme_id, member.village_code,
           dead.died_on, dead.verified, {_LINE}
    FROM (SELECT worker_id, bool_or(verified) AS verified,
                 coalesce(min(died_on) FILTER (WHERE verified), min(died_on)) AS died_on
          FROM (SELECT worker_id, ended_on AS died_on, true AS verified FROM memberships
                WHERE end_reason = 'death'
                UNION ALL
                SELECT worker_id, died_on, false FROM member_claims
                WHERE died_on IS NOT NULL AND outcome IS DISTINCT FROM 'rejected') AS told
          GROUP BY worker_id) AS dead
    JOIN contributions contribution USING (worker_id)
    JOIN memberships member USING (worker_id, programme_id)
    WHERE contribution.month > {month_of("dead.died_on")}
      AND {of_programme("contribution")} AND {of_month("contribution.month")}
      AND {within("member.village_code")}""",  # noqa: S608
)
COVERED_ELSEWHERE = Question(
    number=5,
    name="covered-elsewhere",
    text="Which months were billed after a membership had ended because the worker was covered "
    "elsewhere or registered twice, which were billed in two programmes or to a funder though the "
    "member paid them himself in another, and what credit is due?",
    source="PP 76/2015 art. 11(3); domain 7.3 test 5",
    takes=("programme_id", "month", "area"),
    statement=f"""
    SELECT member.end_reason AS found, contribution.worker_id, contribution.programme_id,
           member.village_code, member.ended_on, {_LINE}
    FROM memberships member JOIN contributions contribution USING (worker_id, programme_id)
    WHERE member.end_reason IN ('other-segment', 'double-registration')
      AND contribution.month > {month_of("member.ended_on")}
      AND {of_programme("contribution")} AND {of_month("contribution.month")}
      AND {within("member.village_code")}
    UNION ALL
    SELECT 'two-programmes', contribution.worker_id, contribution.programme_id,
           member.village_code, member.ended_on, {_LINE}
    FROM (SELECT worker_id, month FROM contributions WHERE {of_month("month")}
          GROUP BY worker_id, month HAVING count(*) > 1) AS twice
    JOIN contributions contribution USING (worker_id, month)
    JOIN memberships member USING (worker_id, programme_id)
    WHERE contribution.payer <> 'self'
      AND {of_programme("contribution")} AND {of_month("contribution.month")}
      AND {within("member.village_code")}""",  # noqa: S608
)
