"""Account numbers: given from the bank's ranges, each once, whoever waits gets one later."""

import asyncio

import httpx
import pytest
from asyncpg import UniqueViolationError  # type: ignore[import-untyped]

from chassis import parked
from chassis.ids import new_id
from chassis.state.unit import EVERYWHERE
from contracts.banking import AccountNumbered, AccountOpened, NumberRangeAdded
from contracts.event import Cause
from services.banking.adapters.numbers import Numbers
from services.banking.rules.ledger import account_of
from services.banking.rules.numbers import FIRST_RANGE
from tests import bank_events as heard
from tests.alone import Alone, MakeAlone, key

RANGE = {"first": "0000000007", "last": "0000000009"}


@pytest.fixture
async def bank(alone: MakeAlone) -> Alone:
    return await alone("banking")


async def add(bank: Alone, **changed: str) -> httpx.Response:
    staff = bank.client("bank", area="53")
    return await staff.post("/number-ranges", json=RANGE | changed, headers=key())


def numbers(bank: Alone) -> Numbers:
    found: Numbers = bank.running.tools.numbers
    return found


async def given(bank: Alone) -> list[str]:
    """All numbers in the table, opened."""
    rows = await bank.rows("SELECT number FROM accounts WHERE number IS NOT NULL")
    return sorted(numbers(bank).open(row["number"]) for row in rows)


async def ranges(bank: Alone) -> httpx.Response:
    return await bank.client("bank", area="53").get("/number-ranges")


async def test_until_the_bank_sets_numbers_aside_they_are_from_our_own_range(bank: Alone) -> None:
    await bank.hear(heard.worker_enrolled(), heard.worker_enrolled())
    assert await given(bank) == [FIRST_RANGE.first, FIRST_RANGE.number(1)]
    (only,) = (await ranges(bank)).json()["ranges"]
    assert (only["first"], only["left"], only["giving"]) == (
        "0130250000000001", FIRST_RANGE.size - 2, True,
    )  # fmt: skip


async def test_numbers_keep_their_leading_zeros_and_nothing_is_made_up_any_more(
    bank: Alone,
) -> None:
    assert (await add(bank)).status_code == 201
    await bank.hear(*(heard.worker_enrolled() for _ in range(2)))
    opened = await bank.recorded(AccountOpened)
    assert await given(bank) == ["0000000007", "0000000008"]
    assert {each.number_masked for each in opened} == {"00******07", "00******08"}
    (added,) = await bank.recorded(NumberRangeAdded)
    assert {each.range_id for each in opened} == {added.range_id}
    own, ours = (await ranges(bank)).json()["ranges"]
    assert (own["left"], own["giving"], own["added_by"]) == (1, True, added.added_by)
    assert (ours["giving"], ours["added_at"]) == (False, None)
    assert (await bank.replay()).same


async def test_a_number_stands_nowhere_in_clear(bank: Alone) -> None:
    await add(bank)
    await bank.hear(heard.worker_enrolled())
    (row,) = await bank.rows("SELECT * FROM accounts")
    bodies = await bank.rows("SELECT body FROM event_log WHERE type = :t", t=AccountOpened.type)
    assert "0000000007" not in str(row)
    assert b"0000000007" not in bodies[0]["body"]


async def test_when_a_range_ends_in_the_middle_of_a_run_the_next_one_goes_on(bank: Alone) -> None:
    await add(bank)
    await add(bank, first="99999999999998", last="99999999999999")
    await bank.hear(*(heard.worker_enrolled() for _ in range(4)))
    assert await given(bank) == ["0000000007", "0000000008", "0000000009", "99999999999998"]


async def test_who_finds_no_number_left_has_an_account_and_gets_one_with_the_next_range(
    bank: Alone,
) -> None:
    await add(bank)
    await bank.hear(*(heard.worker_enrolled() for _ in range(5)))
    opened = await bank.recorded(AccountOpened)
    waiting = {each.holder_id for each in opened if each.number is None}
    assert (len(opened), len(waiting)) == (5, 2)
    assert (await ranges(bank)).json()["accounts_waiting"] is True
    await bank.work("numbers")
    assert await bank.recorded(AccountNumbered) == []
    answer = await add(bank, first="0000000100", last="0000000100")
    await bank.work("numbers")
    await add(bank, first="0000000200", last="0000000300")
    await bank.work("numbers")
    numbered = await bank.recorded(AccountNumbered)
    assert {each.holder_id for each in numbered} == waiting
    assert [numbers(bank).open(each.number) for each in numbered] == ["0000000100", "0000000200"]
    assert str(numbered[0].causation_id) == answer.json()["range_id"]
    assert (await ranges(bank)).json()["accounts_waiting"] is False
    await bank.work("numbers")
    assert len(await bank.recorded(AccountNumbered)) == 2
    assert (await bank.replay()).same


