"""Claims decided again by other benefits: what differs, to the rupiah; nothing live does."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from chassis.state.database import owner_engine
from contracts.claims import CompensationAwarded, LinesReleased
from contracts.enrollment import WorkerEnrolled
from contracts.types import WorkerId
from services.claims.operations.what_if.answer import Answer, answer
from services.claims.operations.what_if.replaying import what_if
from services.claims.rules.amendments import amendment
from tests.alone import Alone
from tests.component import decided_claims
from tests.component.claims_facts import covered, enrolled
from tests.component.claims_office import (
    ANNA,
    BETA,
    CESIL,
    DEWI,
    EMIL,
    HEAD,
    SECOND_HEAD,
    SHORT,
    Case,
    Claims,
    claims,
)
from tests.component.test_claim_closing import LATE, OWING, _month, arrived, lines_of
from tests.prepared import Prepared

__all__ = ["claims"]
LAPSED = WorkerId(UUID(int=43))
OTHER = ("approver", "another head")
WHOLE, FUNERAL = 42_000_000, 10_000_000
LATE_COMPENSATION = 1_680_000


async def asked(claims: Claims, *changes: str) -> Answer:
    service, wanted = claims.service, [amendment(each) for each in changes]
    owner = owner_engine(service.urls.owner, application="test")
    try:
        settings, done = service.running.settings, list[tuple[int, int]]()
        told = lambda *step: done.append(step)  # noqa: E731
        found = await what_if(owner, settings, wanted, told=told)
        assert done[-1][0] == done[-1][1] or not found.holds
        return answer(found, wanted)
    finally:
        await owner.dispose()


async def everything(service: Alone) -> dict[str, str]:
    """A digest of each table of the database, the log and its heads among them."""
    owner = owner_engine(service.urls.owner, application="test")
    names = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname !~ '^pg_|^info'"
    digest = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
    async with owner.connect() as connection:
        found = {
            name: str(await connection.scalar(text(digest.format(name))))
            for name in (await connection.scalars(text(names))).all()
        }
    await owner.dispose()
    return found


async def history(claims: Claims) -> dict[str, str]:
    """A family paid late; a young cover, two approvers; a decision reopened; a benefit held and
    released; three rejections: before the cover, after a lapse, in an officer's own words. The
    numbers of the claims."""
    cases = {"late": await claims.verified(ANNA), "young": await claims.verified(SHORT)}
    lines = await lines_of(claims, cases["late"])
    for head in (HEAD, SECOND_HEAD):
        await claims.approve(cases["young"].claim_id, head)
    cases["reopened"] = await _reopened(claims, await claims.approved(DEWI))
    cases["early"] = await claims.file(CESIL, died_on="2025-06-20")
    cases["words"] = await claims.file(BETA)
    await _reject(claims, cases["early"], ground="not-covered")
    await _reject(claims, cases["words"])
    claims.service.clock.set(LATE)
    await claims.service.hear(*(arrived(cases["late"], ANNA, line, at=LATE) for line in lines))
    await claims.service.hear(_promised(OWING, to="2025-10"), *covered(OWING))
    await claims.service.hear(_promised(LAPSED, to="2025-07"), *covered(LAPSED)[:2])
    claims.service.clock.set(datetime(2025, 12, 22, 1, 0, tzinfo=UTC))
    cases["lapsed"] = await claims.file(LAPSED, died_on="2025-11-20")
    await _reject(claims, cases["lapsed"], ground="cover-lapsed")
    cases["owing"] = await claims.verified(OWING, died_on="2025-12-20")
    await claims.approve(cases["owing"].claim_id, confirmation="he paid no more himself")
    await claims.service.hear(_month(OWING, "2025-11"), _month(OWING, "2025-12"))
    assert len(await claims.service.recorded(CompensationAwarded)) == 1
    assert len(await claims.service.recorded(LinesReleased)) == 1
    return {name: case.number for name, case in cases.items()}


def _promised(worker_id: WorkerId, *, to: str) -> WorkerEnrolled:
    """A member who owes what comes after this month himself."""
    return enrolled(worker_id).model_copy(update={"last_month": to})


async def _reopened(claims: Claims, case: Case) -> Case:
    base = f"/claims/{case.claim_id}"
    appeal = (await claims.post(f"{base}/appeals", {"reason": "a letter"})).json()["appeal_id"]
    again = {"outcome": "reopened", "reason": "so"}
    await claims.post(f"{base}/appeals/{appeal}/decision", again, OTHER)
    await claims.verify(case.claim_id)
    assert (await claims.approve(case.claim_id)).json()["state"] == "approved"
    return case


async def _reject(claims: Claims, case: Case, **told: str) -> None:
    path = f"/claims/{case.claim_id}/rejection"
    assert (await claims.post(path, {"reason": "no"} | told, HEAD)).is_success


async def test_other_rules_change_what_they_should_and_nothing_that_is_live(
    claims: Claims, prepared: Prepared
) -> None:
    numbers = await prepared(claims.service, history, claims)
    names = {number: name for name, number in numbers.items()}
    before = await everything(claims.service)

    async def difference(*changes: str) -> dict[str, int]:
        found = await asked(claims, *changes)
        assert found.holds
        assert (found.claims, found.decisions) == (7, 8)
        awarded = 3 * WHOLE + FUNERAL + LATE_COMPENSATION
        assert (found.before.awarded, found.before.approved, found.before.rejected) == (
            awarded, 4, 3,
        )  # fmt: skip
        differing = {names[str(case.number)]: case.difference for case in found.differing}
        assert found.difference == sum(differing.values()) == found.after.awarded - awarded
        return differing

    assert await difference() == {}
    assert await difference("death-lump-sum=25_000_000") == {
        "late": 5_200_000, "reopened": 5_000_000, "owing": 5_000_000,
    }  # fmt: skip
    assert await difference("death-lump-sum=25_000_000@2025-12-01") == {"owing": 5_000_000}
    assert await difference("death-funeral=12_000_000") == {
        "late": 2_080_000, "young": 2_000_000, "reopened": 2_000_000, "owing": 2_000_000,
    }  # fmt: skip
    assert await difference("death-waiting=6") == {
        "late": -33_280_000, "reopened": -32_000_000, "owing": -32_000_000,
    }  # fmt: skip
    assert await difference("death-waiting=1", "death-months-in-row=2") == {"young": 32_000_000}
    assert await difference("reduced-months-max=4") == {"lapsed": WHOLE}
    assert await difference("reduced-months-max=1") == {"owing": -WHOLE}
    assert await everything(claims.service) == before
    assert (await claims.service.replay()).same


async def test_each_difference_says_why_and_what_no_rule_decides_is_told_apart(
    claims: Claims, prepared: Prepared
) -> None:
    numbers = await prepared(claims.service, history, claims)
    found = await asked(claims, "death-lump-sum=90_000_000", "death-waiting=1")
    (late, *_) = (case for case in found.differing if case.number == numbers["late"])
    assert (late.because, late.before.approvers, late.after.approvers) == (["death-lump-sum"], 1, 2)
    assert (
        late.after.outcome
        == "died 100 days after the cover began: the whole package; Rp112,000,000 due"
    )
    assert {each.number: each.why for each in found.undecided} == {
        numbers["words"]: "rejected in an officer's own words, which no rule decides"
    }
    found = await asked(claims, "reduced-months-max=1")
    (owing,) = found.differing
    assert (owing.before.decision, owing.after.decision, owing.after.ground) == (
        "approved", "rejected", "cover-lapsed",
    )  # fmt: skip
    await claims.file(LAPSED, died_on="2025-11-20")
    found = await asked(claims, "reduced-months-max=4")
    assert [case.number for case in found.differing] == []
    assert numbers["lapsed"] in {each.number for each in found.undecided}


async def test_a_record_that_the_rules_in_force_do_not_come_to_is_told(claims: Claims) -> None:
    right = await claims.approved(BETA)
    case = await claims.verified(EMIL)
    line = decided_claims.Line("lump-sum", 21_000_000, case.party_id)
    await decided_claims.approve(claims, case, [line], EMIL)
    found = await asked(claims, "death-waiting=6")
    assert not found.holds
    assert [each.number for each in found.differing] == [case.number] != [right.number]
