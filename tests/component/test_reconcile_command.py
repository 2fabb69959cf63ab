"""`tameng reconcile` against a bank: what it sends, what it shows, what it tells to do next."""

from collections.abc import AsyncIterator

import httpx
import pytest
from rich.console import Console
from rich.table import Table

from chassis.ids import new_id
from tameng import reconcile
from tameng.keys import Keys
from tameng.offices import Declined
from tameng.offices import Office as Outside
from tests.component.reconciliation_office import DAY, Moved, Office, csv_of, mt940_of, office

__all__ = ["office"]


@pytest.fixture
async def outside(office: Office, session_keys: Keys) -> AsyncIterator[Outside]:
    """The command's own client."""
    transport = httpx.ASGITransport(app=office.bank.app)
    async with httpx.AsyncClient(transport=transport) as http:
        urls = {"banking": "http://alone"}
        yield Outside("clerk", "bank", "53", session_keys, urls, http)


async def test_it_shows_what_differs_and_compares_again(office: Office, outside: Outside) -> None:
    settled, absent = await office.payouts(2)
    content = csv_of([Moved("RAIL1", settled), Moved("RAIL2", new_id(), 3)])
    assert reconcile._format_of(content) == "csv"
    standing, found = await reconcile.send(outside, content, day=str(DAY), format_="csv")
    assert (standing["matched"], standing["pending"], len(found)) == (1, 2, 2)
    shown = printed(reconcile._summary(standing), reconcile._differences(found))
    for words in ("missing-here", "missing-there", "RAIL2", absent.hex, found[0]["difference_id"]):
        assert words in shown
    assert reconcile._next_steps(standing, found, str(DAY))[0].startswith("one officer")
    corrected = mt940_of([Moved("RAIL1", settled), Moved("RAIL3", absent)])
    assert reconcile._format_of(corrected) == "mt940"
    standing, found = await reconcile.send(outside, corrected, day=str(DAY), format_="mt940")
    assert (standing["number"], standing["matched"], found) == (2, 2, [])
    assert "close" in reconcile._next_steps(standing, found, str(DAY))[0]


async def test_a_refusal_says_the_line(outside: Outside) -> None:
    with pytest.raises(Declined, match="line 1: the columns"):
        await reconcile.send(outside, b"x", day=str(DAY), format_="csv")


async def test_all_pages_are_shown_and_what_waits_comes_first(
    office: Office, outside: Outside
) -> None:
    content = csv_of([Moved(f"R{place}", new_id()) for place in range(503)])
    _, found = await reconcile.send(outside, content, day=str(DAY), format_="csv")
    assert len(found) == 503
    first = found[0]["difference_id"]
    await office.explain(first)
    await office.accept(first)
    standing, found = await reconcile.send(outside, content, day=str(DAY), format_="csv")
    assert found[-1]["difference_id"] == first
    assert reconcile._next_steps(standing, found[:-1], str(DAY))[0] == "502 wait; 50 are shown"


def printed(*tables: Table) -> str:
    """As on a wide terminal."""
    console = Console(width=260, record=True, quiet=False, file=None)
    with console.capture() as capture:
        for table in tables:
            console.print(table)
    return capture.get()
