"""`/v1/releases`: audiences. The stream is NDJSON or CSV; its last line is the receipt.

Must never let a slow reader starve others: releases have their own limiter, and a reader that stands still is cut off.
"""

from collections.abc import Iterator
from typing import Final

import anyio
import orjson
import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.api import bodies
from gateway.api.reference import described
from gateway.api.requests import body, credential, idempotency_key
from gateway.domain.errors import Ostiary, Unavailable
from gateway.flows import release as flow
from gateway.flows.gate import Gate
from gateway.flows.release import Release

AT_ONCE: Final = 4
IDLE: Final = 60.0
_LOG = structlog.get_logger("api.releases")
_TYPES: Final = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


def router(gate: Gate) -> APIRouter:
    """Give the routes."""
    routes = APIRouter(prefix="/v1/releases", tags=["releases"])
    limiter = CapacityLimiter(AT_ONCE)

    @routes.post(
        "", summary="Release an audience, or count it with dry_run", openapi_extra=described(bodies.ReleaseBody)
    )
    async def begin(request: Request) -> Response:
        wish = bodies.decoded(await body(request), bodies.RELEASE).wish()
        key, presented = idempotency_key(request), credential(request)
        if limiter.available_tokens < 1:
            raise Unavailable("releases_full", f"{AT_ONCE} releases run already. Ask again when one has ended.")
        if wish.dry_run:
            counted = await to_thread.run_sync(flow.count, gate, presented, wish, limiter=limiter)
            return Response(orjson.dumps(counted), media_type="application/json")
        opened = await to_thread.run_sync(flow.open_release, gate, presented, wish, key)
        return Stream(opened, limiter)

    @routes.get("/{uid}", summary="What is on record of your release: pages, cells, obligations")
    def manifest(request: Request, uid: str) -> Response:
        return Response(orjson.dumps(flow.manifest(gate, credential(request), uid)), media_type="application/json")

    @routes.post(
        "/{uid}/acknowledgements",
        summary="Say which page you have whole",
        openapi_extra=described(bodies.AcknowledgeBody),
    )
    async def acknowledge(request: Request, uid: str) -> Response:
        page = bodies.decoded(await body(request), bodies.ACKNOWLEDGE).page
        row = await to_thread.run_sync(flow.acknowledge, gate, credential(request), uid, page)
        return Response(orjson.dumps({"release": uid, "acknowledged": row.acknowledged}), media_type="application/json")

    return routes


class Stream(Response):
    """Sends a release piece by piece; holds no database connection while bytes go out."""

    def __init__(self, release: Release, limiter: CapacityLimiter) -> None:
        super().__init__(
            media_type=_TYPES[release.plan.wish.form],
            headers={"Ostiary-Release": release.uid, "Cache-Control": "no-store"},
        )
        del self.headers["content-length"]
        self._release, self._limiter = release, limiter

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send the lines until the receipt, the reader's leaving, or a standstill."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_until_gone, receive, tasks.cancel_scope)
            await self._send_lines(send)
            tasks.cancel_scope.cancel()

    async def _send_lines(self, send: Send) -> None:
        lines = self._release.lines()
        while (piece := await to_thread.run_sync(_next, lines, limiter=self._limiter)) is not None:
            with anyio.fail_after(IDLE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _next(lines: Iterator[bytes]) -> bytes | None:
    try:
        return next(lines, None)
    except Ostiary as refusal:
        # Headers are gone; the reader sees a stream without its receipt, the operator sees why.
        _LOG.warning("release_cut_short", code=refusal.code)
        raise


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
