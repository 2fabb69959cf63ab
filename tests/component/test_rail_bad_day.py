"""A bad day at the rail as a bank meets it: the real server process, over HTTP."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from chassis.ids import new_id
from tests.component.rail_process import INQUIRY, STATUS, TRANSFER, Rail


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rail]:
    rail = Rail(tmp_path_factory.mktemp("rail"))
    yield rail
    rail.close()


@pytest.fixture
def rail(running: Rail) -> Iterator[Rail]:
    """The shared rail; its book is read from here on, and its bad day ends with the test."""
    running.book_after = max((line["position"] for line in running.whole_book()), default=0)
    yield running
    running.client.delete("/_control/bad-day").raise_for_status()


def bad_day(rail: Rail, **rules: Any) -> None:
    rail.client.put("/_control/bad-day", json={"seed": 1, **rules}).raise_for_status()


def order(reference: str) -> dict[str, Any]:
    return {
        "partnerReferenceNo": reference,
        "amount": {"value": "42000000.00", "currency": "IDR"},
        "beneficiaryAccountName": "Yuliana Tefa",
        "beneficiaryAccountNo": "0012345678",
        "beneficiaryBankCode": "002",
        "sourceAccountNo": "1300000001",
        "transactionDate": "2025-10-22T10:00:00+08:00",
    }


def sent(rail: Rail, reference: str) -> str:
    """The code that a transfer is answered with, or `torn`."""
    try:
        return str(rail.post(TRANSFER, order(reference))["responseCode"])
    except (httpx.RemoteProtocolError, httpx.ReadError, json.JSONDecodeError):
        return "torn"


def test_a_torn_answer_hides_a_transfer_that_the_status_finds(rail: Rail) -> None:
    bad_day(rail, shares={"torn-executed": 1.0})
    references = [new_id().hex for _ in range(8)]
    assert [sent(rail, reference) for reference in references] == ["torn"] * 8
    assert {rail.status(each)["latestTransactionStatus"] for each in references} == {"00"}
    assert [line["requests"] for line in rail.book()] == [1] * 8
    assert rail.moved() == 8 * 42_000_000


@pytest.mark.parametrize("trouble", ["torn-not-executed", "time-out-not-executed"])
def test_a_transfer_that_is_not_taken_on_settles_when_sent_again(rail: Rail, trouble: str) -> None:
    bad_day(rail, shares={trouble: 1.0}, delay={"lowS": 0, "highS": 0.01})
    reference = new_id().hex
    unclear = 0
    while (answer := sent(rail, reference)) in {"torn", "5041800"}:
        assert rail.status(reference)["responseCode"] == "4043601"
        unclear += 1
    assert (answer, rail.moved()) == ("2001800", 42_000_000)
    assert 1 <= unclear <= 3
    totals = rail.client.get("/_control/totals").json()
    assert totals["notTakenOn"][reference] == unclear


def test_a_wrong_answer_does_not_change_what_moves(rail: Rail) -> None:
    bad_day(rail, shares={"wrong-amount-answered": 1.0})
    reference = new_id().hex
    assert rail.post(TRANSFER, order(reference))["amount"]["value"] == "42000001.00"
    assert rail.status(reference)["amount"]["value"] == "42000000.00"
    assert rail.moved() == 42_000_000


def test_another_amount_that_moves_is_told(rail: Rail) -> None:
    bad_day(rail, wrongAmountMoved=1.0)
    reference = new_id().hex
    rail.post(TRANSFER, order(reference))
    assert rail.status(reference)["amount"]["value"] == "42000001.00"
    assert rail.moved() == 42_000_001


@pytest.mark.parametrize(("how", "answer"), [("unavailable", "5031800"), ("cut", "torn")])
def test_an_outage_lasts_as_many_requests_as_it_was_told(rail: Rail, how: str, answer: str) -> None:
    bad_day(rail, outages=[{"unit": "requests", "after": 1, "lasts": 2, "how": how}])
    answers = [sent(rail, new_id().hex) for _ in range(4)]
    assert answers == ["2001800", answer, answer, "2001800"]
    assert rail.moved() == 2 * 42_000_000


def test_a_bad_day_goes_on_after_kill_9(rail: Rail) -> None:
    bad_day(rail, shares={"insufficient": 1.0})
    rail.kill()
    rail.start()
    assert sent(rail, new_id().hex) == "4031814"


def test_an_inquiry_tells_another_holder_or_nothing_clear(rail: Rail) -> None:
    asked = {
        "beneficiaryBankCode": "002",
        "beneficiaryAccountNo": "0099999999",
        "partnerReferenceNo": new_id().hex,
        "additionalInfo": {"beneficiaryAccountName": "Yuliana Tefa"},
    }
    bad_day(rail, shares={"name-differs": 1.0})
    assert rail.post(INQUIRY, asked)["beneficiaryAccountName"] != "Yuliana Tefa"


def test_an_unclear_status_becomes_clear(rail: Rail) -> None:
    bad_day(rail, shares={"status-unclear": 1.0}, delay={"lowS": 0, "highS": 0})
    reference = new_id().hex
    assert sent(rail, reference) == "5041800"
    clear = []
    for _ in range(4):
        try:
            clear.append(rail.status(reference)["responseCode"] == "2003600")
        except (httpx.RemoteProtocolError, httpx.ReadError, json.JSONDecodeError):
            clear.append(False)
    assert (clear[0], clear[-1]) == (False, True)


def test_the_statement_of_today_has_what_moved_today(rail: Rail) -> None:
    reference = new_id().hex
    sent(rail, reference)
    today = datetime.now(ZoneInfo("Asia/Jakarta")).date()  # noqa: TID251  (the rail's day)
    answer = rail.client.get("/_control/statement", params={"day": today.isoformat()})
    rows = {row["partner_reference"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert rows[reference]["amount"] == "42000000.00"
    as_of = {"day": "2025-10-22", "moved_on": today.isoformat(), "format": "mt940"}
    text = rail.client.get("/_control/statement", params=as_of).text
    assert ":60F:C251022IDR0,00" in text
    assert f":86:/REF/{reference}" in text


def test_a_bad_day_that_makes_no_sense_is_refused(rail: Rail) -> None:
    for wrong in ({"shares": {"slow": 2}}, {"seed": 1, "shares": {"hungry": 1}}, {"seeds": 1}):
        assert rail.client.put("/_control/bad-day", json=wrong).status_code == 422
    assert rail.post(STATUS, {"serviceCode": "18"})["responseCode"] == "4003602"
