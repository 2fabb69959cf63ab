"""An issuer of tokens and a small application, for the tests of what HTTP shares."""

import json
from pathlib import Path
from typing import Annotated, Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from fastapi import APIRouter, FastAPI
from jwt.algorithms import ECAlgorithm
from pydantic import BaseModel, ConfigDict, Field

from chassis.clock import real_now
from chassis.measuring import Measuring
from chassis.metrics import Metrics
from chassis.web import problems
from chassis.web.access import ANYWHERE, IN_OPERATION, Caller, Guarded, allowed, body, path, query
from chassis.web.requests import Requests
from chassis.web.tokens import Tokens

LARGE_BODY_BYTES_MAX = 3 * 1024 * 1024


class Issuer:
    """Signs tokens and publishes the public half of its keys in a JWKS file."""

    def __init__(self, jwks_file: Path) -> None:
        self.jwks_file = jwks_file
        self.keys: dict[str, EllipticCurvePrivateKey] = {}
        self.add_key("first")

    def add_key(self, kid: str) -> None:
        """Make a key and publish it beside the others."""
        self.keys[kid] = generate_private_key(SECP256R1())
        self.publish()

    def publish(self) -> None:
        """Write the file."""
        jwks = [
            ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid}
            for kid, key in self.keys.items()
        ]
        self.jwks_file.write_text(json.dumps({"keys": jwks}))

    def claims(self, **changed: object) -> dict[str, Any]:
        """A good token's claims; None takes one away."""
        now_s = int(real_now().timestamp())
        claims = {
            "iss": "tameng",
            "aud": "tameng",
            "sub": "tester",
            "role": "maker",
            "area": "53.71",
            "iat": now_s,
            "exp": now_s + 300,
        }
        return {name: value for name, value in (claims | changed).items() if value is not None}

    def token(self, kid: str = "first", /, **changed: object) -> str:
        """A signed token."""
        return jwt.encode(self.claims(**changed), self.keys[kid], "ES256", headers={"kid": kid})

    def bearer(self, **changed: object) -> dict[str, str]:
        """The header that carries a signed token."""
        return {"Authorization": f"Bearer {self.token(**changed)}"}


class MakeThing(BaseModel):
    """A command with an area."""

    model_config = ConfigDict(extra="forbid")

    region_code: str
    count: int = Field(gt=0, le=9)


def application(issuer: Issuer, *routers: APIRouter) -> FastAPI:
    """The application, as a service builds it."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.tokens = Tokens(issuer.jwks_file, issuer="tameng", audience="tameng")
    problems.install(app)
    app.state.metrics = Metrics()
    app.add_middleware(Requests, measured=Measuring(app.state.metrics).answered)
    for router in (*routers, things()):
        app.include_router(router)
    return app


def things() -> APIRouter:
    """Routes that take their area from every place there is."""
    router = APIRouter(route_class=Guarded, prefix="/things")

    @router.post("", status_code=201)
    async def make(
        command: MakeThing, caller: Annotated[Caller, allowed("maker", area=body("region_code"))]
    ) -> str:
        return f"{caller.name} made {command.count}"

    @router.get("/of/{region_code}")
    async def of(
        region_code: str,
        caller: Annotated[Caller, allowed("maker", "reader", area=path("region_code"))],
    ) -> str:
        return f"{caller.role} read {region_code}"

    @router.get("")
    async def found(
        region_code: str, caller: Annotated[Caller, allowed("reader", area=query("region_code"))]
    ) -> str:
        return f"{caller.role} read {region_code}"

    @router.get("/{thing_id}")
    async def thing(
        thing_id: int, caller: Annotated[Caller, allowed("reader", area=IN_OPERATION)]
    ) -> int:
        caller.check_area({1: "53.71.04", 2: "53.01"}[thing_id])
        return thing_id

    @router.put("/large")
    async def large(
        bulk: dict[str, str],
        caller: Annotated[
            Caller, allowed("maker", area=ANYWHERE, body_bytes_max=LARGE_BODY_BYTES_MAX)
        ],
    ) -> int:
        assert caller.name
        return sum(map(len, bulk.values()))

    return router


def client(app: FastAPI) -> httpx.AsyncClient:
    """A client of the application, without a network; a crash reaches it as an answer."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")
