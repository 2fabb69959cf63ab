"""The local issuer of bearer tokens, for development: JWT (RFC 7519) signed with ES256."""

import base64
import hashlib
import json
import secrets
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ISSUER = "tameng"
AUDIENCE = "tameng"
ROLES = (
    "village", "district", "checker", "province", "branch", "approver", "bank", "auditor", "admin",
    "fraud",
)  # fmt: skip
LIFETIME_DEFAULT = timedelta(hours=12)
TOKEN_ID_BYTES = 16
THUMBPRINT_MEMBERS = ("crv", "kty", "x", "y")


def mint(
    *,
    key: ec.EllipticCurvePrivateKey,
    role: str,
    area: str,
    name: str,
    now: datetime,
    lifetime: timedelta = LIFETIME_DEFAULT,
) -> str:
    """A signed token: `name` (a person or program) may act as `role` in `area` and all under it.

    `area` is a dotted region code (53.71.04); `now` is the real time, aware.
    """
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": name,
        "role": role,
        "area": area,
        "iat": now,
        "exp": now + lifetime,
        "jti": secrets.token_hex(TOKEN_ID_BYTES),
    }
    return jwt.encode(claims, key, algorithm="ES256", headers={"kid": key_id(key)})


def public_key_set(key: ec.EllipticCurvePrivateKey) -> dict[str, list[dict[str, str]]]:
    """The JWK set (RFC 7517) that checks the tokens of this key."""
    return {"keys": [{**_public_key(key), "kid": key_id(key), "use": "sig", "alg": "ES256"}]}


def key_id(key: ec.EllipticCurvePrivateKey) -> str:
    """The key's thumbprint (RFC 7638), as tokens and key set name it."""
    members = {name: _public_key(key)[name] for name in THUMBPRINT_MEMBERS}
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _public_key(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    return dict(ECAlgorithm.to_jwk(key.public_key(), as_dict=True))
