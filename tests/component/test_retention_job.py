"""What is let go of by itself, and the rules that say when."""

from services.enrollment.operations.retention import ANSWERS_AT_ONCE
from tests.alone import key
from tests.component.privacy_office import Privacy, privacy
from tests.rosters import REGION

__all__ = ["privacy"]


async def stored(privacy: Privacy) -> int:
    (held,) = await privacy.alone.rows("SELECT count(*) AS answers FROM idempotency_key")
    return int(held["answers"])


async def grow_old(privacy: Privacy, *, days: int) -> None:
    """All stored answers are that old, by the clock of the database."""
    async with privacy.alone.units.engine.begin() as connection:
        await connection.exec_driver_sql(
            f"UPDATE idempotency_key SET stored_at = now() - interval '{days} days'"
        )


async def test_stored_answers_are_forgotten_after_90_days_and_not_before(
    privacy: Privacy,
) -> None:
    await grow_old(privacy, days=89)
    await privacy.alone.work("retention")
    assert await stored(privacy) == 1
    await grow_old(privacy, days=91)
    fresh = {"quotas": [{"region_code": REGION, "heads": 100_001}]}
    path = f"/programmes/{privacy.programme_id}/quotas"
    await privacy.office.province.post(path, json=fresh, headers=key())
    await privacy.alone.work("retention")
    assert await stored(privacy) == 1


async def test_many_old_answers_are_forgotten_a_portion_at_a_time(privacy: Privacy) -> None:
    answers = 2 * ANSWERS_AT_ONCE + 1
    async with privacy.alone.units.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO idempotency_key (principal, key, route, body_sha256, status, answer) "
            f"SELECT 'anna', n::text, 'POST /x', '', 200, '' FROM generate_series(1, {answers}) n"
        )
    await grow_old(privacy, days=91)
    await privacy.alone.work("retention")
    assert await stored(privacy) == 0


async def test_every_office_can_read_how_long_data_are_kept(privacy: Privacy) -> None:
    answer = await privacy.office.district.get("/retention")
    rules = {each["slug"]: each for each in answer.json()["classes"]}
    assert (rules["work-accident-claims"]["months"], rules["rosters"]["days"]) == (60, 90)
    assert rules["financial-documents"] == {
        "slug": "financial-documents",
        "what": "months billed and paid, by name: evidence of spending",
        "months": 120,
        "days": 0,
        "counted_from": "the end of the year of the last payment",
        "source": "UU 8/1997 Pasal 11",
        "mark": "unverified",
        "valid_from": "1997-03-24",
    }
