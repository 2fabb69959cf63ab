"""What a what-if of contributions found, as tables and in a sentence."""

from collections import Counter
from collections.abc import Callable, Iterator

from tameng.what_if.tables import Answer, Kind, Shown, money_of, rupiah

WHY = {
    "budget-exhausted": "not taken in: no money left",
    "quota-exhausted": "not taken in: no place left",
    "programme-closed": "not taken in: the programme was closed",
    "programme-over": "not taken in: the programme was over",
    "not-a-member": "not carried over: not a member before",
    "fewer-months": "promised fewer months when the cover went on",
    "more-months": "promised more months when the cover went on",
    "taken-in": "taken in: the money carries rows that were refused",
}


def changed(answer: Answer) -> list[str]:
    """The other contribution, and since when."""
    if answer["amount"] is None:
        return []
    since = [f"from-{answer['from_month']}"] if answer["from_month"] else []
    return [f"amount-{answer['amount']}", *since]


def title(answer: Answer) -> str:
    """The question."""
    if answer["amount"] is None:
        return "What if: nothing changed"
    return f"What if a month cost {rupiah(answer['amount'])}{_since(answer)}"


def verdict(answer: Answer) -> str:
    """The whole in a sentence or two."""
    if not answer["holds"]:
        return (
            "the prices that the programmes were opened with do not come to the record: "
            f"{answer['differing']:,} of {answer['events']:,} events differ, the tables by "
            f"{rupiah(answer['difference'], signed=True)} billed; find out why before asking what "
            f"if (tameng replay enrollment says which rows){_set_back(answer)}"
        )
    checked = f"{answer['events']:,} events about places and money decided again: as recorded"
    if answer["amount"] is None:
        return f"{checked}, to the rupiah"
    before, after = answer["before"]["billed"], answer["after"]["billed"]
    return (
        f"{checked}. At {rupiah(answer['amount'])} a month{_since(answer)} {rupiah(after)} are "
        f"billed instead of {rupiah(before)}, {rupiah(answer['difference'], signed=True)}. "
        f"{_others(answer)}Nothing was published or changed."
    )


def _set_back(answer: Answer) -> str:
    if not answer["set_back"]:
        return ""
    return (
        f". The clock was set back before {answer['set_back']:,} events: around them the order is "
        "not certain, which may be all that differs"
    )


def _since(answer: Answer) -> str:
    return f" from {answer['from_month']} on" if answer["from_month"] else ""


def _others(answer: Answer) -> str:
    counts = Counter[str]()
    for each in answer["memberships"]:
        counts[WHY[each["what"]]] += each["memberships"]
    told = [f"{count:,} {why}" for why, count in counts.items()]
    return f"Memberships: {'; '.join(told)}. " if told else ""


def tables(answer: Answer) -> list[Shown]:
    """What does not hold; each programme; who comes out otherwise; the money by place and month."""
    asked = answer["amount"] is not None or not answer["holds"]
    places = answer["places"] if asked else []
    return [
        Shown("Events that come out otherwise", answer["otherwise"], EVENTS),
        *(_programmes(answer) if asked else ()),
        Shown(
            "Memberships that come out otherwise", answer["memberships"], MEMBERSHIPS,
            "Rows that were refused and would be taken in are in no bill: nobody knows who it was.",
        ),
        Shown("Billed, by kabupaten or kota", *_billed(places, "region", "Kabupaten/kota")),
        Shown("Billed, by month", *_billed(places, "month", "Month")),
        Shown("In all", list(_all(answer)) if asked else [], money_of("Money")),
        Shown("Billed and paid, by kabupaten or kota and month", places, PLACES, only_filed=True),
    ]  # fmt: skip


def _programmes(answer: Answer) -> Iterator[Shown]:
    for each in answer["programmes"]:
        rows = [
            {"name": words} | {side: told(each[side][name]) for side in ("before", "after")}
            for name, (words, told) in _BUDGET.items()
        ]
        yield Shown(f"{each['name']} (ceiling {rupiah(each['ceiling'])})", rows, BUDGET)


def _billed(places: list[Answer], by: str, column: str) -> tuple[list[Answer], Kind]:
    sums = {name: {"before": 0, "after": 0} for name in sorted({each[by] for each in places})}
    for each in places:
        for side, found in sums[each[by]].items():
            sums[each[by]][side] = found + each[side]["billed"]
    return [{"name": name} | sides for name, sides in sums.items()], money_of(column)


def _all(answer: Answer) -> Iterator[Answer]:
    for name in ("billed", "paid"):
        yield {"name": name, "before": answer["before"][name], "after": answer["after"][name]}


def _event(each: Answer) -> tuple[str, ...]:
    return each["event_id"], each["type"], each["recorded"], each["again"]


def _budget(line: Answer) -> tuple[str, ...]:
    return line["name"], line["before"], line["after"]


def _membership(each: Answer) -> tuple[str, ...]:
    roster = each["roster_id"] or "a member before"
    counts = [f"{each[name]:,}" for name in ("memberships", "months")]
    return each["programme"], each["region"], roster, *counts, WHY[each["what"]]


def _place(each: Answer) -> tuple[str, ...]:
    sides = each["before"], each["after"]
    months = " → ".join(dict.fromkeys(f"{side['months']:,}" for side in sides))
    billed, paid = ([rupiah(side[name]) for side in sides] for name in ("billed", "paid"))
    difference = rupiah(each["difference"], signed=True)
    return each["region"], each["month"], months, *billed, difference, *paid


EVENTS = Kind(_event, ("Event", "Type", "Recorded", "Should be"))
BUDGET = Kind(_budget, ("Programme", "Recorded", "What if"))
_BUDGET: dict[str, tuple[str, Callable[[int], str]]] = {
    "month": ("a member's last month costs", rupiah),
    "members": ("members", "{:,}".format),
    "reserved": ("reserved for them", rupiah),
    "left": ("left of the ceiling", rupiah),
    "months_left": ("members' months that this carries", "{:,}".format),
}
MEMBERSHIPS = Kind(
    _membership, ("Programme", "Kabupaten/kota", "Roster", "Memberships", "Months", "Why")
)
PLACES = Kind(
    _place,
    ("Kabupaten/kota", "Month", "Months", "Recorded", "What if", "Difference", "Paid",
     "Paid, what if"),
)  # fmt: skip
