"""Questions that are asked together, on a real Postgres."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.alone import MakeAlone


class Question:
    """Which area it is asked in; told what was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def area(self, session: AsyncSession, keys: Sequence[str]) -> dict[str, str]:
        self.asked.append(list(keys))
        if "broken" in keys:
            raise ArithmeticError
        area = str(await session.scalar(text("SELECT current_setting('tameng.area')")))
        return {key: area for key in keys if key != "nobody"}


async def test_what_waits_is_asked_together_each_in_its_own_area(alone: MakeAlone) -> None:
    ask, readings = Question(), (await alone("claims")).units.readings
    wanted = [("a", "53"), ("a", "53"), ("b", "53"), ("a", "53.71"), ("nobody", "53.71")]
    found = await asyncio.gather(*(readings.ask(ask.area, key, area=area) for key, area in wanted))
    assert found == ["53", "53", "53", "53.71", None]
    assert ask.asked == [["a", "b"], ["a", "nobody"]]


async def test_who_hangs_up_or_fails_keeps_nobody_waiting(alone: MakeAlone) -> None:
    ask, readings = Question(), (await alone("claims")).units.readings
    first, gone, same = (
        asyncio.create_task(readings.ask(ask.area, key, area="53")) for key in ("a", "b", "b")
    )
    await asyncio.sleep(0)
    gone.cancel()
    assert (await first, await same) == ("53", "53")
    with pytest.raises(ArithmeticError):
        await readings.ask(ask.area, "broken", area="53")
    assert await readings.ask(ask.area, "c", area="53") == "53"
