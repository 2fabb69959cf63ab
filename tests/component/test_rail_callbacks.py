"""Call-backs of the rail: signed, taken in once, and never more than a status query would tell."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.clock import real_now
from contracts.banking import PayoutFailed, PayoutSettled, PayoutStopped, RailCalledBack
from simulators.rail.signing import signature, string_to_sign
from tests.alone import Alone
from tests.component import bank_neighbors
from tests.component.bank_neighbors import (
    ARRIVED,
    BENEFIT,
    RETURNED,
    SET_ASIDE,
    check_books,
    finish,
    money,
    way_out,
)
from tests.component.odd_fixtures import bank, holder, odd, payout_id
from tests.component.odd_rail import OddRail, Question, answer_of
from tests.component.rail_process import SECRET, Rail

__all__ = ["bank", "holder", "odd", "payout_id"]
PATH = "/rail/call-backs"


def told(payout_id: UUID, status: str, amount: str | None = f"{BENEFIT}.00", **more: Any) -> bytes:
    fields: dict[str, Any] = {
        "originalPartnerReferenceNo": payout_id.hex,
        "latestTransactionStatus": status,
    }
    if amount is not None:
        fields["amount"] = {"value": amount, "currency": "IDR"}
    return json.dumps(fields | more).encode()


def signed(body: bytes, *, at: datetime | None = None, secret: bytes = SECRET) -> dict[str, str]:
    timestamp = (at or real_now()).isoformat()
    text = string_to_sign(method="POST", path=PATH, body=body, timestamp=timestamp)
    return {
        "Content-Type": "application/json",
        "X-TIMESTAMP": timestamp,
        "X-SIGNATURE": signature(text, secret=secret),
    }


async def call(bank: Alone, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    return await bank.anonymous().post(PATH, content=body, headers=headers or signed(body))


@pytest.fixture
async def sent(bank: Alone, odd: OddRail, payout_id: UUID) -> UUID:
    """A payout that left and got no answer; its next try is far away."""

    async def silent(question: Question) -> bytes:
        odd.honest(question)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    odd.behave |= {"transfer": silent, "status": silent}
    patient = bank_neighbors.IMPATIENT._replace(back_off_first_s=600.0, back_off_max_s=600.0)
    await way_out(bank, patient).step()
    odd.behave.clear()
    odd.asked.clear()
    return payout_id


async def test_an_arrival_of_our_amount_settles_once(bank: Alone, odd: OddRail, sent: UUID) -> None:
    body = told(sent, "00")
    for _ in range(3):
        assert (await call(bank, body)).status_code == 200
    assert (await call(bank, told(sent, "00", referenceNo="again"))).status_code == 200
    assert len(await bank.recorded(PayoutSettled)) == 1
    heard = await bank.recorded(RailCalledBack)
    assert [(each.outcome, each.amount, each.agrees) for each in heard] == [
        ("arrived", BENEFIT, True)
    ] * 2
    assert (odd.asked, await money(bank)) == ([], ARRIVED)
    await check_books(bank)


async def test_a_failure_is_asked_about_at_once_and_not_believed(
    bank: Alone, odd: OddRail, sent: UUID
) -> None:
    assert await way_out(bank).step() is False
    await call(bank, told(sent, "06"))
    assert await money(bank) == SET_ASIDE
    await way_out(bank).step()
    assert odd.asked == [("status", sent.hex)]
    assert await money(bank) == ARRIVED  # for it did


@pytest.mark.parametrize("amount", ["20000001.00", "20000000.50", "1.00"])
async def test_another_amount_stops_the_payout(bank: Alone, sent: UUID, amount: str) -> None:
    await call(bank, told(sent, "00", amount))
    (stopped,) = await bank.recorded(PayoutStopped)
    (heard,) = await bank.recorded(RailCalledBack)
    assert (stopped.reason, heard.agrees) == ("amount-differs", False)
    await call(bank, told(sent, "00"))  # it is a person's now
    assert await bank.recorded(PayoutSettled) == []
    assert await way_out(bank).step() is False
    assert await money(bank) == SET_ASIDE
    await check_books(bank)


async def test_an_arrival_without_an_amount_is_asked_about(
    bank: Alone, odd: OddRail, sent: UUID
) -> None:
    await call(bank, told(sent, "00", None))
    assert await money(bank) == SET_ASIDE
    await way_out(bank).step()
    assert odd.asked == [("status", sent.hex)]
    assert await money(bank) == ARRIVED


async def test_what_comes_late_changes_nothing(bank: Alone, sent: UUID) -> None:
    await call(bank, told(sent, "00"))
    for status, amount in (("03", "20000000.00"), ("06", "20000000.00"), ("00", "1.00")):
        assert (await call(bank, told(sent, status, amount))).status_code == 200
    assert await bank.recorded(PayoutFailed) == []
    assert await bank.recorded(PayoutStopped) == []
    assert await money(bank) == ARRIVED
    await check_books(bank)


async def test_an_arrival_after_the_failure_changes_nothing_and_is_on_record(
    bank: Alone, odd: OddRail, payout_id: UUID
) -> None:
    odd.behave["inquiry"] = odd.with_code("4041611")
    assert await finish(bank) == "failed"
    await call(bank, told(payout_id, "00"))
    assert len(await bank.recorded(RailCalledBack)) == 1
    assert await money(bank) == RETURNED


async def test_an_arrival_of_what_never_left_settles_nothing(bank: Alone, payout_id: UUID) -> None:
    await call(bank, told(payout_id, "00"))
    assert await bank.recorded(PayoutSettled) == []
    assert await money(bank) == RETURNED


async def test_a_reference_that_is_none_of_ours_leaves_no_trace(bank: Alone) -> None:
    for reference in (UUID(int=5).hex, "INV-1", "0" * 64, "\u0660" * 32):
        body = json.dumps(
            {"originalPartnerReferenceNo": reference, "latestTransactionStatus": "00"}
        ).encode()
        assert (await call(bank, body)).status_code == 200
    assert await bank.recorded(RailCalledBack) == []
    assert await bank.rows("SELECT * FROM rail_callback") == []


async def test_only_the_rail_is_heard(bank: Alone, sent: UUID) -> None:
    body = told(sent, "00")
    good = signed(body)
    refused = [
        {},
        {**good, "X-SIGNATURE": "x"},
        {**good, "X-SIGNATURE": ""},
        {**good, "X-TIMESTAMP": real_now().isoformat(timespec="hours")},
        signed(body, secret=b"somebody else's"),
        signed(body + b" "),
        signed(body, at=real_now() - timedelta(minutes=6)),
        signed(body, at=real_now() + timedelta(minutes=6)),
        signed(body, at=real_now().replace(tzinfo=None)),
    ]
    for headers in refused:
        answer = await bank.anonymous().post(PATH, content=body, headers=headers)
        assert (answer.status_code, answer.json()["slug"]) == (401, "call-back-not-authentic")
    # Nothing of it is read before: no JSON at all gets the same answer.
    assert (await call(bank, b"{", signed(body))).status_code == 401
    assert await money(bank) == SET_ASIDE
    assert (await call(bank, body, good)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"null", b"{", b'{"originalPartnerReferenceNo": 5}',
        b'{"originalPartnerReferenceNo": "a", "originalPartnerReferenceNo": "b", '
        b'"latestTransactionStatus": "00"}', b"[" * 10_000,
    ],
)  # fmt: skip
async def test_a_signed_one_that_is_no_status_is_refused(bank: Alone, body: bytes) -> None:
    answer = await call(bank, body)
    assert (answer.status_code, answer.json()["slug"]) == (400, "call-back-unreadable")


async def test_a_large_one_is_not_read(bank: Alone) -> None:
    assert (await call(bank, b" " * 20_000)).status_code == 413


async def test_the_simulators_own_call_back_settles(bank: Alone, sent: UUID, tmp_path: Any) -> None:
    """It posts to the bank what it signs itself, over real HTTP."""
    folder = tmp_path / "rail"
    folder.mkdir()
    rail = Rail(folder)
    try:
        async with bank_neighbors.served(bank) as bank_url:
            rail.instruct(
                behavior="answer-twice",
                partnerReferenceNo=sent.hex,
                callbackUrl=f"{bank_url}{PATH}",
            )
            order = {
                "partnerReferenceNo": sent.hex,
                "amount": {"value": f"{BENEFIT}.00", "currency": "IDR"},
                "beneficiaryAccountName": "Marselina Ndun",
                "beneficiaryAccountNo": "0356789012",
                "beneficiaryBankCode": "014",
                "sourceAccountNo": "1300000001",
                "transactionDate": "2025-10-22T10:00:00+08:00",
            }
            path = "/v1.0/transfer-interbank"
            content = json.dumps(order).encode()
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{rail.port}") as client:
                posted = await client.post(
                    path, content=content, headers=rail.headers(path, content)
                )
                assert posted.status_code == 200
                for _ in range(100):
                    if await bank.recorded(RailCalledBack):
                        break
                    await client.get("/livez")
    finally:
        rail.close()
    assert len(await bank.recorded(PayoutSettled)) == 1
    assert await money(bank) == ARRIVED


async def test_a_call_back_while_the_answer_is_on_its_way_settles_once(
    bank: Alone, odd: OddRail, payout_id: UUID
) -> None:
    async def tells_first(question: Question) -> bytes:
        fields = odd.honest(question)
        assert (await call(bank, told(payout_id, "00"))).status_code == 200
        return answer_of(fields)

    odd.behave["transfer"] = tells_first
    await way_out(bank).step()
    assert len(await bank.recorded(PayoutSettled)) == 1
    assert await money(bank) == ARRIVED
    await check_books(bank)
