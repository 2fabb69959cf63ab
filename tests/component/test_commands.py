"""Requests that change something, on a real Postgres: done once, however often they arrive."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Response
from pydantic import BaseModel
from sqlalchemy import text

from chassis import failpoints
from chassis.correlation import correlation_id
from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE, Unit, Units
from chassis.web.access import ANYWHERE, Guarded
from chassis.web.commands import Command, command
from chassis.web.idempotency import Keyed
from chassis.web.together import Together
from contracts.enrollment import WorkerEnrolled
from contracts.refusal import Refused
from tests.alone import Alone, MakeAlone, key
from tests.integration.test_poison import enrolled
from tests.unit.small_app import Issuer, application, client

Step = Callable[[Unit], Awaitable[None]]
URL = "/workers/{}"


class NotToday(Refused):
    """Refused for now."""

    slug, status, retryable = "not-today", 409, True


class Enrolled(BaseModel):
    """The answer."""

    worker: int


class Service:
    """A route that enrolls a worker, with a step of the test's own before it does."""

    def __init__(self, units: Units) -> None:
        self.steps: list[Step] = []
        self.of_number: dict[int, Step] = {}
        self.routes = APIRouter(route_class=Guarded)
        self.units = units
        self.routes.post("/workers/{number}", status_code=201)(self.enroll)
        self.routes.post("/bulk/{number}", status_code=201)(self.enroll_in_bulk)
        self.routes.post("/together/{number}", status_code=201)(self.enroll_together)

    async def enroll(
        self, number: int, command: Annotated[Command, command("maker", area=ANYWHERE)]
    ) -> Response:
        return await command.run(lambda unit: self.operation(unit, number, command))

    async def enroll_in_bulk(
        self, number: int, command: Annotated[Command, command("maker", area=ANYWHERE)]
    ) -> Response:
        return await command.run_bulk(lambda unit: self.operation(unit, number, command))

    async def enroll_together(
        self, number: int, command: Annotated[Command, command("maker", area=ANYWHERE)]
    ) -> Response:
        return await command.run_together(
            lambda unit: self.operation(unit, number, command), about=UUID(int=number)
        )

    async def operation(self, unit: Unit, number: int, command: Command) -> Enrolled:
        if self.steps:
            await self.steps.pop(0)(unit)
        if number in self.of_number:
            await self.of_number[number](unit)
        stamp = command.cause.stamp("enroll", at=unit.now)
        await unit.record([enrolled(number).model_copy(update=dict(stamp))])
        return Enrolled(worker=number)


@pytest.fixture
async def enrollment(alone: MakeAlone) -> Alone:
    return await alone("enrollment")


@pytest.fixture
def service(enrollment: Alone) -> Service:
    return Service(enrollment.units)


@pytest.fixture
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("keys") / "jwks.json")


@pytest.fixture
async def caller(service: Service, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    app: FastAPI = application(issuer, service.routes)
    app.state.units = service.units
    app.state.together = Together(service.units)
    async with client(app) as caller:
        caller.headers.update(issuer.bearer(sub="anna"))
        yield caller


async def workers(enrollment: Alone) -> int:
    return len(await enrollment.recorded(WorkerEnrolled))


async def test_the_same_request_again_gets_the_stored_answer(
    enrollment: Alone, caller: httpx.AsyncClient
) -> None:
    first = await caller.post(URL.format(1), headers=key("a"))
    again = await caller.post(URL.format(1), headers=key("a"))
    assert (
        (first.status_code, first.json())
        == (again.status_code, again.json())
        == (201, {"worker": 1})
    )
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await workers(enrollment) == 1


async def test_an_answer_belongs_to_caller_route_and_body(
    enrollment: Alone, caller: httpx.AsyncClient, issuer: Issuer
) -> None:
    await caller.post(URL.format(1), content=b"{}", headers=key("a"))
    for path, body in ((URL.format(1), b"{} "), (URL.format(2), b"{}"), ("/bulk/1", b"{}")):
        refused = await caller.post(path, content=body, headers=key("a"))
        assert (refused.status_code, refused.json()["slug"]) == (422, "idempotency-key-reused")
    assert await workers(enrollment) == 1
    other = issuer.bearer(sub="budi") | key("a")
    assert (await caller.post(URL.format(2), content=b"{}", headers=other)).status_code == 201
    assert await workers(enrollment) == 2


@pytest.mark.parametrize("bad", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 101}])
async def test_a_request_without_a_usable_key_is_refused(
    caller: httpx.AsyncClient, bad: dict[str, str]
) -> None:
    assert (await caller.post(URL.format(1), headers=bad)).status_code == 422


