"""The HTTP interface of a service for programs, as OpenAPI: GET /openapi.json, for anybody.

FastAPI knows the paths, parameters and bodies. Added here: who may call a route and for which area
(`x-roles`, `x-area`), the token, the problem answers, what the answer to a command says.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts

from chassis.web import problems
from chassis.web.access import ANYWHERE, BODY_BYTES_MAX, Access, Guarded, declared_accesses, public
from chassis.web.commands import KEY_HEADER
from chassis.web.idempotency import REPLAYED_HEADER
from chassis.web.pages import COOKIE
from chassis.web.problems import Problem

Part = dict[str, Any]
"""Some part of the document."""

DESCRIPTION = """\
Send a token: `Authorization: Bearer TOKEN`. It speaks for one role (`x-roles` says which a route is
open to) and one area: a dotted code that covers itself and everything under it (`x-area` says where
a request names the area that it concerns). Whatever is not done is answered with a problem
(RFC 9457), whose `slug` names the rule and whose `retryable` tells whether to try again. Every
answer carries `X-Correlation-Id`, by which the logs know the request.
"""
SCHEMAS = "#/components/schemas/"
_FRAMEWORKS_OWN = ("HTTPValidationError", "ValidationError")
_FRAMEWORKS_422: Part = {
    "description": "Validation Error",
    "content": {"application/json": {"schema": {"$ref": f"{SCHEMAS}{_FRAMEWORKS_OWN[0]}"}}},
}
_TOKEN: Part = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An ES256 JWT with the claims sub (the caller's name), role and area.",
}
_COOKIE: Part = {
    "type": "apiKey",
    "in": "cookie",
    "name": COOKIE,
    "description": "The same token, as the page keeps it on which one signs in.",
}
_SCHEMES: Part = {"bearer": _TOKEN, "cookie": _COOKIE}
_REPLAYED: Part = {
    "description": "`true` on an answer that was given before: nothing was done again.",
    "schema": {"type": "string", "enum": ["true"]},
}
_WORDS = {
    "401": "The token is missing, expired or not good here.",
    "403": "The role may not do this, or not in this area.",
    "409": "Not as things stand, or the same request is still under way.",
    "422": "The request does not fit: `errors` names the fields.",
    "default": "Anything else that kept the request from being done.",
}


def router(app: FastAPI) -> APIRouter:
    """The route of one application."""
    routes = APIRouter(route_class=Guarded, dependencies=[public])
    made_once = cache(lambda: document(app))

    @routes.get("/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(made_once())

    return routes


def document(app: FastAPI) -> Part:
    """The whole document. It depends on the routes alone."""
    made = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes
    )
    accesses = _accesses(app)
    for path, item in made["paths"].items():
        for method, operation in item.items():
            _complete(operation, path, accesses[path, method.upper()])
    components: Part = made.setdefault("components", {})
    used = {scheme for found in accesses.values() for each in found for scheme in each.schemes}
    components["securitySchemes"] = {name: _SCHEMES[name] for name in sorted({"bearer"} | used)}
    schemas: Part = components.setdefault("schemas", {})
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schemas |= _problem_schemas()
    return made


def _accesses(app: FastAPI) -> dict[tuple[str, str], list[Access]]:
    return {
        (str(route.path_format), method): declared_accesses(route)
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }


def _complete(operation: Part, path: str, accesses: list[Access]) -> None:
    """Add what FastAPI did not know of one operation."""
    operation.setdefault("tags", [path.strip("/").partition("/")[0].partition(":")[0]])
    if accesses:
        operation |= _who_may(accesses)
    if "requestBody" in operation:
        limits = [each.body_bytes_max for each in accesses]
        operation.setdefault("x-body-bytes-max", limits[-1] if limits else BODY_BYTES_MAX)
    given: Part = {status: {} for status in _statuses(operation)} | operation["responses"]
    operation["responses"] = {
        status: _answer(status, given[status], is_command=_is_command(operation))
        for status in sorted(given)
    }


def _who_may(accesses: list[Access]) -> Part:
    """Whoever is let in by all of them."""
    area = next((each.area for each in accesses if each.area != ANYWHERE), ANYWHERE)
    return {
        "security": [{scheme: []} for scheme in accesses[0].schemes],
        "x-roles": sorted(frozenset.intersection(*(each.roles for each in accesses))),
        "x-area": {"in": area.place, "name": area.name} if area.name else {"in": area.place},
    }


def _answer(status: str, given: Part, *, is_command: bool) -> Part:
    """An answer as the route declares it, and what goes without saying."""
    if status < "400":
        return {**given, "headers": {REPLAYED_HEADER: _REPLAYED}} if is_command else given
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMAS}{Problem.__name__}"}}}
    own = {} if given == _FRAMEWORKS_422 else given
    return {"description": _WORDS.get(status), "content": content, **own}


def _statuses(operation: Part) -> Iterator[str]:
    if "security" in operation:
        yield from ("401", "403")
    if _is_command(operation):
        yield "409"
    if operation.get("parameters") or "requestBody" in operation:
        yield "422"
    yield "default"


def _is_command(operation: Part) -> bool:
    return any(each["name"] == KEY_HEADER for each in operation.get("parameters", ()))


def _problem_schemas() -> Part:
    schema = Problem.model_json_schema(ref_template=f"{SCHEMAS}{{model}}")
    parts: Part = schema.pop("$defs")
    return {Problem.__name__: schema, **parts}
