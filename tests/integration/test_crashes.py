"""A real process of enrollment, killed as by kill -9 between steps that must not come apart."""

from pathlib import Path

import httpx
import pytest

from chassis.state.unit import EVERYWHERE
from contracts.enrollment import AccountLinked, ProgrammeOpened
from tests.alone import Alone, MakeAlone
from tests.integration.installation import BACK_WITHIN_S, KILLED, Installation, install
from tests.integration.strangers import send_raw
from tests.integration.test_poison import Planted, enrolled
from tests.integration.test_set_back import PROGRAMME
from tests.integration.world import until


@pytest.fixture
async def installation(alone: MakeAlone, tmp_path: Path) -> Installation:
    return await install(await alone("enrollment"), tmp_path)


async def open_programme(installation: Installation) -> httpx.Response:
    return await installation.post("/programmes", PROGRAMME, name="opened", role="province")


async def test_what_was_committed_is_published_once_whenever_the_process_dies(
    installation: Installation,
) -> None:
    async with installation.serving("unit.logged:kill") as running:
        with pytest.raises(httpx.TransportError):
            await open_programme(installation)
        assert await running.wait() == KILLED
    assert not await installation.alone.recorded(ProgrammeOpened)

    async with installation.serving("unit.committed:kill relay.read:kill") as running:
        with pytest.raises(httpx.TransportError):
            await open_programme(installation)
        assert await running.wait() == KILLED
    (opened,) = await installation.alone.recorded(ProgrammeOpened)
    assert await installation.sent() == 0
    await installation.dies("relay.read:kill")
    assert await installation.sent() == 0
    await installation.dies("relay.sent:kill")
    assert await installation.sent() == 1

    async with installation.serving():
        answer = await open_programme(installation)
    assert answer.json() == {"programme_id": str(opened.programme_id)}
    assert answer.headers["idempotent-replayed"] == "true"
    assert await installation.alone.recorded(ProgrammeOpened) == [opened]
    assert await installation.sent() == 1


async def test_what_was_heard_is_applied_once_whenever_the_process_dies(
    installation: Installation,
) -> None:
    enrollment = installation.alone
    heard = Planted()
    heard.neighbor(shard=0)
    heard.neighbor(shard=5)
    async with enrollment.units.bulk(area=EVERYWHERE) as unit:
        await unit.record(enrolled(worker_id.int) for worker_id in heard.good)
    topic = enrollment.running.topics.of("banking")
    await send_raw(enrollment.kafka.brokers("banking"), topic, heard.records)

    await installation.dies("store.handled:kill")
    assert not await enrollment.recorded(AccountLinked)
    await installation.dies("consumer.applied:kill")
    linked = {event.worker_id for event in await enrollment.recorded(AccountLinked)}
    assert linked & set(heard.good)  # one poll brings one shard or both
    async with installation.serving():
        await until(lambda: _linked(enrollment, len(heard.good)), limit_s=BACK_WITHIN_S)
        answered = await open_programme(installation)
        assert answered.status_code == httpx.codes.CREATED
    assert len(await enrollment.recorded(AccountLinked)) == len(heard.good)


async def _linked(enrollment: Alone, number: int) -> bool:
    return len(await enrollment.recorded(AccountLinked)) >= number
