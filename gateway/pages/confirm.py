"""The confirmation page: `/c/<token>` asks, a POST to it agrees, `/c/<token>/done` says what is in force.

GET and HEAD change nothing, and nothing submits itself: mail scanners open every link, and a consent that a scanner
gave would be none. No cookie, no form secret: the token is the only credential, and it can do this one thing.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Request, Response

from gateway.domain.errors import NotFound, Unavailable
from gateway.flows.confirming import ConfirmView, State, confirm, show_request
from gateway.flows.gate import Gate
from gateway.flows.receipts import receipt_of_link
from gateway.pages.frame import HEADERS, LOOK, Form, Frame, language_of, see, signalled
from gateway.pages.languages import languages
from gateway.pages.moments import written

_TEMPLATES: Final = {
    State.OPEN: (200, "confirm.html"),
    State.CONFIRMED: (200, "confirmed.html"),
    State.LAPSED: (410, "lapsed.html"),
    State.AGAINST_SIGNAL: (409, "against_signal.html"),
}


def router(gate: Gate) -> APIRouter:
    """Make the routes of the confirmation pages for one gateway."""
    pages = _Pages(gate)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/c/{token}", pages.ask, methods=LOOK)
    routes.add_api_route("/c/{token}/done", pages.ask, methods=LOOK)
    routes.add_api_route("/c/{token}/record", pages.record, methods=LOOK)
    routes.add_api_route("/c/{token}", pages.act, methods=["POST"])
    return routes


class _Pages:
    """The pages of one gateway. Each request reads what it shows anew."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._frame = Frame()

    def ask(self, request: Request, token: str) -> Response:
        """Show what there is to agree to, or what was agreed to already."""
        try:
            view = show_request(self._gate, token)
        except NotFound:
            return self._frame.page(request, 404, "confirm_unknown.html")
        except Unavailable:
            return self._frame.page(request, 503, "later.html")
        return self._view(request, token, view)

    def act(self, request: Request, token: str, form: Form) -> Response:
        """Agree. A second POST finds it done and changes nothing."""
        language = request.query_params.get("lang", "")
        query = f"?lang={quote(language, safe='')}" if language else ""
        here = _here(request, token)
        if form.get("choice", "") != "yes":
            return see(here + query)
        network = request.client.host if request.client else ""
        try:
            view = confirm(self._gate, token, network, signal=signalled(request))
        except NotFound:
            return self._frame.page(request, 404, "confirm_unknown.html")
        except Unavailable:
            return self._frame.page(request, 503, "later.html")
        return see(f"{here}/done{query}") if view.state is State.CONFIRMED else self._view(request, token, view)

    def record(self, request: Request, token: str) -> Response:
        """Give the record of the consent to keep (ISO/IEC TS 27560 in the words of DPV)."""
        try:
            record = receipt_of_link(self._gate, token)
        except NotFound:
            return self._frame.page(request, 404, "confirm_unknown.html")
        except Unavailable:
            return self._frame.page(request, 503, "later.html")
        kept = {**HEADERS, "Content-Disposition": 'attachment; filename="consent.jsonld"'}
        return Response(orjson.dumps(record, option=orjson.OPT_INDENT_2), 200, kept, "application/ld+json")

    def _view(self, request: Request, token: str, view: ConfirmView) -> Response:
        language = language_of(request, view.language)
        words = languages()[language]
        known: Mapping[str, str] = words["purposes"]
        root = request.scope.get("root_path", "")
        about = {
            "view": view,
            "kept": view.signal_kept,
            "here": _here(request, token) + (f"?lang={language}" if "lang" in request.query_params else ""),
            "record": f"{_here(request, token)}/record",
            "stop": root + view.stop_link,
            "purpose": next((known[one] for one in view.purposes if one in known), view.title),
            "since": words["confirmed_since"].format(when=written(view.at, view.time_zone, words)) if view.at else "",
        }
        status, template = _TEMPLATES[view.state]
        return self._frame.page(request, status, template, language, about)


def _here(request: Request, token: str) -> str:
    return f"{request.scope.get('root_path', '')}/c/{quote(token, safe='')}"
