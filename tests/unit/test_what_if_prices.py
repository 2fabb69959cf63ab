"""What a month costs in a what-if, and which refused rows a price is the reason for."""

from datetime import UTC, datetime
from uuid import UUID

from contracts.enrollment import ProgrammeOpened, Quota, RosterProcessed, RosterReceived, Tariff
from contracts.event import Cause
from contracts.types import ProgrammeId, RosterId
from services.enrollment.rules.what_if.books import Books
from services.enrollment.rules.what_if.deciding import decide, otherwise
from services.enrollment.rules.what_if.prices import Price, Prices

NOW = datetime(2025, 7, 7, 1, tzinfo=UTC)
CAUSE = Cause(UUID(int=1), UUID(int=1))
PROGRAMME, ROSTER, REGION = ProgrammeId(UUID(int=2)), RosterId(UUID(int=3)), "53.71"
OPENED = ProgrammeOpened(
    **CAUSE.stamp("open", at=NOW), programme_id=PROGRAMME, name="one", province_code="53",
    funder="NTT", legal_basis="Pergub", first_month="2025-07", last_month="2025-12",
    ceiling=2 * 6 * 16_800, tariff=Tariff(jkk=10_000, jkm=6_800),
    quotas=(Quota(region_code=REGION, heads=9),), opened_by="an officer",
)  # fmt: skip
RECEIVED = RosterReceived(
    **CAUSE.stamp("receive", at=NOW), roster_id=ROSTER, programme_id=PROGRAMME, region_code=REGION,
    sha256="0" * 64, rows=5, received_by="a district",
)  # fmt: skip
PROCESSED = RosterProcessed(
    **CAUSE.stamp("process", at=NOW), roster_id=ROSTER, programme_id=PROGRAMME, enrolled=0,
    refused={"budget-exhausted": 4, "person-dead": 1},
)  # fmt: skip


def decided(books: Books) -> Books:
    """All three events, none of which comes out otherwise."""
    for event in (OPENED, RECEIVED, PROCESSED):
        assert otherwise(event, decide(books, event)) is None
    return books


def test_months_cost_what_they_cost_on_either_side_of_the_first_month() -> None:
    prices = Prices(16_800, Price(20_000, "2025-09"))
    assert [prices.of(month) for month in ("2025-08", "2025-09")] == [16_800, 20_000]
    assert prices.cost("2025-08", 3) == 16_800 + 2 * 20_000
    assert Prices(16_800, None).cost("2025-12", 2) == 2 * 16_800
    assert Prices(16_800, Price(1)).of("2000-01") == 1
    for money, carried in ((-1, 0), (16_799, 0), (36_799, 1), (36_800, 2), (999_999, 3)):
        assert prices.carried("2025-08", 3, money=money) == carried


def test_only_rows_for_which_the_price_is_the_reason_are_taken_in() -> None:
    record = decided(Books(None))
    assert record.would_fit == {ROSTER: 2}  # whoever had their places has left
    assert record.funds[PROGRAMME].money == OPENED.ceiling
    cheap = decided(Books(Price(9_000), would_fit=record.would_fit))
    assert cheap.heads_taken_in == {PROGRAMME: 1}  # three fit; the fourth does not
    assert cheap.money_taken_in == {PROGRAMME: 6 * 9_000}
    assert not decided(Books(Price(16_000), would_fit=record.would_fit)).memberships
