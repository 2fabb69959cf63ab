"""A poll is cut where one transaction would have too much to do."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from chassis.bus.admission import Record, Stream
from chassis.bus.handlers import Handlers
from chassis.state.projections import Projections
from chassis.state.unit import Unit
from contracts.banking import AccountOpened, InvoicePaid
from services.enrollment.consumers import INVOICES_MAX, handlers


def limited(records_max: int) -> Handlers:
    made = Handlers(Projections())

    @made.on(InvoicePaid, records_max=records_max)
    async def on_invoice_paid(_unit: Unit, _paid: Sequence[InvoicePaid]) -> None: ...

    return made


def poll(kinds: str) -> list[Record]:
    """`i`: an invoice paid; anything else: an account opened."""
    types = [InvoicePaid.type if kind == "i" else AccountOpened.type for kind in kinds]
    stream = Stream("banking.events", 0)
    return [
        Record(stream, seq, b"", UUID(int=seq), type_, "key")
        for seq, type_ in enumerate(types, start=1)
    ]


@pytest.mark.parametrize(
    ("kinds", "sizes"),
    [
        ("", []),
        ("aaaaaa", [6]),
        ("ii", [2]),
        ("iii", [2, 1]),
        ("iiiii", [2, 2, 1]),
        ("aiaiaia", [5, 2]),
        ("iiaaai", [5, 1]),
    ],
)
def test_a_poll_is_cut_before_the_one_too_many(kinds: str, sizes: list[int]) -> None:
    records = poll(kinds)
    portions = list(limited(2).portions(records))
    assert [len(each) for each in portions] == sizes
    assert [record for each in portions for record in each] == records


def test_a_poll_without_limits_is_whole() -> None:
    records = poll("iaia" * 200)
    assert list(Handlers(Projections()).portions(records)) == [records]


def test_a_month_of_the_whole_province_is_paid_in_several_transactions() -> None:
    assert [len(each) for each in handlers.portions(poll("i" * 315))] == [
        *[INVOICES_MAX] * (315 // INVOICES_MAX), 315 % INVOICES_MAX,
    ]  # fmt: skip
