"""People who may be one: each pair with why, veiled, and the button by which an officer says that they are two.

Must never offer to join two people: nothing of this house joins by likeness. Must never put a uid into an address.
"""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.door import Door, Visit
from gateway.console.page import PREFIX
from gateway.console.quarantine import ROOM
from gateway.domain.errors import NotFound
from gateway.flows import likeness

_PATH: Final = f"{PREFIX}/likeness"
_UID: Final = 32
"""Hexadecimal digits of a uid."""


def add(router: APIRouter, door: Door) -> None:
    """Put the page and its form on the router."""

    @router.get("/likeness")
    def pairs(request: Request, page: int = 1, done: str = "") -> Response:
        visit = door.visit(request)
        found = likeness.alike(door.gate, visit.officer, page)
        title = _title(found.standing, visit)
        return visit.page("likeness.html", ROOM, title=title, found=found, size=likeness.PAGE, done=done == "apart")

    @router.post("/likeness/apart")
    def apart(
        request: Request,
        one: Annotated[str, Form()] = "",
        other: Annotated[str, Form()] = "",
        page: Annotated[int, Form()] = 1,
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        visit = door.visit_form(request, csrf)
        likeness.undo_link(door.gate, visit.officer, _uid(one), _uid(other))
        return RedirectResponse(f"{_PATH}?{urlencode({'page': page, 'done': 'apart'})}", 303)


def _title(standing: int, visit: Visit) -> str:
    if not standing:
        return visit.t("No two people look alike")
    return visit.tn(standing, "{n} pair of people may be one", "{n} pairs of people may be one")


def _uid(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(text) != _UID or len(found) * 2 != _UID:
        raise NotFound("link_unknown", "Nothing links these two.")
    return found
