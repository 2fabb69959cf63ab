"""How a SNAP request is signed (symmetric signature, HMAC-SHA512), without the access token."""

import base64
import hashlib
import hmac


def string_to_sign(*, method: str, path: str, body: bytes, timestamp: str) -> str:
    """`METHOD:path:lowercase hex sha256(body):timestamp`, the timestamp as in X-TIMESTAMP."""
    return f"{method.upper()}:{path}:{hashlib.sha256(body).hexdigest()}:{timestamp}"


def signature(text: str, *, secret: bytes) -> str:
    """HMAC-SHA512 of the text in base64, as X-SIGNATURE carries it."""
    return base64.b64encode(hmac.digest(secret, text.encode(), "sha512")).decode()
