"""The calculator answers every case of the decision table as the rules do."""

from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from services.claims.rules.compute import compute
from services.claims.rules.facts import Facts
from tests.alone import MakeAlone
from tests.decision_table import Case, cases

FACTS = TypeAdapter(Facts)


@pytest.fixture
async def officer(alone: MakeAlone) -> httpx.AsyncClient:
    return (await alone("claims")).client("branch", area="53")


def lines(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(each["benefit"], each["amount"], each["is_held"]) for each in answer["steps"]]


async def asked(officer: httpx.AsyncClient, case: Case) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    return await officer.post("/computations", content=FACTS.dump_json(case.facts), headers=headers)


async def test_every_case_of_the_table_is_answered_as_the_rules_have_it(
    officer: httpx.AsyncClient,
) -> None:
    for case in cases():
        answer = await asked(officer, case)
        if "refused" in case.expected:
            assert answer.json()["slug"] == case.expected["refused"], case.name
            continue
        assert answer.status_code == 200, (case.name, answer.text)
        computed, told = compute(case.facts), answer.json()
        assert told["ground"] == computed.ground, case.name
        steps = [(each.benefit, each.amount, each.is_held) for each in computed.steps]
        assert lines(told) == steps, case.name
