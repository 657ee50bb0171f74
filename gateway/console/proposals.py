"""What waits for a second officer: each proposal with all that it would do, and the buttons to confirm or refuse it.

The form sends back the digest of what was shown: whoever confirms confirms that, or nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup, escape

from gateway.console import words
from gateway.console.door import Door, Visit
from gateway.console.languages import Language
from gateway.console.page import PREFIX
from gateway.flows import widening
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.flows.proposals import Proposal, Standing

_OURS: Final = frozenset({"kind", "evidence", "missing", "verdict", "mode"})
"""Names in a proposal under which words of ours stand; under any other stand names, numbers and what officers wrote."""
_LONG: Final = re.compile("[0-9a-f]{32,}")


def add(router: APIRouter, door: Door) -> None:
    """Put the pages and their forms on the router."""

    @router.get("/proposals")
    def proposals(request: Request) -> Response:
        visit = door.visit(request)
        rows = widening.listed(door.gate, visit.officer)
        waiting = sum(1 for one in rows if one.state == "open")
        none = visit.t("No proposal waits")
        title = visit.tn(waiting, "{n} proposal waits", "{n} proposals wait") if waiting else none
        return visit.page("proposals.html", "change", title=title, rows=rows)

    @router.get("/proposals/{uid}")
    def proposal(request: Request, uid: str) -> Response:
        visit = door.visit(request)
        standing = widening.shown(door.gate, visit.officer, uid)
        return visit.page(
            "proposal.html",
            "change",
            title=_title(standing, visit),
            standing=standing,
            one=standing.proposal,
            payload=said_of(standing.proposal.payload, visit.language),
        )

    @router.post("/proposals/{uid}/confirm")
    def confirm(
        request: Request, uid: str, digest: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = ""
    ) -> Response:
        visit = door.visit_form(request, csrf)
        return _back(widening.confirm(door.gate, visit.officer, uid, digest))

    _add_end(router, door, "refuse", widening.refuse)
    _add_end(router, door, "withdraw", widening.withdraw)


def _add_end(router: APIRouter, door: Door, name: str, act: Callable[[Gate, Officer, str], Proposal]) -> None:
    @router.post(f"/proposals/{{uid}}/{name}", name=name)
    def end(request: Request, uid: str, csrf: Annotated[str, Form()] = "") -> Response:
        visit = door.visit_form(request, csrf)
        return _back(act(door.gate, visit.officer, uid))


def _back(proposal: Proposal) -> Response:
    return RedirectResponse(f"{PREFIX}/proposals/{proposal.uid.hex()}", 303)


def _title(standing: Standing, visit: Visit) -> str:
    name = visit.language.named(standing.title, "proposals", standing.proposal.kind)
    if standing.state == "open":
        return visit.t("{name}?", name=name)
    return visit.t("{name}: {state}", name=name, state=visit.language.word(standing.state))


def said_of(payload: Mapping[str, Any], language: Language) -> list[tuple[Markup, Markup]]:
    """Give all that a proposal would do as pairs of a label and what stands there; nobody's words but ours change."""
    return [
        (language.named(name.replace("_", " "), "proposal_fields", name), _spelled(name, value, language))
        for name, value in payload.items()
    ]


def _spelled(name: str, value: Any, language: Language) -> Markup:
    if isinstance(value, dict):
        return _joined((Markup("{} {}").format(*pair) for pair in said_of(value, language)), language)
    if isinstance(value, (list, tuple)):
        return _joined((_spelled(name, each, language) for each in value), language)
    if isinstance(value, bool):
        return language.t("yes" if value else "no")
    if isinstance(value, int):
        return escape(words.number(value))
    return _text(name, str(value), language)


def _text(name: str, text: str, language: Language) -> Markup:
    if name in _OURS:
        return escape(language.word(text))
    if _LONG.fullmatch(text):
        return words.digest(text, language=language)
    return Markup('<bdi dir="auto">{}</bdi>').format(text)


def _joined(parts: Iterable[Markup], language: Language) -> Markup:
    return escape(language.comma).join(parts)
