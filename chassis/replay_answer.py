"""What `replay` answers: the report and how fast it was, as JSON says them."""

import resource
import time
from dataclasses import dataclass, field
from typing import Any

from chassis.state.replay import Report


def _cpu_s() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)


@dataclass
class Watch:
    """Wall time, and the CPU of the processes here (not of Postgres), from now on."""

    began: float = field(default_factory=time.perf_counter)
    cpu_before_s: float = field(default_factory=_cpu_s)

    def speed(self, events: int) -> dict[str, float]:
        """Since it was made; the workers have ended."""
        took_s = time.perf_counter() - self.began
        return {
            "seconds": round(took_s, 2),
            "events_per_s": round(events / took_s),
            "cpu_s": round(_cpu_s() - self.cpu_before_s, 2),
        }


def told(report: Report) -> dict[str, Any]:
    """A report as JSON says it."""
    tables: dict[str, dict[str, Any]] = {
        name: {"rows": made.rows, "replayed": made.md5} for name, made in report.made.items()
    }
    for name, (live, made) in report.tables.items():
        tables[name] = {
            "rows": live.rows,
            "live": live.md5,
            "replayed": made.md5,
            "replayed_rows": made.rows,
        }
    return {
        "same": report.same,
        "from": report.source,
        "against": report.against,
        "until": report.cut.until,
        "heads": report.cut.own,
        "events": report.events,
        "applied": report.applied,
        "log_compared_with_archive": report.log_compared,
        "tables": tables,
        "differing": report.differing,
        "differences": [difference._asdict() for difference in report.differences],
        "kept": report.kept,
    }
