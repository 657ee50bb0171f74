"""`POST /v1/consents`: what a person said, with its evidence. Narrowed by anyone, widened only with proof."""

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.api import bodies
from gateway.api.bodies import ConsentBody
from gateway.api.reference import described
from gateway.api.requests import body, credential, idempotency_key
from gateway.domain.errors import Invalid
from gateway.flows.consent import ConsentWish
from gateway.flows.gate import Gate
from gateway.flows.report import report
from policies.terms import Condition


def router(gate: Gate) -> APIRouter:
    """Give the route."""
    routes = APIRouter(prefix="/v1/consents", tags=["consents"])

    @routes.post("", summary="Record a consent, a withdrawal or an objection", openapi_extra=described(ConsentBody))
    async def say(request: Request) -> Response:
        wish = _wish(bodies.decoded(await body(request), bodies.CONSENT), idempotency_key(request))
        receipt = await to_thread.run_sync(report, gate, credential(request), wish)
        said = {
            "events": len(receipt.events),
            "suppressions": receipt.suppressions,
            "effective": receipt.effective.value,
            "inbox": receipt.leaf,
        }
        return Response(orjson.dumps(said), media_type="application/json", headers={"Cache-Control": "no-store"})

    return routes


def _wish(said: ConsentBody, key: str | None) -> ConsentWish:
    return ConsentWish(
        selector=said.person.selector(),
        state=said.state,
        purpose=said.purpose,
        method=said.method,
        channel=said.channel,
        sender=said.sender,
        conditions=conditions_of(said.conditions),
        wording=said.wording,
        language=said.language,
        at=said.at,
        evidence=said.evidence.content.encode() if said.evidence else None,
        evidence_kind=said.evidence.kind if said.evidence else "",
        idempotency_key=key,
    )


def conditions_of(words: list[str]) -> Condition:
    """Give conditions as flags.

    Raises:
        Invalid: `condition_unknown`.
    """
    conditions = Condition.NONE
    for word in words:
        if word.upper() not in Condition.__members__:
            known = ", ".join(name.lower() for name in Condition.__members__)
            raise Invalid("condition_unknown", f"Conditions are: {known}.")
        conditions |= Condition[word.upper()]
    return conditions
