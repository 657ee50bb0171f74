"""`POST /v1/decisions`: may we, now? One person or many, durable before answered.

A bare ASGI route (no model building, no middleware of its own): the figures are in docs/measurements.md. Must never
answer from what it kept: it keeps how a decision is spelled, by the decision itself, never for a question.
"""

from typing import Any, Final

import orjson
from fastapi import Request
from starlette.types import Receive, Scope, Send

from gateway.api import bodies
from gateway.api.bell import Bell
from gateway.api.errors import problem, told
from gateway.api.reference import described
from gateway.api.requests import body, credential
from gateway.domain.decision import Decision
from gateway.domain.errors import Ostiary
from gateway.flows.batcher import Batcher
from gateway.flows.decide import Answer, Answers
from gateway.flows.decide import Request as Asked
from policies.terms import Outcome

MOST_BYTES: Final = 8 * 1024 * 1024
_KEPT: Final = 256
_HEADERS: Final = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class Decisions:
    """The ASGI application behind the route."""

    def __init__(self, batcher: Batcher) -> None:
        self._batcher = batcher
        self._bell = Bell()
        self._speech = _Speech()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if scope["method"] != "POST":
            await problem(405, "method_not_allowed", "Questions are asked with POST.")(scope, receive, send)
            return
        try:
            spoken = await self._answer(request)
        except Ostiary as refusal:
            await told(refusal)(scope, receive, send)
            return
        headers = [*_HEADERS, (b"content-length", b"%d" % len(spoken))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": spoken})

    async def _answer(self, request: Request) -> bytes:
        sent = bodies.decoded(await body(request, MOST_BYTES), bodies.DECISIONS)
        asked = Asked(credential(request), [item.ask() for item in sent.asks])
        answers = await self._bell.rung(self._batcher.submit(asked))
        return self._speech.spell(answers, [item.id for item in sent.asks])


class _Speech:
    """Spells answers as JSON; people who share a decision share its spelling."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Decision, bytes]] = {}

    def spell(self, answers: Answers, ids: list[str]) -> bytes:
        """Spell a request's answers in order: outcome, coarse code, duties; never the facts behind them."""
        said = [self._one(answer) for answer in answers.answers]
        spoken = [_named(one, id_) if id_ else one for one, id_ in zip(said, ids, strict=True)]
        noted = sum(1 for answer in answers.answers if answer.decision and answer.decision.overruled)
        more = {"would_have_denied": noted} if noted else {}
        rest = orjson.dumps({"bundle": answers.bundle, "inbox": answers.inbox_no, **more})
        return b'{"decisions":[' + b",".join(spoken) + b"]," + rest[1:]

    def _one(self, answer: Answer) -> bytes:
        decision = answer.decision
        if decision is None:
            return orjson.dumps({"outcome": answer.outcome.value, "code": answer.code})
        held = self._kept.get(id(decision))
        if held is not None and held[0] is decision:
            return held[1]
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        spoken = orjson.dumps(spelled(answer, decision))
        self._kept[id(decision)] = (decision, spoken)  # kept with it, so that its id stays its own
        return spoken


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


def spelled(answer: Answer, decision: Decision) -> dict[str, Any]:
    """Spell what a tool may learn of an answer and must do; the same words at every door."""
    said: dict[str, Any] = {"outcome": answer.outcome.value, "code": answer.code}
    if decision.obligations:
        said["obligations"] = dict(decision.obligations)
    if decision.not_before:
        said["not_before"] = decision.not_before.isoformat()
    if decision.would_have is not None:
        said["would_have"] = {"outcome": decision.would_have.value, "code": decision.noted}
    if decision.outcome is Outcome.ALLOW:
        said["valid_until"] = decision.valid_until.isoformat()
    return said


def _named(spoken: bytes, id_: str) -> bytes:
    return spoken[:-1] + b',"id":' + orjson.dumps(id_) + b"}"
