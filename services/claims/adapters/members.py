"""The name of a member, for a letter: enrollment holds the key and puts on record why it was read.

Nothing is kept: the key and the name live as long as one letter is written.
"""

from pydantic import BaseModel, ConfigDict

from chassis.key_service import KeyService
from chassis.sealing import SealBroken, open_sealed
from contracts.sealed import Sealed


class MemberUnreadable(Exception):
    """The member's block does not open, or who it is was erased; the text names nobody."""


class MemberIdentity(BaseModel):
    """As much of a member's sealed block as a letter needs."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    name: str


class Members:
    """Asks enrollment for the keys of members."""

    def __init__(self, enrollment: KeyService) -> None:
        self._enrollment = enrollment

    async def name(self, identity: Sealed, *, reason: str) -> str:
        """Who the member is. Raises: KeysUnavailable, MemberUnreadable."""
        key = await self._enrollment.key(identity.subject, reason)
        if key is None:
            raise MemberUnreadable(f"enrollment has no key of {identity.subject}")
        try:
            return open_sealed(identity, key, MemberIdentity).name
        except SealBroken as error:
            raise MemberUnreadable(str(error)) from None

    async def close(self) -> None:
        """Let go of the connections."""
        await self._enrollment.close()
