"""Puts the console's rooms together on one router."""

from fastapi import APIRouter, Request, Response

from gateway.console import (
    ask,
    campaigns,
    change,
    desk,
    imports,
    law,
    ledger,
    likeness,
    lists,
    proposals,
    quarantine,
    sign,
    source_acts,
    sources,
    upload,
)
from gateway.console.door import ConsoleRoute, Door, secure_for
from gateway.console.page import PREFIX, assets
from gateway.domain.errors import NotFound
from gateway.flows.gate import Gate

_FOR_EVER = "public, max-age=31536000, immutable"


def router(gate: Gate) -> APIRouter:
    """Give the officers' console, to be mounted at the root of the application.

    Args:
        gate: the instruments; its public address says whether cookies carry `Secure` (see `door`).
    """
    made = APIRouter(prefix=PREFIX, route_class=ConsoleRoute, include_in_schema=False)
    door = Door(gate, secure_for(gate.origin))
    for room in (
        sign,
        desk,
        sources,
        source_acts,
        lists,
        upload,
        imports,
        quarantine,
        likeness,
        campaigns,
        ledger,
        law,
        change,
        proposals,
        ask,
    ):
        room.add(made, door)
    _add_assets(made)
    _add_nothing(made, door)
    return made


def _add_assets(router: APIRouter) -> None:
    @router.get("/assets/{name}")
    def asset(name: str) -> Response:
        found = assets().get(name)
        if found is None:
            raise _nothing()
        return Response(found.content, media_type=found.media_type, headers={"Cache-Control": _FOR_EVER})


def _add_nothing(router: APIRouter, door: Door) -> None:
    @router.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def nothing(request: Request, rest: str) -> Response:  # noqa: ARG001  the path is the question
        door.visit(request)  # who is not signed in learns nothing about which pages there are
        raise _nothing()


def _nothing() -> NotFound:
    return NotFound("page_unknown", "The console has no page at this address. Choose a room.")
