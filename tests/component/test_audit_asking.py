"""Auditors ask over HTTP; that they asked is on record, and nobody else may."""

import asyncio
import csv
import io
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from contracts.audit import QuestionAsked
from tests.alone import Alone, MakeAlone
from tests.archives import records

WHY = {"reason": "audit of the fourth quarter"}
ROLES = ("province", "district", "branch", "bank", "approver", "fraud", "admin", "checker")


@pytest.fixture
async def audit(alone: MakeAlone) -> Alone:
    audit = await alone("audit")
    await audit.running.consumer.store.apply(records(7))
    return audit


async def ask(audit: Alone, name: str, **given: str) -> httpx.Response:
    return await audit.client("auditor", area="53").get(f"/questions/{name}", params=WHY | given)


async def run_sql(audit: Alone, sql: str, **more: str) -> httpx.Response:
    body: dict[str, Any] = {"sql": sql} | WHY | more
    return await audit.client("auditor", area="53").post("/sql", json=body)


async def test_a_question_is_answered_and_stands_in_the_record(audit: Alone) -> None:
    answer = await ask(audit, "completeness", show="all")
    assert answer.status_code == 200, answer.text
    names = [column["name"] for column in answer.json()["columns"]]
    (row,) = answer.json()["rows"]
    told = dict(zip(names, row, strict=True))
    assert (told["topic"], told["shard"], told["events"], told["missing"]) == (
        "banking.events", 3, 7, 0,
    )  # fmt: skip
    (asked,) = await audit.recorded(QuestionAsked)
    assert (asked.question, asked.parameters, asked.form, asked.rows, asked.reason) == (
        "completeness", {"show": "all"}, "page", 1, WHY["reason"],
    )  # fmt: skip
    assert (await audit.replay()).same


async def test_auditors_who_ask_at_once_are_all_answered(audit: Alone) -> None:
    answers = await asyncio.gather(*(ask(audit, "completeness") for _ in range(8)))
    assert {each.status_code for each in answers} == {200}
    assert len(await audit.recorded(QuestionAsked)) == len(answers)


async def test_an_answer_comes_as_a_file_of_each_kind(audit: Alone) -> None:
    as_csv = await ask(audit, "completeness", form="csv")
    (row,) = csv.DictReader(io.StringIO(as_csv.text.removeprefix("\ufeff")), delimiter=";")
    assert (row["topic"], row["events"]) == ("banking.events", "7")
    as_xlsx = await ask(audit, "completeness", form="xlsx")
    sheet = load_workbook(io.BytesIO(as_xlsx.content)).worksheets[0]
    assert sheet.max_row == 2
    as_parquet = await ask(audit, "completeness", form="parquet")
    assert as_parquet.content[:4] == as_parquet.content[-4:] == b"PAR1"
    assert [each.form for each in await audit.recorded(QuestionAsked)] == ["csv", "xlsx", "parquet"]


async def test_an_auditor_writes_a_select_and_reaches_nothing_else(audit: Alone) -> None:
    answer = await run_sql(audit, "SELECT shard, max(seq) AS last FROM events GROUP BY shard")
    assert answer.json()["rows"] == [[3, 7]]
    (asked,) = await audit.recorded(QuestionAsked)
    assert asked.question == "sql"
    assert asked.parameters["sql"].startswith("SELECT shard")
    for sql in ("DROP TABLE events", "SELECT * FROM read_text('/etc/hostname')", "SELECT nothing"):
        refused = await run_sql(audit, sql)
        assert refused.status_code == 422, refused.text
    assert len(await audit.recorded(QuestionAsked)) == 1


@pytest.mark.parametrize(
    ("name", "given", "status", "slug"),
    [
        ("who-knows", {}, 404, "question-unknown"),
        ("completeness", {"when": "now"}, 422, "parameter-unknown"),
        ("as-of", {"day": "yesterday"}, 422, "parameter-malformed"),
        ("story", {}, 422, "parameter-missing"),
    ],
)
async def test_what_cannot_be_asked_is_refused_and_not_recorded(
    audit: Alone, name: str, given: dict[str, str], status: int, slug: str
) -> None:
    answer = await ask(audit, name, **given)
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert not await audit.recorded(QuestionAsked)


async def test_without_a_reason_nothing_is_told(audit: Alone) -> None:
    answer = await audit.client("auditor", area="53").get("/questions/completeness")
    assert answer.status_code == 422


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_but_an_auditor_asks(audit: Alone, role: str) -> None:
    other = audit.client(role, area="53")
    answers = [
        await other.get("/questions"),
        await other.get("/questions/completeness", params=WHY),
        await other.post("/sql", json={"sql": "SELECT 1"} | WHY),
    ]
    assert {each.status_code for each in answers} == {403}
