"""Who is paid at another bank: the sealed block of an heir, opened with the key that claims holds.

Nothing of it is kept: the key and what it opens live as long as one dialog with the rail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from chassis.key_service import KEYS_TIMEOUT_S, KeyService, KeysUnavailable
from chassis.sealing import SealBroken, open_sealed
from contracts.sealed import Sealed

__all__ = ["KEYS_TIMEOUT_S", "KeysUnavailable", "Payee", "PayeeUnreadable", "Payees"]

KIND = "heir-identity"
REASON = "a benefit goes to an account at another bank"


class PayeeUnreadable(Exception):
    """The payee's block does not open, or names no account; the text names nobody."""


@dataclass(frozen=True, repr=False)
class Payee:
    """Whom the rail is told to pay, and where."""

    name: str
    bank_code: str
    account_number: str


class HeirIdentity(BaseModel):
    """As much of an heir's sealed block as the bank needs."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    name: str
    bank_code: str | None = None
    account_number: str | None = None


class Payees:
    """Opens the blocks of heirs, those of many in one question to the claims service."""

    def __init__(self, claims_url: str, *, token_file: Path) -> None:
        self.key_service = KeyService(claims_url, holder="claims", token_file=token_file)

    async def payees(self, blocks: Sequence[Sealed]) -> list[Payee | PayeeUnreadable]:
        """The persons in these blocks, in order, or why one cannot be read.

        At most `key_service.SUBJECTS_MAX` of them. Raises: KeysUnavailable.
        """
        if not blocks:
            return []
        keys = await self.key_service.keys((block.subject for block in blocks), REASON)
        return [_read(block, keys.get(block.subject)) for block in blocks]

    async def heir(self, block: Sealed, *, reason: str) -> HeirIdentity:
        """The person in one block, wherever the money goes. The reason is put on record by claims.

        Raises: PayeeUnreadable, KeysUnavailable.
        """
        key = await self.key_service.key(block.subject, reason)
        if key is None:
            raise PayeeUnreadable(f"claims has no key of {block.subject}")
        return heir_in(block, key)

    async def close(self) -> None:
        """Let go of the connections."""
        await self.key_service.close()


def payee_in(identity: Sealed, key: bytes) -> Payee:
    """The person in a block, by its key. Raises: PayeeUnreadable."""
    heir = heir_in(identity, key)
    if heir.bank_code is None or heir.account_number is None:
        raise PayeeUnreadable(f"the block of {identity.subject} names no account")
    return Payee(heir.name, heir.bank_code, heir.account_number)


def heir_in(identity: Sealed, key: bytes) -> HeirIdentity:
    """The heir in a block, by its key. Raises: PayeeUnreadable."""
    if identity.kind != KIND:
        raise PayeeUnreadable(f"a block of kind {identity.kind} names no account")
    try:
        return open_sealed(identity, key, HeirIdentity)
    except SealBroken as error:
        raise PayeeUnreadable(str(error)) from None


def _read(block: Sealed, key: bytes | None) -> Payee | PayeeUnreadable:
    if key is None:
        return PayeeUnreadable(f"claims has no key of {block.subject}")
    try:
        return payee_in(block, key)
    except PayeeUnreadable as error:
        return error
