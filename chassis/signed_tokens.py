"""Signed codes that somebody carries on paper: checked with the public key alone (RFC 7519, 8037).

Each kind of paper has its own kind of token: one is never taken for another, whatever key they
share.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from pydantic import BaseModel, ValidationError

ALGORITHM = "EdDSA"
ISSUER = "tameng"
TOKEN_CHARACTERS_MAX = 1_000
THUMBPRINT_MEMBERS = ("crv", "kty", "x")

Why = Literal["too-long", "unreadable", "foreign", "forged"]
"""It is longer than any token; it is none; no key of ours, or another kind of paper; altered."""


class TokenRefused(ValueError):
    """What was read is not a token of this kind, or none that we signed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class PublicKey(BaseModel):
    """An Ed25519 key that papers are checked with, as a JWK (RFC 8037)."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    x: str
    kid: str
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"


class KeySet(BaseModel):
    """A JWK set (RFC 7517): with it papers are checked without a connection."""

    keys: list[PublicKey]


@dataclass(frozen=True)
class Kind:
    """What a token of one kind of paper is called, and what it must say."""

    name: str
    required: tuple[str, ...]

    def sign(self, claims: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
        """A compact JWT that says this, and who issued it."""
        said = {"iss": ISSUER, **claims}
        content = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
        headers = {"typ": self.name, "kid": key_id(key)}
        return _JWS.encode(content, key, algorithm=ALGORITHM, headers=headers)

    def read(self, token: str, keys: Mapping[str, jwt.PyJWK]) -> dict[str, Any]:
        """What a genuine token says. Raises: TokenRefused."""
        header = _header(token)
        key = keys.get(str(header.get("kid")))
        if key is None or header.get("typ") != self.name:
            raise TokenRefused("foreign")
        try:
            return jwt.decode(
                token, key, algorithms=[ALGORITHM], issuer=ISSUER,
                options={"require": ["iss", *self.required],
                         "verify_iat": False},  # phones' clocks are wrong
            )  # fmt: skip
        except jwt.PyJWTError:
            raise TokenRefused("forged") from None


def key_set(private_key: Ed25519PrivateKey) -> KeySet:
    """The JWK set (RFC 7517, 8037) that checks what this key signs; holds nothing secret."""
    return KeySet(keys=[PublicKey(x=_jwk(private_key)["x"], kid=key_id(private_key))])


def key_id(private_key: Ed25519PrivateKey) -> str:
    """The key's thumbprint (RFC 7638), as tokens and key set name it."""
    jwk = _jwk(private_key)
    canonical = json.dumps({name: jwk[name] for name in THUMBPRINT_MEMBERS}, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def keys_in(public_keys: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """The Ed25519 keys of a JWK set by their id; a ValueError says what is wrong with it."""
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


def _jwk(private_key: Ed25519PrivateKey) -> dict[str, str]:
    return dict(OKPAlgorithm.to_jwk(private_key.public_key(), as_dict=True))


def _header(token: str) -> dict[str, Any]:
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenRefused("too-long")
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, UnicodeError):
        raise TokenRefused("unreadable") from None


_JWS = jwt.PyJWS()
