"""Who may ask enrollment for what, once and not twice; looking up members by NIK."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest

from services.enrollment.adapters import LOOK_UPS_MAX
from tests.alone import Alone, MakeAlone, key
from tests.component.enrollment_office import PROGRAMME, Office, office, said
from tests.rosters import DISTRICT, REGION, nik, rows, sheet

__all__ = ["office"]
SOME = str(uuid5(UUID(int=0), "some"))
FIND = {"nik": nik(1)}
OF_DISTRICT = {"programme_id": SOME, "district_code": DISTRICT}
QUOTAS = {"quotas": [{"region_code": REGION, "heads": 1}]}
KEYS = {"subjects": [SOME], "reason": "the passbook"}
ROSTER = {"programme_id": SOME, "region_code": REGION}
Route = tuple[str, str, dict[str, Any], tuple[str, ...]]

ROUTES: list[Route] = [
    ("POST", "/programmes", {"json": PROGRAMME}, ("province",)),
    ("POST", f"/programmes/{SOME}/quotas", {"json": QUOTAS}, ("province",)),
    (
        "GET", f"/programmes/{SOME}", {"params": {"area": REGION}},
        ("province", "district", "branch", "auditor", "admin"),
    ),
    ("POST", "/rosters", {"params": ROSTER, "content": sheet(rows(1, 1))}, ("district",)),
    ("GET", f"/rosters/{SOME}", {}, ("district", "province", "auditor", "admin")),
    ("GET", f"/rosters/{SOME}/report", {}, ("district", "province", "auditor", "admin")),
    ("POST", "/billings", {"json": OF_DISTRICT | {"month": "2025-07"}}, ("branch",)),
    ("POST", "/cards/prints", {"json": OF_DISTRICT}, ("branch",)),
    ("POST", "/cards/deliveries", {"json": OF_DISTRICT}, ("branch", "district")),
    ("POST", "/members:find", {"json": FIND}, ("branch", "district", "bank")),
    ("POST", "/subject-keys:read", {"json": KEYS}, ("bank", "branch")),
]  # fmt: skip
ROLES = ("province", "district", "branch", "approver", "bank", "auditor", "admin")


def ids(routes: list[Route]) -> list[str]:
    return [f"{method} {path.replace(SOME, 'ID')}" for method, path, _, _ in routes]


@pytest.fixture
async def unchanged(office: Office) -> AsyncIterator[Office]:
    """An office where nothing may have changed at the end."""
    yield office
    for table in ("event_log", "staged_row", "idempotency_key", "programmes", "rosters"):
        assert await office.alone.rows(f"SELECT 1 FROM {table}") == [], table


@pytest.mark.parametrize(("method", "path", "request_", "roles"), ROUTES, ids=ids(ROUTES))
async def test_only_the_declared_roles_may_ask(
    unchanged: Office, method: str, path: str, request_: dict[str, Any], roles: tuple[str, ...]
) -> None:
    for role in ROLES:
        if role not in roles:
            caller = unchanged.alone.client(role, area="53")
            answer = await caller.request(method, path, headers=key(), **request_)
            assert said(answer) == (403, "role-not-allowed"), role


@pytest.mark.parametrize(("method", "path", "request_", "roles"), ROUTES, ids=ids(ROUTES))
async def test_a_token_is_needed_and_must_be_good(
    unchanged: Office, method: str, path: str, request_: dict[str, Any], roles: tuple[str, ...]
) -> None:
    issuer = unchanged.alone.issuer
    old = issuer.bearer(role=roles[0], area="53", name="x", lifetime=timedelta(hours=-1))
    good = issuer.bearer(role=roles[0], area="53", name="x")["Authorization"]
    for headers, slug in (
        ({}, "token-missing"),
        (old, "token-expired"),
        ({"Authorization": good[:-4] + "AAAA"}, "token-invalid"),
    ):
        caller = unchanged.alone.anonymous(headers=headers)
        answer = await caller.request(method, path, headers=key(), **request_)
        assert said(answer) == (401, slug)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


WITH_AREA = [each for each in ROUTES if SOME not in each[1] and ":" not in each[1]]


@pytest.mark.parametrize(("method", "path", "request_", "roles"), WITH_AREA, ids=ids(WITH_AREA))
async def test_nobody_acts_outside_their_area(
    unchanged: Office, method: str, path: str, request_: dict[str, Any], roles: tuple[str, ...]
) -> None:
    for area in ("53.13", "51", "53.710"):
        caller = unchanged.alone.client(roles[0], area=area)
        answer = await caller.request(method, path, headers=key(), **request_)
        assert said(answer) == (403, "outside-area")


async def test_what_belongs_to_another_area_is_not_shown_or_changed(office: Office) -> None:
    programme = await office.open()
    standing = await office.enroll(programme, rows(1, 1))
    logged = await office.logged()
    other = office.alone.client("district", area="53.13")
    path = f"/rosters/{standing['roster_id']}"
    assert said(await other.get(path)) == (403, "outside-area")
    assert said(await other.get(f"{path}/report")) == (403, "outside-area")
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


async def test_a_member_is_found_by_nik_without_being_named(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 1))
    found = await office.branch.post("/members:find", json=FIND)
    assert found.status_code == 200
    assert set(found.json()) == {"worker_id", "programme_id", "village_code", "kpj", "covered"}
    assert (found.json()["kpj"], found.json()["covered"]) == (None, False)
    await office.bill_and_pay(programme, "2025-07")
    covered = (await office.branch.post("/members:find", json=FIND)).json()
    assert (covered["kpj"], covered["covered"]) == ("25000000001", True)
    unknown = await office.branch.post("/members:find", json=FIND | {"nik": nik(2)})
    assert said(unknown) == (404, "member-unknown")


async def test_so_many_look_ups_a_minute_and_no_more(office: Office) -> None:
    answers: list[httpx.Response] = []
    while len(answers) <= 2 * LOOK_UPS_MAX:  # a minute may turn while we ask
        answers.append(await office.branch.post("/members:find", json=FIND))
        if answers[-1].status_code == 429:
            break
    assert said(answers[-1]) == (429, "too-many-requests")
    assert len(answers) > LOOK_UPS_MAX
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    other = office.alone.client("branch", area=REGION, name="a colleague")
    assert said(await other.post("/members:find", json=FIND)) == (404, "member-unknown")


async def test_without_redis_look_ups_are_refused_and_commands_pass(alone: MakeAlone) -> None:
    lonely: Alone = await alone("enrollment", redis_url="redis://127.0.0.1:9/0")
    office = Office(lonely)
    programme = await office.open()
    await office.enroll(programme, rows(1, 1))
    answer = await office.branch.post("/members:find", json=FIND)
    assert said(answer) == (503, "lookups-unavailable")
    assert answer.json()["retryable"] is True


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
