"""Receive a transfer, look one up, name a holder: each against the book.

Inside the book's transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from simulators.rail import answers, bad_day, codes, rules
from simulators.rail.answers import Fields
from simulators.rail.book import Book
from simulators.rail.codes import Case, NotServed
from simulators.rail.messages import (
    NOT_TAKEN_ON,
    TORN,
    AccountInquiry,
    Behavior,
    Instruction,
    StatusQuery,
    TornAt,
    TransferOrder,
)
from simulators.rail.rules import Entry
from simulators.rail.weather import Weather

ANOTHER_HOLDER = "BUKAN ORANG YANG SAMA"
UNCLEAR_WAYS = (TornAt.START, TornAt.MIDDLE, None)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to the asker, when, and how much of it arrives."""

    code: str
    message: str
    fields: Fields
    wait_s: float = 0.0
    torn: TornAt | None = None
    """Where the connection is cut; None: the whole answer arrives."""
    entry: Entry | None = None
    """The transfer that was just taken on; its outcome is called back."""
    callback_url: str | None = None


def receive_transfer(book: Book, order: TransferOrder, *, weather: Weather, now: datetime) -> Reply:
    """Enter an order in the book once; money moves for a reference at most once, for ever."""
    rules.bank_name(order.beneficiary_bank_code)
    reference = order.partner_reference_no
    known = book.transfer(reference)
    if known is not None:
        book.count_request(reference)
        return _repeat(known, order)
    told = book.take_instruction(reference) or _of_the_day(book, reference, weather)
    if told.behavior in NOT_TAKEN_ON:
        book.count_not_taken_on(reference)
        return _first_reply(None, told)
    return _first_reply(book.write(rules.decided(order, told, now=now)), told)


def transfer_status(book: Book, query: StatusQuery, *, weather: Weather, now: datetime) -> Reply:
    """What became of a transfer; NotServed (404..01) when the rail never took it on."""
    reference = query.original_partner_reference_no
    if weather.unclear(reference, codes.STATUS):
        return _unclear(weather, reference, codes.STATUS)
    entry = book.transfer(reference)
    if entry is None:
        raise NotServed(codes.TRANSACTION_NOT_FOUND)
    latest = answers.latest(entry, now)
    return _success(codes.STATUS, answers.status(entry, latest, amount=entry.carried))


def account_holder(book: Book, inquiry: AccountInquiry, *, weather: Weather) -> Reply:
    """The account's registered holder, else the name asked for, else a stand-in made of the number.

    NotServed when the bank is unknown, or the account unknown, closed or dormant.
    """
    rules.bank_name(inquiry.beneficiary_bank_code)
    account_no, reference = inquiry.beneficiary_account_no, inquiry.partner_reference_no
    day, case = weather.day, rules.account_case(account_no)
    if weather.unclear(reference, codes.INQUIRY):
        return _unclear(weather, reference, codes.INQUIRY)
    if day is not None and case is codes.SUCCESSFUL:
        case = bad_day.inquiry_case(day, reference)
    if case is not codes.SUCCESSFUL:
        raise NotServed(case)
    name = _holder_name(book, inquiry)
    if day is not None and day.trouble(reference) is bad_day.Trouble.NAME_DIFFERS:
        name = ANOTHER_HOLDER
    return _success(codes.INQUIRY, answers.account(inquiry, name))


def refusal(case: Case, service: str, *, detail: str = "") -> Reply:
    """A case and nothing else."""
    return Reply(case.code(service), f"{case.message} {detail}".strip(), {})


def _holder_name(book: Book, inquiry: AccountInquiry) -> str:
    account_no = inquiry.beneficiary_account_no
    registered = book.holder_name(bank_code=inquiry.beneficiary_bank_code, account_no=account_no)
    asked_for = inquiry.additional_info.beneficiary_account_name
    return registered or asked_for or f"PEMILIK REKENING {account_no[-4:]}"


def _of_the_day(book: Book, reference: str, weather: Weather) -> Instruction:
    if weather.day is None:
        return Instruction(behavior=Behavior.SETTLE)
    tries = book.requests_not_taken_on(reference).get(reference, 0)
    return bad_day.instruction(weather.day, reference, tries=tries)


def _first_reply(entry: Entry | None, told: Instruction) -> Reply:
    code, message, wait_s = codes.TIMED_OUT.code(codes.TRANSFER), codes.TIMED_OUT.message, 0.0
    timed_out = {Behavior.TIME_OUT_EXECUTED, Behavior.TIME_OUT_NOT_EXECUTED}
    if told.behavior in timed_out | {Behavior.SLOW}:
        wait_s = told.delay_s
    if told.behavior is Behavior.IN_PROGRESS:
        code, message = codes.IN_PROGRESS.code(codes.TRANSFER), codes.IN_PROGRESS.message
    elif entry is not None and told.behavior not in timed_out:
        code, message = entry.response_code, entry.response_message
    fields: Fields = {}
    if entry is not None and told.behavior not in timed_out:
        errs = told.behavior is Behavior.WRONG_AMOUNT_ANSWERED
        amount = rules.another_amount(entry.carried) if errs else entry.carried
        fields = answers.transfer(entry, amount=amount)
    return Reply(
        code,
        message,
        fields,
        wait_s,
        torn=told.torn_at if told.behavior in TORN else None,
        entry=entry,
        callback_url=None if told.callback_url is None else str(told.callback_url),
    )


def _repeat(known: Entry, order: TransferOrder) -> Reply:
    if not rules.same_content(known.order, order):
        raise NotServed(codes.INCONSISTENT)
    if known.behavior is Behavior.ANSWER_TWICE:
        fields = answers.transfer(known, amount=known.carried)
        return Reply(known.response_code, known.response_message, fields)
    return refusal(codes.REFERENCE_USED, codes.TRANSFER)


def _success(service: str, fields: Fields) -> Reply:
    return Reply(codes.SUCCESSFUL.code(service), codes.SUCCESSFUL.message, fields)


def _unclear(weather: Weather, reference: str, service: str) -> Reply:
    """Cut, at the start or in the middle, or a server error."""
    assert weather.day is not None  # noqa: S101  (only a bad day has unclear answers)
    tries = weather.tries[service, reference]
    drawn = weather.day.chance(reference).whole(0, 2, f"unclear {service} {tries}")
    case = codes.GENERAL_ERROR
    return Reply(case.code(service), case.message, {}, torn=UNCLEAR_WAYS[drawn])
