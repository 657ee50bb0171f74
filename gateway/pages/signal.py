"""`/.well-known/gpc.json`: says that this site heeds Global Privacy Control (W3C GPC, section 4)."""

from typing import Final

import orjson
from fastapi import APIRouter, Response

from gateway.pages.frame import HEADERS, LOOK

SINCE: Final = "2026-11-22"
"""The day on which heeding the signal was built in or last changed."""


def router() -> APIRouter:
    """Make the route."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/.well-known/gpc.json", _heeded, methods=LOOK)
    return routes


def _heeded() -> Response:
    kept = {**HEADERS, "Cache-Control": "public, max-age=86400"}
    return Response(orjson.dumps({"gpc": True, "lastUpdate": SINCE}), 200, kept, "application/json")
