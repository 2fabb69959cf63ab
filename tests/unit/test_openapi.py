"""The document of an HTTP interface: who may, with what token, and how it goes wrong."""

from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Response
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from chassis.web import openapi
from chassis.web.access import ANYWHERE, Caller, Guarded, allowed, public, undeclared_routes
from chassis.web.commands import Command, command
from tests.unit.small_app import LARGE_BODY_BYTES_MAX, Issuer, MakeThing, application, client

PROBLEM = {"$ref": "#/components/schemas/Problem"}


class Made(BaseModel):
    """What was made."""

    count: int


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "jwks.json")


@pytest.fixture
def app(issuer: Issuer) -> FastAPI:
    app = application(issuer, more())
    app.include_router(openapi.router(app))
    return app


@pytest.fixture
def http(app: FastAPI) -> httpx.AsyncClient:
    return client(app)


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return openapi.document(app)


def more() -> APIRouter:
    """A command, a public route, one that asks twice."""
    router = APIRouter(route_class=Guarded)

    @router.post(
        "/orders:place",
        status_code=201,
        response_model=Made,
        responses={404: {"description": "There is no such thing."}},
    )
    async def place(
        asked: MakeThing, command: Annotated[Command, command("maker", "reader", area=ANYWHERE)]
    ) -> Response:
        """Place an order."""
        return Response(f"{asked.count} {command.request.key}")

    @router.get("/anybody", dependencies=[public], tags=["open"])
    async def anybody() -> None: ...

    @router.get("/both", dependencies=[allowed("reader", "maker", area=ANYWHERE)])
    async def both(caller: Annotated[Caller, allowed("reader", "x", area=ANYWHERE)]) -> str:
        return caller.name

    return router


async def test_anybody_may_read_the_document(
    app: FastAPI, http: httpx.AsyncClient, document: dict[str, Any]
) -> None:
    answer = await http.get("/openapi.json")
    assert (answer.status_code, answer.json()) == (200, document)
    assert (await http.get("/openapi.json")).json() == document
    assert document["openapi"].startswith("3.1")
    assert "/openapi.json" not in document["paths"]
    assert undeclared_routes(app) == []


@pytest.mark.parametrize(
    ("method", "path", "roles", "area"),
    [
        ("post", "/things", ["maker"], {"in": "body", "name": "region_code"}),
        ("get", "/things", ["reader"], {"in": "query", "name": "region_code"}),
        ("get", "/things/of/{region_code}", ["maker", "reader"],
         {"in": "path", "name": "region_code"}),
        ("get", "/things/{thing_id}", ["reader"], {"in": "operation"}),
        ("post", "/orders:place", ["maker", "reader"], {"in": "nowhere"}),
        ("get", "/both", ["reader"], {"in": "nowhere"}),
    ],
)  # fmt: skip
def test_a_guarded_route_tells_its_token_its_roles_and_its_area(
    document: dict[str, Any], method: str, path: str, roles: list[str], area: dict[str, str]
) -> None:
    operation = document["paths"][path][method]
    assert operation["security"] == [{"bearer": []}]
    assert (operation["x-roles"], operation["x-area"]) == (roles, area)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_a_public_route_asks_for_no_token(document: dict[str, Any]) -> None:
    operation = document["paths"]["/anybody"]["get"]
    assert not {"security", "x-roles", "x-area"} & set(operation)
    assert set(operation["responses"]) == {"200", "default"}


def test_every_way_to_go_wrong_is_a_problem(document: dict[str, Any]) -> None:
    expected = {
        ("/things", "post"): {"201", "401", "403", "422", "default"},
        ("/both", "get"): {"200", "401", "403", "default"},
        ("/orders:place", "post"): {"201", "401", "403", "404", "409", "422", "default"},
    }
    for (path, method), statuses in expected.items():
        answers = document["paths"][path][method]["responses"]
        assert set(answers) == statuses
        for status in statuses - {"200", "201"}:
            assert answers[status]["description"]
            assert answers[status]["content"] == {"application/problem+json": {"schema": PROBLEM}}
    declared = document["paths"]["/orders:place"]["post"]["responses"]["404"]["description"]
    assert declared == "There is no such thing."
    assert {"HTTPValidationError", "ValidationError"}.isdisjoint(document["components"]["schemas"])


async def test_a_problem_has_the_shape_that_the_document_gives(
    http: httpx.AsyncClient, issuer: Issuer, document: dict[str, Any]
) -> None:
    check = Draft202012Validator({**PROBLEM, "components": document["components"]})
    for headers, status in (({}, 401), (issuer.bearer(role="x"), 403), (issuer.bearer(), 422)):
        answer = await http.post("/things", json={"region_code": "53.71"}, headers=headers)
        assert answer.status_code == status
        check.validate(answer.json())
        assert bool(answer.json()["errors"]) == (status == 422)


def test_a_command_tells_of_its_key_and_of_answers_given_before(document: dict[str, Any]) -> None:
    operation = document["paths"]["/orders:place"]["post"]
    (key,) = operation["parameters"]
    assert (key["name"], key["in"], key["required"]) == ("Idempotency-Key", "header", True)
    assert "first answer" in key["description"]
    assert key["schema"]["maxLength"] == 100
    assert set(operation["responses"]["201"]["headers"]) == {"Idempotent-Replayed"}
    assert "headers" not in operation["responses"]["409"]
    assert "headers" not in document["paths"]["/things"]["post"]["responses"]["201"]


def test_operations_have_tags_and_the_limits_of_their_bodies(document: dict[str, Any]) -> None:
    paths = document["paths"]
    assert paths["/orders:place"]["post"]["tags"] == ["orders"]
    assert paths["/things/of/{region_code}"]["get"]["tags"] == ["things"]
    assert paths["/anybody"]["get"]["tags"] == ["open"]
    assert paths["/things/large"]["put"]["x-body-bytes-max"] == LARGE_BODY_BYTES_MAX
    assert "x-body-bytes-max" not in paths["/things"]["get"]
