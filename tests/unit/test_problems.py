"""Problem answers: what is wrong and what to do, never the input, never the inside."""

import logging
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError, OperationalError

from chassis.faults import Passing
from chassis.web.access import public
from chassis.web.problems import FieldProblem, RefusedFields
from contracts.refusal import Refused
from tests.unit.small_app import Issuer, application, client

SECRET = "5371010101900001"


class ShelfFull(Refused):
    """The shelf cannot carry more."""

    slug, status, retryable = "shelf-full", 409, False


class StoreClosed(Refused):
    """The store opens again."""

    slug, status, retryable = "store-closed", 503, True


class Deadlock(Exception):
    """As the database driver shows it."""

    sqlstate: ClassVar[str] = "40P01"


def never(value: str) -> str:
    raise ValueError(f"{value} is not in the register")


class Circle(BaseModel):
    kind: Literal["circle"]


class Square(BaseModel):
    kind: Literal["square"]


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: Annotated[int, Field(strict=True, gt=0)] = 1
    order_id: UUID | None = None
    number: Annotated[str, AfterValidator(never)] | None = None
    shape: Annotated[Circle | Square, Field(discriminator="kind")] | None = None


ERRORS = {
    "fields": RefusedFields(
        "Two labels do not fit.",
        slug="label-torn",
        errors=[FieldProblem(field=f, problem="Torn: print it again.") for f in ("front", "back")],
    ),
    "refused": ShelfFull("The shelf is full: take something off."),
    "closed": StoreClosed("Come back later."),
    "bug": RuntimeError(f"row {SECRET} broke"),
    "deadlock": OperationalError("UPDATE", {}, Deadlock()),
    "connection": ConnectionRefusedError("no database"),
    "passing": Passing("again"),
    "constraint": IntegrityError("INSERT", {"number": SECRET}, Exception(SECRET)),
}


@pytest.fixture
def http(tmp_path: Path) -> httpx.AsyncClient:
    router = APIRouter(dependencies=[public])

    @router.post("/orders")
    async def order(order: Order) -> int:
        return order.amount

    @router.get("/fails/{how}")
    async def fails(how: str) -> None:
        raise ERRORS[how]

    return client(application(Issuer(tmp_path / "jwks.json"), router))


async def test_a_refusal_says_what_and_what_to_do(http: httpx.AsyncClient) -> None:
    answer = await http.get("/fails/refused")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/shelf-full",
        "title": "Shelf full",
        "status": 409,
        "detail": "The shelf is full: take something off.",
        "slug": "shelf-full",
        "retryable": False,
        "errors": [],
        "correlation_id": answer.headers["X-Correlation-Id"],
    }


async def test_a_refusal_of_fields_names_each_under_the_slug_of_the_first(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/fails/fields")
    told = answer.json()
    assert (answer.status_code, told["slug"], told["type"]) == (
        422, "label-torn", "/problems/label-torn",
    )  # fmt: skip
    assert [each["field"] for each in told["errors"]] == ["front", "back"]


async def test_a_refusal_for_now_says_when_to_come_back(http: httpx.AsyncClient) -> None:
    answer = await http.get("/fails/closed")
    assert (answer.status_code, answer.json()["retryable"]) == (503, True)
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("sent", "slug", "field"),
    [
        ({"amount": -777777}, "field-invalid", "body.amount"),
        ({"amount": "7"}, "field-invalid", "body.amount"),
        ({"amount": 12.1}, "field-invalid", "body.amount"),
        ({"colour": SECRET}, "field-unknown", "body.colour"),
        ({"order_id": SECRET}, "field-invalid", "body.order_id"),
        ({"number": SECRET}, "field-invalid", "body.number"),
        ({"shape": {"kind": SECRET}}, "field-invalid", "body.shape"),
    ],
)
async def test_a_field_that_does_not_fit_is_named_and_its_value_is_not_repeated(
    http: httpx.AsyncClient, sent: dict[str, object], slug: str, field: str
) -> None:
    answer = await http.post("/orders", json=sent)
    assert (answer.status_code, answer.json()["slug"]) == (422, slug)
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert SECRET not in answer.text
    assert "-777777" not in answer.text


async def test_many_wrong_fields_are_listed_up_to_a_limit(http: httpx.AsyncClient) -> None:
    answer = await http.post("/orders", json={f"f{number}": 1 for number in range(500)})
    assert len(answer.json()["errors"]) == 50


async def test_a_very_long_field_name_makes_no_long_answer(http: httpx.AsyncClient) -> None:
    answer = await http.post("/orders", json={"x" * 9000: 1})
    assert (answer.status_code, answer.json()["slug"]) == (422, "field-unknown")
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 422),
        (b'{"\\ud800": 1}', 422),
        (b"\xff\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"amount": 1e999}', 422),
    ],
    ids=["cut", "half a character", "no text", "deep", "infinite"],
)
async def test_a_body_that_cannot_be_read_is_the_callers_fault(
    http: httpx.AsyncClient, content: bytes, status: int
) -> None:
    answer = await http.post(
        "/orders", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_unknown_paths_and_methods_are_problems_too(http: httpx.AsyncClient) -> None:
    nowhere, wrong = await http.get("/nowhere"), await http.delete("/orders")
    assert (nowhere.status_code, nowhere.json()["slug"]) == (404, "not-found")
    assert (wrong.status_code, wrong.json()["slug"]) == (405, "method-not-allowed")
    assert wrong.headers["Allow"] == "POST"


@pytest.mark.parametrize("how", ["bug", "constraint"])
async def test_a_surprise_shows_nothing_of_the_inside_and_can_be_found_in_the_log(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    answer = await http.get(f"/fails/{how}")
    assert (answer.status_code, answer.json()["slug"]) == (500, "unexpected")
    assert answer.json()["correlation_id"] == answer.headers["X-Correlation-Id"]
    assert SECRET not in answer.text
    assert type(ERRORS[how]).__name__ not in answer.text
    assert [
        entry.exc_info is not None for entry in caplog.records if entry.levelno >= logging.ERROR
    ]


@pytest.mark.parametrize("how", ["deadlock", "connection", "passing"])
async def test_a_fault_that_passes_asks_to_try_again(http: httpx.AsyncClient, how: str) -> None:
    answer = await http.get(f"/fails/{how}")
    assert (answer.status_code, answer.json()["slug"]) == (503, "try-again")
    assert answer.json()["retryable"]
    assert int(answer.headers["Retry-After"]) > 0
