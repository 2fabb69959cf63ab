"""The code on a payout slip: a signed token that says payout, slip and amount, and names nobody."""

import hashlib
from datetime import datetime
from typing import Annotated
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.signed_tokens import Kind, TokenRefused, Why, key_set, keys_in
from contracts.refusal import Refused
from services.banking.rules.slips import SlipClaims

SIGNATURE_CHARACTERS = 86
"""64 bytes in base64url without padding."""
CHECK_DIGITS = 12
CHECK_GROUP = 4
_SLIP = Kind("tameng-payout-slip", ("sub", "jti", "amt", "iat"))


class SlipForged(Refused):
    """What the code says was altered after it was signed."""

    slug, status, retryable = "slip-forged", 422, False


class SlipForeign(Refused):
    """The code was signed with a key that is not the bank's, or is of another paper."""

    slug, status, retryable = "slip-foreign", 422, False


class SlipUnreadable(Refused):
    """What was read is not the whole code of a slip."""

    slug, status, retryable = "slip-unreadable", 422, False


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore")

    sub: UUID
    jti: UUID
    amt: Annotated[int, Field(strict=True, gt=0)]


def token(slip: SlipClaims, *, issued_at: datetime, key: Ed25519PrivateKey) -> str:
    """The signed code; the same slip gives the same code."""
    claims = {
        "sub": str(slip.payout_id),
        "jti": str(slip.slip_id),
        "amt": slip.amount,
        "iat": int(issued_at.timestamp()),
    }
    return _SLIP.sign(claims, key)


def verified(shown: str, *, key: Ed25519PrivateKey) -> SlipClaims:
    """What a genuine code says. Raises: SlipUnreadable, SlipForeign, SlipForged."""
    whole = shown.strip()
    if len(whole.rpartition(".")[2]) != SIGNATURE_CHARACTERS:
        raise _refusal("unreadable")
    try:
        said = _Claims.model_validate(_SLIP.read(whole, keys_in(key_set(key).model_dump())))
    except TokenRefused as refused:
        raise _refusal(refused.why) from None
    except ValidationError:
        raise SlipForged("The code does not say what a slip says: take the paper in.") from None
    return SlipClaims(payout_id=said.sub, slip_id=said.jti, amount=said.amt)


def check_digits(slip_id: UUID) -> str:
    """Digits that stand on the slip and in the answer to whoever honors it: 1234 5678 9012."""
    digest = hashlib.sha256(b"payout slip " + slip_id.bytes).digest()
    digits = f"{int.from_bytes(digest) % 10**CHECK_DIGITS:0{CHECK_DIGITS}}"
    starts = range(0, CHECK_DIGITS, CHECK_GROUP)
    return " ".join(digits[start : start + CHECK_GROUP] for start in starts)


def _refusal(why: Why) -> Refused:
    match why:
        case "too-long" | "unreadable":
            return SlipUnreadable("This is not the whole code of a slip: scan it again, flat.")
        case "foreign":
            return SlipForeign("This code is not signed by the bank as a slip: take the paper in.")
        case "forged":
            return SlipForged("The code was altered after it was signed: take the paper in.")
