"""Access: a good token, the right role, the right area; and no route without a declaration."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Annotated

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from fastapi import APIRouter, FastAPI
from jwt.algorithms import ECAlgorithm

from chassis.web import health
from chassis.web.access import (
    ANYWHERE,
    Caller,
    Guarded,
    UndeclaredRoute,
    allowed,
    public,
    undeclared_routes,
)
from chassis.web.problems import OutsideArea
from chassis.web.tokens import LEEWAY_S
from tests.unit.small_app import Issuer, application, client

GOOD = {"region_code": "53.71.04", "count": 1}


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "jwks.json")


@pytest.fixture
def http(issuer: Issuer) -> httpx.AsyncClient:
    return client(application(issuer))


async def answer_to(http: httpx.AsyncClient, token: str) -> tuple[int, str]:
    answer = await http.post("/things", json=GOOD, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json()["slug"] if answer.is_error else ""


async def test_a_good_token_with_role_and_area_is_let_in(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await http.post("/things", json=GOOD, headers=issuer.bearer())
    assert (answer.status_code, answer.json()) == (201, "tester made 1")


async def test_without_a_token_nobody_gets_in_and_the_body_is_not_even_read(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.post(
        "/things", content=b"{broken", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["slug"]) == (401, "token-missing")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_an_expired_token_is_refused_after_the_leeway_only(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    now_s = issuer.claims()["iat"]
    assert await answer_to(http, issuer.token(exp=now_s - 30)) == (201, "")
    assert await answer_to(http, issuer.token(exp=now_s - 90)) == (401, "token-expired")


async def test_a_token_that_was_good_is_refused_once_it_has_expired(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    token = issuer.token(exp=issuer.claims()["iat"] - LEEWAY_S + 2)
    assert await answer_to(http, token) == (201, "")
    await asyncio.sleep(2.1)
    assert await answer_to(http, token) == (401, "token-expired")


async def test_a_signature_is_checked_once(
    http: httpx.AsyncClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    check = jwt.decode

    def counting(token: str, *words: object, **named: object) -> object:
        checked.append(token)
        return check(token, *words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(jwt, "decode", counting)
    one, other = issuer.token(), issuer.token(sub="budi")
    for token in (one, one, other, one, other):
        assert await answer_to(http, token) == (201, "")
    assert checked == [one, other]


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": None},
        {"iss": None},
        {"iss": "somebody"},
        {"aud": None},
        {"aud": "another"},
        {"sub": None},
        {"sub": ""},
        {"role": None},
        {"area": None},
        {"area": ""},
        {"area": "53."},
        {"area": 53},
        {"nbf": 9_999_999_999},
    ],
    ids=str,
)
async def test_a_signed_token_that_lacks_a_claim_is_invalid(
    http: httpx.AsyncClient, issuer: Issuer, changed: dict[str, object]
) -> None:
    assert await answer_to(http, issuer.token(**changed)) == (401, "token-invalid")


async def test_a_token_signed_by_a_stranger_under_our_kid_is_invalid(
    http: httpx.AsyncClient, issuer: Issuer, tmp_path: Path
) -> None:
    stranger = Issuer(tmp_path / "strangers.json")
    assert await answer_to(http, stranger.token()) == (401, "token-invalid")
    assert await answer_to(http, issuer.token()) == (201, "")


async def test_an_unsigned_token_is_invalid(http: httpx.AsyncClient, issuer: Issuer) -> None:
    unsigned = jwt.encode(issuer.claims(), "", "none", headers={"kid": "first"})
    assert await answer_to(http, unsigned) == (401, "token-invalid")


async def test_the_public_key_used_as_a_shared_secret_signs_nothing(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    def part(content: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=")

    signed = part({"alg": "HS256", "kid": "first"}) + b"." + part(issuer.claims())
    mac = hmac.digest(issuer.jwks_file.read_bytes(), signed, hashlib.sha256)
    forged = signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")
    assert await answer_to(http, forged.decode()) == (401, "token-invalid")


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b.c",
        "..",
        base64.urlsafe_b64encode(b"[" * 2500).decode() + ".e30.e30",
    ],
    ids=["word", "letters", "dots", "deeply nested"],
)
async def test_what_is_no_token_is_invalid(http: httpx.AsyncClient, token: str) -> None:
    assert await answer_to(http, token) == (401, "token-invalid")


async def test_a_token_that_is_far_too_long_is_not_even_looked_at(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    assert await answer_to(http, issuer.token(more="x" * 100)) == (201, "")
    assert await answer_to(http, issuer.token(more="x" * 5000)) == (401, "token-invalid")


async def test_another_scheme_is_invalid(http: httpx.AsyncClient) -> None:
    answer = await http.post("/things", json=GOOD, headers={"Authorization": "Basic eDp5"})
    assert answer.json()["slug"] == "token-invalid"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_key_is_known_as_soon_as_it_is_published_and_not_after_it_is_withdrawn(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    assert await answer_to(http, issuer.token()) == (201, "")
    issuer.add_key("second")
    second = issuer.token("second")
    assert await answer_to(http, second) == (201, "")
    del issuer.keys["second"]
    issuer.publish()
    assert await answer_to(http, second) == (401, "token-invalid")


async def test_a_key_file_that_breaks_leaves_the_known_keys_good(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    assert await answer_to(http, issuer.token()) == (201, "")
    issuer.jwks_file.write_text('{"keys": [')
    assert await answer_to(http, issuer.token()) == (201, "")
    issuer.jwks_file.unlink()
    assert await answer_to(http, issuer.token()) == (201, "")


async def test_keys_of_another_kind_in_the_file_sign_nothing(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    other = generate_private_key(SECP384R1())
    shown = ECAlgorithm.to_jwk(other.public_key(), as_dict=True) | {"kid": "other"}
    published = json.loads(issuer.jwks_file.read_bytes())["keys"]
    issuer.jwks_file.write_text(json.dumps({"keys": [shown, *published]}))
    token = jwt.encode(issuer.claims(), other, "ES384", headers={"kid": "other"})
    assert await answer_to(http, token) == (401, "token-invalid")
    assert await answer_to(http, issuer.token()) == (201, "")


async def test_a_private_key_among_the_public_ones_is_not_taken(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    shown = ECAlgorithm.to_jwk(issuer.keys["first"], as_dict=True) | {"kid": "first"}
    issuer.jwks_file.write_text(json.dumps({"keys": [shown]}))
    assert await answer_to(http, issuer.token()) == (401, "token-invalid")


async def test_the_wrong_role_is_told_which_one_is_needed(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await http.post("/things", json=GOOD, headers=issuer.bearer(role="reader"))
    assert (answer.status_code, answer.json()["slug"]) == (403, "role-not-allowed")
    assert answer.json()["detail"] == "This needs the role maker; yours is reader."


@pytest.mark.parametrize(
    ("code", "status"), [("53.71", 200), ("53.71.04.1001", 200), ("53.710", 403), ("53", 403)]
)
async def test_an_area_covers_itself_and_what_lies_under_it(
    http: httpx.AsyncClient, issuer: Issuer, code: str, status: int
) -> None:
    reader = issuer.bearer(role="reader")
    in_path = await http.get(f"/things/of/{code}", headers=reader)
    in_query = await http.get("/things", params={"region_code": code}, headers=reader)
    assert (in_path.status_code, in_query.status_code) == (status, status)


async def test_an_area_in_the_body_is_checked(http: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await http.post(
        "/things", json={"region_code": "53.01", "count": 1}, headers=issuer.bearer()
    )
    assert (answer.status_code, answer.json()["slug"]) == (403, "outside-area")


@pytest.mark.parametrize("content", [b'{"count": 1}', b'{"region_code": ["53.71"]}', b"[]", b""])
async def test_a_body_without_its_area_goes_no_further(
    http: httpx.AsyncClient, issuer: Issuer, content: bytes
) -> None:
    headers = issuer.bearer() | {"Content-Type": "application/json"}
    answer = await http.post("/things", content=content, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.region_code"


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream"])
async def test_a_body_that_is_not_json_is_a_422(
    http: httpx.AsyncClient, issuer: Issuer, kind: str
) -> None:
    headers = issuer.bearer() | {"Content-Type": kind}
    answer = await http.post("/things", content=os.urandom(20), headers=headers)
    assert answer.status_code == 422


async def test_an_area_in_the_query_must_be_given(http: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await http.get("/things", headers=issuer.bearer(role="reader"))
    assert answer.json()["errors"] == [
        {"field": "query.region_code", "problem": "is required, as text"}
    ]


async def test_an_operation_checks_the_area_of_a_record(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    reader = issuer.bearer(role="reader")
    assert (await http.get("/things/1", headers=reader)).status_code == 200
    assert (await http.get("/things/2", headers=reader)).json()["slug"] == "outside-area"


def test_a_caller_without_a_request_checks_areas_too() -> None:
    caller = Caller(name="x", role="maker", area="53.71.04")
    caller.check_area("53.71.04.1001")
    with pytest.raises(OutsideArea, match=r"53\.71\.04"):
        caller.check_area("53.71.05")


def test_a_guarded_route_without_a_declaration_does_not_come_into_being() -> None:
    router = APIRouter(route_class=Guarded)
    with pytest.raises(UndeclaredRoute, match="/open"):

        @router.get("/open")
        async def opened() -> None: ...


def test_every_route_of_an_application_is_found_and_asked(issuer: Issuer) -> None:
    assert undeclared_routes(application(issuer, health.router(health.Health()))) == []


def test_routes_that_declare_nothing_are_named_wherever_they_hide() -> None:
    app = FastAPI()
    inner, outer = APIRouter(), APIRouter()

    @inner.get("/hidden")
    async def hidden() -> None: ...

    @inner.get("/declared")
    async def declared(caller: Annotated[Caller, allowed("maker", area=ANYWHERE)]) -> str:
        return caller.name

    @inner.get("/open", dependencies=[public])
    async def opened() -> None: ...

    @inner.websocket("/socket")
    async def socket() -> None: ...

    outer.include_router(inner, prefix="/inner")
    app.include_router(outer, prefix="/outer")
    app.mount("/mounted", FastAPI())
    assert set(undeclared_routes(app)) == {
        "/outer/inner/hidden",
        "/outer/inner/socket",
        "/mounted",
        "/openapi.json",
        "/docs",
        "/docs/oauth2-redirect",
        "/redoc",
    }
