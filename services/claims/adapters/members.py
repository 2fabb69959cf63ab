"""The name of a member, for a letter: enrollment holds the key and puts on record why it was read.

Nothing is kept: the key and the name live as long as one letter is written.
"""

from pydantic import BaseModel, ConfigDict

from chassis.key_service import KeyService, KeysUnavailable
from chassis.sealing import SealBroken, open_sealed
from contracts.sealed import Sealed
from services.claims.settings import Settings

KIND = "worker-identity"


class MemberUnreadable(Exception):
    """The member's block does not open, or who it is was erased; the text names nobody."""


class MemberIdentity(BaseModel):
    """As much of a member's sealed block as a letter needs."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    name: str


async def member_name(identity: Sealed, *, settings: Settings, reason: str) -> str:
    """Who the member is. Raises: KeysUnavailable, MemberUnreadable."""
    enrollment = KeyService(
        settings.enrollment_url, holder="enrollment", token_file=settings.token_file
    )
    try:
        key = await enrollment.key(identity.subject, reason)
    finally:
        await enrollment.close()
    if key is None:
        raise MemberUnreadable(f"enrollment has no key of {identity.subject}")
    try:
        return open_sealed(identity, key, MemberIdentity).name
    except SealBroken as error:
        raise MemberUnreadable(str(error)) from None


__all__ = ["KIND", "KeysUnavailable", "MemberUnreadable", "member_name"]
