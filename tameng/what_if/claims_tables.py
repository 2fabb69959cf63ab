"""What a what-if of claims found, as tables and in a sentence."""

from collections.abc import Iterator

from tameng.what_if.tables import Answer, Kind, Shown, money_of, rupiah


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


def tables(answer: Answer) -> list[Shown]:
    """What changed, the claims that differ, the money, what was left as it is."""
    return [
        Shown("The rules", answer["changes"], RULES),
        Shown("Claims that come out otherwise", answer["differing"], CLAIMS),
        Shown("Money", list(money(answer)) if answer["changes"] else [], money_of("Money")),
        Shown(
            "Left as recorded", answer["undecided"], LEFT, "No rule decides these, or not alone."
        ),
    ]


def changed(answer: Answer) -> list[str]:
    """The rules with their other values."""
    return [f"{each['rule']}-{each['after']}" for each in answer["changes"]]


def title(answer: Answer) -> str:
    """The question."""
    return f"What if: {', '.join(changed(answer)) or 'nothing changed'}"


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


def left(decision: Answer) -> tuple[str, ...]:
    """A decision that was left as it is, in cells."""
    return decision["number"] or decision["claim_id"], decision["why"]


RULES = Kind(rule, ("Rule", "In force", "What if", "Events from", "Article"))
CLAIMS = Kind(claim, ("Claim", "Recorded", "What if", "Difference", "Why"))
LEFT = Kind(left, ("Claim", "Why it stays as it is"))
