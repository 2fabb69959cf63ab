"""What the bank decides, from values alone."""

from datetime import UTC, date, datetime
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.banking import AccountDeferred, AccountOpened, InvoicePaid, InvoiceUnpaid
from contracts.claims import Benefit, BenefitLine
from contracts.event import Cause, derived_id
from contracts.types import ClaimId, InvoiceId, PartyId, PayoutId
from services.banking.adapters import slip_pdf
from services.banking.adapters.payees import KEYS_TIMEOUT_S
from services.banking.rules import accounts, funds, ledger, payout_queue, payouts
from services.banking.rules.accounts import AccountToBlock, Number
from services.banking.rules.funds import Order, Ordered, Owed
from services.banking.rules.ledger import CLEARING, INSURER, OTHER_BANKS, TREASURY, Ledger, Posting
from services.banking.rules.payout_queue import Standing
from services.banking.rules.payouts import OpenPayout, Payee, PayeeAccount, same_name
from services.banking.rules.submissions import DIALOG_MAX_S, LEASE_S, Patience
from services.banking.settings import RAIL_TIMEOUT_MAX_S
from tests import bank_events as heard

NOW = datetime(2025, 10, 22, 2, 0, tzinfo=UTC)
CAUSE = Cause(UUID(int=7), UUID(int=8))
FUND = ledger.fund_of(heard.PROGRAMME)
ORDER = Order(document="SP2D 1", officer="bendahara", cause=CAUSE)


def owed(number: int, amount: int, due_on: date = date(2025, 7, 15)) -> Ordered:
    invoice_id = InvoiceId(UUID(int=number))
    return Ordered(Owed(invoice_id, heard.PROGRAMME, "2025-07", amount, due_on), ORDER)


def none_left() -> None:
    """Of account numbers."""


def nobody_asks() -> Number:
    raise AssertionError("a number was asked for, and none is needed")


def payout(amount: int = 20_000_000) -> OpenPayout:
    filed = heard.claim_filed(UUID(int=1))
    return OpenPayout(
        PayoutId(UUID(int=5)),
        filed.claim_id,
        filed.worker_id,
        PartyId(UUID(int=6)),
        "lump-sum",
        amount,
        CAUSE,
    )


@pytest.mark.parametrize(
    ("has_ktp", "has_kk", "missing"),
    [(False, True, ("ktp",)), (True, False, ("kk",)), (False, False, ("ktp", "kk"))],
)
def test_without_a_paper_the_account_is_deferred_and_the_paper_named(
    has_ktp: bool, has_kk: bool, missing: tuple[str, ...]
) -> None:
    worker = heard.worker_enrolled(has_ktp=has_ktp, has_kk=has_kk)
    deferred = accounts.member_account(worker, nobody_asks, now=NOW)
    assert isinstance(deferred, AccountDeferred)
    assert (deferred.worker_id, deferred.missing) == (worker.worker_id, missing)
    assert deferred.occurred_at == NOW


def test_with_both_papers_the_member_gets_the_one_account_there_can_be() -> None:
    worker = heard.worker_enrolled()
    first, again = (accounts.member_account(worker, none_left, now=NOW) for _ in range(2))
    assert isinstance(first, AccountOpened)
    assert (first.key, first.holder) == (str(worker.worker_id), "member")
    assert first == again


def test_an_heirs_account_is_ordered_by_the_party() -> None:
    heir = heard.heir_registered(UUID(int=1), UUID(int=2), account="open-here")
    opened = accounts.heir_account(heir, None, village_code=None, now=NOW)
    assert (opened.key, opened.holder) == (str(heir.party_id), "heir")


def test_a_block_names_the_claim_it_rests_on() -> None:
    filed = heard.claim_filed(UUID(int=1))
    account_id = ledger.account_of(filed.worker_id)
    free = AccountToBlock(filed.worker_id, account_id, filed.claim_id)
    blocked = accounts.block(free, cause=filed.cause, now=NOW)
    assert (blocked.account_id, blocked.claim_id) == (account_id, filed.claim_id)
    assert blocked.causation_id == filed.event_id


def test_a_transfer_says_what_is_left_and_moves_both_sides() -> None:
    book = Ledger({INSURER: 50, CLEARING: 0})
    transfer = book.post(ledger.reserve(UUID(int=1), 42))
    assert (transfer.kind, transfer.amount, transfer.debit_balance) == ("reserve", 42, 8)
    assert book.balances == {INSURER: 8, CLEARING: 42}


