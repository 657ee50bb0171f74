"""The first page: what waits for somebody, then how the week went, then the proof."""

from fastapi import APIRouter, Request, Response

from gateway.console.door import Door
from gateway.console.words import counted
from gateway.flows.overview import Overview, overview_of


def add(router: APIRouter, door: Door) -> None:
    """Put the overview on the router."""

    @router.get("")
    def overview(request: Request) -> Response:
        visit = door.visit(request)
        now = overview_of(door.gate, visit.officer)
        return visit.page("overview.html", "overview", title=_title(now), now=now)


def _title(now: Overview) -> str:
    if now.ledger.check and now.ledger.check.broken:
        return "The ledger is not what was signed"
    if now.waiting:
        return f"{counted(len(now.waiting), 'list waits', 'lists wait')} for somebody"
    return "Nothing waits for you"
