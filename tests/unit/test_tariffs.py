"""What a month costs: the discount of PP 50/2025 is for whoever pays himself and nobody else."""

import pytest

from contracts.enrollment import Payer, Tariff
from services.enrollment.rules.programmes import TARIFF
from services.enrollment.rules.tariffs import (
    Sector,
    TariffKey,
    TariffUnknown,
    TariffUnverified,
    programme_tariff,
    rows,
    tariff,
)

FULL, HALF = 16_800, 8_400


@pytest.mark.parametrize(
    ("payer", "sector", "month", "amount"),
    [
        ("self", "other", "2025-12", FULL),
        ("self", "other", "2026-01", FULL),
        ("self", "other", "2026-03", FULL),
        ("self", "other", "2026-04", HALF),
        ("self", "other", "2026-12", HALF),
        ("self", "other", "2027-01", FULL),
        ("self", "transport", "2025-12", FULL),
        ("self", "transport", "2026-01", HALF),
        ("self", "transport", "2026-12", HALF),
        ("self", "transport", "2027-03", HALF),
        ("self", "transport", "2027-04", FULL),
    ],
)
def test_whoever_pays_himself_has_the_discount_in_its_months(
    payer: Payer, sector: Sector, month: str, amount: int
) -> None:
    assert tariff(TariffKey(payer, sector), month).month == amount


@pytest.mark.parametrize("payer", ["apbd", "apbn"])
@pytest.mark.parametrize("sector", ["transport", "other"])
def test_a_budget_of_the_state_never_has_the_discount(payer: Payer, sector: Sector) -> None:
    months = [f"{year}-{month:02d}" for year in range(2025, 2028) for month in range(1, 13)]
    key = TariffKey(payer, sector)
    assert {tariff(key, month).month for month in months} == {FULL}
    assert programme_tariff(payer, first_month="2025-07", last_month="2027-12").month == FULL


def test_half_of_both_parts_is_paid() -> None:
    assert tariff(TariffKey("self"), "2026-04") == Tariff(jkk=5_000, jkm=3_400)
    assert tariff(TariffKey("apbd"), "2026-04") == Tariff(jkk=10_000, jkm=6_800) == TARIFF


@pytest.mark.parametrize("base_income", [1_200_000, 1_400_000, 20_700_000])
def test_a_tier_that_nobody_has_verified_is_refused(base_income: int) -> None:
    with pytest.raises(TariffUnverified, match="not verified"):
        tariff(TariffKey("self", base_income=base_income), "2026-01")


def test_whether_a_village_has_the_discount_is_not_verified() -> None:
    assert tariff(TariffKey("village"), "2026-03").month == FULL
    with pytest.raises(TariffUnverified):
        tariff(TariffKey("village"), "2026-04")
    with pytest.raises(TariffUnverified):
        programme_tariff("village", first_month="2025-07", last_month="2026-06")


@pytest.mark.parametrize(
    ("key", "month"),
    [(TariffKey("self", base_income=999), "2026-01"), (TariffKey("apbd"), "2015-06")],
)
def test_what_is_not_in_the_table_is_refused(key: TariffKey, month: str) -> None:
    with pytest.raises(TariffUnknown, match="no tariff"):
        tariff(key, month)


def test_a_programme_reserves_by_its_dearest_month() -> None:
    own = programme_tariff("self", first_month="2026-03", last_month="2026-05")
    assert own.month == FULL
    assert programme_tariff("self", first_month="2026-04", last_month="2026-05").month == HALF


def test_every_row_has_its_source_and_adds_up() -> None:
    assert len(rows()) > 3
    for row in rows():
        assert row.source
        assert row.jkk in {row.base_income // 100, row.base_income // 200}
        assert row.jkk + row.jkm in {row.base_income // 100 + 6_800, HALF}
