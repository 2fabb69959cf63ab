"""The kinds of account and their limits: data with a source, changed without touching code."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from contracts.banking import HolderKind

_OF_HOLDER: Mapping[HolderKind, str] = {"member": "basic", "heir": "savings"}


@dataclass(frozen=True)
class Product:
    """A kind of account. Amounts in rupiah; None: no limit."""

    product: str
    name: str
    balance_max: int | None
    debit_month_max: int | None
    """How much may leave it in a calendar month."""
    source: str
    verified: bool
    """Whether the limits were read in the rule itself."""


@cache
def products() -> Mapping[str, Product]:
    """All of them, by name, as `products.csv` has them."""
    text = files("services.banking.rules").joinpath("products.csv").read_text()
    return {row["product"]: _product(row) for row in csv.DictReader(text.splitlines())}


def product_of(holder: HolderKind) -> str:
    """What is opened for somebody: the simplest for a member whom the bank has not seen; for an
    heir, who comes for a benefit, one that can hold it (domain 5.2)."""
    return _OF_HOLDER[holder]


def _product(row: Mapping[str, str]) -> Product:
    return Product(
        product=row["product"],
        name=row["name"],
        balance_max=_rupiah(row["balance_max"]),
        debit_month_max=_rupiah(row["debit_month_max"]),
        source=row["source"],
        verified=row["verified"] == "yes",
    )


def _rupiah(text: str) -> int | None:
    return int(text) if text else None
