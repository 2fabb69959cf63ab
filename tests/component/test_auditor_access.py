"""Auditors read everything sealed and change nothing; audit reaches no other service's database."""

import re
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import make_url, text

from chassis.state.database import owner_engine
from contracts.audit import QuestionAsked
from tameng.environment import SERVICES
from tests.alone import Alone, MakeAlone, key
from tests.archives import records
from tests.databases import MakeDatabase, Urls

MEANT_FOR_AUDITORS = {
    ("audit", "post", "/checkpoints/{checkpoint_id}/cosignature"),
    ("audit", "post", "/findings"),
    ("audit", "post", "/findings/{finding_id}/assignment"),
    ("audit", "post", "/findings/{finding_id}/closing"),
    ("audit", "post", "/findings/{finding_id}/reopening"),
    ("audit", "post", "/sql"),
    ("audit", "post", "/verifications"),
    ("banking", "post", "/accounts:find"),
    ("claims", "post", "/computations"),
    ("enrollment", "post", "/covers:on"),
}
"""Follow-up and questions: of what is no GET, all that an auditor's token is good for."""
ANYBODY = {
    ("audit", "post", "/pages/sign-in"),
    ("audit", "post", "/pages/sign-out"),
    ("banking", "post", "/rail/call-backs"),
    ("claims", "post", "/claim-status"),
    ("enrollment", "post", "/cards:verify"),
}
"""They ask for no token: the rail signs what it sends; the others change nothing."""
WHY = {"reason": "audit of the fourth quarter"}
VALUES = {"uuid": "00000000-0000-0000-0000-000000000001", "day": "2025-07-01", "month": "2025-07",
          "number": "1", "text": "nobody"}  # fmt: skip


async def changing(service: Alone) -> list[tuple[str, str]]:
    """What is no GET: method and path."""
    document = (await service.anonymous().get("/openapi.json")).json()
    return [
        (method, path)
        for path, item in document["paths"].items()
        for method in item
        if method != "get"
    ]


@pytest.mark.parametrize("service", SERVICES)
async def test_an_auditor_changes_nothing(alone: MakeAlone, service: str) -> None:
    running = await alone(service)
    auditor = running.client("auditor", area="53")
    before = await running.rows("SELECT count(*) FROM event_log")
    admitted = set()
    for method, path in await changing(running):
        asked = re.sub(r"{[^}]+}", VALUES["uuid"], path)
        answer = await auditor.request(method, asked, json={}, headers=key())
        if (service, method, path) in ANYBODY:
            continue
        if (answer.status_code, answer.json().get("slug")) != (403, "role-not-allowed"):
            admitted.add((service, method, path))
    assert admitted == {each for each in MEANT_FOR_AUDITORS if each[0] == service}
    if service != "audit":
        assert await running.rows("SELECT count(*) FROM event_log") == before


async def connected(urls: Urls, role: str, *, to: Urls) -> None:
    """Log in to a database of others with the role's own password."""
    own = make_url(urls.owner if role == "owner" else urls.runtime)
    address = own.set(drivername="postgresql", database=to.database)
    connection = await asyncpg.connect(address.render_as_string(hide_password=False))
    await connection.close()


async def test_audit_reaches_no_other_database_and_no_other_reaches_its(
    service_database: MakeDatabase,
) -> None:
    urls = {service: await service_database(service) for service in SERVICES}
    for role in ("owner", "runtime"):
        await connected(urls["audit"], role, to=urls["audit"])
        for other in set(SERVICES) - {"audit"}:
            for mine, theirs in (("audit", other), (other, "audit")):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                    await connected(urls[mine], role, to=urls[theirs])


def given(question: dict[str, Any]) -> dict[str, str]:
    """A value for each parameter that has none of its own."""
    return {
        each["name"]: VALUES.get(each["kind"], VALUES["text"])
        for each in question["parameters"]
        if each["default"] is None
    }


async def test_every_question_is_on_record_before_it_is_answered(alone: MakeAlone) -> None:
    audit = await alone("audit")
    await audit.running.consumer.store.apply(records(3))
    auditor = audit.client("auditor", area="53")
    catalogue = (await auditor.get("/questions")).json()
    for question in catalogue:
        path, values = f"/questions/{question['name']}", WHY | given(question)
        answer = await auditor.get(path, params=values)
        assert answer.status_code == 200, (path, answer.text)
    asked = await audit.recorded(QuestionAsked)
    assert [each.question for each in asked] == [each["name"] for each in catalogue]
    owner = owner_engine(audit.urls.owner, application="test")
    async with owner.begin() as connection:
        role = make_url(audit.urls.runtime).username
        await connection.execute(text(f"REVOKE INSERT ON event_log FROM {role}"))
    await owner.dispose()
    for answer in (
        await auditor.get("/questions/completeness", params=WHY),
        await auditor.post("/sql", json={"sql": "SELECT 4711 AS told"} | WHY),
    ):
        assert answer.status_code >= 500
        assert "rows" not in answer.json()
        assert "4711" not in answer.text
