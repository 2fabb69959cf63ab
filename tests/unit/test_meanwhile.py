"""Work that is done while another one is waited for."""

import asyncio
from collections.abc import Iterator

import pytest

from chassis.meanwhile import PIECE, meanwhile


async def test_work_goes_on_while_the_answer_is_waited_for() -> None:
    going = iter(range(3 * PIECE))
    seen: list[int] = []

    async def asked() -> str:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        seen.append(next(going))
        return "answer"

    answer, done = await meanwhile(asked(), going)
    assert answer == "answer"
    assert PIECE <= seen[0] < 3 * PIECE  # some was done by then, and not all
    assert [*done, *seen] != sorted([*done, *seen])
    assert sorted([*done, *seen]) == list(range(3 * PIECE))


async def test_no_answer_leaves_the_work() -> None:
    done: list[int] = []

    def work() -> Iterator[int]:
        for number in range(10 * PIECE):
            done.append(number)
            yield number

    async def asked() -> None:
        await asyncio.sleep(0)
        raise LookupError

    with pytest.raises(LookupError):
        await meanwhile(asked(), work())
    await asyncio.sleep(0.01)
    assert len(done) < 10 * PIECE


async def test_what_the_work_raises_is_raised() -> None:
    def work() -> Iterator[int]:
        yield 1
        raise LookupError

    async def asked() -> None:
        await asyncio.sleep(0)

    with pytest.raises(LookupError):
        await meanwhile(asked(), work())
