"""`/healthz`: this process lives. `/readyz`: it can answer safely: database, policies, ledger not behind."""

from typing import Final

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from gateway.api.errors import problem
from gateway.flows import readiness
from gateway.flows.gate import Gate

_JSON: Final = "application/json"


def router(gate: Gate) -> APIRouter:
    """Give the routes."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", summary="This process lives")
    def healthz() -> Response:
        return Response(b'{"status":"ok"}', media_type=_JSON)

    @routes.get("/readyz", summary="This process can answer safely")
    def readyz() -> Response:
        state = readiness.check(gate)
        if not state.ready:
            return problem(503, state.code, state.words)
        return Response(orjson.dumps({"status": "ready", "ledger_waiting": state.waiting}), media_type=_JSON)

    return routes
