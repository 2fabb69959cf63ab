"""Who may call a route: each one declares its roles and where the area it concerns comes from.

    router = APIRouter(route_class=Guarded)

    @router.post("/things")
    async def make_thing(
        command: MakeThing,
        caller: Annotated[Caller, allowed("maker", area=body("region_code"))],
    ) -> None: ...

A route for anybody says `dependencies=[public]`. A `Guarded` route without a declaration does not
come into being, and `undeclared_routes` finds any other kind.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from chassis.web.problems import OutsideArea
from chassis.web.tokens import Tokens
from contracts.refusal import Refused

BODY_BYTES_MAX = 1024 * 1024
"""What a route takes unless it declares more."""
BODY_LIMIT = "chassis.body_bytes_max"
"""Where in the request's scope the route's own limit stands."""


class RoleNotAllowed(Refused):
    """The caller's role may not do this."""

    slug, status, retryable = "role-not-allowed", 403, False


@dataclass(frozen=True)
class Caller:
    """Who calls: the name in the token, one role, one area."""

    name: str
    role: str
    area: str
    """A dotted code; it covers itself and everything under it."""

    def covers(self, code: str) -> bool:
        """Whether the code lies in the caller's area: 53.71 covers 53.71.04, not 53.710."""
        return code == self.area or code.startswith(f"{self.area}.")

    def check_area(self, code: str) -> None:
        """Raises OutsideArea unless the caller's area covers the code."""
        if not self.covers(code):
            raise OutsideArea(f"This lies outside your area, {self.area}.")


@dataclass(frozen=True)
class AreaFrom:
    """Where the code of the area that a request concerns is found."""

    place: Literal["body", "path", "query", "operation", "nowhere"]
    name: str = ""


def body(field: str) -> AreaFrom:
    """In a top-level field of the JSON body; absent or no text: 422."""
    return AreaFrom("body", field)


def path(name: str) -> AreaFrom:
    """In a parameter of the path."""
    return AreaFrom("path", name)


def query(name: str) -> AreaFrom:
    """In a parameter of the query; absent: 422."""
    return AreaFrom("query", name)


IN_OPERATION = AreaFrom("operation")
"""In a record that only the operation reads: it calls `caller.check_area(code)`."""
ANYWHERE = AreaFrom("nowhere")
"""What is asked belongs to no area."""


@dataclass(frozen=True)
class Access:
    """What a route declares, and the check of it."""

    roles: frozenset[str]
    area: AreaFrom
    body_bytes_max: int

    def admit(self, request: Request) -> Caller:
        """The caller, by the token and the role alone.

        Raises TokenMissing, TokenInvalid, TokenExpired or RoleNotAllowed.
        """
        tokens: Tokens = request.app.state.tokens
        claims = tokens.claims(self.authorization(request))
        if claims.role not in self.roles:
            wanted = " or ".join(sorted(self.roles))
            raise RoleNotAllowed(f"This needs the role {wanted}; yours is {claims.role}.")
        return Caller(name=claims.sub, role=claims.role, area=claims.area)

    @property
    def schemes(self) -> tuple[str, ...]:
        """How a caller may show who it is, by the names of OpenAPI."""
        return ("bearer",)

    def authorization(self, request: Request) -> str | None:
        """What names the caller: the header Authorization, and nothing else."""
        return request.headers.get("authorization")

    async def caller_of(self, request: Request) -> Caller:
        """The caller, allowed to do this here. Raises as `admit` does, and OutsideArea."""
        caller = getattr(request.state, "caller", None) or self.admit(request)
        if self.area.name:
            caller.check_area(await self._code(request))
        return caller

    async def _code(self, request: Request) -> str:
        place, name = self.area.place, self.area.name
        if place == "path":
            return str(request.path_params[name])
        given: Any = request.query_params if place == "query" else await _json(request)
        code = given.get(name) if hasattr(given, "get") else None
        if not isinstance(code, str):
            missing = {"type": "missing", "loc": (place, name), "msg": "is required, as text"}
            raise RequestValidationError([missing])
        return code


class Allowed(Access):
    """As a dependency: the caller."""

    async def __call__(self, request: Request) -> Caller:
        """Raises as `caller_of` does."""
        return await self.caller_of(request)


async def _json(request: Request) -> Any:  # noqa: ANN401  (whatever was sent)
    try:
        return await request.json()
    except (ValueError, RecursionError):  # not JSON, and its header did not claim so
        return None


def allowed(*roles: str, area: AreaFrom, body_bytes_max: int = BODY_BYTES_MAX) -> Any:  # noqa: ANN401  (as FastAPI's own Depends)
    """Declare, in `Annotated[Caller, ...]`, who may call the route and for which area.

    A route for uploads may take a larger body; whoever is not admitted sends none of it.
    """
    return Depends(Allowed(frozenset(roles), area, body_bytes_max))


async def _public() -> None:
    """Anybody may call."""


public: Any = Depends(_public)
"""Declares, in `dependencies=[...]`, that a route asks for no token."""


class UndeclaredRoute(TypeError):
    """A route does not say who may call it."""


class Guarded(APIRoute):
    """A route that must declare its access, and checks it before it reads a byte of the body."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """FastAPI's own answer, behind the check."""
        answer = super().get_route_handler()
        declared = list(_declared(self.dependant))
        if not declared:
            raise UndeclaredRoute(f"{self.path}: declare `allowed(...)` or `public`")

        async def admit_and_answer(request: Request) -> Response:
            for access in declared:
                if isinstance(access, Access):
                    request.state.caller = access.admit(request)
                    request.scope[BODY_LIMIT] = access.body_bytes_max
            response: Response = await answer(request)
            return response

        return admit_and_answer


def undeclared_routes(app: FastAPI) -> list[str]:
    """The paths of all routes that do not say who may call them: documentation pages, mounts and
    web sockets too. A test wants it empty.
    """
    return [
        str(route.path) for route in iter_route_contexts(app.routes) if not any(_of_route(route))
    ]


def declared_accesses(route: RouteContext) -> list[Access]:
    """What a route asks of its caller, all of it together; nothing of a public one."""
    return [each for each in _of_route(route) if isinstance(each, Access)]


def _of_route(route: RouteContext) -> Iterator[object]:
    return _declared(getattr(route, "dependant", None))


def _declared(dependant: Dependant | None) -> Iterator[object]:
    if dependant is None:
        return
    call: object = dependant.call
    if isinstance(call, Access) or call is _public:
        yield call
    for inner in dependant.dependencies:
        yield from _declared(inner)
