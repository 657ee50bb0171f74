"""`POST /v1/decisions`: may we, now? One person or many, durable before answered.

A bare ASGI route (no model building, no middleware of its own): the figures are in docs/measurements.md.
"""

import asyncio
from typing import Any, Final

import orjson
from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.api import bodies
from gateway.api.errors import problem, told
from gateway.api.reference import described
from gateway.api.requests import body, credential
from gateway.domain.errors import Ostiary
from gateway.flows.batcher import Batcher
from gateway.flows.decide import Answer, Answers
from gateway.flows.decide import Request as Asked
from policies.terms import Outcome

MOST_BYTES: Final = 8 * 1024 * 1024


class Decisions:
    """The ASGI application behind the route."""

    def __init__(self, batcher: Batcher) -> None:
        self._batcher = batcher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method != "POST":
            answer = problem(405, "method_not_allowed", "Questions are asked with POST.")
        else:
            try:
                answer = await self._answer(request)
            except Ostiary as refusal:
                answer = told(refusal)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        sent = bodies.decoded(await body(request, MOST_BYTES), bodies.DECISIONS)
        asked = Asked(credential(request), [item.ask() for item in sent.asks])
        answers = await asyncio.wrap_future(self._batcher.submit(asked))
        ids = [item.id for item in sent.asks]
        return Response(
            orjson.dumps(spelled(answers, ids)),
            headers={"Cache-Control": "no-store"},
            media_type="application/json",
        )


def description() -> dict[str, Any]:
    """Give the OpenAPI description of the route, which a bare ASGI route does not write itself."""
    answer = {"200": {"description": "The decisions, in the order of the asks"}}
    operation = {
        "summary": "May we, now? One person or many, durable before answered",
        "tags": ["decisions"],
        "responses": answer,
        **described(bodies.DecisionsBody),
    }
    return {"/v1/decisions": {"post": operation}}


def spelled(answers: Answers, ids: list[str]) -> dict[str, Any]:
    """Spell the answers for a tool: outcome, coarse code, duties; never the facts behind them."""
    told_ = [_one(answer) | ({"id": id_} if id_ else {}) for id_, answer in zip(ids, answers.answers, strict=True)]
    return {"decisions": told_, "bundle": answers.bundle, "inbox": answers.inbox_no}


def _one(answer: Answer) -> dict[str, Any]:
    said: dict[str, Any] = {"outcome": answer.outcome.value, "code": answer.code}
    decision = answer.decision
    if decision is not None:
        if decision.obligations:
            said["obligations"] = dict(decision.obligations)
        if decision.not_before:
            said["not_before"] = decision.not_before.isoformat()
        if decision.outcome is Outcome.ALLOW:
            said["valid_until"] = decision.valid_until.isoformat()
    return said
