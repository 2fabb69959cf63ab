"""Who was registered: one person twice, doubtful numbers, ages, places."""

from chassis.state.area_filters import within
from services.enrollment.queries.questions.asking import (
    OF_PROVINCE,
    Question,
    local_day,
    of_programme,
)
from services.enrollment.rules.applicants import AGE_LIMIT

REGISTERED_TWICE = Question(
    number=1,
    name="registered-twice",
    text="Is one NIK registered twice, or one person (same name, birth date and mother) under two "
    "NIK? Possible duplicates are findings until somebody has looked, and when the membership goes "
    "on although it was to end.",
    source="PP 76/2015 art. 11(3); BPK on Kabupaten Nunukan 2023: 181 NIK twice",
    takes=("area",),
    statement=f"""
    SELECT 'same-nik' AS found, one.worker_id, other.worker_id AS other_worker_id,
           worker.village_code, NULL AS state, worker.enrolled_at AS since, NULL AS decided_by,
           true AS finding
    FROM person_lookup one
    JOIN person_lookup other ON other.nik_hash = one.nik_hash AND other.worker_id <> one.worker_id
    JOIN workers worker ON worker.worker_id = one.worker_id
    WHERE {within("worker.village_code")}
    UNION ALL
    SELECT 'possible-duplicate', review.worker_id, review.other_worker_id, review.village_code,
           CASE review.outcome WHEN 'keep' THEN 'kept' WHEN 'end' THEN 'ended' ELSE 'open' END,
           coalesce(review.decided_at, review.raised_at), review.decided_by,
           review.outcome IS NULL OR (review.outcome = 'end' AND EXISTS (
               SELECT FROM memberships
               WHERE memberships.worker_id = review.worker_id AND memberships.ended_on IS NULL))
    FROM reviews review
    WHERE review.kind = 'possible-duplicate' AND {within("review.village_code")}""",  # noqa: S608
)
DOUBTFUL_NIK = Question(
    number=2,
    name="doubtful-nik",
    text="Which members have a NIK that may not be at Dukcapil (its first six digits name no "
    "kecamatan), or one that cannot exist, and who let them pass? Rows refused for their NIK are "
    "counted beside it; a birth date or sex that differs from the NIK is shown, and is no finding.",
    source="PP 40/2019 art. 30(2), 31; BPK on Kabupaten Nunukan 2023: 3,210 NIK not found",
    takes=("programme_id", "area"),
    statement=f"""
    SELECT 'accepted' AS found, warning.slug, worker.worker_id, worker.roster_id,
           worker.village_code AS place_code, 1::bigint AS rows, roster.decided_by AS let_pass_by,
           warning.slug NOT IN ('birth-date-differs-from-nik', 'sex-differs-from-nik') AS finding
    FROM workers worker
    CROSS JOIN LATERAL jsonb_array_elements_text(worker.warnings) AS warning (slug)
    LEFT JOIN rosters roster USING (roster_id)
    WHERE warning.slug NOT IN ('kk-crowded', 'possible-duplicate')
      AND {within("worker.village_code")} AND {of_programme("roster")}
    UNION ALL
    SELECT 'refused', refused.slug, NULL, roster.roster_id, roster.region_code,
           refused.rows::bigint, NULL, false
    FROM rosters roster
    CROSS JOIN LATERAL jsonb_each_text(coalesce(roster.refused, roster.refused_first, '{{}}'))
         AS refused (slug, rows)
    WHERE refused.slug IN ('nik-malformed', 'nik-in-scientific-notation')
      AND {within("roster.region_code")} AND {of_programme("roster")}""",  # noqa: S608
)
OUTSIDE_PROVINCE = Question(
    number=4,
    name="outside-province",
    text="Did any member live outside the province when he was registered, or does he now? There "
    "must be none; rows refused for their village are counted beside it.",
    source="domain 7.3 test 4; BPK on Kota Pagaralam 2023: paid for those who moved away",
    takes=("programme_id", "area"),
    everywhere=True,
    statement=f"""
    SELECT 'member' AS found, member.programme_id, member.worker_id, worker.roster_id,
           member.region_code, member.village_code, member.enrolled_at, 1::bigint AS rows,
           true AS finding
    FROM memberships member
    JOIN programmes programme USING (programme_id)
    JOIN workers worker USING (worker_id)
    LEFT JOIN rosters roster ON roster.roster_id = worker.roster_id
    WHERE {OF_PROVINCE} AND {of_programme("member")}
      AND (:area = programme.province_code OR {within("roster.region_code")})
      AND NOT (starts_with(member.region_code, programme.province_code || '.')
               AND starts_with(member.village_code, programme.province_code || '.'))
    UNION ALL
    SELECT 'refused', roster.programme_id, NULL, roster.roster_id, roster.region_code, NULL, NULL,
           (refused.rows)::bigint, false
    FROM rosters roster
    CROSS JOIN LATERAL jsonb_each_text(coalesce(roster.refused, roster.refused_first, '{{}}'))
         AS refused (slug, rows)
    WHERE refused.slug = 'village-unknown'
      AND {within("roster.region_code")} AND {of_programme("roster")}""",  # noqa: S608
)
_BORN_ON = f"(person.limit_on - interval '{AGE_LIMIT} years')"
_AGE = f"extract(year FROM age({local_day('worker.enrolled_at')}, {_BORN_ON}))::bigint"
AGE = Question(
    number=6,
    name="age-at-registration",
    text=f"Was anybody {AGE_LIMIT} or older, or too young, on the day of registration? By the "
    "birth date as it is known now, corrections included. Of members who were erased it is not "
    "known any more: they are counted apart.",
    source="the insurer's entry limit (domain 1.6); the minimum age is the province's choice",
    takes=("programme_id", "area"),
    statement=f"""
    SELECT CASE WHEN person.worker_id IS NULL THEN 'unknown'
                WHEN {_AGE} >= {AGE_LIMIT} THEN 'too-old' ELSE 'too-young' END AS found,
           worker.worker_id, worker.village_code,
           {local_day("worker.enrolled_at")} AS registered_on, {_AGE} AS age,
           1::bigint AS members, true AS finding
    FROM workers worker LEFT JOIN person_lookup person USING (worker_id)
    WHERE worker.erased_at IS NULL AND {within("worker.village_code")}
      AND (person.worker_id IS NULL OR person.limit_on <= {local_day("worker.enrolled_at")}
           OR person.limit_on > {local_day("worker.enrolled_at")}
                                + make_interval(years => {AGE_LIMIT} - :age_min))
      AND EXISTS (SELECT FROM memberships member
                  WHERE member.worker_id = worker.worker_id AND {of_programme("member")})
    UNION ALL
    SELECT 'erased', NULL, NULL, NULL, NULL, count(*), false
    FROM workers worker
    WHERE worker.erased_at IS NOT NULL AND {within("worker.village_code")}
      AND EXISTS (SELECT FROM memberships member
                  WHERE member.worker_id = worker.worker_id AND {of_programme("member")})
    HAVING count(*) > 0""",  # noqa: S608
)
