"""`tameng status --watch`: how the machine stands, from the services' metrics, again and again."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
from prometheus_client.parser import text_string_to_metric_families
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from chassis.clock import real_now
from tameng.drain import owner_of
from tameng.environment import SERVICES
from tameng.where import describe

EVERY_S = 2.0
ANSWER_S = 5.0
RED = {
    "bus_oldest_unsent_age_seconds": 60,
    "bus_lag_age_seconds": 120,
    "bus_gaps_open": 0,
    "bus_parked": 0,
    "payouts_unknown_age_seconds": 1800,
    "payouts_waiting_for_money": 0,
    "invoices_unpaid": 0,
    "invoices_overdue": 0,
    "rail_differences_open": 0,
    "claims_payouts_failed": 0,
    "ledger_accounts_off": 0,
    "archive_unsigned_events": 0,
    "archive_verified_age_seconds": 604_800,
}
"""Above this an alarm of `deploy/monitoring/alerts.yml` fires, when it lasts."""
NO_ALARM = {"none", "observation"}
"""Kinds of findings that say nothing of the record itself."""
RED_LABELS = {"payouts_unknown": "person", "payouts_open": "stopped", "claims_open": "late 24h"}
"""Of these a single value is an alarm, with these labels."""
SHOWN = (
    ("banking", "payouts_open", "payouts on their way"),
    ("banking", "payouts_unknown", "payouts of which nobody knows, by who is asked"),
    ("banking", "payouts_unknown_age_seconds", "age of the oldest of these, s"),
    ("banking", "payouts_waiting_for_money", "payouts that wait for the insurer's money"),
    ("banking", "ledger_accounts_off", "accounts whose balance is not their transfers"),
    ("banking", "invoices_unpaid", "invoices for which money lacks"),
    ("banking", "rail_differences_open", "differences with the rail"),
    ("enrollment", "invoices_overdue", "invoices past their day"),
    ("enrollment", "rosters_open", "rosters not worked through"),
    ("claims", "claims_open", "open claims by time left"),
    ("claims", "claims_payouts_failed", "lines of claims that could not be paid"),
    ("audit", "archive_unsigned_events", "events under no checkpoint"),
    ("audit", "archive_verified_age_seconds", "since the record was verified, s"),
    ("audit", "findings_open", "findings open"),
)


class Sample(NamedTuple):
    """One value of a service's metrics."""

    name: str
    labels: Mapping[str, str]
    value: float

    @property
    def is_red(self) -> bool:
        """Whether an alarm would fire, were it to last."""
        if self.name == "findings_open":
            return self.value > 0 and self.labels.get("kind") not in NO_ALARM
        if self.name in RED_LABELS:
            return self.value > 0 and bool(
                set(self.labels.values()) & set(RED_LABELS[self.name].split())
            )
        return self.value > RED.get(self.name, float("inf"))


BUS = ("service", "head", "unsent", "oldest", "reads", "lag", "behind", "gaps", "parked")
OWN = 4
"""So many of these columns are the service's own, the others those of a topic that it reads."""
Samples = Mapping[str, Sequence[Sample] | None]
"""By service; None: it does not answer."""


async def watch(state: Path, console: Console) -> None:
    """Show it until interrupted; once, where nobody sits at a terminal.

    Raises: Problem, when nothing runs in the folder.
    """
    urls = describe(state).urls
    async with httpx.AsyncClient(timeout=ANSWER_S) as http:
        if not console.is_terminal:
            console.print(shown(await _all(http, urls)))
            return
        with Live(console=console, auto_refresh=False, screen=True) as live:
            while True:
                live.update(shown(await _all(http, urls)), refresh=True)
                await asyncio.sleep(EVERY_S)


async def _all(http: httpx.AsyncClient, urls: Mapping[str, str]) -> Samples:
    found = await asyncio.gather(*(_read(http, urls[name]) for name in SERVICES))
    return dict(zip(SERVICES, found, strict=True))


async def _read(http: httpx.AsyncClient, url: str) -> list[Sample] | None:
    try:
        answer = await http.get(f"{url}/metrics")
        answer.raise_for_status()
    except httpx.HTTPError:
        return None
    families = text_string_to_metric_families(answer.text)
    return [Sample(s.name, s.labels, s.value) for each in families for s in each.samples]


def shown(found: Samples) -> Group:
    """What the terminal shows."""
    now = f"{real_now():%Y-%m-%d %H:%M:%S} UTC; red: an alarm, when it lasts; Ctrl-C ends"
    return Group(_bus(found), _figures(found), Text(now, style="dim"))


def _bus(found: Samples) -> Table:
    table = Table(title="The bus", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in BUS:
        is_name = name in {"service", "reads"}
        table.add_column(name, justify="left" if is_name else "right", no_wrap=is_name)
    for service, samples in found.items():
        if samples is None:
            table.add_row(Text(service, style="bold red"), Text("away", style="bold red"))
            continue
        topics = sorted({s.labels["topic"] for s in samples if s.name == "bus_watermark"})
        for place, topic in enumerate(topics or [""]):
            own = _own(service, samples) if place == 0 else [""] * OWN
            table.add_row(*own, *_read_from(topic, samples))
    return table


def _own(service: str, samples: Sequence[Sample]) -> list[str | Text]:
    head, sent = (_of(samples, name) for name in ("bus_log_head", "bus_log_sent"))
    return [
        Text(service, style="bold red" if _of(samples, "bus_closed") else "bold"),
        f"{head:,.0f}",
        f"{head - sent:,.0f}",
        _worst(samples, "bus_oldest_unsent_age_seconds", "{:.0f} s"),
    ]


def _read_from(topic: str, samples: Sequence[Sample]) -> list[str | Text]:
    mine = [sample for sample in samples if sample.labels.get("topic") == topic]
    return [
        owner_of(topic),
        f"{_of(mine, 'bus_lag'):,.0f}",
        _worst(mine, "bus_lag_age_seconds", "{:.0f} s"),
        _worst(mine, "bus_gaps_open", "{:.0f}"),
        _worst(mine, "bus_parked", "{:.0f}"),
    ]


def _figures(found: Samples) -> Table:
    table = Table(title="Money, claims and the record", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("figure")
    table.add_column("now")
    for service, name, words in SHOWN:
        cells = Text()
        for sample in found[service] or ():
            if sample.name == name:
                label = "".join(f"{value} " for value in sample.labels.values())
                cells.append(f"{label}{sample.value:,.0f}  ", "bold red" if sample.is_red else "")
        table.add_row(words, cells)
    return table


def _of(samples: Sequence[Sample], name: str) -> float:
    return sum(sample.value for sample in samples if sample.name == name)


def _worst(samples: Sequence[Sample], name: str, form: str) -> Text:
    """The worst of the shards."""
    mine = [sample for sample in samples if sample.name == name]
    worst = max(mine, key=lambda sample: sample.value, default=Sample(name, {}, 0.0))
    return Text(form.format(worst.value), "bold red" if worst.is_red else "")
