"""What a what-if of contributions found, as tables and in a sentence."""

from collections import Counter
from collections.abc import Iterator

from tameng.what_if.tables import MONEY, Answer, Kind, Shown, rupiah

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


def verdict(answer: Answer) -> str:
    """The whole in a sentence or two."""
    if not answer["holds"]:
        return (
            "the prices that the programmes were opened with do not come to the record: "
            f"{answer['differing']:,} of {answer['events']:,} events differ, the tables by "
            f"{rupiah(answer['difference'], signed=True)} billed; find out why before asking what "
            "if (tameng replay enrollment says which rows)"
        )
    checked = f"{answer['events']:,} events about places and money decided again: as recorded"
    if answer["amount"] is None:
        return f"{checked}, to the rupiah"
    since = f" from {answer['from_month']} on" if answer["from_month"] else ""
    before, after = answer["before"]["billed"], answer["after"]["billed"]
    return (
        f"{checked}. At {rupiah(answer['amount'])} a month{since} {rupiah(after)} are billed "
        f"instead of {rupiah(before)}, {rupiah(answer['difference'], signed=True)}. "
        f"{_others(answer)}Nothing was published or changed."
    )


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
        Shown("Programmes", list(_programmes(answer)) if asked else [], PROGRAMMES),
        Shown(
            "Memberships that come out otherwise", answer["memberships"], MEMBERSHIPS,
            "Rows that were refused and would be taken in are in no bill: nobody knows who it was.",
        ),
        Shown("Billed, by kabupaten or kota", list(_billed(places, "region")), MONEY),
        Shown("Billed, by month", list(_billed(places, "month")), MONEY),
        Shown("In all", list(_all(answer)) if asked else [], MONEY),
        Shown("Billed and paid, by kabupaten or kota and month", places, PLACES, only_filed=True),
    ]  # fmt: skip


def _programmes(answer: Answer) -> Iterator[Answer]:
    for each in answer["programmes"]:
        yield {"name": each["name"], "side": "recorded"} | each["before"]
        yield {"name": "", "side": "what if"} | each["after"]


def _billed(places: list[Answer], by: str) -> Iterator[Answer]:
    for name in sorted({each[by] for each in places}):
        of = [each for each in places if each[by] == name]
        sides = {side: sum(each[side]["billed"] for each in of) for side in ("before", "after")}
        yield {"name": name} | sides


def _all(answer: Answer) -> Iterator[Answer]:
    for name in ("billed", "paid"):
        yield {"name": name, "before": answer["before"][name], "after": answer["after"][name]}


def _event(each: Answer) -> tuple[str, ...]:
    return each["event_id"], each["type"], each["recorded"], each["again"]


def _programme(line: Answer) -> tuple[str, ...]:
    money = [rupiah(line[name]) for name in ("month", "reserved", "left")]
    return line["name"], line["side"], *money, f"{line['members']:,}", f"{line['months_left']:,}"


def _membership(each: Answer) -> tuple[str, ...]:
    roster = each["roster_id"] or "a member before"
    counts = [f"{each[name]:,}" for name in ("memberships", "months")]
    return each["programme"], each["region"], roster, *counts, WHY[each["what"]]


def _place(each: Answer) -> tuple[str, ...]:
    sides = each["before"], each["after"]
    months = [f"{side['months']:,}" for side in sides]
    billed, paid = ([rupiah(side[name]) for side in sides] for name in ("billed", "paid"))
    difference = rupiah(each["difference"], signed=True)
    return each["region"], each["month"], *months, *billed, difference, *paid


EVENTS = Kind(_event, ("Event", "Type", "Recorded", "Should be"))
PROGRAMMES = Kind(
    _programme,
    ("Programme", "", "A month", "Reserved", "Left", "Members", "Months still carried"),
)
MEMBERSHIPS = Kind(
    _membership, ("Programme", "Kabupaten/kota", "Roster", "Memberships", "Months", "Why")
)
PLACES = Kind(
    _place,
    ("Kabupaten/kota", "Month", "Months", "Months, what if", "Recorded", "What if", "Difference",
     "Paid", "Paid, what if"),
)  # fmt: skip
