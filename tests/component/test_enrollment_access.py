"""Who may ask enrollment for what, in which area; once and not twice."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from chassis.web.access import Access, AreaFrom, declared_accesses
from tests.alone import Alone, MakeAlone, key
from tests.component import lives
from tests.component.enrollment_office import PROGRAMME, Office, office, said
from tests.component.enrollment_routes import PUBLIC, ROUTES
from tests.rosters import REGION, VILLAGE, nik, rows

__all__ = ["office"]
SOME = str(uuid5(UUID(int=0), "some"))
FIND = {"nik": nik(1)}
QUOTAS = {"quotas": [{"region_code": REGION, "heads": 1}]}
ROLES = (
    "village", "district", "branch", "checker", "province", "approver", "bank", "auditor", "admin",
)  # fmt: skip


def accesses(service: Alone) -> dict[str, list[Access]]:
    """What each route of the running service asks of its caller."""
    return {
        f"{method} {route.path_format}": declared_accesses(route)
        for route in iter_route_contexts(service.app.routes)
        for method in route.methods or ()
    }


def areas(service: Alone) -> dict[str, AreaFrom]:
    """Where a request of each route names the area that it concerns."""
    return {route: found[0].area for route, found in accesses(service).items() if found}


async def call(
    caller: httpx.AsyncClient, route: str, ids: dict[str, str] | None = None, **sent: Any
) -> httpx.Response:
    """Call a route; where its address names something, the one in `ids`, or one that is not."""
    method, path = route.split()
    address = re.sub(r"{(\w+)}", lambda found: (ids or {}).get(found[1], SOME), path)
    return await caller.request(method, address, headers=key(), **sent)


@pytest.fixture
async def unchanged(office: Office) -> AsyncIterator[Office]:
    """An office where nothing may have changed at the end."""
    yield office
    for table in ("event_log", "staged_roster", "idempotency_key", "programmes", "rosters"):
        assert await office.alone.rows(f"SELECT 1 FROM {table}") == [], table


async def test_every_route_is_in_the_table_with_its_roles(office: Office) -> None:
    declared = accesses(office.alone)
    assert {route for route, found in declared.items() if not found} == PUBLIC
    assert {
        route: frozenset.intersection(*(each.roles for each in found))
        for route, found in declared.items()
        if found
    } == ROUTES


async def test_only_the_declared_roles_may_ask(unchanged: Office) -> None:
    callers = {role: unchanged.alone.client(role, area="53") for role in ROLES}
    for route, roles in ROUTES.items():
        for role in set(ROLES) - roles:
            answer = await call(callers[role], route)
            assert said(answer) == (403, "role-not-allowed"), (route, role)


async def test_a_token_is_needed_and_must_be_good(unchanged: Office) -> None:
    issuer = unchanged.alone.issuer
    for route, roles in ROUTES.items():
        role = min(roles)
        old = issuer.bearer(role=role, area="53", name="x", lifetime=timedelta(hours=-1))
        good = issuer.bearer(role=role, area="53", name="x")["Authorization"]
        for headers, slug in (
            ({}, "token-missing"),
            (old, "token-expired"),
            ({"Authorization": good[:-4] + "AAAA"}, "token-invalid"),
        ):
            answer = await call(unchanged.alone.anonymous(headers=headers), route)
            assert said(answer) == (401, slug), route
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_nobody_acts_outside_their_area(unchanged: Office) -> None:
    for route, area in areas(unchanged.alone).items():
        if area.place not in {"body", "query"}:
            continue
        sent = {"json" if area.place == "body" else "params": {area.name: VILLAGE}}
        for code in ("53.13", "51", "53.710"):
            caller = unchanged.alone.client(min(ROUTES[route]), area=code)
            answer = await call(caller, route, **sent)
            assert said(answer) == (403, "outside-area"), (route, code)


async def test_a_stranger_learns_nothing_whatever_he_asks(alone: MakeAlone) -> None:
    service = await lives.enrollment(alone)
    ids = await real_ids(service)
    secrets = await secret_ids(service) - set(ids.values())
    document = (await service.anonymous().get("/openapi.json")).json()
    for route, roles in ROUTES.items():
        method, path = route.split()
        if method != "GET" or path == "/status":
            continue
        asked = {
            each["name"]: ASKED[each["name"]]
            for each in document["paths"][path]["get"].get("parameters", ())
            if each["in"] == "query" and (each["required"] or each["name"] == "area")
        }
        caller = service.client(min(roles), area="53.13")
        answer = await call(caller, route, ids, params=asked)
        names_a_thing = not {"programme_id", "name"}.issuperset(re.findall(r"{(\w+)}", path))
        told = {403, 404} if names_a_thing else {200, 403, 404}
        assert answer.status_code in told, (route, answer.text)
        assert not [each for each in secrets if each in answer.text], route


ASKED = {
    "area": "53.13", "region_code": "53.13", "reason": "curiosity", "month": "2025-07",
    "kpj": "25000000001", "programme_id": SOME, "worker_id": SOME, "day": "2025-08-01",
    "on": "2025-08-01", "format": "csv",
}  # fmt: skip


async def real_ids(service: Alone) -> dict[str, str]:
    """One of each thing that addresses name."""
    found = {"name": "changes"}
    for table, column in (
        ("programmes", "programme_id"), ("rosters", "roster_id"), ("workers", "worker_id"),
        ("cards", "card_id"), ("cards", "batch_id"), ("billing_runs", "run_id"),
        ("reviews", "review_id"), ("data_requests", "request_id"),
    ):  # fmt: skip
        for each in await service.rows(f"SELECT {column} FROM {table} LIMIT 1"):
            found[column] = str(each[column] or SOME)
    return found


async def secret_ids(service: Alone) -> set[str]:
    """What belongs to one place: workers, rosters, cards, invoices."""
    return {
        str(each["id"])
        for table, column in (
            ("workers", "worker_id"), ("rosters", "roster_id"), ("cards", "card_id"),
            ("invoices", "invoice_id"), ("workers", "kpj"),
        )
        for each in await service.rows(f"SELECT {column} AS id FROM {table}")
    } - {"None"}  # fmt: skip


async def test_what_belongs_to_another_area_is_not_shown_or_changed(office: Office) -> None:
    programme = await office.open()
    standing = await office.enroll(programme, rows(1, 1))
    logged = await office.logged()
    other = office.alone.client("district", area="53.13")
    path = f"/rosters/{standing['roster_id']}"
    assert said(await other.get(path)) == (404, "roster-unknown")
    assert said(await other.get(f"{path}/report")) == (404, "roster-unknown")
    assert said(await other.post("/members:find", json=FIND)) == (404, "member-unknown")
    bali = office.alone.client("province", area="51")
    answer = await bali.post(f"/programmes/{programme}/quotas", json=QUOTAS, headers=key())
    assert said(answer) == (403, "outside-area")
    area = {"area": "53"}
    assert said(await bali.get(f"/programmes/{programme}", params=area)) == (403, "outside-area")
    assert await office.logged() == logged


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({"ceiling": -1}, "field-invalid"),
        ({"ceiling": 0}, "field-invalid"),
        ({"ceiling": 16_800.5}, "field-invalid"),
        ({"ceiling": "20000000000"}, "field-invalid"),
        ({"first_month": "2025-7"}, "field-invalid"),
        ({"name": "two\nlines"}, "field-invalid"),
        ({"name": ""}, "field-invalid"),
        ({"budget": 1}, "field-unknown"),
        ({"quotas": [{"region_code": REGION, "heads": -5}]}, "field-invalid"),
        ({"quotas": [{"region_code": REGION, "heads": 5, "x": 1}]}, "field-unknown"),
        ({"province_code": None}, "field-invalid"),
    ],
)
async def test_a_request_that_does_not_fit_changes_nothing(
    unchanged: Office, changed: dict[str, Any], slug: str
) -> None:
    answer = await unchanged.province.post("/programmes", json=PROGRAMME | changed, headers=key())
    assert said(answer) == (422, slug)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_change_needs_a_key(unchanged: Office) -> None:
    answer = await unchanged.province.post("/programmes", json=PROGRAMME)
    assert answer.status_code == 422
    assert "idempotency-key" in answer.text.lower()


async def test_the_same_key_and_request_is_done_once_and_answered_alike(office: Office) -> None:
    first = await office.province.post("/programmes", json=PROGRAMME, headers=key("a"))
    again = await office.province.post("/programmes", json=PROGRAMME, headers=key("a"))
    assert (again.status_code, again.json()) == (201, first.json())
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await office.logged() == 1


async def test_the_same_key_with_another_request_is_refused(office: Office) -> None:
    first = await office.province.post("/programmes", json=PROGRAMME, headers=key("a"))
    other = await office.province.post(
        "/programmes", json=PROGRAMME | {"ceiling": 5}, headers=key("a")
    )
    path = f"/programmes/{first.json()['programme_id']}/quotas"
    elsewhere = await office.province.post(path, json=QUOTAS, headers=key("a"))
    assert said(other) == said(elsewhere) == (422, "idempotency-key-reused")
    assert await office.logged() == 1


async def test_keys_of_two_callers_do_not_meet(office: Office) -> None:
    other = office.alone.client("province", area="53", name="a second officer")
    for caller in (office.province, other):
        answer = await caller.post("/programmes", json=PROGRAMME, headers=key("a"))
        assert answer.status_code == 201
        assert "Idempotent-Replayed" not in answer.headers
    assert await office.logged() == 2


async def test_twins_at_once_are_done_once(office: Office) -> None:
    answers = await asyncio.gather(
        *(office.province.post("/programmes", json=PROGRAMME, headers=key("a")) for _ in range(6))
    )
    assert {said(each) for each in answers} <= {(201, None), (409, "request-in-flight")}
    assert 201 in {each.status_code for each in answers}
    assert await office.logged() == 1


async def test_a_refusal_is_not_stored_and_the_key_may_be_used_again(office: Office) -> None:
    programme = await office.open()
    assert said(await office.bill(programme, "2025-08", name="a")) == (409, "month-not-begun")
    office.alone.clock.set(office.alone.clock.now().replace(month=8))
    answer = await office.bill(programme, "2025-08", name="a")
    assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (200, False)


async def test_keys_are_read_with_a_reason_and_it_is_on_record(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 2))
    members = await office.alone.rows("SELECT worker_id FROM workers ORDER BY 1")
    subjects = [str(each["worker_id"]) for each in members]
    bank = office.alone.client("bank", area="53")
    asked = {"subjects": [*subjects, SOME], "reason": "the passbook"}
    answer = await bank.post("/subject-keys:read", json=asked)
    assert sorted(answer.json()["keys"]) == subjects
    events = await office.alone.rows(
        "SELECT key FROM event_log WHERE type = 'enrollment.subject-key-read.v1' ORDER BY 1"
    )
    assert [each["key"] for each in events] == subjects
