"""What the four months cost: rates, seconds by part, processor time by program, memory."""

from collections.abc import Mapping

from rich.table import Table

from tameng.demo.figures import Figures


def rates(figures: Figures) -> Mapping[str, float]:
    """How much of each a second."""
    spent, events = figures["parts_s"], figures["events"]
    rebuilt = sum(each["applied"] for each in figures["replay"].values())
    return {
        "workers, from the file to the account": figures["workers"]
        / (spent["enroll"] + spent["accounts"]),
        "claims, from the counter to the money": figures["expected"]["claims"] / spent["claims"],
        "events rebuilt": rebuilt / spent["replay"],
        "events verified": events / spent["verify"],
        "events, all in all": events / figures["seconds"]["whole"],
    }


def processor_s(figures: Figures) -> Mapping[str, float]:
    """Seconds of processor of each program over all acts."""
    spent: dict[str, float] = {}
    for of_act in figures["cpu_s"].values():
        for program, seconds in of_act.items():
            spent[program] = spent.get(program, 0.0) + seconds
    return spent


def tables(figures: Figures) -> list[Table]:
    """Small tables, one of each kind."""
    return [
        _table("A second", {words: f"{rate:,.1f}" for words, rate in rates(figures).items()}),
        _table("Part", {words: f"{s:.1f} s" for words, s in figures["parts_s"].items()}),
        _table("Processor", {name: f"{s:.1f} s" for name, s in processor_s(figures).items()}),
        _table(
            "Memory at most",
            {name: f"{mb:,} MB" for name, mb in figures["memory_mb_max"].items()},
        ),
    ]


def _table(title: str, cells: Mapping[str, str]) -> Table:
    found = Table(title=title, title_style="bold", show_header=False)
    found.add_column()
    found.add_column(justify="right")
    for words, cell in cells.items():
        found.add_row(words, cell)
    return found
