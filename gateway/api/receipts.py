"""`POST /v1/consents/requests`, `POST /v1/signals`, `POST /v1/receipts`: ask by mail, report a refusal, bring records.

Must never give a tool the link of a request: a yes is the person's.
"""

from datetime import datetime

import msgspec
import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.api.bodies import EvidenceBody, PersonBody, Word, decoded
from gateway.api.consents import conditions_of
from gateway.api.reference import described
from gateway.api.requests import body, credential, idempotency_key
from gateway.domain.errors import Invalid
from gateway.flows.gate import Gate
from gateway.flows.receipts_in import import_by_tool
from gateway.flows.receipts_read import LONGEST
from gateway.flows.requesting import RequestWish, request_by_tool
from gateway.flows.signals import report_signal

_NO_STORE = {"Cache-Control": "no-store"}


class RequestBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /v1/consents/requests`: what the person shall confirm by mail. `evidence` shows that they asked for it."""

    person: PersonBody
    purpose: Word
    sender: Word
    channel: Word = "email"
    conditions: list[Word] = []
    wording: Word = ""
    language: Word = ""
    evidence: EvidenceBody | None = None


class SignalBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /v1/signals`: a privacy signal that was seen for a person; `at` with its offset, or left out for now."""

    person: PersonBody
    signal: Word = "gpc"
    at: datetime | None = None


_REQUEST = msgspec.json.Decoder(RequestBody)
_SIGNAL = msgspec.json.Decoder(SignalBody)


def router(gate: Gate) -> APIRouter:
    """Give the routes."""
    routes = APIRouter(prefix="/v1", tags=["consents"])

    @routes.post(
        "/consents/requests", status_code=202, summary="Ask a person by mail to confirm a consent",
        openapi_extra=described(RequestBody),
    )  # fmt: skip
    async def ask(request: Request) -> Response:
        wish = _wish(decoded(await body(request), _REQUEST))
        made = await to_thread.run_sync(request_by_tool, gate, credential(request), wish)
        said = {"request": made.uid.hex(), "expires_at": made.expires_at, "again": made.again}
        return Response(orjson.dumps(said), 202, _NO_STORE, "application/json")

    @routes.post("/signals", summary="Report a Global Privacy Control signal", openapi_extra=described(SignalBody))
    async def signal(request: Request) -> Response:
        told = decoded(await body(request), _SIGNAL)
        made = await to_thread.run_sync(
            report_signal, gate, credential(request), told.person.selector(), told.signal, told.at,
            idempotency_key(request),
        )  # fmt: skip
        said = {
            "events": sum(len(one.events) for one in made),
            "suppressions": sum(one.suppressions for one in made),
            "effective": [one.effective.value for one in made],
        }
        return Response(orjson.dumps(said), 200, _NO_STORE, "application/json")

    @routes.post("/receipts", summary="Bring consent records of another system (JSON-LD, ISO/IEC TS 27560 in DPV)")
    async def bring(request: Request, source: str) -> Response:
        content = await _document(request)
        made = await to_thread.run_sync(import_by_tool, gate, credential(request), source, content)
        said = {"records": made.records, "counts": dict(made.counts), "inbox": made.leaf}
        return Response(orjson.dumps(said), 200, _NO_STORE, "application/json")

    return routes


def _wish(said: RequestBody) -> RequestWish:
    return RequestWish(
        said.person.selector(), said.purpose, said.sender, said.channel, conditions_of(said.conditions), said.wording,
        said.language, said.evidence.content.encode() if said.evidence else None,
        said.evidence.kind if said.evidence else "form",
    )  # fmt: skip


async def _document(request: Request) -> bytes:
    """Read a JSON-LD document; a linked-data content type is as good as a plain one."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind not in {"application/json", "application/ld+json"}:
        raise Invalid("content_type", "Send JSON-LD, with `Content-Type: application/ld+json`.")
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > LONGEST:
            raise Invalid("body_too_large", f"A document here has at most {LONGEST} bytes.")
    return bytes(read)
