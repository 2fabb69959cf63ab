"""Who of 10,000 was covered on that day, with 100,000 members and 600,000 months in the database.

Over HTTP, with the evidence of each. The members stand in the tables as events would have put them
there; nothing was recorded for them, so this machine is for reading only.
"""

import time

import asyncpg  # type: ignore[import-untyped]

from benchmarks.machines import Bench
from services.enrollment.rules.kpj import FIRST_RANGE, written
from tameng.offices import Office

MEMBERS = 100_000
ASKED = 10_000
MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")
DAY = "2025-05-05"

_FILL = (
    """INSERT INTO workers (worker_id, roster_id, village_code, has_ktp, has_kk, identity,
                            enrolled_at, kpj)
       SELECT md5('w' || n)::uuid, md5('roster')::uuid, '53.71.04.1001', true, true, '{}',
              '2025-01-01', (25000000000 + n)::text
       FROM generate_series(1, $1::int) AS n""",
    """INSERT INTO memberships (worker_id, programme_id, region_code, district_code, village_code,
                                first_month, last_month, reserved, enrolled_at, covered_from)
       SELECT md5('w' || n)::uuid, md5('programme')::uuid, '53.71', '53.71.04', '53.71.04.1001',
              '2025-01', '2025-06', 100800, '2025-01-01', '2025-01-10 03:00Z'
       FROM generate_series(1, $1::int) AS n""",
    """INSERT INTO covers (worker_id, programme_id, covered_from, began_by, begun_at)
       SELECT md5('w' || n)::uuid, md5('programme')::uuid, '2025-01-10 03:00Z',
              md5('begin' || n)::uuid, '2025-01-10 03:00Z'
       FROM generate_series(1, $1::int) AS n""",
    """INSERT INTO contributions (worker_id, programme_id, month, invoice_id, amount, paid_at,
                                  paid_by_event)
       SELECT md5('w' || n)::uuid, md5('programme')::uuid, month, md5('i' || month)::uuid, 16800,
              CASE WHEN n % 10 > 0 OR month < '2025-03' THEN (month || '-10 03:00Z')::timestamptz
              END, md5(month || n)::uuid
       FROM generate_series(1, $1::int) AS n, unnest($2::text[]) AS month""",
)


async def covered_on_s(office: Office) -> float:
    """Seconds that it takes to tell who of 10,000 was covered on that day, by what evidence."""
    step = MEMBERS // ASKED
    kpjs = [written(FIRST_RANGE.first + n * step) for n in range(ASKED)]
    began = time.perf_counter()
    answer = await office.post(
        "enrollment", "/covers:on", {"date": DAY, "kpjs": kpjs}, key="covered-on"
    )
    took_s = time.perf_counter() - began
    assert len(answer["covers"]) == len(kpjs), answer["unknown"][:3]  # noqa: S101  (else nothing is measured)
    return took_s


async def fill(running: Bench) -> None:
    """Put members into the tables, a tenth of them with their last four months unpaid."""
    environment = running.running.described.environments["enrollment"]
    url = environment["ENROLLMENT_OWNER_DATABASE_URL"].replace("+asyncpg", "")
    owner = await asyncpg.connect(url)
    try:
        for statement in _FILL[:-1]:
            await owner.execute(statement, MEMBERS)
        await owner.execute(_FILL[-1], MEMBERS, list(MONTHS))
        await owner.execute("ANALYZE")
    finally:
        await owner.close()
