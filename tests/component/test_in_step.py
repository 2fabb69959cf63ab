"""Commands of one transaction in step, on a real Postgres: as if each were alone, in fewer
statements.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar, copy_context
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.state.in_step import Operation, in_step
from chassis.state.unit import EVERYWHERE, Unit
from chassis.subject_keys import keys_of
from chassis.web.idempotency import Keyed
from chassis.web.together import Together
from contracts.enrollment import WorkerEnrolled
from contracts.refusal import Refused
from tests.alone import Alone, MakeAlone
from tests.integration.test_poison import enrolled

NAME: ContextVar[str] = ContextVar("name")
Doing = Callable[[Unit], Awaitable["Seen"]]


class Taken(Refused):
    """The worker is there already."""

    slug, status, retryable = "taken", 409, False


class Seen(BaseModel):
    """What a command saw before it recorded."""

    workers: int


@pytest.fixture
async def enrollment(alone: MakeAlone) -> Alone:
    return await alone("enrollment")


@pytest.fixture
def together(enrollment: Alone) -> Together:
    return Together(enrollment.units)


class Questions:
    """What was asked of the database."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []

    async def members(self, session: AsyncSession, names: Sequence[str]) -> dict[str, int]:
        self.asked.append(names)
        count = await session.scalar(text("SELECT count(*) FROM workers"))
        return {name: count or 0 for name in names if name != "nobody"}


def command(questions: Questions, number: int) -> Doing:
    """Asks how many there are, and enrolls one more."""

    async def run(unit: Unit) -> Seen:
        workers = await unit.ask(questions.members, f"name {number}")
        await unit.record([enrolled(number)], keys={UUID(int=number): b"key"})
        return Seen(workers=workers or 0)

    return run


def answer(together: Together, name: str, doing: Doing, *, about: int) -> "asyncio.Task[object]":
    """Of a command that begins now."""
    request = Keyed("anna", name, "POST /x", b"", 201)
    waiting = together.answer(request, doing, area=EVERYWHERE, about=UUID(int=about))
    return asyncio.create_task(waiting)


async def behind(together: Together, *commands: tuple[Doing, int]) -> list[object]:
    """The answers to commands that wait together for one before them: bodies and refusals."""
    free = asyncio.Event()

    async def hold(_unit: Unit) -> Seen:
        await free.wait()
        return Seen(workers=-1)

    first = answer(together, "first", hold, about=0)
    await asyncio.sleep(0.05)
    tasks = [
        answer(together, f"key {place}", doing, about=about)
        for place, (doing, about) in enumerate(commands)
    ]
    await asyncio.sleep(0.05)
    free.set()
    await first
    found = await asyncio.gather(*tasks, return_exceptions=True)
    return [getattr(each, "body", each) for each in found]


async def workers(enrollment: Alone) -> int:
    return len(await enrollment.recorded(WorkerEnrolled))


async def transactions(enrollment: Alone) -> int:
    (row,) = await enrollment.rows("SELECT count(DISTINCT xmin::text) AS n FROM event_log")
    return int(row["n"])


async def test_what_all_ask_is_asked_once_and_all_events_are_applied(enrollment: Alone) -> None:
    questions, named = Questions(), []

    async def unknown(unit: Unit) -> Seen:
        named.append(NAME.get())
        assert await unit.ask(questions.members, "nobody") is None
        return Seen(workers=-1)

    def of(name: str, doing: Doing) -> Operation[Seen]:
        context = copy_context()
        context.run(NAME.set, name)
        return Operation(doing, context)

    async with enrollment.units.single(area=EVERYWHERE) as unit:
        operations = [of(f"{each}", command(questions, each)) for each in range(1, 9)]
        done = await in_step(unit, [*operations, of("the ninth", unknown)])
        keys = await keys_of(unit.session, [UUID(int=each) for each in range(1, 9)])
    assert done == [*[Seen(workers=0)] * 8, Seen(workers=-1)]
    assert questions.asked == [[*(f"name {each}" for each in range(1, 9)), "nobody"]]
    assert (named, len(keys), await workers(enrollment)) == (["the ninth"], 8, 8)


async def test_commands_about_the_same_go_one_after_the_other(
    enrollment: Alone, together: Together
) -> None:
    ask = Questions()
    found = await behind(together, (command(ask, 1), 7), (command(ask, 2), 7), (command(ask, 3), 8))
    assert found == [b'{"workers":0}', b'{"workers":2}', b'{"workers":0}']
    assert ask.asked == [["name 1", "name 3"], ["name 2"]]
    assert (await workers(enrollment), await transactions(enrollment)) == (3, 1)


async def test_a_refusal_that_changed_nothing_spoils_nothing(
    enrollment: Alone, together: Together
) -> None:
    ask = Questions()

    async def refuse(unit: Unit) -> Seen:
        await unit.ask(ask.members, "anna")
        raise Taken("anna is there already")

    found = await behind(together, (command(ask, 1), 1), (refuse, 2), (command(ask, 3), 3))
    assert (found[0], found[2]) == (b'{"workers":0}', b'{"workers":0}')
    assert isinstance(found[1], Taken)
    assert (await workers(enrollment), await transactions(enrollment)) == (2, 1)
    kept = await enrollment.rows("SELECT key FROM idempotency_key ORDER BY key")
    assert [row["key"] for row in kept] == ["first", "key 0", "key 2"]


@pytest.mark.parametrize("change", ["event", "key", "by hand"])
async def test_whoever_refuses_after_a_change_takes_it_back_with_all(
    enrollment: Alone, together: Together, change: str
) -> None:
    ask = Questions()

    async def refuse(unit: Unit) -> Seen:
        if change == "by hand":
            await unit.session.execute(text("INSERT INTO subject_key VALUES (:id, '', now())"),
                                       {"id": UUID(int=99)})  # fmt: skip
        else:
            keys = {UUID(int=99): b"key"}
            await unit.record([enrolled(99)] if change == "event" else [], keys=keys)
        raise Taken("anna is there already")

    found = await behind(together, (command(ask, 1), 1), (refuse, 2), (command(ask, 3), 3))
    assert found == [None, None, None]  # each is to be done alone
    assert await workers(enrollment) == 0
    assert await enrollment.rows("SELECT subject FROM subject_key") == []


async def test_what_would_concern_the_others_is_for_those_alone(
    enrollment: Alone, together: Together
) -> None:
    async def everywhere(unit: Unit) -> Seen:
        async with unit.everywhere():
            return Seen(workers=0)

    async def apart(unit: Unit) -> Seen:
        async with unit.savepoint():
            return Seen(workers=0)

    for doing in (everywhere, apart):
        assert await behind(together, (doing, 1), (command(Questions(), 2), 2)) == [None, None]
    assert await workers(enrollment) == 0