async def test_numbering_and_opening_at_once_give_no_number_twice(bank: Alone) -> None:
    await add(bank, last="0000000007")
    await bank.hear(*(heard.worker_enrolled() for _ in range(6)))
    await add(bank, first="0000001000", last="0000001099")
    heir = heard.heir_registered(new_id(), new_id(), account="open-here")
    await asyncio.gather(
        bank.work("numbers"),
        bank.hear(*(heard.worker_enrolled() for _ in range(20)), heir),
        bank.work("numbers"),
    )
    await bank.work("numbers")
    found = await given(bank)
    assert len(found) == len(set(found)) == 27
    assert await bank.rows("SELECT * FROM parked") == []
    assert (await bank.replay()).same


async def test_what_is_delivered_twice_uses_one_number(bank: Alone) -> None:
    events = [heard.worker_enrolled() for _ in range(3)]
    await bank.hear(*events)
    await bank.hear_again()
    await bank.handle(*events)
    assert len(await given(bank)) == 3
    assert (await bank.rows("SELECT given FROM number_counts"))[0]["given"] == 3


async def test_a_unit_that_fails_gives_its_numbers_back(bank: Alone) -> None:
    async def open_and_crash() -> None:
        async with bank.units.bulk(area=EVERYWHERE) as unit:
            await bank.service.handlers.handle_run(unit, [heard.worker_enrolled()])
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError, match="crash"):
        await open_and_crash()
    await bank.hear(heard.worker_enrolled())
    assert await given(bank) == [FIRST_RANGE.first]


async def test_the_database_itself_takes_no_number_twice(bank: Alone) -> None:
    await bank.hear(heard.worker_enrolled())
    (first,) = await bank.recorded(AccountOpened)
    holder_id = new_id()
    twin = AccountOpened(
        **Cause(new_id(), new_id()).stamp("open-account", at=heard.AT),
        holder_id=holder_id,
        holder="member",
        account_id=account_of(holder_id),
        number=first.number,
        number_masked=first.number_masked,
        range_id=first.range_id,
    )

    async def record() -> None:
        async with bank.units.bulk(area=EVERYWHERE) as unit:
            await unit.record([twin])

    with pytest.raises(UniqueViolationError):
        await record()


@pytest.mark.parametrize(
    ("changed", "status", "slug"),
    [
        ({"first": "0000000009", "last": "0000000020"}, 409, "number-range-overlaps"),
        ({"first": "0000000001", "last": "0000000007"}, 409, "number-range-overlaps"),
        (
            {"first": FIRST_RANGE.last, "last": "9999999999999999"},
            409,
            "number-range-overlaps",
        ),
        ({"first": "0000000020", "last": "0000000019"}, 422, "number-range-reversed"),
        ({"first": "0000000020", "last": "00000000021"}, 422, "number-range-uneven"),
        ({"first": "20"}, 422, "field-invalid"),
        ({"first": "00000000000000020"}, 422, "field-invalid"),
        ({"first": "000000002x"}, 422, "field-invalid"),
    ],
)
async def test_a_range_that_cannot_be_is_refused(
    bank: Alone, changed: dict[str, str], status: int, slug: str
) -> None:
    await add(bank)
    answer = await add(bank, **changed)
    assert (answer.status_code, answer.json()["slug"]) == (status, slug)
    assert len(await bank.recorded(NumberRangeAdded)) == 1


async def test_the_same_digits_with_another_zero_before_them_are_another_number(
    bank: Alone,
) -> None:
    await add(bank)
    assert (await add(bank, first="00000000007", last="00000000009")).status_code == 201


async def test_of_four_ranges_at_once_that_overlap_one_is_set_aside(bank: Alone) -> None:
    answers = await asyncio.gather(*(add(bank) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize("role", ["province", "branch", "admin", "auditor"])
async def test_only_the_bank_sets_numbers_aside(bank: Alone, role: str) -> None:
    caller = bank.client(role, area="53")
    answer = await caller.post("/number-ranges", json=RANGE, headers=key())
    assert answer.status_code == 403


async def test_an_event_that_was_parked_gets_its_number_when_it_is_tried_again(
    bank: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parked, "load", lambda _settings: bank.running.settings)
    units = parked._units(bank.service)  # as `parked retry` has them
    async with units.bulk(area=EVERYWHERE) as unit:
        await bank.service.handlers.handle_run(unit, [heard.worker_enrolled()])
    await units.tools.aclose()
    await units.engine.dispose()
    assert await given(bank) == [FIRST_RANGE.first]
