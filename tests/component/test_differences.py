"""Differences over HTTP: explained by one, accepted by another, suspense and recovery."""

import asyncio
from uuid import UUID

from chassis.ids import new_id
from contracts.banking import DifferenceAccepted, DifferenceExplained, SuspenseRecovered
from services.banking.rules.ledger import CLEARING, OTHER_BANKS, SUSPENSE
from tests.component.reconciliation_office import BENEFIT, DAY, Moved, Office, csv_of, office, said

__all__ = ["office"]


async def only(office: Office, moved: Moved) -> str:
    """The id of the one difference in a statement of this line."""
    await office.sent([moved])
    (found,) = await office.differences(state="open")
    return str(found["difference_id"])


async def test_a_stranger_goes_to_suspense_and_comes_back_in_parts(office: Office) -> None:
    difference = await only(office, Moved("X", new_id(), 10_000_000))
    explained = (await office.explain(difference)).json()
    assert (explained["state"], explained["next"]) == (
        "explained", f"somebody other than {explained['explained_by']} accepts it"
    )  # fmt: skip
    accepted = (await office.accept(difference)).json()
    assert (accepted["state"], accepted["suspense"]) == ("accepted", 10_000_000)
    assert await office.balance(SUSPENSE) == -10_000_000
    assert await office.balance(OTHER_BANKS) == 10_000_000
    (event,) = await office.bank.recorded(DifferenceAccepted)
    assert event.transfer is not None
    assert (event.transfer.kind, event.transfer.reference) == ("suspense", UUID(difference))
    assert (await office.recover(difference, 4_000_000)).json()["suspense"] == 6_000_000
    assert said(await office.recover(difference, 6_000_001)) == (409, "suspense-too-small")
    assert (await office.recover(difference, 6_000_000)).json()["next"] == "nothing"
    assert said(await office.recover(difference, 1)) == (409, "suspense-too-small")
    assert (await office.balance(SUSPENSE), await office.balance(OTHER_BANKS)) == (0, 0)
    assert len(await office.bank.recorded(SuspenseRecovered)) == 2
    assert (await office.bank.replay()).same


async def test_only_what_the_rail_moved_beyond_our_book_goes_to_suspense(office: Office) -> None:
    more, less, absent = await office.payouts(3)
    (unknown,) = await office.payouts(1, state="submitted")
    (failed,) = await office.payouts(1, state="failed")
    lines = [
        Moved("MORE", more, BENEFIT + 5),
        Moved("LESS", less, BENEFIT - 5),
        Moved("UNKNOWN", unknown),
        Moved("FAILED", failed),
        Moved("AGAIN", more),
    ]
    await office.sent(lines)
    await office.settle_all()
    found = {e["rail_reference"]: e["suspense"] for e in await office.differences(state="accepted")}
    assert found == {
        "MORE": 5, "LESS": 0, "UNKNOWN": 0, "FAILED": BENEFIT, "AGAIN": BENEFIT, absent.hex: 0
    }  # fmt: skip
    assert await office.balance(SUSPENSE) == -(2 * BENEFIT + 5)
    assert await office.balance(CLEARING) == BENEFIT
    assert (await office.sent(lines))["pending"] == 0
    await office.finish([unknown])
    await office.bank.work("reconciliation")
    resolved = await office.differences(state="resolved")
    assert [each["rail_reference"] for each in resolved] == ["UNKNOWN"]
    assert await office.balance(CLEARING) == 0
    assert (await office.bank.replay()).same


async def test_whoever_explained_does_not_accept(office: Office) -> None:
    difference = await only(office, Moved("X", new_id()))
    assert said(await office.accept(difference)) == (409, "difference-not-explained")
    await office.explain(difference)
    assert said(await office.accept(difference, by=office.maker)) == (403, "maker-is-checker")
    await office.explain(difference, by=office.checker)
    assert said(await office.accept(difference)) == (403, "maker-is-checker")
    assert (await office.accept(difference, by=office.maker)).json()["state"] == "accepted"
    assert len(await office.bank.recorded(DifferenceExplained)) == 2
    assert said(await office.explain(difference)) == (409, "difference-accepted")


async def test_what_is_resolved_or_never_was_takes_nothing(office: Office) -> None:
    (payout,) = await office.payouts(1)
    difference = await only(office, Moved("A", payout, 1))
    await office.sent([Moved("A", payout)])
    assert said(await office.explain(difference)) == (409, "difference-resolved")
    assert said(await office.accept(difference)) == (409, "difference-resolved")
    for answer in (
        await office.explain(str(new_id())),
        await office.accept(str(new_id())),
        await office.recover(str(new_id()), 1),
        await office.auditor.get(f"/differences/{new_id()}"),
    ):
        assert said(answer) == (404, "difference-unknown")


async def test_suspense_outlives_a_correction_and_is_never_posted_twice(office: Office) -> None:
    (payout,) = await office.payouts(1)
    too_much = Moved("A", payout, BENEFIT + 9)
    difference = await only(office, too_much)
    await office.settle_all()
    await office.sent([Moved("A", payout)])
    (resolved,) = await office.differences()
    assert (resolved["state"], resolved["suspense"]) == ("resolved", 9)
    await office.sent([too_much])
    await office.settle_all()
    assert await office.balance(SUSPENSE) == -9
    assert (await office.recover(difference, 9)).is_success
    await office.sent([Moved("A", payout)])
    await office.sent([too_much])
    await office.settle_all()
    assert await office.balance(SUSPENSE) == -9
    assert (await office.bank.replay()).same


async def test_two_officers_accept_at_once_and_one_does(office: Office) -> None:
    difference = await only(office, Moved("X", new_id()))
    await office.explain(difference)
    third = office.bank.client("bank", area="53", name="wakil")
    answers = await asyncio.gather(
        office.accept(difference), office.accept(difference, by=third), office.accept(difference)
    )
    assert sorted(each.status_code for each in answers) == [200, 409, 409]
    assert len(await office.bank.recorded(DifferenceAccepted)) == 1
    assert await office.balance(SUSPENSE) == -BENEFIT
    assert (await office.bank.replay()).same


async def test_recoveries_at_once_take_no_more_than_there_is(office: Office) -> None:
    difference = await only(office, Moved("X", new_id(), 10))
    await office.settle_all()
    answers = await asyncio.gather(*(office.recover(difference, 4) for _ in range(5)))
    assert sorted(each.status_code for each in answers) == [200, 200, 409, 409, 409]
    assert await office.balance(SUSPENSE) == -2


async def test_the_same_file_from_many_at_once_is_one_statement(office: Office) -> None:
    content = csv_of([Moved("A", new_id())])
    answers = await asyncio.gather(*(office.send(content, day=DAY) for _ in range(4)))
    assert len({each.text for each in answers}) == 1
    assert [each["number"] for each in [answers[0].json()]] == [1]
    assert len(await office.differences()) == 1
