"""`POST /v1/messages/lint`: what a message lacks, for the laws of its readers. Nothing of it is kept."""

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.api import bodies
from gateway.api.bodies import MessageBody
from gateway.api.reference import described
from gateway.api.requests import body, credential
from gateway.domain.lint import Report
from gateway.flows.gate import Gate
from gateway.flows.linting import lint_as_tool

MOST_BYTES = 1024 * 1024


def router(gate: Gate) -> APIRouter:
    """Give the route."""
    routes = APIRouter(prefix="/v1/messages", tags=["messages"])

    @routes.post("/lint", summary="What does this message lack?", openapi_extra=described(MessageBody))
    async def lint(request: Request) -> Response:
        message = bodies.decoded(await body(request, MOST_BYTES), bodies.MESSAGE).message()
        told = await to_thread.run_sync(lint_as_tool, gate, credential(request), message)
        said = {**spelled(told.report), "bundle": told.bundle}
        return Response(orjson.dumps(said), media_type="application/json", headers={"Cache-Control": "no-store"})

    return routes


def spelled(report: Report) -> dict[str, object]:
    """Spell a report: whether nothing is missing, the findings, and the duties that lie beyond the text."""
    names = ("code", "country", "duty", "rule", "cite", "words", "remedy")
    beyond = ("country", "duty", "rule", "cite")
    return {
        "clean": not report.findings,
        "findings": [{name: getattr(each, name) for name in names} for each in report.findings],
        "beyond_the_text": [dict(zip(beyond, each, strict=True)) for each in report.beyond],
    }
