"""What claims uses beside its database: keys of persons, marks, the store of scans."""

from dataclasses import dataclass

from chassis import working_days
from chassis.key_service import KeyService
from chassis.sealing import KeyWrap
from chassis.tools import ServiceTools
from services.claims.adapters.blobs import Blobs, blobs_at
from services.claims.adapters.identities import Identities
from services.claims.adapters.marks import Marks
from services.claims.adapters.members import Members
from services.claims.settings import Settings


@dataclass(frozen=True)
class Tools(ServiceTools):
    """What claims uses beside its database."""

    identities: Identities
    marks: Marks
    blobs: Blobs
    members: Members
    settings: Settings

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.members.close()


def make_tools(settings: Settings) -> Tools:
    """The tools of one process, which keeps to the working days of its settings from now on."""
    working_days.observe_joint_leave(off=settings.joint_leave_off)
    enrollment = KeyService(
        settings.enrollment_url, holder="enrollment", token_file=settings.token_file
    )
    return Tools(
        identities=Identities(KeyWrap(settings.master_key())),
        marks=Marks(settings.mark_key()),
        blobs=blobs_at(settings.blobs_url),
        members=Members(enrollment),
        settings=settings,
    )
