"""How the bank reads and writes SNAP."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.banking.adapters.snap import (
    Answer,
    Partner,
    amount_of,
    answer_in,
    not_served,
    reference_of,
)
from services.banking.rules.submissions import Meaning
from simulators.rail.signing import signature, string_to_sign

AT = datetime(2025, 10, 22, 2, 0, tzinfo=UTC)
PARTNER = Partner(partner_id="P", channel_id="95221", secret=b"a secret of the test")


def test_rupiah_are_a_string_with_two_decimals() -> None:
    assert amount_of(42_000_000) == {"value": "42000000.00", "currency": "IDR"}


def test_a_payout_has_one_reference_that_the_rail_takes() -> None:
    assert reference_of(UUID(int=255)) == "0" * 30 + "ff"


def test_a_request_is_signed_as_the_rail_checks_it() -> None:
    headers = PARTNER.headers("/v1.0/transfer-interbank", b"{}", at=AT)
    text = string_to_sign(
        method="POST", path="/v1.0/transfer-interbank", body=b"{}", timestamp=headers["X-TIMESTAMP"]
    )
    assert headers["X-SIGNATURE"] == signature(text, secret=PARTNER.secret)
    assert PARTNER.secret.decode() not in repr(PARTNER)


def test_every_request_has_a_number_of_its_own() -> None:
    numbers = {PARTNER.headers("/", b"", at=AT)["X-EXTERNAL-ID"] for _ in range(100)}
    assert len(numbers) == 100
    assert all(number.isdigit() and len(number) <= 36 for number in numbers)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b'{"responseCode": "20018'),
        (200, b"[]"),
        (502, b"<html>Bad Gateway</html>"),
        (200, b'{"responseCode": "4031814", "responseMessage": "says one thing and another"}'),
        (200, b'{"responseCode": 2001800}'),
        (200, b'{"responseMessage": "Successful"}'),
        (200, b'{"responseCode": "2001600"}'),
        (200, b'{"responseCode": "2001800", "responseCode": "2001800"}'),
        (200, b'{"responseCode": "2001800", "amount": {"value": 20000000, "currency": "IDR"}}'),
        (200, b'{"responseCode": "2001800", "amount": {"value": "20000000.00"}}'),
        (200, b'{"responseCode": "2001800", "amount": "20000000.00"}'),
        (200, b'{"responseCode": "2001800", "partnerReferenceNo": 5}'),
        (200, b"[" * 20_000 + b"]" * 20_000),
        (200, b"\xff\xfe"),
    ],
)
def test_an_answer_that_is_torn_or_not_snap_says_nothing(status: int, body: bytes) -> None:
    assert answer_in(body, status=status, service="18") is None


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("2021800", Meaning.UNKNOWN),
        ("4001801", Meaning.REFUSED),
        ("4011800", Meaning.UNKNOWN),
        ("4031814", Meaning.REFUSED),
        ("4041811", Meaning.REFUSED),
        ("4041818", Meaning.UNKNOWN),
        ("4091800", Meaning.UNKNOWN),
        ("4091801", Meaning.UNKNOWN),
        ("4291800", Meaning.UNKNOWN),
        ("5001800", Meaning.UNKNOWN),
        ("5041800", Meaning.UNKNOWN),
    ],
)
def test_only_a_refusal_of_the_money_itself_is_final(code: str, meaning: Meaning) -> None:
    verdict = not_served(Answer(responseCode=code, responseMessage="Words"))
    assert verdict == (meaning, f"{code} Words")


def test_the_rails_words_are_told_without_account_numbers() -> None:
    answer = Answer(responseCode="4041811", responseMessage="Invalid Account 0356789012")
    assert answer.words == "4041811 Invalid Account (number)"
