"""The opt-out page: `/o/<token>` shows, a POST to it stops, `/o/<token>/done` says what is in force.

GET and HEAD change nothing: link scanners open every link, some of them in a whole browser, so nothing here submits
itself. The token is the only credential: no cookie is read or set, and no form secret is needed, because whoever holds
the token may do all that the form does. A one-click POST of a mail program (RFC 8058) gets a bare 200 whatever the
token: it is no place to find out which links exist. A browser's privacy signal that comes with a POST is kept with it.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from gateway.domain.errors import NotFound, Unavailable
from gateway.flows.gate import Gate
from gateway.flows.preferences import OptOutView, show, stop
from gateway.flows.signals import heed, kept
from gateway.pages.frame import HEADERS, LOOK, Form, Frame, asset, language_of, see, signalled
from gateway.pages.languages import languages
from gateway.pages.moments import written

_CHOICES: Final = {"these": False, "everything": True}
_ACTOR: Final = "opt-out link"


def router(gate: Gate) -> APIRouter:
    """Make the routes of the opt-out pages for one gateway."""
    pages = _Pages(gate)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/o/assets/{name}", asset, methods=LOOK)
    routes.add_api_route("/o/{token}", pages.ask, methods=LOOK)
    routes.add_api_route("/o/{token}/done", pages.done, methods=LOOK)
    routes.add_api_route("/o/{token}", pages.act, methods=["POST"])
    return routes


class _Pages:
    """The pages of one gateway. Each request reads what it shows anew."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._frame = Frame()

    def ask(self, request: Request, token: str) -> Response:
        """Show what the link is about and the way out, or what is stopped already."""
        try:
            view = show(self._gate, token)
        except NotFound:
            return self._frame.page(request, 404, "unknown.html")
        except Unavailable:
            return self._frame.page(request, 503, "later.html")
        return self._view(request, token, view)

    def done(self, request: Request, token: str) -> Response:
        """Say what is in force; where nothing is stopped, ask."""
        return self.ask(request, token)

    def act(self, request: Request, token: str, form: Form) -> Response:
        """Stop. A second POST finds it done and changes nothing."""
        if form.get("List-Unsubscribe", "").lower() == "one-click":
            return self._one_click(request, token)
        here = _here(request, token)
        language = request.query_params.get("lang", "")
        query = f"?lang={quote(language, safe='')}" if language else ""
        if (choice := form.get("choice", "")) not in _CHOICES:
            return see(here + query)
        try:
            self._stop(request, token, "opt_out_page", everything=_CHOICES[choice])
        except NotFound:
            return self._frame.page(request, 404, "unknown.html")
        except Unavailable:
            return self._frame.page(request, 503, "later.html")
        return see(f"{here}/done{query}")

    def _stop(self, request: Request, token: str, method: str, *, everything: bool) -> None:
        """Stop, then keep the signal: were the second lost, the reader would be told so and press again."""
        stop(self._gate, token, everything=everything, method=method)
        if signalled(request):
            heed(self._gate, token, _ACTOR)

    def _one_click(self, request: Request, token: str) -> Response:
        """Answer a mail program: done, or no such link (the same), or come again."""
        try:
            self._stop(request, token, "one_click", everything=False)
        except NotFound:
            pass
        except Unavailable:
            return Response(status_code=503, headers={**HEADERS, "Retry-After": "60"})
        return Response(status_code=200, headers=HEADERS)

    def _view(self, request: Request, token: str, view: OptOutView) -> Response:
        language = language_of(request, view.language)
        words = languages()[language]
        known: Mapping[str, str] = words["purposes"]
        stopped = view.everything or view.these
        about = {
            "view": view,
            "here": _here(request, token) + (f"?lang={language}" if "lang" in request.query_params else ""),
            "why": f"{_here(request, token)}/why" + (f"?lang={language}" if "lang" in request.query_params else ""),
            "purpose": next((known[one] for one in view.purposes if one in known), view.title),
            "stopped": stopped,
            "kept": signalled(request) and kept(self._gate, token),
            "since": words["since"].format(when=written(stopped.at, view.time_zone, words)) if stopped else "",
        }
        return self._frame.page(request, 200, "done.html" if stopped else "ask.html", language, about)


def _here(request: Request, token: str) -> str:
    return f"{request.scope.get('root_path', '')}/o/{quote(token, safe='')}"
