"""The ledger's room: search, one entry with its proof, the state of the log. Must never show what was not recorded."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.door import Door
from gateway.console.page import PREFIX
from gateway.console.words import counted, lasted
from gateway.domain.errors import Invalid
from gateway.flows import inspect
from gateway.flows.inspect import LedgerQuery, LedgerState


def add(router: APIRouter, door: Door) -> None:
    """Put the ledger's room on the router."""

    @router.get("/ledger")
    def search(
        request: Request,
        kind: str = "",
        actor: str = "",
        since: str = "",
        until: str = "",
        text: str = "",
        before: str = "",
    ) -> Response:
        visit = door.visit(request)
        asked = {"kind": kind.strip(), "actor": actor.strip(), "since": since, "until": until, "text": text}
        found = inspect.search(door.gate, visit.officer, _query(asked, before))
        state = inspect.verify_state(door.gate)
        older = urlencode({**{name: value for name, value in asked.items() if value}, "before": str(found.before)})
        return visit.page(
            "ledger.html",
            "ledger",
            title=_title(state),
            state=state,
            found=found,
            asked=asked,
            before=before,
            older=f"{PREFIX}/ledger?{older}" if found.before is not None else "",
            may_verify="ledger.verify" in visit.allowed,
        )

    @router.post("/ledger/verify")
    def verify(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        visit = door.visit_form(request, csrf)
        inspect.verify(door.gate, visit.officer)
        return RedirectResponse(f"{PREFIX}/ledger", 303)

    @router.get("/ledger/{index}")
    def entry(request: Request, index: str) -> Response:
        visit = door.visit(request)
        record = inspect.entry(door.gate, visit.officer, _index(index))
        body = json.dumps(record.entry.body, ensure_ascii=False, indent=2, sort_keys=True)
        return visit.page(
            "entry.html",
            "ledger",
            title=f"Entry {record.entry.index}: {record.entry.kind}",
            entry=record.entry,
            body=body,
            receipt=record.receipt.decode(),
        )

    @router.get("/ledger/{index}/receipt")
    def receipt(request: Request, index: str) -> Response:
        visit = door.visit(request)
        record = inspect.entry(door.gate, visit.officer, _index(index))
        return _file(record.receipt, f"entry-{record.entry.index}.tlog-proof", "text/plain; charset=utf-8")

    @router.get("/ledger/{index}/leaf")
    def leaf(request: Request, index: str) -> Response:
        visit = door.visit(request)
        record = inspect.entry(door.gate, visit.officer, _index(index))
        return _file(record.leaf, f"entry-{record.entry.index}.json", "application/json")


def _query(asked: dict[str, str], before: str) -> LedgerQuery:
    until = _day(asked["until"])
    return LedgerQuery(
        kind=asked["kind"],
        actor=asked["actor"],
        since=_day(asked["since"]),
        until=until + timedelta(days=1) if until else None,  # a day that is named is meant whole
        contains=asked["text"],
        before=_index(before) if before else None,
    )


def _day(written: str) -> datetime | None:
    if not written:
        return None
    try:
        found = date.fromisoformat(written)
    except ValueError as error:
        raise Invalid("day_unfit", "Write a day as 2026-11-22.") from error
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def _index(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004  a bigint
        raise Invalid("entry_unfit", "An entry is named by its number, such as 482.")
    return int(text)


def _title(state: LedgerState) -> str:
    if state.check and state.check.broken:
        return "The ledger is not what was signed"
    entries = counted(state.size, "entry", "entries")
    if state.waiting and state.behind >= 1:
        return f"{entries}; {counted(state.waiting, 'more waits', 'more wait')} for {lasted(state.behind)}"
    return f"{entries} in the signed log"


def _file(content: bytes, name: str, media_type: str) -> Response:
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
