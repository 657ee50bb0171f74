"""The first page: what waits for somebody, then how the week went, then the proof."""

from fastapi import APIRouter, Request, Response

from gateway.console.door import Door, Visit
from gateway.flows.overview import Overview, overview_of


def add(router: APIRouter, door: Door) -> None:
    """Put the overview on the router."""

    @router.get("")
    def overview(request: Request) -> Response:
        visit = door.visit(request)
        now = overview_of(door.gate, visit.officer)
        return visit.page("overview.html", "overview", title=_title(now, visit), now=now)


def _title(now: Overview, visit: Visit) -> str:
    if now.ledger.check and now.ledger.check.broken:
        return visit.t("The ledger is not what was signed")
    if now.waiting:
        return visit.tn(len(now.waiting), "{n} list waits for somebody", "{n} lists wait for somebody")
    if now.held:
        return visit.tn(now.held, "Rows of {n} list wait for somebody", "Rows of {n} lists wait for somebody")
    return visit.t("Nothing waits for you")
