"""The archive on disk, its verification, its checkpoints, and the record for questions."""

from dataclasses import dataclass

from chassis import working_days
from chassis.tools import ServiceTools
from services.audit.adapters.archive import Archive, open_archive
from services.audit.adapters.notes_file import NotesFile
from services.audit.adapters.signing import Signer, witnesses_in
from services.audit.adapters.verification import Verifier
from services.audit.settings import Settings


@dataclass(frozen=True)
class Tools(ServiceTools):
    """What audit uses beside its database."""

    archive: Archive
    verifier: Verifier
    signer: Signer
    notes: NotesFile
    settings: Settings

    async def aclose(self) -> None:
        """Let go of the archive: another process may write in it now."""
        self.archive.close()


def make_tools(settings: Settings) -> Tools:
    """The tools of the one process that writes. Raises: CannotStart, when there is another.

    The process keeps to the working days of its settings from now on.
    """
    working_days.observe_joint_leave(off=settings.joint_leave_off)
    return Tools(
        archive=open_archive(settings.archive_folder),
        verifier=Verifier(settings.archive_folder),
        signer=Signer(settings.signing_key(), witnesses_in(settings.witness_keys_file)),
        notes=NotesFile(settings.notes_path()),
        settings=settings,
    )
