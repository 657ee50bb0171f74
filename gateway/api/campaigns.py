"""`GET /v1/campaigns`: the campaigns that a tool may name in its questions and releases. Must never show another's."""

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.api.requests import credential
from gateway.flows.campaigns import own_campaigns
from gateway.flows.gate import Gate


def router(gate: Gate) -> APIRouter:
    """Give the route."""
    routes = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

    @routes.get("", summary="Your campaigns: dates, purpose, channels, priority, state")
    def own(request: Request) -> Response:
        found = {"campaigns": own_campaigns(gate, credential(request))}
        return Response(orjson.dumps(found), media_type="application/json", headers={"Cache-Control": "no-store"})

    return routes
