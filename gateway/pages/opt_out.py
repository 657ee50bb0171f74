"""The opt-out page: `/o/<token>` shows, a POST to it stops, `/o/<token>/done` says what is in force.

GET and HEAD change nothing: link scanners open every link, some of them in a whole browser, so nothing here submits
itself. The token is the only credential: no cookie is read or set, and no form secret is needed, because whoever holds
the token may do all that the form does. A one-click POST of a mail program (RFC 8058) gets a bare 200 whatever the
token: it is no place to find out which links exist.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.types import Message, Receive

from gateway.domain.errors import NotFound, Unavailable
from gateway.flows.gate import Gate
from gateway.flows.preferences import OptOutView, show, stop
from gateway.pages.languages import accepted, choose, languages
from gateway.pages.moments import written

LONGEST_BODY: Final = 4096
"""Bytes of a form; ours has some twenty."""

_FOLDER: Final = Path(__file__).parent
_LOOK: Final = ["GET", "HEAD"]
_CHOICES: Final = {"these": False, "everything": True}
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_ASSETS: Final = {"page.css": "text/css; charset=utf-8"}


def router(gate: Gate) -> APIRouter:
    """Make the routes of the opt-out pages for one gateway."""
    pages = _Pages(gate)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/o/assets/{name}", _asset, methods=_LOOK)
    routes.add_api_route("/o/{token}", pages.ask, methods=_LOOK)
    routes.add_api_route("/o/{token}/done", pages.done, methods=_LOOK)
    routes.add_api_route("/o/{token}", pages.act, methods=["POST"])
    return routes


def _capped(receive: Receive) -> Receive:
    """Let a body of at most `LONGEST_BODY` bytes through."""
    left = LONGEST_BODY

    async def capped() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413, "This form is too long.", headers=_HEADERS)
        return message

    return capped


async def _form(request: Request) -> dict[str, str]:
    """Read a form, url-encoded or multipart; files in it are refused."""
    small = Request(request.scope, _capped(request.receive))
    async with small.form(max_files=0, max_fields=10, max_part_size=LONGEST_BODY) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


Form = Annotated[dict[str, str], Depends(_form)]


class _Pages:
    """The pages of one gateway. Each request reads what it shows anew."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._style = hashlib.sha256((_FOLDER / "assets" / "page.css").read_bytes()).hexdigest()[:8]
        languages()  # a broken words file stops the start, not a customer

    def ask(self, request: Request, token: str) -> Response:
        """Show what the link is about and the way out, or what is stopped already."""
        try:
            view = show(self._gate, token)
        except NotFound:
            return self._page(request, 404, "unknown.html")
        except Unavailable:
            return self._page(request, 503, "later.html")
        return self._view(request, token, view)

    def done(self, request: Request, token: str) -> Response:
        """Say what is in force; where nothing is stopped, ask."""
        return self.ask(request, token)

    def act(self, request: Request, token: str, form: Form) -> Response:
        """Stop. A second POST finds it done and changes nothing."""
        if form.get("List-Unsubscribe", "").lower() == "one-click":
            return self._one_click(token)
        here = _here(request, token)
        language = request.query_params.get("lang", "")
        query = f"?lang={quote(language, safe='')}" if language else ""
        if (choice := form.get("choice", "")) not in _CHOICES:
            return _see(here + query)
        try:
            stop(self._gate, token, everything=_CHOICES[choice], method="opt_out_page")
        except NotFound:
            return self._page(request, 404, "unknown.html")
        except Unavailable:
            return self._page(request, 503, "later.html")
        return _see(f"{here}/done{query}")

    def _one_click(self, token: str) -> Response:
        """Answer a mail program: done, or no such link (the same), or come again."""
        try:
            stop(self._gate, token, everything=False, method="one_click")
        except NotFound:
            pass
        except Unavailable:
            return Response(status_code=503, headers={**_HEADERS, "Retry-After": "60"})
        return Response(status_code=200, headers=_HEADERS)

    def _view(self, request: Request, token: str, view: OptOutView) -> Response:
        language = _language(request, view.language)
        words = languages()[language]
        known: Mapping[str, str] = words["purposes"]
        stopped = view.everything or view.these
        about = {
            "view": view,
            "here": _here(request, token) + (f"?lang={language}" if "lang" in request.query_params else ""),
            "purpose": next((known[one] for one in view.purposes if one in known), view.title),
            "stopped": stopped,
            "since": words["since"].format(when=written(stopped.at, view.time_zone, words)) if stopped else "",
        }
        return self._page(request, 200, "done.html" if stopped else "ask.html", language, about)

    def _page(
        self,
        request: Request,
        status: int,
        template: str,
        language: str = "",
        about: Mapping[str, Any] | None = None,
    ) -> Response:
        language = language or _language(request, "")
        text = self._templates.get_template(template).render(
            language=language,
            words=languages()[language],
            choices=languages(),
            root=request.scope.get("root_path", ""),
            style=self._style,
            **(about or {}),
        )
        headers = {**_HEADERS, "Content-Language": language, "Vary": "Accept-Language"}
        if status == 503:  # noqa: PLR2004  the one that says when to come again
            headers["Retry-After"] = "60"
        return Response(text, status, headers, media_type="text/html; charset=utf-8")


def _asset(name: str) -> Response:
    """Give a file of these pages; its address changes with its content."""
    if name not in _ASSETS:
        raise HTTPException(404, "There is no such file.", headers=_HEADERS)
    kept = {**_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return Response((_FOLDER / "assets" / name).read_bytes(), 200, kept, media_type=_ASSETS[name])


def _see(address: str) -> Response:
    """Send the browser on by GET, so that going back or reloading sends nothing again."""
    return Response(status_code=303, headers={**_HEADERS, "Location": address})


def _here(request: Request, token: str) -> str:
    return f"{request.scope.get('root_path', '')}/o/{quote(token, safe='')}"


def _language(request: Request, of_person: str) -> str:
    header = request.headers.get("accept-language", "")
    return choose(request.query_params.get("lang", ""), of_person, *accepted(header))
