"""The code on a member's card: a signed token that a phone checks without a connection."""

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from contracts.refusal import Refused
from contracts.types import Kpj

ALGORITHM = "EdDSA"
TOKEN_TYPE = "tameng-card"  # noqa: S105  (a kind of token, not one)
ISSUER = "tameng"
TOKEN_CHARACTERS_MAX = 1_000
TEXT_CHARACTERS_MAX = 60
"""Of a name and of a programme; longer names the population office does not register
(Permendagri 73/2022 art. 4; unverified).
"""
THUMBPRINT_MEMBERS = ("crv", "kty", "x")
_REQUIRED = ["iss", "sub", "jti", "nam", "prg", "iat"]


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


class PublicKey(BaseModel):
    """An Ed25519 key that cards are checked with, as a JWK (RFC 8037)."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    x: str
    kid: str
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"


class CardSigner:
    """Signs the codes of cards."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._key = private_key
        self._headers = {"typ": TOKEN_TYPE, "kid": key_id(private_key)}

    def token(self, card: CardFace) -> str:
        """The signed code: a compact JWT (RFC 7519) of at most 1,000 characters.

        The texts are signed as they are printed: a ValueError says that one is too long.
        """
        claims = {
            "iss": ISSUER,
            "sub": card.kpj,
            "jti": str(card.card_id),
            "nam": card.name,
            "prg": card.programme,
            "iat": int(card.printed_at.timestamp()),
        }
        if max(len(card.name), len(card.programme)) > TEXT_CHARACTERS_MAX:
            raise ValueError(f"a text of card {card.card_id} is too long for its code")
        content = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
        return _JWS.encode(content, self._key, algorithm=ALGORITHM, headers=self._headers)


class CardVerifier:
    """Checks codes against public keys alone."""

    def __init__(self, public_keys: Mapping[str, Any]) -> None:
        """Takes a JWK set (RFC 7517); a ValueError says what is wrong with it."""
        self._keys = _ed25519_keys(public_keys)

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
        header = _header(token)
        key = self._keys.get(str(header.get("kid")))
        if key is None or header.get("typ") != TOKEN_TYPE:
            raise CardForged("This is not the code of a card of ours: the card is forged.")
        try:
            claims = jwt.decode(
                token, key, algorithms=[ALGORITHM], issuer=ISSUER,
                options={"require": _REQUIRED, "verify_iat": False},  # phones' clocks are wrong
            )  # fmt: skip
            return CardClaims.model_validate(claims)
        except ValidationError:
            raise CardUnreadable("A newer Tameng signed this card: update this one.") from None
        except jwt.PyJWTError:
            raise CardForged("The code's signature is not ours: the card is forged.") from None


def public_jwks(private_key: Ed25519PrivateKey) -> dict[str, list[dict[str, str]]]:
    """The JWK set (RFC 7517, 8037) that checks the cards of this key; holds nothing secret."""
    public = PublicKey(x=_jwk(private_key)["x"], kid=key_id(private_key))
    return {"keys": [public.model_dump()]}


def key_id(private_key: Ed25519PrivateKey) -> str:
    """The key's thumbprint (RFC 7638), as codes and key set name it."""
    jwk = _jwk(private_key)
    canonical = json.dumps({name: jwk[name] for name in THUMBPRINT_MEMBERS}, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _jwk(private_key: Ed25519PrivateKey) -> dict[str, str]:
    return dict(OKPAlgorithm.to_jwk(private_key.public_key(), as_dict=True))


def _ed25519_keys(public_keys: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    entries = public_keys.get("keys")
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise ValueError("not a JWK set: it has no list of `keys`")
    if any("d" in entry for entry in entries):
        raise ValueError("a private key lies among the public ones")
    try:
        mine = [PublicKey.model_validate(each) for each in entries if each.get("crv") == "Ed25519"]
        return {each.kid: jwt.PyJWK(each.model_dump(), algorithm=ALGORITHM) for each in mine}
    except (ValidationError, jwt.PyJWTError):
        raise ValueError("one of the Ed25519 keys is broken") from None


def _header(token: str) -> dict[str, Any]:
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise CardUnreadable("This is longer than the code of any card.")
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, UnicodeError):
        raise CardUnreadable(
            "This is not the code of a card: scan it again, flat and in light."
        ) from None


_JWS = jwt.PyJWS()
