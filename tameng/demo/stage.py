"""What all stories of the programme share: the offices, the clock, the progress."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar

from chassis import clock
from chassis.local_time import WITA
from tameng import drain
from tameng.offices import Answer, Office

PROVINCE = "53"


class Progress(Protocol):
    """Where an act shows how far it is."""

    def tell(self, words: str, *, part: float | None = None) -> None:
        """Show these words, and the part of the act that is done, 0 to 1, where it is known."""


@dataclass(kw_only=True)
class Stage:
    """Where a story is played, and what was found on the way."""

    clock_file: Path
    folder: Path
    """Where papers are put."""
    office: Callable[[str, str, str], Office]
    progress: Progress
    programme_id: str = ""
    claims: dict[str, str] = field(default_factory=dict)
    """The claims by the number of the member who died."""
    rows_refused: dict[str, int] = field(default_factory=dict)
    rosters_approved: int = 0

    @property
    def province(self) -> Office:
        """The governor's office, which opens programmes and pays."""
        return self.office("biro-kesra-ntt", "province", PROVINCE)

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


S = TypeVar("S", bound=Stage)


class Act(NamedTuple, Generic[S]):
    """A part of a story: its name in figures, what people read, and how it is played."""

    name: str
    title: str
    play: Callable[[S], Awaitable[None]]
