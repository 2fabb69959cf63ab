"""Receive a transfer, look one up, name a holder: each against the book."""

from dataclasses import dataclass
from datetime import datetime

from simulators.rail import codes, rules
from simulators.rail.book import Book
from simulators.rail.messages import (
    AccountInquiry,
    Behavior,
    Instruction,
    StatusQuery,
    TransferOrder,
)
from simulators.rail.rules import Entry


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to the asker, when, and to whom else."""

    response_code: str
    response_message: str
    entry: Entry | None = None
    wait_s: float = 0.0
    callback_url: str | None = None


def receive_transfer(book: Book, order: TransferOrder, *, now: datetime) -> Reply:
    """Enter an order in the book once; money moves for a reference at most once, for ever."""
    rules.bank_name(order.beneficiary_bank_code)
    with book.transaction():
        known = book.transfer(order.partner_reference_no)
        if known is not None:
            book.count_request(order.partner_reference_no)
            return _repeat(known, order)
        instruction = book.take_instruction(order.partner_reference_no)
        if instruction.behavior is Behavior.TIME_OUT_NOT_EXECUTED:
            return _timed_out(instruction)
        entry = book.write(rules.decided(order, instruction, now=now))
    return _first_reply(entry, instruction)


def transfer_status(book: Book, query: StatusQuery) -> Entry:
    """The transfer asked for; NotServed (404..01) when the rail never took it on."""
    entry = book.transfer(query.original_partner_reference_no)
    if entry is None:
        raise codes.NotServed(codes.TRANSACTION_NOT_FOUND)
    return entry


def holder_name(book: Book, inquiry: AccountInquiry) -> str:
    """The account's registered holder, else the name asked for, else a stand-in made of the number.

    NotServed when the bank is unknown, or the account unknown, closed or dormant.
    """
    rules.bank_name(inquiry.beneficiary_bank_code)
    account_no = inquiry.beneficiary_account_no
    case = rules.account_case(account_no)
    if case is not codes.SUCCESSFUL:
        raise codes.NotServed(case)
    registered = book.holder_name(bank_code=inquiry.beneficiary_bank_code, account_no=account_no)
    asked_for = inquiry.additional_info.beneficiary_account_name
    return registered or asked_for or f"PEMILIK REKENING {account_no[-4:]}"


def _first_reply(entry: Entry, instruction: Instruction) -> Reply:
    match instruction.behavior:
        case Behavior.TIME_OUT_EXECUTED:
            return _timed_out(instruction)
        case Behavior.IN_PROGRESS:
            progress = codes.IN_PROGRESS
            return Reply(progress.code(codes.TRANSFER), progress.message, entry)
        case Behavior.SLOW:
            wait_s = instruction.delay_s
            return Reply(entry.response_code, entry.response_message, entry, wait_s)
    callback_url = None if instruction.callback_url is None else str(instruction.callback_url)
    return Reply(entry.response_code, entry.response_message, entry, callback_url=callback_url)


def _repeat(known: Entry, order: TransferOrder) -> Reply:
    if not rules.same_content(known.order, order):
        raise codes.NotServed(codes.INCONSISTENT)
    if known.behavior is Behavior.ANSWER_TWICE:
        return Reply(known.response_code, known.response_message, known)
    return Reply(codes.REFERENCE_USED.code(codes.TRANSFER), codes.REFERENCE_USED.message)


def _timed_out(instruction: Instruction) -> Reply:
    timed_out = codes.TIMED_OUT
    return Reply(timed_out.code(codes.TRANSFER), timed_out.message, wait_s=instruction.delay_s)
