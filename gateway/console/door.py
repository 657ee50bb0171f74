"""Who stands at the console's door: session cookie, form token, refusals as plain pages.

Must never take a session from anywhere but its cookie, never send one on to another path than /console, and never
answer a form whose token is not the session's own.

The cookie is HttpOnly, SameSite=Strict and Secure. The one exception from Secure: a gateway whose public address is
plain http on this very machine (localhost, 127.0.0.0/8, ::1). There Chromium and Firefox would take a Secure cookie
but Safari refuses it (WebKit bug 281149), and nothing leaves the machine. A plain http address of any other host keeps
Secure on, so that signing in fails there instead of sending the session in clear.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute

from gateway.console.languages import Language, language_of
from gateway.console.page import ACTIONS, HEADERS, PREFIX, ROOMS, page
from gateway.domain.errors import (
    Conflict,
    Invalid,
    NotFound,
    Ostiary,
    Quarantined,
    Refused,
    Unauthenticated,
    Unavailable,
)
from gateway.flows import officers
from gateway.flows.gate import Gate

FORM_LIMIT: Final = 64 * 1024
EVIDENCE_LIMIT: Final = (10 << 20) + FORM_LIMIT
UPLOAD: Final = f"{PREFIX}/imports/new"
"""The one form that holds a file; its session and role are looked at before its body is."""
UPLOAD_LIMIT: Final = 512 * 1024 * 1024
_STATUS: Final[tuple[tuple[type[Ostiary], int], ...]] = (
    (NotFound, 404),
    (Invalid, 400),
    (Unauthenticated, 401),
    (Refused, 403),
    (Conflict, 409),
    (Quarantined, 409),
    (Unavailable, 503),
)
_BY_CODE: Final = {"too_many_attempts": 429, "form_too_large": 413, "form_length_missing": 411}
_TITLES: Final = {
    400: "This cannot be read",
    401: "Sign in first",
    403: "This is not for you to do",
    404: "Nothing is here",
    409: "Something stands in the way",
    411: "The form has no length",
    413: "The form is too large",
    429: "Too many tries",
    503: "The house cannot answer now",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """An officer on a page: who it is, the token for its forms, and which of the console's acts its role allows.

    `language` is the one that was chosen; `here` is the page's own address, to come back to after choosing another.
    """

    session: str = field(repr=False)
    officer: officers.Officer
    token: str = field(repr=False)
    allowed: frozenset[str]
    language: Language
    here: str

    @property
    def rooms(self) -> tuple[tuple[str, str, str], ...]:
        """The rooms that this officer's role may enter."""
        return tuple((id_, name, path) for id_, name, path, action in ROOMS if action in self.allowed)

    def page(self, template: str, room: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Give a page of a room, as this officer sees it."""
        return page(template, status, self.language, visit=self, room=room, **values)

    def t(self, english: str, /, **values: Any) -> str:
        """Say a sentence in the officer's language; for pages that are offered in it. See `Language.t`."""
        return self.language.t(english, **values)

    def tn(self, n: int, one: str, many: str, /, **values: Any) -> str:
        """Say a sentence with a number in the officer's language. See `Language.tn`."""
        return self.language.tn(n, one, many, **values)


@dataclass(frozen=True, slots=True)
class Door:
    """Lets officers in and recognises them.

    Args:
        gate: the instruments.
        secure: whether cookies carry `Secure`.
    """

    gate: Gate
    secure: bool

    @property
    def session_cookie(self) -> str:
        """The cookie's name; the prefix makes a browser insist on Secure and on this host alone."""
        return "__Host-ostiary" if self.secure else "ostiary"

    @property
    def visit_cookie(self) -> str:
        """The name of the cookie that ties the sign-in form to its browser, before there is a session."""
        return "__Host-ostiary-visit" if self.secure else "ostiary-visit"

    @property
    def language_cookie(self) -> str:
        """The name of the cookie that remembers the language that was chosen; it says nothing else."""
        return language_cookie(secure=self.secure)

    def language(self, request: Request) -> Language:
        """Give the language of a visit, signed in or not."""
        return language_of(request, self.language_cookie)

    def visit(self, request: Request) -> Visit:
        """Recognise the officer.

        Raises:
            Unauthenticated: `session_over`.
        """
        session = request.cookies.get(self.session_cookie, "")
        officer = officers.officer_of(self.gate, session)
        allowed = officers.allowed(self.gate, officer, ACTIONS)
        token = officers.form_token(self.gate, session)
        return Visit(session, officer, token, allowed, self.language(request), address_of(request))

    def visit_form(self, request: Request, given: str) -> Visit:
        """Recognise the officer and the form.

        Raises:
            Unauthenticated: `session_over`. Refused: `csrf_wrong`.
        """
        visit = self.visit(request)
        officers.check_form(self.gate, visit.session, given)
        return visit

    def set_cookie(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Set a cookie that only this server reads."""
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="strict"
        )

    def drop_cookie(self, response: Response, name: str) -> None:
        """Take a cookie back."""
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="strict")


def language_cookie(*, secure: bool) -> str:
    """Give the name of the cookie that remembers the language."""
    return "__Host-ostiary-language" if secure else "ostiary-language"


def address_of(request: Request) -> str:
    """Give the path and query of a page that is read; of a form only the path, which shows the page anew."""
    query = request.url.query if request.method == "GET" else ""
    return request.url.path + (f"?{query}" if query else "")


def secure_for(origin: str) -> bool:
    """Say whether cookies of this public address carry Secure: always, but for plain http on this very machine."""
    parts = urlsplit(origin)
    return not (parts.scheme == "http" and _loopback(parts.hostname or ""))


def _loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def after_sign_in(wanted: str) -> str:
    """Give the page to go on to: a path of the console, never another host."""
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and "//" not in wanted
    inside = wanted == PREFIX or wanted.startswith((f"{PREFIX}/", f"{PREFIX}?"))
    return wanted if plain and inside and not wanted.startswith(f"{PREFIX}/sign-") else PREFIX


class ConsoleRoute(APIRoute):
    """A route that answers refusals with a plain page, and puts the console's headers on every answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                _check_length(request)
                response = await inner(request)
            except Ostiary as refusal:
                response = answer_refusal(request, refusal)
            except RequestValidationError:
                unfit = Invalid("form_unreadable", "Go back, and fill in the form as it asks.")
                response = refusal_page(request, unfit)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handle


def _check_length(request: Request) -> None:
    if request.method in {"GET", "HEAD"}:
        return
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise Invalid("form_length_missing", "Send the form as a browser does, with its length.")
    path = request.url.path
    if path == UPLOAD:
        if int(length) > UPLOAD_LIMIT:
            raise Invalid("form_too_large", "The console takes files of at most 512 MiB. Use `ostiary import`.")
    elif path.startswith(f"{PREFIX}/sources/") and path.endswith("/file"):
        if int(length) > EVIDENCE_LIMIT:
            raise Invalid("form_too_large", "A file of evidence has at most 10 MiB.")
    elif int(length) > FORM_LIMIT:
        raise Invalid("form_too_large", "A form of the console has at most 64 KiB.")


def answer_refusal(request: Request, refusal: Ostiary) -> Response:
    """Send whoever is not signed in to the sign-in page; give everybody else the refusal in words."""
    if not isinstance(refusal, Unauthenticated):
        return refusal_page(request, refusal)
    # Only a page that was being read is worth coming back to: a form is not sent twice.
    wanted = address_of(request)
    after = f"?next={quote(wanted, safe='')}" if request.method == "GET" and wanted != PREFIX else ""
    return RedirectResponse(f"{PREFIX}/sign-in{after}", 303)


def status_of(refusal: Ostiary) -> int:
    """Give the HTTP status of a refusal."""
    by_kind = next((status for kind, status in _STATUS if isinstance(refusal, kind)), 500)
    return _BY_CODE.get(refusal.code, by_kind)


def refusal_page(request: Request, refusal: Ostiary) -> HTMLResponse:
    """Give a refusal as a page: what is wrong, how to mend it, its code. No input is repeated."""
    status = status_of(refusal)
    # Which of the two cookies this house uses is the door's to know; a browser holds one of them only.
    names = (language_cookie(secure=secure) for secure in (True, False))
    language = language_of(request, next((name for name in names if name in request.cookies), ""))
    title = language.t(_TITLES.get(status, "Something went wrong"))
    response = page("refusal.html", status, language, title=title, message=refusal.message, refused=refusal.code)
    if "retry_after" in refusal.context:
        response.headers["Retry-After"] = str(refusal.context["retry_after"])
    return response
