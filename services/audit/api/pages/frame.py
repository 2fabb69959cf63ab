"""What all pages have: who may open them, their frame, their refusals."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from chassis.web import problems
from chassis.web.access import Caller
from chassis.web.pages import Page, html_headers, page_access
from chassis.web.tokens import TokenMissing
from contracts.refusal import Refused
from services.audit.adapters import pages
from services.audit.rules.addresses import ROOT, Links

HEADERS = html_headers(pages.STYLE)
UNAUTHORIZED = 401
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": words}
    for status, words in {
        401: "The page on which one signs in.",
        403: "A page that says what is not allowed.",
        422: "The page, with what is wrong beside each field.",
    }.items()
}
VIEWING = page_access("auditor")
Viewer = Annotated[Caller, Depends(VIEWING)]


class AuditPage(Page):
    """A page of the audit service."""

    def refused(self, request: Request, refusal: Refused) -> Response:
        """Without a good token, the page on which one signs in; else what is not allowed."""
        headers = problems.headers_of(refusal)
        if refusal.status == UNAUTHORIZED:
            fault = None if isinstance(refusal, TokenMissing) else str(refusal)
            given = {"fault": fault, "next": asked_address(request)}
            return html(request, "sign_in.html", status=refusal.status, headers=headers, **given)
        return html(
            request, "refused.html", status=refusal.status, headers=headers, refusal=refusal
        )


def router() -> APIRouter:
    """For routes that are pages."""
    return APIRouter(
        route_class=AuditPage,
        tags=["Pages"],
        default_response_class=HTMLResponse,
        responses=_REFUSALS,
    )


def html(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **given: Any,  # noqa: ANN401  (whatever the template shows)
) -> Response:
    """A page in its frame."""
    caller: Caller | None = getattr(request.state, "caller", None)
    frame = {
        "links": Links(request.query_params.get("reason", "")),
        "who": caller.name if caller else None,
        "made_at": request.app.state.units.clock(),
        "place": request.url.path.removeprefix(ROOT),
    }
    return HTMLResponse(pages.page(template, **frame | given), status, HEADERS | (headers or {}))


def authorization(request: Request) -> str:
    """The token of whoever opened the page, as a header."""
    return VIEWING.authorization(request) or ""


def asked_address(request: Request) -> str:
    """The address of a page that was asked for, to come back to."""
    if request.method != "GET":
        return ROOT
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
