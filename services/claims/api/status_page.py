"""The family's page: where a claim stands, for whoever has its number and its code."""

import json
from datetime import datetime
from html import escape
from importlib.resources import files
from string import Template
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from chassis.local_time import WITA
from chassis.web import problems
from chassis.web.access import Guarded, public
from chassis.web.limits import TooManyRequests
from chassis.web.pages import html_headers
from chassis.web.reading import Now, Session, tools
from contracts.refusal import Refused
from services.claims.adapters import Tools
from services.claims.adapters.attempts import Attempts
from services.claims.operations.status_page import (
    ClaimStatus,
    StatusUnknown,
    claim_status,
    failed_tries,
    plain_number,
)
from services.claims.rules.letters import NO_FEE, NO_FEE_SHORT

PATH = "/claim-status"
FORM_BYTES_MAX = 2_000
_TEMPLATE = files("services.claims.api").joinpath("status.html").read_text(encoding="utf-8")
_STYLE = _TEMPLATE.partition("<style>")[2].partition("</style>")[0]
_PAGE = Template(_TEMPLATE)
_HEADERS = html_headers(_STYLE) | {"Vary": "Accept"}
_UNKNOWN = "Nomor klaim dan kode ini tidak cocok. Bandingkan keduanya dengan tanda terima."
_NO_ANSWER = "Saat ini status klaim tidak dapat ditampilkan. Coba lagi beberapa menit lagi."
_FORM = {
    "type": "object",
    "required": ["number", "code"],
    "properties": {
        "number": {"type": "string", "description": "As on the receipt: `K-7Q2M-08ZD`."},
        "code": {"type": "string", "description": "The status code of the receipt."},
    },
}
_ASKED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {"schema": _FORM},
            "application/json": {"schema": _FORM},
        },
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": ClaimStatus,
        "description": "Where the claim stands: a page, or JSON where `Accept` asks for it.",
        "content": {"text/html": {}},
    }
}
router = APIRouter(route_class=Guarded, tags=["Status page"], dependencies=[public])


@router.get(PATH, response_class=HTMLResponse)
async def form() -> Response:
    """The page on which a family asks where its claim stands."""
    return _html("")


@router.post(PATH, response_class=Response, responses=_ANSWERS, openapi_extra=_ASKED)
async def status(
    request: Request, session: Session, now: Now, tools: Annotated[Tools, Depends(tools)]
) -> Response:
    """Where a claim stands, by its number and the status code of the receipt; nobody is named.

    A wrong number and a wrong code get one answer, 404. After five wrong tries in 15 minutes for
    a number, or from an address, it is 429 with `Retry-After`.
    """
    asked = _asked(await request.body())
    tries = _tries(request)
    names = _names(request, asked["number"])
    try:
        for name in names:
            tries.begin(name, now=now)
        found = await claim_status(
            session, asked["number"], asked["code"], marks=tools.marks, now=now
        )
    except (StatusUnknown, TooManyRequests) as refusal:
        return _refused(request, refusal, now)
    except Exception as error:  # noqa: BLE001  (it is logged there)
        return _refused(request, problems.told(error), now)
    for name in names:
        tries.forgive(name, at=now)
    if _wants_json(request):
        return Response(found.model_dump_json(), 200, _HEADERS, media_type="application/json")
    return _html(_answer(found))


def _asked(body: bytes) -> dict[str, str]:
    """What was asked, of a form or of JSON; what is unreadable asks for nothing."""
    text = body[:FORM_BYTES_MAX].decode("utf-8", "replace")
    given: Any
    try:
        given = json.loads(text) if text.startswith("{") else dict(parse_qsl(text))
    except ValueError:
        given = {}
    return {name: str(given.get(name, "")) for name in ("number", "code")}


def _tries(request: Request) -> Attempts:
    """Counted for each process: what a service keeps in memory stands in its state."""
    state = request.app.state
    if not hasattr(state, "status_tries"):
        state.status_tries = failed_tries()
    found: Attempts = state.status_tries
    return found


def _names(request: Request, number: str) -> list[str]:
    """What tries are counted by; the address is that of the last proxy where one stands before."""
    known = plain_number(number)
    address = f"address {request.client.host if request.client else ''}"
    return [address, f"number {known}"] if known else [address]


def _refused(request: Request, refusal: Refused, now: datetime) -> Response:
    if _wants_json(request):
        answer = problems.refused(refusal)
        answer.headers.update(_HEADERS)
        return answer
    said = _UNKNOWN if isinstance(refusal, StatusUnknown) else _NO_ANSWER
    if isinstance(refusal, TooManyRequests):
        minutes = -(-refusal.retry_after_s // 60)
        said = (
            f"Terlalu banyak percobaan. Coba lagi {minutes} menit lagi; sekarang pukul "
            f"{now.astimezone(WITA):%H.%M} WITA."
        )
    page = f'<section class="wrong" role="alert"><p>{escape(said)}</p></section>'
    return _html(page, status=refusal.status, headers=problems.headers_of(refusal))


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def _answer(found: ClaimStatus) -> str:
    parts = [f"<h2>{escape(found.heading)}</h2>", f"<p>Nomor klaim {escape(found.number)}</p>"]
    parts += [f"<p>{escape(words)}</p>" for words in found.words]
    parts += _listed("Dokumen yang masih kurang", found.missing, tag="ul")
    parts += _listed("Jika Anda tidak setuju", found.appeal, tag="ol")
    return f'<section role="status">{"".join(parts)}</section>'


def _listed(heading: str, items: list[str], *, tag: str) -> list[str]:
    if not items:
        return []
    listed = "".join(f"<li>{escape(item)}</li>" for item in items)
    return [f"<h3>{heading}</h3><{tag}>{listed}</{tag}>"]


def _html(answer: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The page; nothing of what was asked stands in it or in its address."""
    page = _PAGE.substitute(
        answer=answer, action=PATH, no_fee=NO_FEE_SHORT, no_fee_in_full=escape(NO_FEE)
    )
    return HTMLResponse(page, status, _HEADERS | (headers or {}))
