"""What each answer of a rail means, over real HTTP: nothing is settled that did not move."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from services.banking.adapters.breaker import Breaker
from services.banking.adapters.payees import Payee
from services.banking.adapters.rail import Rail, TransferOrder
from services.banking.adapters.snap import Partner
from services.banking.rules.submissions import Meaning
from tests.component.odd_rail import (
    OddRail,
    Question,
    answer,
    answer_of,
    bomb,
    drip,
    huge,
    odd_rail,
    reset,
)

PAYOUT = UUID(int=255)
OTHER = UUID(int=256).hex
PAYEE = Payee("Marselina Ndun", "014", "0356789012")
ORDER = TransferOrder(PAYOUT, 20_000_000, PAYEE)
TIMEOUT_S = 0.3
UNKNOWN, REFUSED, ARRIVED = Meaning.UNKNOWN, Meaning.REFUSED, Meaning.ARRIVED
ABSENT, DIFFERS = Meaning.ABSENT, Meaning.DIFFERS
CASES = {  # domain.md 5.7, and what else HTTP has
    "20200": UNKNOWN,
    "40000": REFUSED, "40001": REFUSED, "40002": REFUSED,
    "40100": UNKNOWN, "40101": UNKNOWN,
    "40302": REFUSED, "40309": REFUSED, "40314": REFUSED, "40318": REFUSED,
    "40411": REFUSED, "40418": UNKNOWN,
    "40500": REFUSED, "40800": UNKNOWN, "40900": UNKNOWN, "40901": UNKNOWN, "42900": UNKNOWN,
    "50000": UNKNOWN, "50001": UNKNOWN, "50400": UNKNOWN,
}  # fmt: skip


@pytest.fixture
async def odd() -> AsyncIterator[OddRail]:
    async with odd_rail() as rail:
        yield rail


@pytest.fixture
async def client(odd: OddRail) -> AsyncIterator[Rail]:
    partner = Partner(partner_id="P", channel_id="95221", secret=b"a secret of the test")
    made = Rail(
        odd.url,
        partner=partner,
        source_account="1300000001",
        timeout_s=TIMEOUT_S,
        breaker=Breaker(failures_max=100),
    )
    yield made
    await made.close()


def code_of(case: str, service: str) -> str:
    return f"{case[:3]}{service}{case[3:]}"


@pytest.mark.parametrize(("case", "meaning"), CASES.items())
async def test_each_code_of_a_transfer(
    odd: OddRail, client: Rail, case: str, meaning: Meaning
) -> None:
    odd.behave["transfer"] = odd.with_code(code_of(case, "18"))
    assert (await client.transfer(ORDER)).meaning is meaning


@pytest.mark.parametrize(("case", "meaning"), CASES.items())
async def test_each_code_of_an_inquiry(
    odd: OddRail, client: Rail, case: str, meaning: Meaning
) -> None:
    odd.behave["inquiry"] = odd.with_code(code_of(case, "16"))
    amiss = await client.check_payee(ORDER)
    assert amiss is not None
    assert amiss.meaning is meaning


@pytest.mark.parametrize("case", [*CASES, "40401"])
async def test_no_code_of_a_status_but_not_found_decides(
    odd: OddRail, client: Rail, case: str
) -> None:
    odd.behave["status"] = odd.with_code(code_of(case, "36"))
    told = await client.status(PAYOUT, amount=20_000_000, payee=PAYEE)
    assert told.meaning is (ABSENT if case == "40401" else UNKNOWN)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("00", ARRIVED), ("01", UNKNOWN), ("02", UNKNOWN), ("03", UNKNOWN), ("04", UNKNOWN),
        ("05", UNKNOWN), ("06", REFUSED), ("07", ABSENT), ("0", UNKNOWN), ("", UNKNOWN),
    ],
)  # fmt: skip
async def test_each_status(odd: OddRail, client: Rail, status: str, meaning: Meaning) -> None:
    odd.moved[PAYOUT.hex] = 20_000_000

    async def say(question: Question) -> bytes:
        return answer_of(odd.told(question.reference, status))

    odd.behave["status"] = say
    assert (await client.status(PAYOUT, amount=20_000_000, payee=None)).meaning is meaning


async def test_an_honest_answer_is_believed(client: Rail) -> None:
    assert await client.check_payee(ORDER) is None
    assert (await client.transfer(ORDER)).meaning is ARRIVED
    assert (await client.status(PAYOUT, amount=20_000_000, payee=PAYEE)).meaning is ARRIVED


def rupiah(value: object) -> dict[str, object]:
    return {"amount": {"value": value, "currency": "IDR"}}


CHANGED: list[tuple[dict[str, Any], Meaning]] = [
    ({"partnerReferenceNo": OTHER}, UNKNOWN),
    ({"partnerReferenceNo": None}, UNKNOWN),
    ({"beneficiaryAccountNo": "0000000001"}, UNKNOWN),
    ({"beneficiaryBankCode": "008"}, UNKNOWN),
    ({"responseCode": "2001600"}, UNKNOWN),
    ({"responseCode": "2003600"}, UNKNOWN),
    ({"responseCode": "2021800"}, UNKNOWN),
    ({"responseCode": "5001800"}, UNKNOWN),
    ({"responseCode": 2001800}, UNKNOWN),
    (rupiah(20_000_000), UNKNOWN),
    (rupiah("20000000"), UNKNOWN),
    (rupiah("-20000000.00"), UNKNOWN),
    (rupiah("2e7"), UNKNOWN),
    ({"amount": {"value": "20000000.00", "currency": "USD"}}, UNKNOWN),
    ({"amount": None}, ARRIVED),
    (rupiah("20000000.01"), DIFFERS),
    (rupiah("2000000.00"), DIFFERS),
    (rupiah("200000000.00"), DIFFERS),
]


@pytest.mark.parametrize(("changed", "meaning"), CHANGED)
async def test_a_success_of_something_else_is_none(
    odd: OddRail, client: Rail, changed: dict[str, Any], meaning: Meaning
) -> None:
    async def say(question: Question) -> bytes:
        return answer(200, odd.honest(question) | changed)

    odd.behave["transfer"] = say
    assert (await client.transfer(ORDER)).meaning is meaning


@pytest.mark.parametrize(
    ("changed", "meaning"),
    [
        ({"originalPartnerReferenceNo": OTHER}, UNKNOWN),
        ({"originalPartnerReferenceNo": None}, UNKNOWN),
        ({"beneficiaryAccountNo": "0000000001"}, UNKNOWN),
        ({"responseCode": "2001800"}, UNKNOWN),
        (rupiah("1.00"), DIFFERS),
        ({"latestTransactionStatus": "06"} | rupiah("1.00"), DIFFERS),
        ({"responseCode": "4043601", "originalPartnerReferenceNo": OTHER}, UNKNOWN),
    ],
)
async def test_a_status_of_something_else_is_none(
    odd: OddRail, client: Rail, changed: dict[str, Any], meaning: Meaning
) -> None:
    odd.moved[PAYOUT.hex] = 20_000_000

    async def say(question: Question) -> bytes:
        fields = odd.told(question.reference, "00") | changed
        return answer(int(fields["responseCode"][:3]), fields)

    odd.behave["status"] = say
    told = await client.status(PAYOUT, amount=20_000_000, payee=PAYEE)
    assert told.meaning is meaning


def bodies(honest: dict[str, Any]) -> dict[str, bytes]:
    """Answers to a transfer that took place, none of which says so."""
    said = json.dumps(honest).encode()
    twice = said[:-1] + b', "partnerReferenceNo": "x"}'
    return {
        "empty": answer(200, b""),
        "a list": answer(200, b"[" + said + b"]"),
        "a string": answer(200, json.dumps(said.decode()).encode()),
        "null": answer(200, b"null"),
        "cut": answer(200, said[:-5]),
        "two": answer(200, said + said),
        "a field twice": answer(200, twice),
        "a deep one": answer(200, b"[" * 30_000),
        "no utf-8": answer(200, said.replace(b"Successful", b"\xff")),
        "a page": answer(200, said, Content_Type="text/html"),
        "packed": answer(200, said, Content_Encoding="gzip"),
        "a bomb": bomb(honest),
        "a redirect": answer(307, said, Location="http://127.0.0.1:9/elsewhere"),
        "an error": answer(500, said),
        "created": answer(201, said),
        "not http": b"SSH-2.0-OpenSSH_9.6\r\n",
        "a long head": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        "a wrong length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + said,
        "words with a line": answer(
            403, honest | {"responseCode": "4031814", "responseMessage": "a\nb\x00" + "c" * 2_000}
        ),
    }


@pytest.mark.parametrize("kind", bodies({}))
async def test_an_answer_that_is_none_says_nothing(odd: OddRail, client: Rail, kind: str) -> None:
    async def say(question: Question) -> bytes:
        return bodies(odd.honest(question))[kind]

    odd.behave["transfer"] = say
    assert (await client.transfer(ORDER)).meaning is UNKNOWN
    odd.behave.clear()
    assert (await client.status(PAYOUT, amount=20_000_000, payee=PAYEE)).meaning is ARRIVED


@pytest.mark.parametrize("behave", [drip, huge, reset])
async def test_no_answer_holds_the_bank_up(odd: OddRail, client: Rail, behave: Any) -> None:
    odd.behave["transfer"] = behave
    async with asyncio.timeout(TIMEOUT_S * 3):
        assert (await client.transfer(ORDER)).meaning is UNKNOWN
    assert odd.moved == {}
    assert (await client.status(PAYOUT, amount=20_000_000, payee=PAYEE)).meaning is ABSENT