def test_an_account_of_the_bank_never_goes_below_zero() -> None:
    book = Ledger({INSURER: 41})
    with pytest.raises(ledger.FundsInsufficient, match="Rp1 are lacking"):
        book.post(ledger.reserve(UUID(int=1), 42))
    assert book.balances == {INSURER: 41}


def test_an_account_outside_the_bank_only_mirrors_what_is_elsewhere() -> None:
    book = Ledger({TREASURY: 0})
    assert book.post(ledger.deposit(heard.PROGRAMME, "SP2D 1", 9)).debit_balance == -9


def test_an_account_that_was_not_locked_cannot_pay() -> None:
    with pytest.raises(KeyError):
        Ledger({}).post(ledger.settle(UUID(int=1), 1))


def test_the_same_document_is_the_same_transfer_and_another_is_another() -> None:
    def deposited(document: str) -> Posting:
        return ledger.deposit(heard.PROGRAMME, document, 1)

    assert deposited("SP2D 1").reference == deposited("SP2D 1").reference
    assert deposited("SP2D 1").reference != deposited("SP2D 2").reference


def test_the_fixed_accounts_have_the_same_ids_for_ever() -> None:
    assert [str(account) for account in (TREASURY, OTHER_BANKS, INSURER, CLEARING)] == [
        "c4efecb5-2761-52e8-9b0d-538a9205d67c",
        "63aad8c1-0bcd-5217-b002-4596990304ba",
        "90cd2345-7994-54d5-9bd0-4c4e718e287e",
        "8db4f535-e4c6-58c0-9af1-d509ea0fb328",
    ]


@given(st.lists(st.integers(1, 100), max_size=20), st.integers(0, 500))
def test_whatever_is_owed_no_more_is_paid_than_there_is(amounts: list[int], funds_: int) -> None:
    book = Ledger({FUND: funds_})
    invoices = [owed(number, amount) for number, amount in enumerate(amounts, start=1)]
    outcomes = list(funds.pay(invoices, ledger=book, now=NOW))
    paid = [each for each in outcomes if isinstance(each, InvoicePaid)]
    assert len(outcomes) == len(invoices)
    assert book.balances[FUND] == funds_ - sum(each.transfer.amount for each in paid) >= 0
    assert len({each.event_id for each in outcomes}) == len(outcomes)


def test_an_invoice_that_the_fund_cannot_carry_waits_and_the_shortfall_is_told() -> None:
    book = Ledger({FUND: 100})
    first, second, third = funds.pay([owed(1, 80), owed(2, 30), owed(3, 20)], ledger=book, now=NOW)
    assert isinstance(first, InvoicePaid)
    assert (first.payment_order, first.paid_by) == ("SP2D 1", "bendahara")
    assert first.transfer.debit_balance == 20
    assert isinstance(second, InvoiceUnpaid)
    assert second.shortfall == 10
    assert isinstance(third, InvoicePaid)
    assert book.balances == {FUND: 0}


def test_a_deposit_names_its_document_and_who_made_it() -> None:
    book = Ledger({TREASURY: 0, FUND: 5})
    deposited = funds.deposit(heard.PROGRAMME, 10, ORDER, ledger=book, now=NOW)
    assert (deposited.document, deposited.deposited_by) == ("SP2D 1", "bendahara")
    assert deposited.transfer.credit_account == FUND
    assert book.balances == {TREASURY: -10, FUND: 15}


def test_each_line_is_ordered_once_and_goes_where_the_payee_has_an_account() -> None:
    approved = heard.claim_approved(UUID(int=1), UUID(int=2), UUID(int=3))
    elsewhere = list(payouts.order(approved, here=(), now=NOW))
    payee = Payee(approved.claim_id, UUID(int=3))
    here = list(payouts.order(approved, here={payee}, now=NOW))
    assert [each.rail for each in elsewhere] == ["interbank"] * 3
    assert [each.rail for each in here] == ["same-bank"] * 3
    assert len({each.payout_id for each in here}) == 3
    assert [each.payout_id for each in here] == [each.payout_id for each in elsewhere]


