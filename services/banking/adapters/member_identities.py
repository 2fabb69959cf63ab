"""Who somebody is by the record of whoever registered the person: enrollment for members, claims
for heirs. Opened for one comparison and not kept.
"""

from collections.abc import Mapping

from pydantic import ConfigDict

from chassis.key_service import KeyService
from chassis.sealing import SealBroken, open_sealed
from contracts.sealed import Sealed
from services.banking.adapters.holders import HolderIdentity

MEMBER_KIND = "worker-identity"
HEIR_KIND = "heir-identity"


class RecordUnreadable(Exception):
    """The record does not open, or whose it is was erased; the text names nobody."""


class _Recorded(HolderIdentity):
    """As much of the record as is compared."""

    model_config = ConfigDict(extra="ignore")


class RegisteredIdentities:
    """Opens records with the keys of who holds them."""

    def __init__(self, *, enrollment: KeyService, claims: KeyService) -> None:
        self._of_kind: Mapping[str, KeyService] = {MEMBER_KIND: enrollment, HEIR_KIND: claims}

    async def registered(self, record: Sealed, *, reason: str) -> HolderIdentity:
        """Who it is. The holder of the key puts the reason on record.

        Raises: RecordUnreadable, KeysUnavailable.
        """
        holder = self._of_kind.get(record.kind)
        if holder is None:
            raise RecordUnreadable(f"a block of kind {record.kind} tells of no holder")
        key = await holder.key(record.subject, reason)
        if key is None:
            raise RecordUnreadable(f"nobody has the key of {record.subject} any more")
        try:
            return open_sealed(record, key, _Recorded)
        except SealBroken as error:
            raise RecordUnreadable(str(error)) from None

    async def close(self) -> None:
        """Let go of the connections."""
        for holder in self._of_kind.values():
            await holder.close()
