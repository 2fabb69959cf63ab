"""The rail as a bank meets it: the real server process, over HTTP."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulators.rail.signing import signature, string_to_sign
from tests.component.rail_process import INQUIRY, ROOT, SECRET, STATUS, TRANSFER, Rail

references = count(1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rail]:
    rail = Rail(tmp_path_factory.mktemp("rail"))
    yield rail
    rail.close()


@pytest.fixture
def rail(running: Rail) -> Rail:
    """The shared rail, with no instruction left; its book is read from here on."""
    running.client.delete("/_control/instructions").raise_for_status()
    running.book_after = max((line["position"] for line in running.whole_book()), default=0)
    return running


@pytest.fixture
def reference() -> str:
    return f"payout-{next(references)}"


def order(reference: str, **changes: Any) -> dict[str, Any]:
    return {
        "partnerReferenceNo": reference,
        "amount": {"value": "42000000.00", "currency": "IDR"},
        "beneficiaryAccountName": "Yuliana Tefa",
        "beneficiaryAccountNo": "0012345678",
        "beneficiaryBankCode": "002",
        "sourceAccountNo": "1300000001",
        "transactionDate": "2025-10-22T10:00:00+08:00",
        **changes,
    }


def inquiry(account_no: str, name: str | None = None) -> dict[str, Any]:
    extra = {} if name is None else {"additionalInfo": {"beneficiaryAccountName": name}}
    return {
        "beneficiaryBankCode": "002",
        "beneficiaryAccountNo": account_no,
        "partnerReferenceNo": "ask-1",
        **extra,
    }


def test_an_inquiry_answers_the_registered_holder_else_the_name_asked_for(rail: Rail) -> None:
    holder = {"beneficiaryAccountName": "Maria Benu"}
    rail.client.put("/_control/holders/002/0012345678", json=holder).raise_for_status()
    registered = rail.post(INQUIRY, inquiry("0012345678", "Somebody Else"))
    assert registered["responseCode"] == "2001600"
    assert registered["beneficiaryAccountName"] == "Maria Benu"
    assert rail.post(INQUIRY, inquiry("0099", "x"))["responseCode"] == "4001601"
    echoed = rail.post(INQUIRY, inquiry("0012345679", "Yuliana Tefa"))
    assert echoed["beneficiaryAccountName"] == "Yuliana Tefa"
    nameless = rail.post(INQUIRY, inquiry("0012345679"))
    assert nameless["beneficiaryAccountName"] == "PEMILIK REKENING 5679"


@pytest.mark.parametrize(
    ("account_no", "code"),
    [("7777000011", "404{}11"), ("7777000018", "403{}18"), ("7777000009", "403{}09")],
)
def test_the_ending_of_an_account_number_makes_it_unusable(
    rail: Rail, reference: str, account_no: str, code: str
) -> None:
    assert rail.post(INQUIRY, inquiry(account_no))["responseCode"] == code.format("16")
    refused = rail.post(TRANSFER, order(reference, beneficiaryAccountNo=account_no))
    assert refused["responseCode"] == code.format("18")
    status = rail.status(reference)
    assert status["latestTransactionStatus"] == "06"
    assert status["previousResponseCode"] == code.format("18")
    assert rail.moved() == 0


def test_a_transfer_settles_and_its_repeat_moves_nothing(rail: Rail, reference: str) -> None:
    first = rail.post(TRANSFER, order(reference))
    assert first["responseCode"] == "2001800"
    assert first["referenceNo"] == rail.status(reference)["originalReferenceNo"]
    later = order(reference, transactionDate="2025-10-22T10:05:00+08:00")
    assert rail.post(TRANSFER, later)["responseCode"] == "4091801"
    assert [line["requests"] for line in rail.book()] == [2]
    assert rail.moved() == 42_000_000
    assert rail.status(reference)["latestTransactionStatus"] == "00"


def test_a_reference_used_for_another_amount_is_refused(rail: Rail, reference: str) -> None:
    rail.post(TRANSFER, order(reference))
    other = order(reference, amount={"value": "10000000.00", "currency": "IDR"})
    assert rail.post(TRANSFER, other)["responseCode"] == "4041818"
    assert rail.moved() == 42_000_000


def test_twenty_requests_at_once_with_one_reference_move_money_once(
    rail: Rail, reference: str
) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: rail.post(TRANSFER, order(reference)), range(20)))
    codes = sorted(answer["responseCode"] for answer in answers)
    assert codes == ["2001800"] + ["4091801"] * 19
    assert rail.moved() == 42_000_000


def test_an_external_id_serves_once_a_day(rail: Rail, reference: str) -> None:
    once = {"X-EXTERNAL-ID": "777"}
    assert rail.post(TRANSFER, order(f"{reference}-a"), **once)["responseCode"] == "2001800"
    assert rail.post(TRANSFER, order(f"{reference}-b"), **once)["responseCode"] == "4091800"
    assert rail.status(f"{reference}-b")["responseCode"] == "4043601"


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("X-SIGNATURE", "bm90IHRoZSBzaWduYXR1cmU=", "4011800"),
        ("X-PARTNER-ID", "SOMEBODY", "4011800"),
        ("X-TIMESTAMP", "2025-10-22T10:00:00+08:00", "4011800"),
        ("X-TIMESTAMP", "", "4001802"),
        ("X-SIGNATURE", "", "4001802"),
        ("X-EXTERNAL-ID", "12ab", "4001801"),
        ("X-EXTERNAL-ID", "9" * 37, "4001801"),
        ("CHANNEL-ID", "", "4001802"),
    ],
)
def test_a_request_that_is_not_the_partners_is_refused(
    rail: Rail, reference: str, header: str, value: str, code: str
) -> None:
    assert rail.post(TRANSFER, order(reference), **{header: value})["responseCode"] == code
    assert rail.book() == []


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_timestamp_more_than_five_minutes_off_is_refused(
    rail: Rail, reference: str, minutes: int
) -> None:
    content = json.dumps(order(reference)).encode()
    signed_at = datetime.now(UTC) + timedelta(minutes=minutes)  # noqa: TID251 SNAP signs real time
    headers = rail.headers(TRANSFER, content, at=signed_at)
    assert rail.sent(TRANSFER, content, headers)["responseCode"] == "4011800"
    assert rail.book() == []


def test_a_signature_does_not_fit_another_body_or_path(rail: Rail, reference: str) -> None:
    content = json.dumps(order(reference)).encode()
    headers = rail.headers(TRANSFER, content)
    dearer = content.replace(b"42000000.00", b"43000000.00")
    assert rail.sent(TRANSFER, dearer, headers)["responseCode"] == "4011800"
    assert rail.sent(STATUS, content, headers)["responseCode"] == "4013600"
    assert rail.sent(TRANSFER, content, headers)["responseCode"] == "2001800"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"amount": {"value": "42000000", "currency": "IDR"}}, "4001801", "amount.value"),
        ({"amount": {"value": "-42.00", "currency": "IDR"}}, "4001801", "amount.value"),
        ({"amount": {"value": "0.00", "currency": "IDR"}}, "4001801", "amount.value"),
        ({"amount": {"value": "42.50", "currency": "IDR"}}, "4001801", "amount.value"),
        ({"amount": {"value": 42_000_000, "currency": "IDR"}}, "4001801", "amount.value"),
        ({"amount": {"value": "42.00", "currency": "USD"}}, "4001801", "amount.currency"),
        ({"amount": {"value": "42.00"}}, "4001802", "amount.currency"),
        ({"partnerReferenceNo": "r" * 65}, "4001801", "partnerReferenceNo"),
        ({"beneficiaryBankCode": "999"}, "4001801", "beneficiaryBankCode"),
        ({"beneficiaryAccountNo": "12-345-678901"}, "4001801", "beneficiaryAccountNo"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_kept(
    rail: Rail, reference: str, changes: dict[str, Any], code: str, field: str
) -> None:
    answer = rail.post(TRANSFER, order(reference, **changes))
    assert answer["responseCode"] == code
    assert answer["responseMessage"].endswith(field)
    assert rail.book() == []


def test_a_body_that_is_no_json_object_is_a_bad_request(rail: Rail) -> None:
    for content in (b"", b"[]", b"{", b'"\\ud800"', b"x" * 70_000):
        headers = rail.headers(TRANSFER, content)
        assert rail.sent(TRANSFER, content, headers)["responseCode"] == "4001800"


def test_the_limit_is_250_million_rupiah(rail: Rail, reference: str) -> None:
    most = {"value": "250000000.00", "currency": "IDR"}
    more = {"value": "250000001.00", "currency": "IDR"}
    assert rail.post(TRANSFER, order(f"{reference}-a", amount=most))["responseCode"] == "2001800"
    assert rail.post(TRANSFER, order(f"{reference}-b", amount=more))["responseCode"] == "4031802"
    assert rail.moved() == 250_000_000


def test_the_next_transfers_are_refused_with_the_code_given(rail: Rail, reference: str) -> None:
    rail.instruct(behavior="refuse", responseCode="4031814", times=2)
    codes = [rail.post(TRANSFER, order(f"{reference}-{name}"))["responseCode"] for name in "abc"]
    assert codes == ["4031814", "4031814", "2001800"]
    assert rail.post(TRANSFER, order(f"{reference}-a"))["responseCode"] == "4091801"
    assert rail.moved() == 42_000_000


def test_an_instruction_that_makes_no_sense_is_refused(rail: Rail) -> None:
    for wrong in ({"behavior": "refuse"}, {"behavior": "settle", "responseCode": "4031814"}):
        response = rail.client.post("/_control/instructions", json=wrong)
        assert response.status_code == 422


def test_a_transfer_that_timed_out_after_execution_is_found_settled(
    rail: Rail, reference: str
) -> None:
    rail.instruct(behavior="time-out-executed", partnerReferenceNo=reference, delayS=0.3)
    assert rail.post(TRANSFER, order(f"{reference}-another"))["responseCode"] == "2001800"
    assert rail.post(TRANSFER, order(reference))["responseCode"] == "5041800"
    assert rail.status(reference)["latestTransactionStatus"] == "00"
    assert rail.post(TRANSFER, order(reference))["responseCode"] == "4091801"
    assert rail.moved() == 84_000_000


def test_a_transfer_that_timed_out_before_execution_may_be_sent_again(
    rail: Rail, reference: str
) -> None:
    rail.instruct(behavior="time-out-not-executed", delayS=30)
    content = json.dumps(order(reference)).encode()
    with pytest.raises(httpx.ReadTimeout):
        rail.client.post(
            TRANSFER, content=content, headers=rail.headers(TRANSFER, content), timeout=0.3
        )
    assert rail.status(reference)["responseCode"] == "4043601"
    assert rail.post(TRANSFER, order(reference))["responseCode"] == "2001800"
    assert rail.moved() == 42_000_000


def test_a_slow_transfer_is_pending_until_it_settles(rail: Rail, reference: str) -> None:
    rail.instruct(behavior="slow", delayS=1.5)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(rail.post, TRANSFER, order(reference))
        deadline = time.monotonic() + 5
        while not rail.book() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert rail.status(reference)["latestTransactionStatus"] == "03"
        assert rail.moved() == 0
        assert answer.result(10)["responseCode"] == "2001800"
    assert rail.status(reference)["latestTransactionStatus"] == "00"
    assert rail.moved() == 42_000_000


def test_a_transfer_in_progress_is_answered_at_once_and_settles_later(
    rail: Rail, reference: str
) -> None:
    rail.instruct(behavior="in-progress", delayS=1.0)
    assert rail.post(TRANSFER, order(reference))["responseCode"] == "2021800"
    assert rail.status(reference)["latestTransactionStatus"] == "03"
    time.sleep(1.1)
    assert rail.status(reference)["latestTransactionStatus"] == "00"


def test_an_answer_given_twice_and_called_back_moves_money_once(rail: Rail, reference: str) -> None:
    calls: list[dict[str, str]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            text = string_to_sign(
                method="POST", path=self.path, body=body, timestamp=self.headers["X-TIMESTAMP"]
            )
            assert self.headers["X-SIGNATURE"] == signature(text, secret=SECRET)
            calls.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Listener) as listener:
        threading.Thread(target=listener.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{listener.server_port}/rail-notices"
        rail.instruct(behavior="answer-twice", callbackUrl=url)
        first = rail.post(TRANSFER, order(reference))
        deadline = time.monotonic() + 5
        while not calls and time.monotonic() < deadline:
            time.sleep(0.02)
    assert [call["latestTransactionStatus"] for call in calls] == ["00"]
    assert first["responseCode"] == "2001800"
    assert rail.post(TRANSFER, order(reference)) == first
    assert rail.moved() == 42_000_000


def test_after_kill_9_and_restart_every_answer_is_the_same(rail: Rail, reference: str) -> None:
    rail.post(TRANSFER, order(f"{reference}-settled"), **{"X-EXTERNAL-ID": "4242"})
    rail.post(TRANSFER, order(f"{reference}-closed", beneficiaryAccountNo="7777000018"))
    holder = {"beneficiaryAccountName": "Maria Benu"}
    rail.client.put("/_control/holders/002/0012345678", json=holder).raise_for_status()
    rail.instruct(
        behavior="refuse", responseCode="4031814", partnerReferenceNo=f"{reference}-later"
    )
    before = (rail.book(), rail.status(f"{reference}-settled"), rail.status(f"{reference}-closed"))
    rail.kill()
    rail.start()
    assert (
        rail.book(),
        rail.status(f"{reference}-settled"),
        rail.status(f"{reference}-closed"),
    ) == before
    assert rail.post(TRANSFER, order(f"{reference}-settled"))["responseCode"] == "4091801"
    reused = rail.post(TRANSFER, order(f"{reference}-new"), **{"X-EXTERNAL-ID": "4242"})
    assert reused["responseCode"] == "4091800"
    named = rail.post(INQUIRY, inquiry("0012345678"))
    assert named["beneficiaryAccountName"] == "Maria Benu"
    assert rail.post(TRANSFER, order(f"{reference}-later"))["responseCode"] == "4031814"
    assert rail.moved() == 42_000_000


def test_killed_while_an_answer_is_held_back_the_money_has_moved_once(
    rail: Rail, reference: str
) -> None:
    rail.instruct(behavior="time-out-executed", delayS=30)
    content = json.dumps(order(reference)).encode()
    with pytest.raises(httpx.ReadTimeout):
        rail.client.post(
            TRANSFER, content=content, headers=rail.headers(TRANSFER, content), timeout=0.3
        )
    rail.kill()
    rail.start()
    assert rail.status(reference)["latestTransactionStatus"] == "00"
    assert rail.post(TRANSFER, order(reference))["responseCode"] == "4091801"
    assert rail.moved() == 42_000_000


def test_killed_under_load_no_transfer_that_was_answered_is_lost(
    rail: Rail, reference: str
) -> None:
    settled: list[str] = []

    def send(number: int) -> None:
        name = f"{reference}-{number:03d}"
        try:
            if rail.post(TRANSFER, order(name))["responseCode"] == "2001800":
                settled.append(name)
        except httpx.TransportError:
            return

    with ThreadPoolExecutor(8) as pool:
        sending = [pool.submit(send, number) for number in range(200)]
        while len(settled) < 20:
            time.sleep(0.001)
        rail.kill()
        for one in sending:
            one.result(30)
    rail.start()
    assert 20 <= len(settled) < 200
    kept = {line["partnerReferenceNo"]: line["movedRupiah"] for line in rail.book()}
    assert {name: kept.get(name) for name in settled} == dict.fromkeys(settled, 42_000_000)


def test_a_missing_setting_is_named_and_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RAIL_")}
    environment |= {"RAIL_PORT": "1", "RAIL_PARTNER_ID": "P"}
    environment["RAIL_SECRET_FILE"] = str(tmp_path / "secret")
    command = [sys.executable, "-m", "simulators.rail"]
    nameless = subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (nameless.returncode, nameless.stderr.count("\n")) == (2, 1)
    assert "RAIL_BOOK_FILE" in nameless.stderr
    environment["RAIL_BOOK_FILE"] = str(tmp_path / "missing" / "book.sqlite")
    too_short = subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (too_short.returncode, too_short.stderr.count("\n")) == (2, 1)
    assert "RAIL_SECRET_FILE" in too_short.stderr
