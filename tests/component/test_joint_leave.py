"""Whether joint leave is a working day is told to each service that counts working days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter

from chassis import working_days
from services.claims.rules.facts import Facts
from tests.alone import MakeAlone
from tests.archives import records
from tests.benefit_facts import MONTHS, death, paid
from tests.component.claims_office import an_office

UP_TO_APRIL = paid((*MONTHS, "2026-01", "2026-02", "2026-03", "2026-04"))


@pytest.fixture(autouse=True)
def calendar_again() -> Iterator[None]:
    """The process keeps to the usual working days afterwards."""
    yield
    working_days.observe_joint_leave(off=False)


@pytest.mark.parametrize(("off", "due_on"), [(False, "2025-12-29"), (True, "2025-12-30")])
async def test_the_term_of_a_claim_passes_over_joint_leave_where_it_is_off(
    alone: MakeAlone, off: bool, due_on: str
) -> None:
    """Papers of Tuesday the 23rd of December 2025; Friday the 26th is joint leave."""
    claims = await an_office(alone, joint_leave_off=off)
    claims.service.clock.set(datetime(2025, 12, 23, 1, 0, tzinfo=UTC))
    case = await claims.file(died_on="2025-12-20")
    await claims.papers(case.claim_id)
    assert (await claims.standing(case.claim_id))["term"]["due_on"] == due_on


@pytest.mark.parametrize(("off", "arrears"), [(False, ["2026-05"]), (True, [])])
async def test_a_month_due_on_joint_leave_is_not_owed_the_day_after_where_it_is_off(
    alone: MakeAlone, off: bool, arrears: list[str]
) -> None:
    """Friday the 15th of May 2026 is joint leave: the month is due on Monday the 18th then."""
    facts = death(date(2026, 5, 16), paid=UP_TO_APRIL)
    officer = (await alone("claims", joint_leave_off=off)).client("branch", area="53")
    body = TypeAdapter(Facts).dump_json(facts)
    headers = {"Content-Type": "application/json"}
    answer = await officer.post("/computations", content=body, headers=headers)
    assert (answer.status_code, answer.json()["arrears"]) == (200, arrears), answer.text


@pytest.mark.parametrize("off", [False, True])
async def test_an_auditor_reckons_with_the_days_that_claims_had(
    alone: MakeAlone, off: bool
) -> None:
    audit = await alone("audit", joint_leave_off=off)
    await audit.running.consumer.store.apply(records(1))
    sql = "SELECT count(*) FROM working_days WHERE day = DATE '2025-12-26'"
    asked = {"sql": sql, "reason": "the calendar"}
    answer = await audit.client("auditor", area="53").post("/sql", json=asked)
    assert answer.json()["rows"] == [[0 if off else 1]], answer.text
