"""What every story of the programme does: open it, let rosters in, pay a month."""

from collections.abc import Mapping
from typing import NamedTuple

from tameng import intake
from tameng.demo.stage import PROVINCE, Stage

CEILING = 20_000_000_000
FIRST_MONTH, LAST_MONTH = "2025-07", "2025-12"
MONTHS_PROMISED = 6
CONTRIBUTION = 16_800
"""A month of a member (PP 44/2015 art. 20), as the province was billed."""


class Terms(NamedTuple):
    """What the province opens, with which money."""

    name: str
    heads: Mapping[str, int]
    """Places, by the code of the kabupaten or kota."""
    deposit: int


async def open_programme(stage: Stage, terms: Terms) -> None:
    """The province opens the programme and deposits the money of its six months."""
    opened = await stage.province.post(
        "enrollment",
        "/programmes",
        {
            "name": terms.name,
            "province_code": PROVINCE,
            "funder": "APBD Provinsi Nusa Tenggara Timur",
            "legal_basis": "Pergub NTT tentang perlindungan pekerja rentan",
            "first_month": FIRST_MONTH,
            "last_month": LAST_MONTH,
            "ceiling": CEILING,
            "quotas": [
                {"region_code": region, "heads": heads} for region, heads in terms.heads.items()
            ],
        },
        key="open-programme",
    )
    stage.programme_id = opened["programme_id"]
    await stage.settle()
    paid_in = {
        "programme_id": stage.programme_id,
        "amount": terms.deposit,
        "document": "SP2D 0001/BPKAD/2025",
    }
    await stage.province.post("banking", "/deposits", paid_in, key="deposit")


async def approve(stage: Stage, roster_id: str, where: intake.Checking) -> None:
    """A second person, of the province, lets a roster's fit rows in; the others come back."""
    done = await intake.approve(stage.checker, roster_id, where)
    stage.rosters_approved += 1
    for slug, rows in done["refused"].items():
        stage.rows_refused[slug] = stage.rows_refused.get(slug, 0) + rows


async def pay(stage: Stage, month: str) -> None:
    """The province orders the month paid, and everybody hears of it."""
    order = {
        "programme_id": stage.programme_id,
        "month": month,
        "payment_order": f"SP2D {month}/BPKAD",
    }
    await stage.province.post("banking", "/payment-orders", order, key=f"pay {month}")
    await stage.settle()