async def test_a_twin_in_flight_is_told_so_and_may_come_again(
    enrollment: Alone, service: Service, caller: httpx.AsyncClient
) -> None:
    reached, free = asyncio.Event(), asyncio.Event()

    async def wait(_unit: Unit) -> None:
        reached.set()
        await free.wait()

    service.steps.append(wait)
    first = asyncio.create_task(caller.post(URL.format(1), headers=key("a")))
    await reached.wait()
    twin = await caller.post(URL.format(1), headers=key("a"))
    problem = twin.json()
    assert (twin.status_code, problem["slug"], problem["retryable"]) == (
        409,
        "request-in-flight",
        True,
    )
    stranger = await caller.post(URL.format(2), headers=key("b"))
    assert stranger.status_code == 201
    free.set()
    assert (await first).status_code == 201
    assert (await caller.post(URL.format(1), headers=key("a"))).headers["idempotent-replayed"]
    assert await workers(enrollment) == 2


async def test_fifty_twins_at_once_do_it_once(enrollment: Alone, caller: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(caller.post(URL.format(1), headers=key("a")) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert sum("idempotent-replayed" not in a.headers for a in answers if a.status_code == 201) == 1
    assert await workers(enrollment) == 1


async def test_a_refusal_is_not_stored_and_the_next_try_may_fare_better(
    enrollment: Alone, service: Service, caller: httpx.AsyncClient
) -> None:
    async def refuse(unit: Unit) -> None:
        await unit.record([enrolled(99)])
        raise NotToday("Come again tomorrow.")

    service.steps.append(refuse)
    refused = await caller.post(URL.format(1), headers=key("a"))
    assert (refused.status_code, refused.json()["slug"]) == (409, "not-today")
    assert await workers(enrollment) == 0
    assert (await caller.post(URL.format(1), headers=key("a"))).status_code == 201
    assert await workers(enrollment) == 1


async def test_a_surprise_changes_nothing_and_is_not_stored(
    enrollment: Alone, service: Service, caller: httpx.AsyncClient
) -> None:
    async def fail(unit: Unit) -> None:
        await unit.record([enrolled(99)])
        raise ArithmeticError("Maria Ndolu")

    service.steps.append(fail)
    failed = await caller.post(URL.format(1), headers=key("a"))
    assert failed.status_code == 500
    assert "Maria" not in failed.text
    assert await workers(enrollment) == 0
    assert (await caller.post(URL.format(1), headers=key("a"))).status_code == 201


async def test_two_commands_that_deadlock_are_both_done(
    enrollment: Alone, service: Service, caller: httpx.AsyncClient
) -> None:
    async with enrollment.units.bulk(area=EVERYWHERE) as unit:
        await unit.record([enrolled(101), enrolled(102)])
    both = asyncio.Barrier(2)

    def locking(first: int, second: int) -> Step:
        lock = "UPDATE workers SET village_code = village_code WHERE worker_id = :worker"

        async def lock_both(unit: Unit) -> None:
            await unit.session.execute(text(lock), {"worker": UUID(int=first)})
            await both.wait()
            await unit.session.execute(text(lock), {"worker": UUID(int=second)})

        return lock_both

    service.steps += [locking(101, 102), locking(102, 101)]  # only the first tries have them
    answers = await asyncio.gather(
        caller.post(URL.format(1), headers=key("a")), caller.post(URL.format(2), headers=key("b"))
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    assert await workers(enrollment) == 4


@pytest.mark.parametrize("path", [URL.format(1), "/bulk/1", "/together/1"])
async def test_a_connection_lost_before_the_commit_is_tried_again(
    enrollment: Alone, caller: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    async def terminate() -> None:
        failpoints.ARMED.pop("unit.logged")
        await enrollment.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    monkeypatch.setitem(failpoints.ARMED, "unit.logged", terminate)
    assert (await caller.post(path, headers=key("a"))).status_code == 201
    assert await workers(enrollment) == 1


async def test_an_answer_that_was_lost_on_its_way_is_had_by_asking_again(
    enrollment: Alone, caller: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise ArithmeticError

    monkeypatch.setitem(failpoints.ARMED, "unit.committed", fail)
    assert (await caller.post(URL.format(1), headers=key("a"))).status_code == 500
    monkeypatch.delitem(failpoints.ARMED, "unit.committed")
    assert await workers(enrollment) == 1
    again = await caller.post(URL.format(1), headers=key("a"))
    assert (again.status_code, again.json()) == (201, {"worker": 1})
    assert await workers(enrollment) == 1


class Held:
    """The first command, which is not let go before the others wait behind it."""

    def __init__(self, caller: httpx.AsyncClient, service: Service) -> None:
        self.caller = caller
        self.free = asyncio.Event()
        self._reached = asyncio.Event()
        service.steps.append(self._wait)

    async def _wait(self, _unit: Unit) -> None:
        self._reached.set()
        await self.free.wait()

    async def answers(self, *requests: httpx.Request) -> list[httpx.Response]:
        """Of those who waited together for the first to end; the first is asked for apart."""
        first = asyncio.create_task(self.caller.post("/together/1", headers=key()))
        await self._reached.wait()
        waiting = [asyncio.create_task(self.caller.send(each)) for each in requests]
        await asyncio.sleep(0.05)
        self.free.set()
        assert (await first).status_code == 201
        return list(await asyncio.gather(*waiting))


async def transactions(enrollment: Alone) -> int:
    """In how many the log was written."""
    (row,) = await enrollment.rows("SELECT count(DISTINCT xmin::text) AS n FROM event_log")
    return int(row["n"])


def asked(caller: httpx.AsyncClient, number: int, **headers: str) -> httpx.Request:
    return caller.build_request("POST", f"/together/{number}", headers=key() | headers)


async def test_commands_that_wait_together_are_committed_together(
    enrollment: Alone, service: Service, caller: httpx.AsyncClient
) -> None:
    requests = [asked(caller, number) for number in range(2, 12)]
    answers = await Held(caller, service).answers(*requests)
    assert [each.json() for each in answers] == [{"worker": number} for number in range(2, 12)]
    assert await workers(enrollment) == 11
    assert await transactions(enrollment) == 2


@pytest.mark.parametrize("error", [NotToday("Come again tomorrow."), ArithmeticError("surprise")])
async def test_one_that_fails_takes_no_other_with_it(
    enrollment: Alone, service: Service, caller: httpx.AsyncClient, error: Exception
) -> None:
    async def fail(unit: Unit) -> None:
        await unit.record([enrolled(99)])
        raise error

    held = Held(caller, service)
    service.of_number[3] = fail
    answers = await held.answers(*(asked(caller, number) for number in (2, 3, 4)))
    failed = 409 if isinstance(error, Refused) else 500
    assert [each.status_code for each in answers] == [201, failed, 201]
    assert await workers(enrollment) == 3
    assert await transactions(enrollment) == 3  # together they failed: each was done alone


async def test_a_twin_that_waits_gets_the_answer_of_the_first(
    enrollment: Alone, service: Service, caller: httpx.AsyncClient
) -> None:
    twins = [asked(caller, 2, **key("a")) for _ in range(5)]
    other = asked(caller, 3, **key("a"))
    answers = await Held(caller, service).answers(*twins, other)
    assert [each.status_code for each in answers] == [201, 201, 201, 201, 201, 422]
    assert sum("idempotent-replayed" in each.headers for each in answers) == 4
    assert await workers(enrollment) == 2


async def test_each_works_in_its_own_area_and_under_its_own_name(
    service: Service, caller: httpx.AsyncClient, issuer: Issuer
) -> None:
    seen: list[tuple[str, str]] = []

    async def look(unit: Unit) -> None:
        area = await unit.session.scalar(text("SELECT current_setting('tameng.area')"))
        seen.append((area, str(correlation_id())))

    wanted = [
        (area, str(new_id())) for area in ("53.71", "53", "53.71", "53.71.04", "53")
    ]  # fmt: skip
    held = Held(caller, service)
    service.steps += [look] * len(wanted)
    requests = [
        asked(
            caller, number, **issuer.bearer(sub=f"officer {number}", area=area),
            **{"X-Correlation-Id": correlation},
        )
        for number, (area, correlation) in enumerate(wanted, start=2)
    ]  # fmt: skip
    answers = await held.answers(*requests)
    assert {each.status_code for each in answers} == {201}
    assert sorted(seen) == sorted(wanted)


async def test_who_hangs_up_keeps_nobody_waiting(enrollment: Alone, service: Service) -> None:
    together = Together(service.units)
    held = asyncio.Event()

    async def wait(_unit: Unit) -> Enrolled:
        await held.wait()
        return Enrolled(worker=0)

    def answer(name: str) -> "asyncio.Task[Response | None]":
        request = Keyed("anna", name, "POST /x", b"", 201)
        return asyncio.create_task(together.answer(request, wait, area="53", about=UUID(int=1)))

    first, gone, last = answer("a"), answer("b"), answer("c")
    await asyncio.sleep(0.05)
    gone.cancel()
    held.set()
    for each in (first, last):
        found = await each
        assert found is not None
        assert found.status_code == 201
    assert await enrollment.rows("SELECT key FROM idempotency_key ORDER BY key") == [
        {"key": "a"}, {"key": "b"}, {"key": "c"},
    ]  # fmt: skip
