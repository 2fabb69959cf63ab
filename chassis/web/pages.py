"""Pages for a browser, which sends no Authorization header by itself.

A sign-in page puts the token into a cookie; `Page` routes, and no others, take it from there. They
change nothing, but what is asked may go on record: so a page is not opened for another site, and
the cookie is not sent with one (SameSite=Strict). Scripts cannot read it, and there are none.
"""

from abc import abstractmethod
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from chassis.web import problems
from chassis.web.access import ANYWHERE, BODY_BYTES_MAX, Allowed, Guarded
from contracts.refusal import Refused

COOKIE = "pages-token"
COOKIE_BYTES_MAX = 3_800
"""Browsers drop larger ones without a word."""
FOREIGN = frozenset({"cross-site", "same-site"})
"""What a browser says of a request that another site, or another port of this one, made."""


class AskedFromElsewhere(Refused):
    """Another site opened the page with the caller's cookie."""

    slug, status, retryable = "asked-from-elsewhere", 403, False


class AddressUnreadable(Refused):
    """The page's address does not fit."""

    slug, status, retryable = "address-unreadable", 422, False


class PageAccess(Allowed):
    """As `Allowed`; the token may be in the cookie too."""

    @property
    def schemes(self) -> tuple[str, ...]:
        """The header or the cookie."""
        return (*super().schemes, "cookie")

    def authorization(self, request: Request) -> str | None:
        """The header, else the cookie of a page that this site itself opened.

        Raises: AskedFromElsewhere.
        """
        header = super().authorization(request)
        cookie = request.cookies.get(COOKIE)
        if header is not None or not cookie:
            return header
        check_own(request)
        return f"Bearer {cookie}"


def page_access(*roles: str) -> PageAccess:
    """Declares, in `Annotated[Caller, Depends(...)]`, who may open a page; it has no area."""
    return PageAccess(frozenset(roles), ANYWHERE, BODY_BYTES_MAX)


def check_own(request: Request) -> None:
    """The address was typed, or this site linked to it. Raises: AskedFromElsewhere."""
    if request.headers.get("sec-fetch-site") in FOREIGN:
        raise AskedFromElsewhere("Another site opened this page: open it from here.")


class Page(Guarded):
    """A route whose refusals are pages too, and its faults."""

    @abstractmethod
    def refused(self, request: Request, refusal: Refused) -> Response:
        """The page that says what is not allowed."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The guarded answer, or the page of the refusal."""
        answer = super().get_route_handler()

        async def answer_or_refuse(request: Request) -> Response:
            try:
                response: Response = await answer(request)
            except Refused as refusal:
                return self.refused(request, refusal)
            except RequestValidationError:
                wrong = AddressUnreadable("This address does not fit: go back and follow a link.")
                return self.refused(request, wrong)
            except HTTPException:
                raise
            except Exception as error:  # noqa: BLE001  (it is logged there)
                return self.refused(request, problems.told(error))
            return response

        return answer_or_refuse


def remember(response: Response, token: str, *, path: str, is_secure: bool) -> None:
    """Keep the token in the browser for the pages under a path, until it is closed."""
    response.set_cookie(
        COOKIE, token, path=path, secure=is_secure, httponly=True, samesite="strict"
    )


def forget(response: Response, *, path: str, is_secure: bool) -> None:
    """Have the browser drop the token."""
    response.delete_cookie(COOKIE, path=path, secure=is_secure, httponly=True, samesite="strict")


def html_headers(style: str) -> dict[str, str]:
    """The headers of a page that has this style sheet inside, and may load and run nothing."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; "
            f"style-src 'sha256-{digest}'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
