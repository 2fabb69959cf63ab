"""What was promised against what may be: the budget, the quotas, the accounts."""

from chassis.state.area_filters import within
from services.enrollment.queries.questions.asking import (
    OF_PROVINCE,
    Question,
    of_programme,
    within_region,
)

COMMITMENT = Question(
    number=8,
    name="commitment",
    text="Is more promised, billed or paid than the ceiling allows, and is each amount the sum of "
    "its members? `reserved_in_all` and `left` are of the whole programme, the rest of the area. "
    "Amounts in rupiah.",
    source="PP 12/2019 art. 124(1)(2)",
    takes=("programme_id", "area"),
    everywhere=True,
    statement=f"""
    SELECT programme.programme_id, programme.name, programme.ceiling,
           promised.reserved_in_all, programme.ceiling - promised.reserved_in_all AS left,
           promised.reserved, coalesce(members.reserved, 0) AS reserved_by_members,
           coalesce(months.billed, 0) AS billed, coalesce(months.paid, 0) AS paid,
           promised.reserved_in_all > programme.ceiling
             OR promised.reserved <> coalesce(members.reserved, 0)
             OR coalesce(months.billed, 0) > promised.reserved AS finding
    FROM programmes programme
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(reserved), 0)::bigint AS reserved_in_all,
               coalesce(sum(reserved) FILTER (WHERE {within_region("region_code")}), 0)::bigint
                 AS reserved
        FROM commitments WHERE commitments.programme_id = programme.programme_id) AS promised
    LEFT JOIN (
        SELECT programme_id, sum(reserved)::bigint AS reserved FROM memberships
        WHERE {within_region("region_code")} GROUP BY programme_id) AS members USING (programme_id)
    LEFT JOIN (
        SELECT programme_id, sum(amount)::bigint AS billed,
               sum(amount) FILTER (WHERE paid_at IS NOT NULL)::bigint AS paid
        FROM contributions JOIN memberships USING (worker_id, programme_id)
        WHERE contributions.payer <> 'self' AND {within_region("region_code")}
        GROUP BY programme_id) AS months USING (programme_id)
    WHERE {OF_PROVINCE} AND {of_programme("programme")}""",  # noqa: S608
)
QUOTAS = Question(
    number=14,
    name="quotas",
    text="Are there more members in a kabupaten or kota than its quota, or members without one, "
    "and do the places taken agree with the members counted one by one?",
    source="the decree that gives each kabupaten and kota its quota; domain 7.3 test 14",
    takes=("programme_id", "area"),
    everywhere=True,
    statement=f"""
    SELECT programme.programme_id, region_code, quota.heads::bigint AS quota,
           coalesce(taken.heads, 0)::bigint AS places_taken, coalesce(counted.heads, 0) AS members,
           coalesce(quota.heads, 0) - coalesce(taken.heads, 0)::bigint AS places_left,
           coalesce(taken.heads, 0) > coalesce(quota.heads, 0)
             OR coalesce(taken.heads, 0) <> coalesce(counted.heads, 0) AS finding
    FROM quotas quota
    FULL JOIN commitments taken USING (programme_id, region_code)
    FULL JOIN (SELECT programme_id, region_code, count(*) AS heads FROM memberships
               WHERE ended_on IS NULL GROUP BY programme_id, region_code) AS counted
         USING (programme_id, region_code)
    JOIN programmes programme USING (programme_id)
    WHERE {OF_PROVINCE} AND {of_programme("programme")}
      AND {within_region("region_code")}""",  # noqa: S608
)
ACCOUNTS = Question(
    number=13,
    name="accounts",
    text="How many members of each kelurahan or desa have a linked account, and how many have none "
    "although their papers are there? A finding is an account that several members share.",
    source="domain 7.3 test 13: accounts in one officer's hands",
    takes=("programme_id", "area"),
    statement=f"""
    WITH shared AS MATERIALIZED (
        SELECT account_id FROM workers WHERE account_id IS NOT NULL
        GROUP BY account_id HAVING count(*) > 1)
    SELECT worker.village_code, count(*) AS members, count(worker.account_id) AS linked,
           count(*) - count(worker.account_id) AS without_account,
           count(*) FILTER (WHERE worker.account_id IS NULL AND worker.has_ktp AND worker.has_kk)
             AS without_account_with_papers,
           count(shared.account_id) AS sharing, count(shared.account_id) > 0 AS finding
    FROM workers worker LEFT JOIN shared USING (account_id)
    WHERE {within("worker.village_code")}
      AND EXISTS (SELECT FROM memberships member
                  WHERE member.worker_id = worker.worker_id AND member.ended_on IS NULL
                    AND {of_programme("member")})
    GROUP BY worker.village_code""",  # noqa: S608
)
