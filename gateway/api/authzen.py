"""The AuthZEN Authorization API 1.0 (OpenID): the same question and the same answer as `/v1/decisions`.

Subject is the tool that asks, action what it would do, resource the person. A malformed request is a 400; a malformed
item of a batch is a false decision in a 200. Must never answer true for anything but an allowance on record.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from fastapi import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.api import authzen_bodies as bodies
from gateway.api.authzen_bodies import Semantic
from gateway.api.bell import Bell
from gateway.api.bodies import decoded
from gateway.api.decisions import MOST_BYTES, spelled
from gateway.api.errors import problem, told
from gateway.api.reference import described
from gateway.api.requests import body, credential
from gateway.domain.errors import Invalid, NotFound, Ostiary, Refused
from gateway.domain.requests import PersonAsk
from gateway.flows.batcher import Batcher
from gateway.flows.decide import Answer
from gateway.flows.decide import Request as Asked
from policies.terms import Outcome

EVALUATION: Final = "/access/v1/evaluation"
EVALUATIONS: Final = "/access/v1/evaluations"
CONFIGURATION: Final = "/.well-known/authzen-configuration"
_LONGEST_ID: Final = 200
_Question = tuple[str, PersonAsk]
_Said = dict[str, Any]


class AuthZen:
    """The ASGI application behind both routes."""

    def __init__(self, batcher: Batcher) -> None:
        self._batcher = batcher
        self._bell = Bell()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, with its X-Request-ID if it had one (section 10.1.3)."""
        request = Request(scope, receive)
        try:
            answer = await self._answered(request)
        except Ostiary as refusal:
            answer = told(refusal)
        name = request.headers.get("x-request-id", "")
        if name and len(name) <= _LONGEST_ID and name.isascii() and name.isprintable():
            answer.headers["X-Request-ID"] = name
        await answer(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        if request.method != "POST":
            return problem(405, "method_not_allowed", "Questions are asked with POST.")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return problem(415, "content_type", "Send JSON, with `Content-Type: application/json`.")
        key = credential(request)
        raw = await body(request, MOST_BYTES)
        said = await (self._many(key, raw) if request.url.path == EVALUATIONS else self._one(key, raw))
        return Response(orjson.dumps(said), 200, {"Cache-Control": "no-store"}, "application/json")

    async def _one(self, key: str, raw: bytes) -> _Said:
        """Answer one question; what it says wrongly is a 400, what it may not ask is a false decision."""
        tool, ask = bodies.asked(raw)
        try:
            answers = await self._bell.rung(self._batcher.submit(Asked(key, [ask], tool)))
        except (NotFound, Refused) as refusal:
            return _refused(refusal)
        return _spoken(answers.answers[0], {"bundle": answers.bundle, "inbox": answers.inbox_no})

    async def _many(self, key: str, raw: bytes) -> _Said:
        """Answer a batch; without any evaluations it is a single question (section 7.1)."""
        sent = decoded(raw, bodies.EVALUATIONS)
        if not sent.evaluations:
            return await self._one(key, raw)
        read = [_read(one) for one in bodies.items(sent)]
        semantic = sent.options.evaluations_semantic
        answered = await (
            self._all(key, read) if semantic is Semantic.EXECUTE_ALL else self._until(key, read, semantic)
        )
        return {"evaluations": answered}

    async def _all(self, key: str, read: Sequence[_Question | Invalid]) -> list[_Said]:
        good = [one for one in read if not isinstance(one, Invalid)]
        answers = iter(await self._each(key, good))
        return [_unread(one) if isinstance(one, Invalid) else next(answers) for one in read]

    async def _until(self, key: str, read: Sequence[_Question | Invalid], semantic: Semantic) -> list[_Said]:
        """Ask one by one, so that nothing is put on record, or counted as a contact, that nobody is told."""
        said: list[_Said] = []
        last = semantic is Semantic.PERMIT_ON_FIRST_PERMIT
        for one in read:
            said += [_unread(one)] if isinstance(one, Invalid) else await self._each(key, [one])
            if said[-1]["decision"] is last:
                break
        return said

    async def _each(self, key: str, questions: Sequence[_Question]) -> list[_Said]:
        """Ask together; if one of them is refused for what it says, ask by halves, until only that one is false."""
        if not questions:
            return []
        try:
            return await self._together(key, questions)
        except (Invalid, NotFound, Refused) as refusal:
            if len(questions) == 1:
                return [_unread(refusal) if isinstance(refusal, Invalid) else _refused(refusal)]
        middle = len(questions) // 2
        return [*await self._each(key, questions[:middle]), *await self._each(key, questions[middle:])]

    async def _together(self, key: str, questions: Sequence[_Question]) -> list[_Said]:
        """Ask all in one request for each tool that is named; there is one, or the key's owner is not who asks."""
        said: dict[int, _Said] = {}
        for tool in dict.fromkeys(name for name, _ in questions):
            places = [at for at, (name, _) in enumerate(questions) if name == tool]
            asked = Asked(key, [questions[at][1] for at in places], tool)
            answers = await self._bell.rung(self._batcher.submit(asked))
            rest = {"bundle": answers.bundle, "inbox": answers.inbox_no}
            said.update((at, _spoken(one, rest)) for at, one in zip(places, answers.answers, strict=True))
        return [said[at] for at in range(len(questions))]


def _read(one: bytes) -> _Question | Invalid:
    try:
        return bodies.asked(one)
    except Invalid as refusal:
        return refusal


def _unread(refusal: Invalid) -> _Said:
    """Say no to an item that could not be read, and why, without a word of what it held."""
    error = {"status": 400, "message": refusal.message}
    return {"decision": False, "context": {"code": refusal.code, "error": error}}


def _refused(refusal: NotFound | Refused) -> _Said:
    """Say no to what this caller may not ask."""
    return {"decision": False, "context": {"code": refusal.code}}


def _spoken(answer: Answer, rest: _Said) -> _Said:
    """Spell an answer: the decision, and in `context` what a tool may learn of it and must do."""
    decision = answer.decision
    plain: _Said = {"outcome": answer.outcome.value, "code": answer.code}
    context = (plain if decision is None else spelled(answer, decision)) | rest
    return {"decision": answer.outcome is Outcome.ALLOW, "context": context}


def configuration(origin: str) -> Response:
    """Tell where this decision point answers (section 9); `origin` is its public URL without a trailing slash."""
    said = {
        "policy_decision_point": origin,
        "access_evaluation_endpoint": origin + EVALUATION,
        "access_evaluations_endpoint": origin + EVALUATIONS,
    }
    return Response(orjson.dumps(said), 200, {"Cache-Control": "public, max-age=300"}, "application/json")


def description() -> dict[str, Any]:
    """Give the OpenAPI description of the routes, which a bare ASGI application does not write itself."""
    one = {
        "summary": "AuthZEN 1.0: one question",
        "tags": ["authzen"],
        "responses": {"200": {"description": "`decision`, and in `context` code, obligations and times"}},
        **described(bodies.EvaluationBody),
    }
    many = {
        "summary": "AuthZEN 1.0: many questions",
        "tags": ["authzen"],
        "responses": {"200": {"description": "`evaluations`, in the order of the questions"}},
    }
    return {EVALUATION: {"post": one}, EVALUATIONS: {"post": many}}
