"""What the acts of the demonstration share: the offices, the clock, the progress."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from chassis import clock
from chassis.local_time import WITA
from tameng import drain
from tameng.demo.roster import DemoRosters
from tameng.offices import Answer, Office

PROVINCE = "53"
CITY = "53.71"
OEBOBO = "53.71.04"
DISTRICTS = tuple(f"{CITY}.{number:02}" for number in range(1, 7))


class Progress(Protocol):
    """Where an act shows how far it is."""

    def tell(self, words: str, *, part: float | None = None) -> None:
        """Show these words, and the part of the act that is done, 0 to 1, where it is known."""


@dataclass
class Day:
    """One day of the programme in Kota Kupang, as it is played."""

    clock_file: Path
    folder: Path
    """Where letters and card sheets are put."""
    rosters: DemoRosters
    office: Callable[[str, str, str], Office]
    progress: Progress
    programme_id: str = ""
    claims: dict[str, str] = field(default_factory=dict)
    """The claims by the number of the member who died."""
    rows_refused: dict[str, int] = field(default_factory=dict)
    rosters_approved: int = 0
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
    def province(self) -> Office:
        """The governor's office, which opens programmes and pays."""
        return self.office("biro-kesra-ntt", "province", PROVINCE)

    @property
    def district(self) -> Office:
        """The manpower office of Kota Kupang, which sends rosters."""
        return self.office("disnaker-kota-kupang", "district", CITY)

    @property
    def maker_as_checker(self) -> Office:
        """The person who sends rosters, with the role of those who decide about them."""
        return self.office(self.district.name, "checker", PROVINCE)

    @property
    def checker(self) -> Office:
        """Another officer, of the province, who looks at what the district sent."""
        return self.office("disnakertrans-ntt-pemeriksa", "checker", PROVINCE)

    @property
    def branch(self) -> Office:
        """The insurer's branch: bills, prints cards, files claims."""
        return self.office("bpjs-kupang-loket", "branch", PROVINCE)

    @property
    def verifier(self) -> Office:
        """Another officer of the branch, who looks at the papers."""
        return self.office("bpjs-kupang-verifikator", "branch", PROVINCE)

    @property
    def approver(self) -> Office:
        """The head of the branch, who decides."""
        return self.office("bpjs-kupang-kepala", "approver", PROVINCE)

    @property
    def second_approver(self) -> Office:
        """The head of another branch, where two have to decide."""
        return self.office("bpjs-ntt-kepala-wilayah", "approver", PROVINCE)

    @property
    def filer_as_approver(self) -> Office:
        """The person who files claims, with the role of those who decide about them."""
        return self.office(self.branch.name, "approver", PROVINCE)

    @property
    def auditor(self) -> Office:
        """The auditor of the state."""
        return self.office("bpk-ntt", "auditor", PROVINCE)

    @property
    def admin(self) -> Office:
        """Whoever runs the machine."""
        return self.office("operator", "admin", PROVINCE)

    async def settle(self) -> Mapping[str, Answer]:
        """Wait until everything in flight has landed."""
        return await drain.drained(
            self.admin, heard=lambda left: self.progress.tell(f"{left:,} events in flight")
        )

    async def move_to(self, year_month_day: str, hour: int = 8) -> None:
        """Let everything land, and then be it that day and hour in Kota Kupang."""
        await self.settle()
        moment = datetime.fromisoformat(year_month_day).replace(hour=hour, tzinfo=WITA)
        clock.move(self.clock_file, moment)

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
