"""Errors as RFC 9457 problem answers: what is wrong, what to do, nothing of the inside."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from chassis.correlation import correlation_id
from chassis.faults import is_outside_area, is_passing
from contracts.refusal import Refused

INVALID = "field-invalid"
MEDIA_TYPE = "application/problem+json"
ERRORS_MAX = 50
FIELD_CHARACTERS_MAX = 200
RETRY_AFTER_S = 2
_BY_STATUS = {
    400: ("body-unreadable", "The body cannot be read as what its header says it is."),
    404: ("not-found", "There is nothing at this address."),
    405: ("method-not-allowed", "This address takes other methods: see the header Allow."),
    413: ("body-too-large", "The body is larger than this address takes: send less at a time."),
}
_QUOTING = frozenset({"union_tag_invalid", "uuid_parsing", "url_parsing", "url_syntax_violation"})
"""Kinds of validation error whose text quotes the input."""

_log = logging.getLogger(__name__)


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    field: str
    """Dotted: `body.quota.0.heads`."""
    problem: str


class Problem(BaseModel):
    """What kept a request from being done (RFC 9457)."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    type: str
    title: str
    status: int
    detail: str
    """What is wrong, and what to do."""
    slug: str
    """The rule that broke, as a name that stays."""
    retryable: bool
    """Whether the same request may succeed later."""
    errors: tuple[FieldProblem, ...]
    """The fields that do not fit."""
    correlation_id: UUID | None
    """By which the service's log knows the request."""


class TryAgain(Refused):
    """A fault that passes by itself."""

    slug, status, retryable = "try-again", 503, True


class OutsideArea(Refused):
    """What the request concerns lies outside the caller's area: a route found it, or the database,
    which has a policy against it (`chassis/state/areas.py`)."""

    slug, status, retryable = "outside-area", 403, False


class Unexpected(Refused):
    """A fault of the service."""

    slug, status, retryable = "unexpected", 500, False


class RefusedWithHeaders(Refused):
    """A refusal that HTTP says with headers too."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers of its answer."""
        return {}


class RefusedFields(Refused):
    """A refusal that names the fields at fault, under the slug of the first."""

    status, retryable = HTTPStatus.UNPROCESSABLE_ENTITY, False

    def __init__(self, message: str, *, slug: str, errors: Sequence[FieldProblem]) -> None:
        super().__init__(message)
        self.slug = slug  # type: ignore[misc]  # each has its own
        self.errors = tuple(errors)


def problem(
    *,
    slug: str,
    status: int,
    detail: str,
    retryable: bool,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer. `retryable`: whether the same request may succeed later."""
    content = Problem(
        type=f"/problems/{slug}",
        title=slug.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        slug=slug,
        retryable=retryable,
        errors=tuple(errors),
        correlation_id=correlation_id(),
    )
    return Response(content.model_dump_json(), status, headers, media_type=MEDIA_TYPE)


def refused(refusal: Refused) -> Response:
    """The answer to what a rule does not allow."""
    return problem(
        slug=refusal.slug,
        status=refusal.status,
        detail=str(refusal),
        retryable=refusal.retryable,
        errors=refusal.errors if isinstance(refusal, RefusedFields) else (),
        headers=headers_of(refusal),
    )


def headers_of(refusal: Refused) -> dict[str, str]:
    """The headers of its answer, whatever that looks like."""
    headers = refusal.headers if isinstance(refusal, RefusedWithHeaders) else {}
    if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER_S)} | headers
    return headers


def invalid(error: RequestValidationError) -> Response:
    """422 with every field that is wrong, and none of the values."""
    found = error.errors()
    unknown = any(each["type"] == "extra_forbidden" for each in found)
    return problem(
        slug="field-unknown" if unknown else INVALID,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        detail="The request does not fit; see errors, correct the fields and send it again.",
        retryable=False,
        errors=[_field_problem(each) for each in found[:ERRORS_MAX]],
    )


def http(error: HTTPException) -> Response:
    """404, 405, 413 and their like, as the framework raises them."""
    phrase = HTTPStatus(error.status_code).phrase
    unlisted = (phrase.lower().replace(" ", "-"), f"{phrase}.")
    slug, detail = _BY_STATUS.get(error.status_code, unlisted)
    return problem(
        slug=slug,
        status=error.status_code,
        detail=detail,
        retryable=False,
        headers=error.headers,
    )


def unexpected(error: Exception) -> Response:
    """The answer to what nobody refused: see `told`."""
    return refused(told(error))


def told(error: Exception) -> Refused:
    """What may be said of an error that nobody meant: that it passes, that the database keeps it
    out of the caller's area, or only by which id the log has it."""
    if is_passing(error):
        _log.warning("a request met a passing fault", exc_info=error)
        return TryAgain(
            "Something this needs does not answer right now. Send the same request again."
        )
    if is_outside_area(error):
        _log.warning("the database kept a request to its area", exc_info=error)
        return OutsideArea("This lies outside your area.")
    _log.error("a request failed unexpectedly", exc_info=error)
    return Unexpected(
        f"This should not happen. Report the correlation id, {correlation_id()}, to whoever runs "
        "the service."
    )


def _uncounted(_slug: str) -> None:
    """Nobody counts."""


def install(app: FastAPI, *, count: Callable[[str], None] = _uncounted) -> None:
    """Have the application answer its errors this way; `Requests` answers the unexpected ones.
    `count` is told the slug of every refusal."""

    @app.exception_handler(Refused)
    async def on_refused(_: Request, error: Refused) -> Response:
        count(error.slug)
        return refused(error)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> Response:
        count(INVALID)
        return invalid(error)

    @app.exception_handler(HTTPException)
    async def on_http(_: Request, error: HTTPException) -> Response:
        return http(error)


def _field_problem(error: Mapping[str, Any]) -> FieldProblem:
    field = ".".join(str(part) for part in error["loc"])
    told = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    given = error.get("input")
    quotes = isinstance(given, str | int | float) and str(given).strip() in told and given != ""
    if quotes or error["type"] in _QUOTING:
        told = "is not valid"
    return FieldProblem(field=field[:FIELD_CHARACTERS_MAX], problem=told)
