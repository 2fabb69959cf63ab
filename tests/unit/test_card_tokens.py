"""The code of a card: what it says, and every way to forge one that is refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import jwt
import pytest
import segno
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chassis.signed_tokens import TOKEN_CHARACTERS_MAX, key_id
from contracts.refusal import Refused
from services.enrollment.adapters.card_tokens import (
    TEXT_CHARACTERS_MAX,
    CardForged,
    CardRevoked,
    CardSigner,
    CardUnreadable,
    CardVerifier,
    public_jwks,
)
from tameng import tokens
from tests.cards import KEY, OTHER_KEY, PRINTED_AT, face, read

TOKEN = CardSigner(KEY).token(face())
VERIFIER = CardVerifier(public_jwks(KEY))
HEADER = {"alg": "EdDSA", "kid": key_id(KEY), "typ": "tameng-card"}
PUBLIC = KEY.public_key()


def encoded(part: Mapping[str, Any] | bytes) -> str:
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def claims(token: str = TOKEN) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def signed(
    changed: dict[str, object] | None = None,
    *,
    header: Mapping[str, Any] = HEADER,
    key: Ed25519PrivateKey = KEY,
) -> str:
    body = f"{encoded(header)}.{encoded(claims() | (changed or {}))}"
    return f"{body}.{encoded(key.sign(body.encode()))}"


def test_a_genuine_code_says_what_was_printed() -> None:
    found = VERIFIER.verify(TOKEN)
    assert found.card_id == face().card_id
    assert (found.kpj, found.name) == ("25000000001", "Maria Goreti Nahak")
    assert found.programme == "Perlindungan Pekerja Rentan NTT 2025"
    assert found.printed_at == PRINTED_AT


def test_a_code_holds_no_more_than_a_stranger_may_read() -> None:
    assert set(claims()) == {"iss", "sub", "jti", "nam", "prg", "iat"}
    assert jwt.get_unverified_header(TOKEN) == HEADER


def test_a_card_may_be_printed_later_than_a_phone_believes_it_is() -> None:
    future = face()._replace(printed_at=PRINTED_AT + timedelta(days=40_000))
    assert VERIFIER.verify(CardSigner(KEY).token(future)).printed_at == future.printed_at


def test_names_keep_their_marks() -> None:
    token = CardSigner(KEY).token(face(name="JOSÉ DA CONCEIÇÃO"))
    assert VERIFIER.verify(token).name == "JOSÉ DA CONCEIÇÃO"


def test_blanks_around_a_scanned_code_do_not_matter() -> None:
    assert VERIFIER.verify(f" {TOKEN}\n") == VERIFIER.verify(TOKEN)


def test_the_key_is_named_by_its_thumbprint() -> None:
    """RFC 8037, appendix A."""
    seed = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    [public] = public_jwks(key)["keys"]
    assert public == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        "use": "sig",
        "alg": "EdDSA",
    }


def test_a_card_signed_by_another_key_is_forged() -> None:
    with pytest.raises(CardForged):
        VERIFIER.verify(CardSigner(OTHER_KEY).token(face()))


def test_a_card_signed_by_another_key_in_our_name_is_forged() -> None:
    with pytest.raises(CardForged):
        VERIFIER.verify(signed(key=OTHER_KEY))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_a_card_that_nobody_signed_is_forged(algorithm: str) -> None:
    body = f"{encoded(HEADER | {'alg': algorithm})}.{encoded(claims())}"
    for signature in ("", TOKEN.rpartition(".")[2]):
        with pytest.raises(CardForged):
            VERIFIER.verify(f"{body}.{signature}")


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
@pytest.mark.parametrize(
    "secret",
    [
        PUBLIC.public_bytes_raw(),
        PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public_jwks(KEY)["keys"][0]["x"].encode(),
        json.dumps(public_jwks(KEY)).encode(),
    ],
)
def test_a_card_signed_with_the_public_key_as_a_secret_is_forged(
    algorithm: str, secret: bytes
) -> None:
    body = f"{encoded(HEADER | {'alg': algorithm})}.{encoded(claims())}"
    digest = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[algorithm]
    signature = hmac.new(secret, body.encode(), digest).digest()
    with pytest.raises(CardForged):
        VERIFIER.verify(f"{body}.{encoded(signature)}")


@pytest.mark.parametrize(
    "changed",
    [{"nam": "Somebody Else"}, {"sub": "25000000002"}, {"jti": str(UUID(int=2))}, {"iat": 0}],
)
def test_an_altered_card_is_forged(changed: dict[str, object]) -> None:
    head, _, signature = TOKEN.split(".")
    with pytest.raises(CardForged):
        VERIFIER.verify(f"{head}.{encoded(claims() | changed)}.{signature}")


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "tameng-card2", None])
def test_what_our_key_signed_for_another_purpose_is_no_card(kind: str | None) -> None:
    with pytest.raises(CardForged):
        VERIFIER.verify(signed(header=HEADER | {"typ": kind}))


def test_a_bearer_token_is_no_card() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    bearer = tokens.mint(key=key, role="branch", area="53", name="Dewi", now=PRINTED_AT)
    with pytest.raises(CardForged):
        CardVerifier(public_jwks(KEY) | tokens.public_key_set(key)).verify(bearer)


@pytest.mark.parametrize("changed", [{"iss": "other"}, {"iss": None}, {"sub": 25000000001}])
def test_claims_that_we_never_sign_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(CardForged):
        VERIFIER.verify(signed(changed))


@pytest.mark.parametrize("changed", [{"sub": "250"}, {"jti": "x"}, {"nam": ""}, {"nam": "N" * 61}])
def test_a_card_of_another_shape_is_not_read_as_ours(changed: dict[str, object]) -> None:
    with pytest.raises(CardUnreadable):
        VERIFIER.verify(signed(changed))


@pytest.mark.parametrize(
    "scanned",
    [
        "", ".", "..", "a.b.c", "https://example.org/?q=1", TOKEN[:200], "ü" * 100, "é.é.é",
        "\ud800.a.b", f"{encoded(b'[]')}.e30.", TOKEN + "A" * 600,
    ],
)  # fmt: skip
def test_what_is_no_code_of_a_card_is_unreadable(scanned: str) -> None:
    with pytest.raises(CardUnreadable):
        VERIFIER.verify(scanned)


def test_a_code_nested_as_deep_as_it_can_be_is_unreadable_also_deep_in_a_program() -> None:
    def verified(*, frames: int) -> None:
        if frames:
            verified(frames=frames - 1)
        else:
            VERIFIER.verify(f"{encoded(b'[' * 740)}.e30.")

    with pytest.raises(CardUnreadable):
        verified(frames=500)


def test_a_code_of_more_than_1000_characters_is_not_even_looked_at() -> None:
    long = signed({"extra": "x" * 400})
    assert len(long) > TOKEN_CHARACTERS_MAX
    with pytest.raises(CardUnreadable, match="longer"):
        VERIFIER.verify(long)


@given(st.text(max_size=200))
def test_whatever_is_scanned_is_refused_and_never_breaks(scanned: str) -> None:
    with pytest.raises(Refused):
        VERIFIER.verify(scanned)


@given(
    at=st.integers(0, len(TOKEN) - 1),
    other=st.sampled_from("ABCXYZabcxyz0189-_."),
)
def test_no_changed_character_says_anything_else(at: int, other: str) -> None:
    changed = TOKEN[:at] + other + TOKEN[at + 1 :]
    try:
        found = VERIFIER.verify(changed)
    except Refused:
        return
    assert found == VERIFIER.verify(TOKEN)  # the last character has bits that nobody reads


def test_a_lost_card_is_refused_and_the_one_in_its_place_is_not() -> None:
    revoked = {str(face().card_id)}
    with pytest.raises(CardRevoked):
        VERIFIER.verify(TOKEN, revoked)
    assert VERIFIER.verify(CardSigner(KEY).token(face(2)), revoked).card_id == face(2).card_id


def test_a_forged_card_is_forged_also_when_it_names_a_lost_one() -> None:
    with pytest.raises(CardForged):
        VERIFIER.verify(signed(key=OTHER_KEY), {str(face().card_id)})


def test_cards_of_an_older_key_stay_good_while_it_is_published() -> None:
    both = {"keys": public_jwks(OTHER_KEY)["keys"] + public_jwks(KEY)["keys"]}
    for key in (KEY, OTHER_KEY):
        assert CardVerifier(both).verify(CardSigner(key).token(face())).kpj == face().kpj


def test_keys_of_other_kinds_are_passed_over() -> None:
    elliptic = tokens.public_key_set(ec.generate_private_key(ec.SECP256R1()))
    both = {"keys": [*elliptic["keys"], *public_jwks(KEY)["keys"]]}
    assert CardVerifier(both).verify(TOKEN).kpj == face().kpj


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ({}, "no list of `keys`"),
        ({"keys": "x"}, "no list of `keys`"),
        ({"keys": [1]}, "no list of `keys`"),
        ({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "1"}]}, "broken"),
        ({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "1"}]}, "broken"),
        ({"keys": [public_jwks(KEY)["keys"][0] | {"d": "AA"}]}, "private key"),
    ],
)
def test_a_broken_key_set_is_said_so(broken: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        CardVerifier(broken)


def test_the_longest_card_fits_and_is_read_from_its_code() -> None:
    longest = "Ÿ" * (TEXT_CHARACTERS_MAX - 1) + "…"
    token = CardSigner(KEY).token(face(name=longest, programme=longest))
    assert len(token) <= TOKEN_CHARACTERS_MAX
    picture = BytesIO()
    segno.make(token, error="m").save(picture, kind="png", scale=4, border=4)
    with Image.open(picture) as image:
        assert VERIFIER.verify(read(image)).name == longest


def test_a_text_that_no_card_has_room_for_is_not_signed() -> None:
    with pytest.raises(ValueError, match="too long"):
        CardSigner(KEY).token(face(name="N" * (TEXT_CHARACTERS_MAX + 1)))
