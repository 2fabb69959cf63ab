"""The code on a member's card: a signed token that a phone checks without a connection."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from chassis.signed_tokens import Kind, TokenRefused, Why, key_set, keys_in
from contracts.refusal import Refused
from contracts.types import Kpj

TEXT_CHARACTERS_MAX = 60
"""Of a name and of a programme; longer names the population office does not register
(Permendagri 73/2022 art. 4; unverified).
"""
_CARD = Kind("tameng-card", ("sub", "jti", "nam", "prg", "iat"))


class CardForged(Refused):
    """The code was not signed as a card by any of our keys, or was altered after."""

    slug, status, retryable = "card-forged", 422, False


class CardRevoked(Refused):
    """The card was genuine; it was lost or replaced."""

    slug, status, retryable = "card-revoked", 409, False


class CardUnreadable(Refused):
    """What was read is not the code of a card."""

    slug, status, retryable = "card-unreadable", 422, False


class CardFace(NamedTuple):
    """What stands on one card. No identity number, no birth date: a card is lost easily."""

    card_id: UUID
    kpj: str
    name: str
    programme: str
    village: str
    district: str
    covered_from: date
    printed_at: datetime


class CardClaims(BaseModel):
    """What the code of a genuine card says; to be compared with what stands beside it."""

    model_config = ConfigDict(frozen=True, validate_by_alias=True, validate_by_name=True)

    card_id: UUID = Field(validation_alias="jti")
    kpj: Kpj = Field(validation_alias="sub")
    name: str = Field(validation_alias="nam", min_length=1, max_length=TEXT_CHARACTERS_MAX)
    programme: str = Field(validation_alias="prg", min_length=1, max_length=TEXT_CHARACTERS_MAX)
    printed_at: AwareDatetime = Field(validation_alias="iat")


class CardSigner:
    """Signs the codes of cards."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._key = private_key

    def token(self, card: CardFace) -> str:
        """The signed code: a compact JWT (RFC 7519) of at most 1,000 characters.

        The texts are signed as they are printed: a ValueError says that one is too long.
        """
        claims = {
            "sub": card.kpj,
            "jti": str(card.card_id),
            "nam": card.name,
            "prg": card.programme,
            "iat": int(card.printed_at.timestamp()),
        }
        if max(len(card.name), len(card.programme)) > TEXT_CHARACTERS_MAX:
            raise ValueError(f"a text of card {card.card_id} is too long for its code")
        return _CARD.sign(claims, self._key)


class CardVerifier:
    """Checks codes against public keys alone."""

    def __init__(self, public_keys: Mapping[str, Any]) -> None:
        """Takes a JWK set (RFC 7517); a ValueError says what is wrong with it."""
        self._keys = keys_in(public_keys)

    def verify(self, token: str, revoked: Collection[str] = ()) -> CardClaims:
        """What the code says. `revoked` are ids of cards that are good no more.

        Raises: CardUnreadable, CardForged, CardRevoked.
        """
        claims = self._claims(token.strip())
        if str(claims.card_id) in revoked:
            raise CardRevoked(
                f"Card {claims.card_id} was reported lost and replaced: take it in, "
                "and ask for the new one."
            )
        return claims

    def _claims(self, token: str) -> CardClaims:
        try:
            return CardClaims.model_validate(_CARD.read(token, self._keys))
        except TokenRefused as refused:
            raise _refusal(refused.why) from None
        except ValidationError:
            raise CardUnreadable("A newer Tameng signed this card: update this one.") from None


def public_jwks(private_key: Ed25519PrivateKey) -> dict[str, list[dict[str, str]]]:
    """The JWK set that checks the cards of this key; holds nothing secret."""
    return key_set(private_key).model_dump()


def _refusal(why: Why) -> Refused:
    match why:
        case "too-long":
            return CardUnreadable("This is longer than the code of any card.")
        case "unreadable":
            return CardUnreadable(
                "This is not the code of a card: scan it again, flat and in light."
            )
        case "foreign":
            return CardForged("This is not the code of a card of ours: the card is forged.")
        case "forged":
            return CardForged("The code's signature is not ours: the card is forged.")
