"""What is known while the province is played, and how long its parts took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tameng.demo.province.rolls import Roll, Rolls
from tameng.demo.stage import Stage
from tameng.offices import Office


@dataclass(kw_only=True)
class Province(Stage):
    """Four months of the programme in the whole province, as they are played."""

    rolls: Rolls
    invoices: int = 0
    """Issued by the billing runs, one a kecamatan and month."""
    parts_s: dict[str, float] = field(default_factory=dict)
    """Seconds by what was done, whichever act it was part of."""

    def district(self, roll: Roll) -> Office:
        """The manpower office of a kabupaten or kota, which sends its roster."""
        return self.office(f"disnaker-{roll.region_code}", "district", roll.region_code)

    def counter(self, district_code: str) -> Office:
        """The insurer's counter in a kecamatan, where families file."""
        return self.office(f"bpjs-loket-{district_code}", "branch", district_code)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the seconds of this to the part's."""
        began = time.perf_counter()
        yield
        self.parts_s[part] = self.parts_s.get(part, 0.0) + time.perf_counter() - began
