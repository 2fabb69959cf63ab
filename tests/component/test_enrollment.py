"""Programmes, billing, payment, cards and the end of cover, over HTTP and a real Postgres."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from chassis import logs
from chassis.ids import new_id
from contracts.banking import AccountOpened
from contracts.enrollment import (
    AccountLinked,
    CardPrinted,
    ContributionBilled,
    ContributionPaid,
    CoverageEnded,
    InvoiceIssued,
    MembershipActivated,
    WorkerEnrolled,
)
from contracts.types import AccountId
from services.enrollment.rules.kpj import FIRST_RANGE
from tests.component.enrollment_office import (
    MONTH,
    Office,
    command,
    death_verified,
    invoice_paid,
    office,
    said,
)
from tests.rosters import row, rows

__all__ = ["office"]


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({"last_month": "2025-06"}, "programme-months-reversed"),
        ({"quotas": [{"region_code": "53.71", "heads": 1}] * 2}, "quota-named-twice"),
        ({"quotas": [{"region_code": "51.71", "heads": 1}]}, "quota-outside-province"),
        ({"quotas": [{"region_code": "53", "heads": 1}]}, "field-invalid"),
        ({"quotas": [{"region_code": "53.71.04", "heads": 1}]}, "field-invalid"),
        ({"quotas": []}, "field-invalid"),
    ],
)
async def test_a_programme_that_makes_no_sense_is_refused(
    office: Office, changed: dict[str, object], slug: str
) -> None:
    with pytest.raises(AssertionError, match=slug):
        await office.open(**changed)
    assert await office.logged() == 0


async def test_a_month_is_billed_once_for_everybody(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 3))
    assert (await office.bill(programme, "2025-07")).json() == {"members": 3}
    assert (await office.bill(programme, "2025-07")).json() == {"members": 0}
    await office.enroll(programme, rows(4, 2))
    assert (await office.bill(programme, "2025-07")).json() == {"members": 2}
    invoices = await office.alone.recorded(InvoiceIssued)
    assert [(each.heads, each.amount) for each in invoices] == [(3, 3 * MONTH), (2, 2 * MONTH)]
    assert {each.due_on for each in invoices} == {date(2025, 7, 15)}
    lines = await office.alone.recorded(ContributionBilled)
    assert len({each.worker_id for each in lines}) == len(lines) == 5
    assert (await office.alone.replay()).same


@pytest.mark.parametrize(
    ("month", "answer"),
    [
        ("2025-08", (409, "month-not-begun")),
        ("2025-06", (422, "month-outside-programme")),
        ("2026-01", (422, "month-outside-programme")),
        ("2025-13", (422, "field-invalid")),
    ],
)
async def test_a_month_that_cannot_be_billed_changes_nothing(
    office: Office, month: str, answer: tuple[int, str]
) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 1))
    logged = await office.logged()
    assert said(await office.bill(programme, month)) == answer
    assert said(await office.bill(new_id(), "2025-07")) == (404, "programme-unknown")
    assert await office.logged() == logged


async def test_the_first_payment_gives_numbers_and_cover_and_the_second_neither(
    office: Office,
) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 3))
    await office.bill_and_pay(programme, "2025-07")
    activated = await office.alone.recorded(MembershipActivated)
    assert sorted(each.kpj for each in activated) == [str(FIRST_RANGE.first + n) for n in range(3)]
    assert {each.covered_from for each in activated} == {office.alone.clock.now()}
    office.alone.clock.set(datetime(2025, 8, 4, 1, tzinfo=UTC))
    await office.enroll(programme, rows(4, 1))
    await office.bill_and_pay(programme, "2025-08")
    activated = await office.alone.recorded(MembershipActivated)
    assert sorted(each.kpj for each in activated) == [str(FIRST_RANGE.first + n) for n in range(4)]
    figures = await office.standing(programme)
    assert (figures["covered"], figures["months_paid"]) == (4, 7)
    assert figures["amount_paid"] == 7 * MONTH
    assert (await office.alone.replay()).same


async def test_a_payment_that_arrives_again_pays_nothing_again(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 2))
    paid = await office.bill_and_pay(programme, "2025-07")
    logged = await office.logged()
    assert len((await office.alone.hear_again()).duplicates) == 1
    await office.alone.handle(paid)
    (invoice,) = await office.alone.recorded(InvoiceIssued)
    await office.alone.hear(invoice_paid(invoice))
    assert await office.logged() == logged
    assert len(await office.alone.recorded(ContributionPaid)) == 2


async def test_a_payment_of_somebody_elses_invoice_is_no_matter(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 1))
    await office.bill(programme, "2025-07")
    (invoice,) = await office.alone.recorded(InvoiceIssued)
    logged = await office.logged()
    other = invoice_paid(invoice.model_copy(update={"invoice_id": new_id()}))
    assert (await office.alone.hear(other)).parked == 0
    assert await office.logged() == logged


async def test_cards_are_printed_for_the_covered_and_delivered_once(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 3))
    assert await office.cards(programme, "prints") == 0
    await office.bill_and_pay(programme, "2025-07")
    assert await office.cards(programme, "deliveries") == 0
    assert [await office.cards(programme, "prints") for _ in "ab"] == [3, 0]
    assert [await office.cards(programme, "deliveries") for _ in "ab"] == [3, 0]
    figures = await office.standing(programme, area="53.71.04")
    assert (figures["cards_printed"], figures["cards_delivered"]) == (3, 3)
    assert (await office.standing(programme, area="53.13"))["cards_printed"] == 0


async def workers(office: Office) -> list[UUID]:
    return [each.worker_id for each in await office.alone.recorded(WorkerEnrolled)]


async def test_a_death_ends_cover_and_frees_what_was_not_billed(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 3))
    await office.bill_and_pay(programme, "2025-07")
    dead, *_ = await workers(office)
    verified = death_verified(office.alone, dead, died_on=date(2025, 7, 5))
    await office.alone.hear(verified)
    await office.alone.handle(verified)
    await office.alone.hear(death_verified(office.alone, dead, died_on=date(2025, 7, 6)))
    (ended,) = await office.alone.recorded(CoverageEnded)
    assert (ended.worker_id, ended.released, ended.ended_on) == (dead, 5 * MONTH, date(2025, 7, 5))
    figures = await office.standing(programme)
    assert (figures["reserved"], figures["covered"]) == (13 * MONTH, 2)
    office.alone.clock.set(datetime(2025, 8, 4, 1, tzinfo=UTC))
    assert (await office.bill(programme, "2025-08")).json() == {"members": 2}
    assert await office.cards(programme, "prints") == 2
    assert dead not in {each.worker_id for each in await office.alone.recorded(CardPrinted)}
    assert (await office.alone.replay()).same


async def test_whoever_died_before_the_first_payment_gets_no_number(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 2))
    await office.bill(programme, "2025-07")
    dead, alive = await workers(office)
    await office.alone.hear(death_verified(office.alone, dead, died_on=date(2025, 7, 6)))
    (invoice,) = await office.alone.recorded(InvoiceIssued)
    await office.alone.hear(invoice_paid(invoice))
    assert [e.worker_id for e in await office.alone.recorded(MembershipActivated)] == [alive]
    assert len(await office.alone.recorded(ContributionPaid)) == 2
    assert (await office.alone.replay()).same


def opened(holder_id: UUID, *, member: bool) -> AccountOpened:
    return AccountOpened(
        **command().stamp("open", at=datetime(2025, 7, 7, tzinfo=UTC)),
        holder_id=holder_id, holder="member" if member else "heir", account_id=AccountId(new_id()),
    )  # fmt: skip


async def test_an_account_is_linked_once_and_an_heirs_not_at_all(office: Office) -> None:
    programme = await office.open()
    await office.enroll(programme, rows(1, 2))
    first, _ = await workers(office)
    account = opened(first, member=True)
    await office.alone.hear(account, opened(new_id(), member=False))
    await office.alone.handle(account)
    (linked,) = await office.alone.recorded(AccountLinked)
    assert (linked.worker_id, linked.account_id) == (first, account.account_id)
    assert (await office.standing(programme))["accounts_linked"] == 1


@contextmanager
def logs_written() -> Iterator[io.StringIO]:
    """What the service writes, set up as in a real process, but with every word of our own."""
    before, level, written = list(logging.root.handlers), logging.root.level, io.StringIO()
    with redirect_stdout(written):
        logs.configure("enrollment", level=logging.DEBUG)
    try:
        yield written
    finally:
        logging.captureWarnings(capture=False)
        logging.root.handlers[:] = before
        logging.root.setLevel(level)


PERSONAL = re.compile(r"53710415\d{8}|53710401\d{8}|Yohanes|Nubatonis|Cendana|1985-03-15")


async def test_no_person_is_in_an_event_a_state_table_or_a_log_line(
    office: Office,
) -> None:
    with logs_written() as written:
        await work_with_persons(office)
    tables = await office.alone.rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    )
    assert len(tables) > 12
    for table in (each["tablename"] for each in tables):
        for found in await office.alone.rows(f'SELECT * FROM "{table}"'):
            assert not PERSONAL.search(repr(found)), table
    assert '"POST /members:find"' in written.getvalue()
    assert not PERSONAL.search(written.getvalue())


async def work_with_persons(office: Office) -> None:
    programme = await office.open()
    bad = [row(7, nik="53710415038500077"), row(8, tanggal_lahir="1985-03-151"), row(1)]
    await office.enroll(programme, [*rows(1, 4), *bad])
    await office.bill_and_pay(programme, "2025-07")
    find = {"nik": row(1)["nik"]}
    assert (await office.branch.post("/members:find", json=find)).status_code == 200
    assert (await office.branch.post("/members:find", json=find | {"nik": "5371041503"})).is_error
    assert (await office.district.post("/rosters", content=b"x")).is_error


async def test_errors_do_not_repeat_what_was_sent(office: Office) -> None:
    find = {"nik": "53710415038500011", "name": "Yohanes"}
    answer = await office.branch.post("/members:find", json=find)
    assert said(answer) == (422, "field-unknown")
    assert not PERSONAL.search(answer.text)


def test_the_scan_would_find_a_person() -> None:
    for name in ("nik", "nama", "nama_ibu", "no_kk", "alamat", "tanggal_lahir"):
        assert PERSONAL.search(row(1)[name]), name
