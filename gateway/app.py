"""The ASGI application: the doors, put on one frame. Must never construct an instrument or hold a rule."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import __version__, console, pages
from gateway.api import (
    authzen,
    campaigns,
    consents,
    decisions,
    errors,
    health,
    imports,
    log,
    messages,
    receipts,
    reference,
    releases,
)
from gateway.flows.batcher import Batcher
from gateway.flows.collecting import SELDOM
from gateway.flows.gate import Gate

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]


def build(gate: Gate) -> ASGIApp:
    """Put the application together.

    Args:
        gate: made by `gateway.wiring`; its life is the caller's business.
    """
    batcher = Batcher(gate)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        # What is loaded by now stays for good: the collector need not walk over it again and again, 80 ms a time.
        gc.collect()
        gc.freeze()
        # An answer to ten thousand questions is as many live values without a cycle, looked at in vain.
        usual = gc.get_threshold()
        gc.set_threshold(SELDOM, *usual[1:])
        yield
        gc.set_threshold(*usual)
        batcher.close()

    app = FastAPI(
        title="Ostiary",
        version=__version__,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        description="The only door to customer data. Errors are RFC 9457 problems with a stable `code`.",
    )
    app.router.routes.append(Route("/v1/decisions", decisions.Decisions(batcher)))
    evaluate = authzen.AuthZen(batcher)
    app.router.routes += [Route(authzen.EVALUATION, evaluate), Route(authzen.EVALUATIONS, evaluate)]
    app.add_api_route(authzen.CONFIGURATION, lambda: authzen.configuration(gate.origin), tags=["authzen"])
    for door in (releases, campaigns, consents, receipts, messages, imports, log, health):
        app.include_router(door.router(gate))
    app.include_router(reference.router(app))
    app.include_router(console.router(gate))
    app.include_router(pages.router(gate))
    errors.install(app)
    _describe(app)
    return Headed(app)


def _describe(app: FastAPI) -> None:
    """Add the bare decision routes to the OpenAPI description."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        described = plain()
        described["paths"] = {**decisions.description(), **authzen.description(), **described["paths"]}
        return described

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to change the description


class Headed:
    """Adds the security headers that every answer carries; a door's own headers stand."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message.get("headers", [])}
                message["headers"] = [
                    *message.get("headers", []),
                    *(h for h in _HEADERS if h[0] not in present),
                ]
            await send(message)

        await self._app(scope, receive, headed)
