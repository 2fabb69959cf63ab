"""Which papers a claim needs: `checklist.csv`, by kind of claim and class of heirs, with sources.

A paper may be needed for three things: `clock`, that the time to pay begins; `verify`; `pay`. One
with neither is asked for by habit of the branches and holds nothing up.
"""

import csv
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple, cast

from contracts.claims import ClaimKind, DocumentKind, HeirClass

Purpose = Literal["clock", "verify", "pay"]
Override = Literal["yes", "no", "with-instead"]
LISTS_REMEMBERED = 64
_ANY = "any"


class NeededPaper(NamedTuple):
    """A row of the checklist."""

    paper: DocumentKind
    instead: DocumentKind | None
    """What opens the claim in its place, and pays nothing."""
    needed_for: frozenset[Purpose]
    override: Override
    """Whether an officer may go on without it, in words on record: `with-instead` only while the
    paper in its place is there."""
    article: str
    source: str
    verified: bool
    """Whether it was read in the law itself."""


@lru_cache(maxsize=LISTS_REMEMBERED)
def checklist(kind: ClaimKind, heir_class: HeirClass | None) -> tuple[NeededPaper, ...]:
    """The papers of a claim, those that practice wants as well. Without a class of heirs: those
    that every class needs."""
    return tuple(
        paper
        for (of_kind, of_class), paper in _rows()
        if of_kind == kind and of_class in (_ANY, str(heir_class and heir_class.value))
    )


def missing_papers(
    kind: ClaimKind, heir_class: HeirClass | None, present: Collection[str], *, for_: Purpose
) -> list[DocumentKind]:
    """The papers that are missing for that. `present` are the kinds that count; the application
    need not be named, for filing is the application.

    The letter of the village starts the clock like the Akta; it neither verifies nor pays.
    """
    return [
        each.paper
        for each in checklist(kind, heir_class)
        if for_ in each.needed_for
        and each.paper not in present
        and each.paper != "application"
        and not (for_ == "clock" and each.instead in present)
    ]


def may_override(
    kind: ClaimKind, heir_class: HeirClass | None, present: Collection[str]
) -> frozenset[DocumentKind]:
    """The papers without which an officer may go on, saying why."""
    return frozenset(
        each.paper
        for each in checklist(kind, heir_class)
        if each.override == "yes" or (each.override == "with-instead" and each.instead in present)
    )


def missing_receipts(
    assessment: Mapping[str, Any] | None, present: Collection[str]
) -> list[DocumentKind]:
    """The receipts that are missing for what the assessment counts (PP 44/2015 art. 44(5)), as
    `AccidentAssessed` has it."""
    if assessment is None:
        return []
    receipts: tuple[tuple[DocumentKind, bool], ...] = (
        ("transport-receipt", bool(assessment.get("trips"))),
        ("medical-receipt", bool(assessment.get("medical_cost"))),
        ("appliance-receipt", bool(assessment.get("aids"))),
    )
    return [paper for paper, counts in receipts if counts and paper not in present]


@cache
def _rows() -> tuple[tuple[tuple[str, str], NeededPaper], ...]:
    text = files(__package__).joinpath("checklist.csv").read_text(encoding="utf-8")
    return tuple(
        ((row["kind"], row["heir_class"]), _paper(row)) for row in csv.DictReader(text.splitlines())
    )


def _paper(row: dict[str, str]) -> NeededPaper:
    purposes: tuple[Purpose, ...] = ("clock", "verify", "pay")
    return NeededPaper(
        paper=cast(DocumentKind, row["paper"]),
        instead=cast(DocumentKind, row["instead"]) if row["instead"] else None,
        needed_for=frozenset(each for each in purposes if row[each] == "yes"),
        override=cast(Override, row["override"]),
        article=row["article"],
        source=row["source"],
        verified=row["verified"] == "yes",
    )
