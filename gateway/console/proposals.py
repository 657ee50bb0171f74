"""What waits for a second officer: each proposal with all that it would do, and the buttons to confirm or refuse it.

The form sends back the digest of what was shown: whoever confirms confirms that, or nothing.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.ask import duties_of
from gateway.console.door import Door
from gateway.console.page import PREFIX
from gateway.console.words import counted
from gateway.flows import widening
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.flows.proposals import Proposal, Standing


def add(router: APIRouter, door: Door) -> None:
    """Put the pages and their forms on the router."""

    @router.get("/proposals")
    def proposals(request: Request) -> Response:
        visit = door.visit(request)
        rows = widening.listed(door.gate, visit.officer)
        waiting = sum(1 for one in rows if one.state == "open")
        title = counted(waiting, "proposal waits", "proposals wait") if waiting else "No proposal waits"
        return visit.page("proposals.html", "change", title=title, rows=rows)

    @router.get("/proposals/{uid}")
    def proposal(request: Request, uid: str) -> Response:
        visit = door.visit(request)
        standing = widening.shown(door.gate, visit.officer, uid)
        return visit.page(
            "proposal.html",
            "change",
            title=_title(standing),
            standing=standing,
            one=standing.proposal,
            payload=duties_of(standing.proposal.payload),
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


def _title(standing: Standing) -> str:
    if standing.state == "open":
        return f"{standing.title}?"
    return f"{standing.title}: {standing.state}"
