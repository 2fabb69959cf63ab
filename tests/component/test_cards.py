"""The life of cards over HTTP and a real Postgres: handed over, late, lost, checked by anybody."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
from typer.testing import CliRunner, Result

from chassis.state.unit import EVERYWHERE
from contracts.enrollment import CardDelivered, CardLost, CardPrinted, CoverageLapsed
from contracts.types import ProgrammeId, WorkerId
from services.enrollment.adapters import CARD_CHECKS_MAX
from services.enrollment.adapters.card_tokens import CardSigner, CardVerifier
from tameng import card as command_line
from tests.alone import MakeAlone, key
from tests.cards import OTHER_KEY, codes, face
from tests.component.card_office import OTHER_VILLAGE, PLACE, CardOffice, card_office
from tests.component.enrollment_office import MONTH, Office, command, death_verified, said
from tests.rosters import DISTRICT, REGION, row

__all__ = ["card_office"]
SOME = uuid5(UUID(int=0), "some")


async def tokens(cards: CardOffice, batch_id: str) -> dict[UUID, str]:
    """What phones read from the sheets of a batch, by card."""
    sheets = await cards.office.branch.get(f"/card-batches/{batch_id}/sheets.pdf")
    keys = (await cards.office.alone.anonymous().get("/cards/public-key")).json()
    verifier = CardVerifier(keys)
    return {verifier.verify(token).card_id: token for _, token in codes(sheets.content)}


async def verified(cards: CardOffice, token: str) -> httpx.Response:
    """What anybody is told of a card."""
    return await cards.office.alone.anonymous().post("/cards:verify", json={"token": token})


async def verified_offline(cards: CardOffice, token: str, folder: Path) -> Result:
    """The same by `tameng card verify`, with what anybody gets over HTTP beforehand."""
    words = ["verify", token]
    for option, name in (("--key", "public-key"), ("--revoked", "revocations")):
        file = folder / f"{name}.json"
        file.write_text((await cards.office.alone.anonymous().get(f"/cards/{name}")).text)
        words += [option, str(file)]
    return await asyncio.to_thread(CliRunner().invoke, command_line.commands, words)


async def revoked(cards: CardOffice) -> set[UUID]:
    """The cards that phones have to refuse."""
    found = await cards.office.alone.anonymous().get("/cards/revocations")
    assert found.headers["cache-control"] == "public, max-age=60"
    answer = found.json()
    assert set(answer) == {"card_ids", "as_of"}  # and nobody's name
    assert datetime.fromisoformat(answer["as_of"]) == cards.office.alone.clock.now()
    return set(map(UUID, answer["card_ids"]))


async def story(cards: CardOffice, card_id: UUID) -> dict[str, Any]:
    answer = await cards.office.district.get(f"/cards/{card_id}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_card_from_its_printing_to_the_one_in_its_place(
    card_office: CardOffice, tmp_path: Path
) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    old, token = next(iter((await tokens(card_office, batch_id)).items()))
    assert (await card_office.deliver(old)).json()["cards"] == 1
    assert (await verified(card_office, token)).json()["valid"] is True
    assert (await verified_offline(card_office, token, tmp_path)).exit_code == 0

    assert (await card_office.lose(old)).json()["card_id"] == str(old)
    assert said(await verified(card_office, token)) == (409, "card-revoked")
    refused = await verified_offline(card_office, token, tmp_path)
    assert (refused.exit_code, "card-revoked" in refused.output) == (1, True)

    batch = await card_office.batch()
    assert batch["cards"] == 1
    ((new, fresh),) = (await tokens(card_office, batch["batch_id"])).items()
    told = (await verified(card_office, fresh)).json()
    assert (told["valid"], told["programme"]) == (True, "Perlindungan pekerja rentan 2025")
    assert told["name"] in {row(number)["nama"] for number in (1, 2, 3)}
    passes = await verified_offline(card_office, fresh, tmp_path)
    assert (passes.exit_code, told["name"] in passes.output) == (0, True)
    assert said(await verified(card_office, token)) == (409, "card-revoked")

    replacing = (await card_office.office.alone.recorded(CardPrinted))[-1]
    assert (replacing.card_id, replacing.replaces) == (new, old)
    assert (await story(card_office, old))["replaced_by"] == str(new)
    assert (await card_office.batch())["cards"] == 0
    assert (await card_office.office.alone.replay()).same


@pytest.mark.parametrize(
    ("token", "answer"),
    [
        (CardSigner(OTHER_KEY).token(face()), (422, "card-forged")),
        ("https://example.org", (422, "card-unreadable")),
        ("e" * 1_001, (422, "card-unreadable")),
        ("", (422, "field-invalid")),
    ],
    ids=["forged", "another code", "long", "nothing"],
)
async def test_what_is_no_card_of_ours_is_refused(
    card_office: CardOffice, token: str, answer: tuple[int, str]
) -> None:
    assert said(await verified(card_office, token)) == answer


async def test_a_genuine_card_without_a_record_is_refused(card_office: CardOffice) -> None:
    unrecorded = CardSigner(card_office.office.alone.running.tools.card_key).token(face())
    assert said(await verified(card_office, unrecorded)) == (409, "card-revoked")


async def test_the_card_of_a_member_who_died_is_revoked(card_office: CardOffice) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    codes_ = await tokens(card_office, batch_id)
    assert await revoked(card_office) == set()
    alone = card_office.office.alone
    event = (await alone.recorded(CardPrinted))[0]
    assert event.card_id is not None
    await alone.hear(death_verified(alone, event.worker_id, died_on=date(2025, 7, 7)))
    assert await revoked(card_office) == {event.card_id}
    assert said(await verified(card_office, codes_[event.card_id])) == (409, "card-revoked")
    assert said(await card_office.deliver(event.card_id)) == (409, "member-ended")
    assert (await card_office.deliver_batch(batch_id)).json()["cards"] == 2
    ended = await story(card_office, event.card_id)
    assert (ended["good"], ended["ended_on"]) == (False, "2025-07-07")


async def test_a_lapse_neither_revokes_a_card_nor_prints_one(card_office: CardOffice) -> None:
    first, second, _ = await card_office.covered()
    async with card_office.office.alone.units.bulk(area=EVERYWHERE) as unit:
        lapses = [
            CoverageLapsed(
                **command().stamp("lapse", at=unit.now), worker_id=WorkerId(worker_id),
                programme_id=ProgrammeId(card_office.programme_id), region_code=REGION,
                lapsed_on=date(2025, 7, 7), oldest_month="2025-07", owed_by="funder",
                released=5 * MONTH,
            )
            for worker_id in (first, second)
        ]  # fmt: skip
        await unit.record(lapses[:1])
    assert (await card_office.batch())["cards"] == 2
    async with card_office.office.alone.units.bulk(area=EVERYWHERE) as unit:
        await unit.record(lapses[1:])
    assert await revoked(card_office) == set()


async def test_delivery_is_on_record_with_who_when_where_and_to_whom(
    card_office: CardOffice,
) -> None:
    card, *_ = await card_office.printed()
    answer = await card_office.deliver(card, handed_to="proxy")
    assert answer.status_code == 200
    (event,) = await card_office.office.alone.recorded(CardDelivered)
    assert (event.card_id, event.place, event.handed_to) == (card, PLACE, "proxy")
    assert event.delivered_by == f"district of {card_office.office.alone.urls.database}"
    told = await story(card_office, card)
    assert (told["state"], told["place"], told["handed_to"]) == ("delivered", PLACE, "proxy")
    assert datetime.fromisoformat(told["delivered_at"]) == card_office.office.alone.clock.now()


async def test_a_card_is_handed_over_once_and_lost_once(card_office: CardOffice) -> None:
    card, lost, _ = await card_office.printed()
    await card_office.deliver(card)
    assert said(await card_office.deliver(card)) == (409, "card-handed-over")
    await card_office.lose(lost)
    assert said(await card_office.deliver(lost)) == (409, "card-lost")
    assert said(await card_office.lose(lost)) == (409, "card-lost")
    assert said(await card_office.lose(card)) == (200, None)
    assert len(await card_office.office.alone.recorded(CardDelivered)) == 1
    assert len(await card_office.office.alone.recorded(CardLost)) == 2
    assert (await card_office.office.alone.replay()).same


async def test_two_who_hand_the_same_card_over_at_once_do_it_once(card_office: CardOffice) -> None:
    card, *_ = await card_office.printed()
    answers = await asyncio.gather(*(card_office.deliver(card) for _ in range(4)))
    assert sorted(map(said, answers), key=str) == [(200, None), *[(409, "card-handed-over")] * 3]
    assert len(await card_office.office.alone.recorded(CardDelivered)) == 1


async def test_a_batch_is_handed_over_but_for_those_that_nobody_came_for(
    card_office: CardOffice,
) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    absent, *others = await card_office.cards(batch_id)
    answer = await card_office.deliver_batch(batch_id, uncollected=[absent])
    assert answer.json()["cards"] == 2
    delivered = await card_office.office.alone.recorded(CardDelivered)
    assert {each.card_id for each in delivered} == set(others)
    assert {(each.place, each.handed_to) for each in delivered} == {(PLACE, "member")}
    assert (await card_office.deliver_batch(batch_id)).json()["cards"] == 1
    again = await card_office.deliver_batch(batch_id)
    assert said(again) == (409, "batch-handed-over")


async def test_cards_of_another_batch_are_no_exception(card_office: CardOffice) -> None:
    batch_id = (await card_office.batch())["batch_id"]
    (stranger, _) = await card_office.printed(OTHER_VILLAGE)
    answer = await card_office.deliver_batch(batch_id, uncollected=[stranger])
    assert said(answer) == (422, "card-not-in-batch")
    assert await card_office.office.alone.recorded(CardDelivered) == []


async def test_a_kecamatan_is_handed_over_without_the_lost(card_office: CardOffice) -> None:
    lost, *_ = await card_office.printed()
    await card_office.printed(OTHER_VILLAGE)
    await card_office.lose(lost)
    asked = {"programme_id": str(card_office.programme_id), "district_code": DISTRICT}
    answers = [
        await card_office.office.branch.post("/cards/deliveries", json=asked, headers=key())
        for _ in "ab"
    ]
    assert [answer.json() for answer in answers] == [{"members": 4}, {"members": 0}]


async def test_so_many_checks_a_minute_from_one_place(card_office: CardOffice) -> None:
    app, host = card_office.office.alone.app, card_office.office.alone.urls.database
    transport = httpx.ASGITransport(app=app, client=(host, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://alone") as somebody:
        answers: list[httpx.Response] = []
        while len(answers) <= 2 * CARD_CHECKS_MAX:  # a minute may turn while we ask
            answers.append(await somebody.post("/cards:verify", json={"token": "x"}))
            if answers[-1].status_code == 429:
                break
    assert said(answers[-1]) == (429, "too-many-requests")
    assert len(answers) > CARD_CHECKS_MAX
    assert said(await verified(card_office, "x")) == (422, "card-unreadable")


async def test_without_redis_cards_are_checked_offline_only(alone: MakeAlone) -> None:
    lonely = await alone("enrollment", redis_url="redis://127.0.0.1:9/0")
    cards = CardOffice(Office(lonely), SOME)
    assert said(await verified(cards, "x")) == (503, "card-checks-unavailable")
    assert await revoked(cards) == set()


async def test_cards_of_before_there_were_batches_are_listed_and_handed_over(
    card_office: CardOffice,
) -> None:
    (worker_id, *_) = await card_office.covered()
    async with card_office.office.alone.units.bulk(area=EVERYWHERE) as unit:
        event = CardPrinted(
            **command().stamp("print", at=unit.now), worker_id=WorkerId(worker_id),
            programme_id=ProgrammeId(card_office.programme_id), printed_by="an officer",
        )  # fmt: skip
        await unit.record([event])
    (card,) = (await card_office.listed("/cards/undelivered"))["cards"]
    assert (card["card_id"], card["batch_id"]) == (str(event.event_id), None)
    assert (await card_office.listed("/card-batches"))["batches"] == []
    assert (await card_office.deliver(event.event_id)).status_code == 200
    assert (await card_office.office.alone.replay()).same
