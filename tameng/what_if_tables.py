"""What a what-if found, as tables and in a sentence."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

Answer = Mapping[str, Any]
CLAIMS_SHOWN_MAX = 50
"""Of the terminal; the JSON and the report hold all."""


def verdict(answer: Answer) -> str:
    """The whole in a sentence or two."""
    differing, claims = len(answer["differing"]), answer["claims"]
    difference = rupiah(answer["difference"], signed=True)
    if not answer["holds"]:
        return (
            f"the rules in force do not come to the record: {differing:,} of {claims:,} claims "
            f"differ, by {difference}; find out why before asking what if"
        )
    checked = f"{answer['decisions']:,} decisions taken again by the rules in force: as recorded"
    if not answer["changes"]:
        return f"{checked}, to the rupiah"
    before, after = answer["before"]["awarded"], answer["after"]["awarded"]
    return (
        f"{checked}. With the change {differing:,} of {claims:,} claims come out otherwise: "
        f"{rupiah(after)} instead of {rupiah(before)}, {difference}. Nothing was published or "
        "changed."
    )


def shown(answer: Answer) -> Iterator[Table]:
    """What changed, the claims that differ, the money, what was left as it is."""
    if answer["changes"]:
        yield table("The rules", answer["changes"], RULES)
    if answer["differing"]:
        yield table("Claims that come out otherwise", answer["differing"], CLAIMS)
    if answer["changes"]:
        yield table("Money", list(money(answer)), MONEY)
    if answer["undecided"]:
        yield table("Left as recorded", answer["undecided"], LEFT)


def rule(change: Answer) -> tuple[str, ...]:
    """A changed rule in cells."""
    values = (f"{change[side]:,} {change['unit']}" for side in ("before", "after"))
    return (change["rule"], *values, change["from_day"], change["article"])


def claim(case: Answer) -> tuple[str, ...]:
    """A claim that differs in cells."""
    before, after = case["before"], case["after"]
    return (
        case["number"] or case["claim_id"],
        rupiah(before["amount"]),
        rupiah(after["amount"]),
        rupiah(case["difference"], signed=True),
        "; ".join(_why(case)),
    )


def _why(case: Answer) -> Iterator[str]:
    before, after = case["before"], case["after"]
    if before["decision"] != after["decision"]:
        yield f"{before['decision']} → {after['decision']}"
    if before["approvers"] != after["approvers"]:
        yield f"{before['approvers']} → {after['approvers']} approvers"
    yield ", ".join(case["because"]) or "what an earlier decision paid"
    if after["outcome"]:
        yield after["outcome"]


def money(answer: Answer) -> Iterator[Answer]:
    """Rupiah by benefit, by kind of claim, and in all; and how many claims were approved."""
    before, after = answer["before"], answer["after"]
    for by, words in (("by_benefit", "{}"), ("by_kind", "all lines, {}")):
        for name in sorted({*before[by], *after[by]}):
            sides = before[by].get(name, 0), after[by].get(name, 0)
            yield {"name": words.format(name), "before": sides[0], "after": sides[1]}
    for name in ("held", "awarded"):
        yield {"name": f"in all, {name}", "before": before[name], "after": after[name]}


def sums(line: Answer) -> tuple[str, ...]:
    """A line of money in cells."""
    before, after = line["before"], line["after"]
    return line["name"], rupiah(before), rupiah(after), rupiah(after - before, signed=True)


def left(decision: Answer) -> tuple[str, ...]:
    """A decision that was left as it is, in cells."""
    return decision["number"] or decision["claim_id"], decision["why"]


def rupiah(amount: int, *, signed: bool = False) -> str:
    """`Rp42,000,000`, `+Rp5,000,000`, `-Rp32,000,000`."""
    sign = "-" if amount < 0 else "+" if signed and amount > 0 else ""
    return f"{sign}Rp{abs(amount):,}"


RULES = rule, ("Rule", "In force", "What if", "Events from", "Article")
CLAIMS = claim, ("Claim", "Recorded", "What if", "Difference", "Why")
MONEY = sums, ("Money", "Recorded", "What if", "Difference")
LEFT = left, ("Claim", "Why it stays as it is")


def table(title: str, rows: list[Answer], kind: tuple[Any, tuple[str, ...]]) -> Table:
    """Rows of one kind: how each becomes cells, and the names of these."""
    cells, columns = kind
    found = Table(title=title, title_style="bold", title_justify="left")
    for column in columns:
        is_number = column in {"Recorded", "What if", "In force", "Difference"}
        found.add_column(
            column, justify="right" if is_number else "left", no_wrap=is_number or column == "Claim"
        )
    for row in rows[:CLAIMS_SHOWN_MAX]:
        found.add_row(*cells(row))
    if len(rows) > CLAIMS_SHOWN_MAX:
        found.caption = f"and {len(rows) - CLAIMS_SHOWN_MAX:,} more: see --json or --report"
    return found
