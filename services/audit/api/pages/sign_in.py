"""Signing in to the pages with a token, and out again."""

import re
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from chassis.web.access import RoleNotAllowed, public
from chassis.web.pages import COOKIE_BYTES_MAX, check_own, forget, remember
from chassis.web.tokens import TokenInvalid, TokenMissing, Tokens
from services.audit.api.pages import frame
from services.audit.rules.addresses import ROOT
from services.audit.settings import Settings

FORM_BYTES_MAX = 16_000
_OURS = re.compile(rf"{ROOT}(/[A-Za-z0-9./_-]*)?(\?[!-~]*)?")
_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["token"],
    "properties": {
        "token": {"type": "string", "description": "As it would stand behind `Bearer`."},
        "next": {"type": "string", "description": "The page to go to."},
    },
}
_TAKES = {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": _FORM}},
    }
}
router = frame.router()


@router.get(f"{ROOT}/sign-in", dependencies=[public])
async def form(request: Request) -> Response:
    """The page on which an auditor signs in with a token."""
    return frame.html(request, "sign_in.html", fault=None, next=ROOT)


@router.post(f"{ROOT}/sign-in", dependencies=[public], status_code=303, openapi_extra=_TAKES)
async def sign_in(request: Request) -> Response:
    """Keep the token in a cookie that only the pages take (HttpOnly, SameSite=Strict), until the
    browser is closed or the token expires."""
    check_own(request)
    given = dict(parse_qsl((await request.body())[:FORM_BYTES_MAX].decode("utf-8", "replace")))
    token = given.get("token", "").strip().removeprefix("Bearer ").strip()
    wanted = given.get("next", "")
    goes_to = wanted if _OURS.fullmatch(wanted) else ROOT
    try:
        _check(request, token)
    except (TokenMissing, TokenInvalid) as refusal:
        return frame.html(
            request, "sign_in.html", status=refusal.status, headers=refusal.headers,
            fault=str(refusal) if token else "Paste a token.", next=goes_to,
        )  # fmt: skip
    answer = RedirectResponse(goes_to, 303, frame.HEADERS)
    remember(answer, token, path=ROOT, is_secure=_is_secure(request))
    return answer


@router.post(f"{ROOT}/sign-out", dependencies=[public], status_code=303)
async def sign_out(request: Request) -> Response:
    """Drop the cookie."""
    check_own(request)
    answer = RedirectResponse(f"{ROOT}/sign-in", 303, frame.HEADERS)
    forget(answer, path=ROOT, is_secure=_is_secure(request))
    return answer


def _check(request: Request, token: str) -> None:
    """Raises: TokenMissing, TokenInvalid, RoleNotAllowed."""
    if len(token) > COOKIE_BYTES_MAX:
        raise TokenInvalid(f"The token has more than {COOKIE_BYTES_MAX:,} characters.")
    tokens: Tokens = request.app.state.tokens
    role = tokens.claims(f"Bearer {token}").role
    if role not in frame.VIEWING.roles:
        raise RoleNotAllowed(f"The pages are for auditors; your role is {role}.")


def _is_secure(request: Request) -> bool:
    """In production the cookie travels over HTTPS only, also when a proxy does not say so."""
    settings: Settings = request.app.state.running.settings
    return request.url.scheme == "https" or settings.mode == "production"
