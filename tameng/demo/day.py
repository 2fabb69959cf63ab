"""The day in Kota Kupang: who takes part besides, and what was found."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tameng.demo.roster import DemoRosters
from tameng.demo.stage import PROVINCE, Stage
from tameng.offices import Answer, Office

__all__ = ("CITY", "DISTRICTS", "OEBOBO", "PROVINCE", "Day")

CITY = "53.71"
OEBOBO = "53.71.04"
DISTRICTS = tuple(f"{CITY}.{number:02}" for number in range(1, 7))


@dataclass(kw_only=True)
class Day(Stage):
    """One day of the programme in Kota Kupang, as it is played."""

    rosters: DemoRosters
    maker_refused: bool = False
    """Whether whoever sent a roster was kept from approving it."""
    claim_timed_out: str | None = None
    """The claim whose payout gets no answer from the rail."""
    decisions: list[dict[str, Any]] = field(default_factory=list)
    """What was decided about each claim, with its explanation, as the services tell."""
    letters: dict[str, Path] = field(default_factory=dict)
    """The decision letters, by the number of the claim."""
    filer_refused: bool = False
    """Whether whoever filed a claim was kept from approving it."""
    card_sheets: Path | None = None
    """The cards of one kelurahan, as a printer takes them."""

    @property
    def district(self) -> Office:
        """The manpower office of Kota Kupang, which sends rosters."""
        return self.office("disnaker-kota-kupang", "district", CITY)

    @property
    def maker_as_checker(self) -> Office:
        """The person who sends rosters, with the role of those who decide about them."""
        return self.office(self.district.name, "checker", PROVINCE)

    @property
    def filer_as_approver(self) -> Office:
        """The person who files claims, with the role of those who decide about them."""
        return self.office(self.branch.name, "approver", PROVINCE)

    async def in_each_district(
        self, act: Callable[[str], Awaitable[Answer]], *, words: str, count: str
    ) -> int:
        """Do something in each kecamatan of the city; return the sum of what was counted."""
        total = 0
        for place, district in enumerate(DISTRICTS, start=1):
            answer: dict[str, Any] = await act(district)
            total += int(answer[count])
            self.progress.tell(f"{words}: {total:,}", part=place / len(DISTRICTS))
        return total
