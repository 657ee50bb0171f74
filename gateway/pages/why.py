"""The page `/o/<token>/why`: who may write to the reader, by which way, for what, why, and how to stop it.

Only GET and HEAD: there is nothing to send here. The way out is a button that leads back to the opt-out page.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from gateway.domain.errors import NotFound, Unavailable
from gateway.flows.gate import Gate
from gateway.flows.own_view import Line, OwnView, own_view
from gateway.pages.frame import LOOK, Frame, language_of
from gateway.pages.languages import Words, languages
from gateway.pages.moments import written


def router(gate: Gate) -> APIRouter:
    """Make the route of this page for one gateway."""
    page = _Page(gate)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/o/{token}/why", page.look, methods=LOOK)
    return routes


class _Page:
    """The page of one gateway. Each request asks the gate anew."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._frame = Frame()

    def look(self, request: Request, token: str) -> Response:
        """Show who may write to the reader now."""
        try:
            view = own_view(self._gate, token)
        except NotFound:
            return self._frame.page(request, 404, "unknown.html")
        except Unavailable:
            return self._frame.page(request, 503, "later.html")
        language = language_of(request, view.link.language)
        about = {
            "senders": _senders(view, languages()[language]),
            "address": view.link.address,
            "back": f"{request.scope.get('root_path', '')}/o/{quote(token, safe='')}",
            "chosen": language if "lang" in request.query_params else "",
        }
        return self._frame.page(request, 200, "why.html", language, about)


def _senders(view: OwnView, words: Words) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Give, by sender, its lines in the reader's words."""
    grouped = groupby(view.lines, key=lambda line: line.sender)
    return [(sender, [_line(line, view.link.time_zone, words) for line in lines]) for sender, lines in grouped]


def _line(line: Line, zone: str, words: Words) -> Mapping[str, Any]:
    known = words["purposes"]
    return {
        "outcome": line.outcome.value,
        "channel": words["channels"][line.channel.value],
        "verdict": words["why_verdicts"][line.outcome.value],
        "purposes": list(dict.fromkeys(known[one] for one in line.purposes if one in known)),
        "ground": _ground(line, zone, words),
        "source": words["why_sources"].get(line.source, words["why_sources"]["other"]) if line.source else "",
        "laws": list(dict.fromkeys(law.cite for law in line.laws)),
    }


def _ground(line: Line, zone: str, words: Words) -> str:
    grounds: Mapping[str, str] = words["why_grounds"]
    if line.until is not None:
        return grounds["until"].format(when=written(line.until, zone, words))
    if line.ground == "consent" and line.since is not None:
        return grounds["consent_on"].format(when=written(line.since, zone, words))
    return grounds[line.ground or line.why_not or "hold"]
