"""The door itself: sign-in, sign-out, the language that is read. Must never say which half of a sign-in was wrong."""

import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.door import Door, after_sign_in, status_of
from gateway.console.languages import chosen
from gateway.console.page import PREFIX, page
from gateway.domain.errors import Ostiary, Refused, Unauthenticated
from gateway.flows import officers

_YEAR = 366 * 86_400
_VISIT = 3600  # seconds that a sign-in form stays good
_SESSION = int(officers.LONGEST_SESSION.total_seconds())


def add(router: APIRouter, door: Door) -> None:
    """Put sign-in and sign-out on the router."""

    @router.get("/sign-in")
    def form(request: Request, next: str = PREFIX) -> Response:  # noqa: A002  the name in the address
        return _form(door, request, after_sign_in(next))

    @router.post("/sign-in")
    def sign_in(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        csrf: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = PREFIX,  # noqa: A002
    ) -> Response:
        officers.check_form(door.gate, _visit_of(request, door), csrf)
        wanted = after_sign_in(next)
        try:
            signed_in = officers.sign_in(door.gate, name, password, request.client.host if request.client else "")
        except (Unauthenticated, Refused) as refusal:
            return _form(door, request, wanted, refusal)
        response = RedirectResponse(wanted, 303)
        door.set_cookie(response, door.session_cookie, signed_in.session, _SESSION)
        door.drop_cookie(response, door.visit_cookie)
        return response

    @router.post("/language")
    def choose(
        request: Request,
        language: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "",
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        signed_in = door.session_cookie in request.cookies
        owner = door.visit(request).session if signed_in else _visit_of(request, door)
        officers.check_form(door.gate, owner, csrf)
        wanted = after_sign_in(back)
        response = RedirectResponse(wanted if signed_in else f"{PREFIX}/sign-in?next={quote(wanted, safe='')}", 303)
        door.set_cookie(response, door.language_cookie, chosen(language), _YEAR)
        return response

    @router.post("/sign-out")
    def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        visit = door.visit_form(request, csrf)
        officers.sign_out(door.gate, visit.session)
        response = RedirectResponse(f"{PREFIX}/sign-in", 303)
        door.drop_cookie(response, door.session_cookie)
        return response


def _visit_of(request: Request, door: Door) -> str:
    """Name the browser that was given the form; a browser without the cookie gets a name that no token fits."""
    return f"visit {request.cookies.get(door.visit_cookie) or secrets.token_urlsafe()}"


def _form(door: Door, request: Request, wanted: str, refusal: Ostiary | None = None) -> Response:
    browser = request.cookies.get(door.visit_cookie) or secrets.token_urlsafe(32)
    language = door.language(request)
    response = page(
        "sign_in.html",
        status_of(refusal) if refusal else 200,
        language,
        title=language.t("Sign in"),
        next=wanted,
        token=officers.form_token(door.gate, f"visit {browser}"),
        message=refusal.message if refusal else "",
        refused=refusal.code if refusal else "",
    )
    if refusal and "retry_after" in refusal.context:
        response.headers["Retry-After"] = str(refusal.context["retry_after"])
    door.set_cookie(response, door.visit_cookie, browser, _VISIT)
    return response