def test_a_payout_here_lands_on_the_heirs_account() -> None:
    book = Ledger({INSURER: 20_000_000})
    account_id = ledger.account_of(UUID(int=6))
    account = PayeeAccount(account_id, "savings", is_closed=False, last_used_at=NOW)
    settled = payouts.pay_here(payout(), account, ledger=book, now=NOW)
    assert settled.transfer.credit_account == ledger.account_of(UUID(int=6))
    assert (settled.transfer.kind, settled.transfer.debit_balance) == ("benefit", 0)


def test_a_payout_elsewhere_is_set_aside_and_then_leaves_or_comes_back() -> None:
    book = Ledger({INSURER: 20_000_000, CLEARING: 0})
    payouts.submit(payout(), ledger=book, now=NOW)
    assert book.balances == {INSURER: 0, CLEARING: 20_000_000}
    failed = payouts.fail(payout(), "4031818 Inactive Account", ledger=book, now=NOW)
    assert failed.reason == "4031818 Inactive Account"
    assert book.balances == {INSURER: 20_000_000, CLEARING: 0}


def test_a_payout_settles_under_one_id_however_often_it_is_decided() -> None:
    books = Ledger({CLEARING: 60_000_000})
    first, again = (payouts.settle(payout(), ledger=books, now=NOW) for _ in range(2))
    assert first.event_id == again.event_id
    assert first.transfer.transfer_id == again.transfer.transfer_id


def test_a_reason_holds_no_account_number() -> None:
    book = Ledger({CLEARING: 20_000_000, INSURER: 0})
    failed = payouts.fail(payout(), "4041811 Invalid 0356789012", ledger=book, now=NOW)
    assert failed.reason == "4041811 Invalid (number)"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Marselina Ndun", "MARSELINA  NDUN", True),
        ("Maria Yosefa Nale Da'o", "MARIA YOSEFA NALE DAO", True),
        ("José Benu", "Jose Benu", True),
        ("Ndun, Marselina", "Marselina Ndun", False),
        ("Marselina Ndun", "Marselina Tefa", False),
        ("", "", False),
        ("...", "---", False),
    ],
)
def test_names_are_compared_without_case_accents_and_signs(
    one: str, other: str, same: bool
) -> None:
    assert same_name(one, other) is same


def test_waits_grow_up_to_a_bound_and_then_a_person_has_to_ask() -> None:
    patience = Patience()
    waits = [patience.delay_s(tries) for tries in range(1, 21)]
    assert waits[:3] == [1.0, 2.0, 4.0]
    assert waits[-2:] == [300.0, None]


def test_a_dialog_ends_before_its_lease() -> None:
    assert KEYS_TIMEOUT_S + 2 * RAIL_TIMEOUT_MAX_S < DIALOG_MAX_S < LEASE_S


def test_a_line_with_an_id_is_paid_under_it_and_one_without_as_ever() -> None:
    line = BenefitLine(benefit="funeral", amount=1, payee_id=PartyId(UUID(int=3)))
    claim_id = ClaimId(UUID(int=1))
    ever = derived_id(claim_id, f"payout funeral {line.payee_id}")
    assert payouts.payout_id_of(claim_id, line) == ever
    told = line.model_copy(update={"line_id": UUID(int=9)})
    assert payouts.payout_id_of(claim_id, told) == derived_id(UUID(int=9), "payout")


def test_the_line_stands_in_every_event_of_its_payout_and_of_the_one_in_its_place() -> None:
    one = payout()._replace(line_id=UUID(int=9))
    book = Ledger({INSURER: 40_000_000, CLEARING: 0, OTHER_BANKS: 0})
    payouts.submit(one, ledger=book, now=NOW)
    assert payouts.fail(one, "no", ledger=book, now=NOW).line_id == UUID(int=9)
    act = payout_queue.Act("petugas", CAUSE, NOW)
    again = payout_queue.reissue(one, Standing(state="failed"), is_here=False, act=act)
    assert (again.line_id, again.replaces) == (UUID(int=9), one.payout_id)
    payouts.submit(one, ledger=book, now=NOW)
    assert payouts.settle(one, ledger=book, now=NOW).line_id == UUID(int=9)


def test_every_benefit_has_words_on_a_slip() -> None:
    assert slip_pdf.BENEFITS.keys() == set(get_args(Benefit))
    assert len(set(slip_pdf.BENEFITS.values())) == len(slip_pdf.BENEFITS)
