"""`/log`: the transparency log as static C2SP resources. Checkpoint and hash tiles are public."""

from fastapi import APIRouter
from starlette.responses import Response

from gateway.flows import log
from gateway.flows.gate import Gate

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def router(gate: Gate) -> APIRouter:
    """Give the routes. Entry bundles are not served here: auditors read them in the console or from an export."""
    routes = APIRouter(prefix="/log", tags=["log"])

    @routes.get("/checkpoint", summary="The latest signed tree head")
    def checkpoint() -> Response:
        return Response(
            log.checkpoint(gate),
            media_type="text/plain; charset=utf-8",
            headers={"Cache-Control": "no-cache"},
        )

    @routes.get("/tile/{path:path}", summary="A hash tile")
    def tile(path: str) -> Response:
        return Response(log.tile(gate, path), media_type="application/octet-stream", headers=_FOR_EVER)

    return routes
