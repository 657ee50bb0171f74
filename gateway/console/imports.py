"""One import: its report for people, for the printer and for programs; while it is on its way, how far it is.

Must never show a value of a list. Who may import may pause, resume and cancel; looking changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from gateway.console.door import Door, Visit
from gateway.console.page import PREFIX
from gateway.console.report import ON_ITS_WAY, scanned, stages_of, summary_of, suppressed_of, values_of
from gateway.flows import import_columns, inspect, intake_control, overview
from gateway.flows.gate import Gate
from gateway.flows.intake_control import uid_of
from gateway.flows.intake_report import of_batch
from gateway.flows.officers import Officer
from gateway.flows.overview import Import
from gateway.flows.words import words_in_force


@dataclass(frozen=True, slots=True)
class Foot:
    """What a printed page is dated by: the bundle in force, the entries in the signed log, the moment (UTC)."""

    bundle: str
    size: int
    at: datetime


def add(router: APIRouter, door: Door) -> None:
    """Put the report on the router; its JSON first, whose address is longer."""

    @router.get("/imports/{uid}.json")
    def told(request: Request, uid: str) -> Response:
        visit = door.visit(request)
        found = overview.import_of(door.gate, visit.officer, uid_of(uid))
        return JSONResponse(report_of(found))

    @router.get("/imports/{uid}")
    def one(request: Request, uid: str, still: str = "") -> Response:
        visit = door.visit(request)
        found = overview.import_of(door.gate, visit.officer, uid_of(uid))
        return _page(door.gate, visit, found, still=bool(still))

    _add_hand(router, door, "pause", intake_control.pause)
    _add_hand(router, door, "resume", intake_control.resume)
    _add_hand(router, door, "cancel", intake_control.cancel)


def _add_hand(router: APIRouter, door: Door, name: str, act: Callable[[Gate, Officer, bytes], None]) -> None:
    @router.post(f"/imports/{{uid}}/{name}", name=f"import_{name}")
    def hand(request: Request, uid: str, csrf: Annotated[str, Form()] = "") -> Response:
        visit = door.visit_form(request, csrf)
        act(door.gate, visit.officer, uid_of(uid))
        return RedirectResponse(f"{PREFIX}/imports/{uid_of(uid).hex()}", 303)


def _page(gate: Gate, visit: Visit, found: Import, *, still: bool) -> Response:
    batch = found.batch
    moving = batch.state in ON_ITS_WAY
    return visit.page(
        "import.html",
        "imports",
        title=summary_of(found, visit.language),
        one=found,
        stages=stages_of(batch, visit.language),
        values=list(values_of(batch, visit.language)),
        columns=import_columns.columns_of(batch),
        special=import_columns.special_of(batch),
        treated=import_columns.treated_of(batch),
        hidden=import_columns.HIDDEN,
        suppressed=suppressed_of(batch),
        scanned=scanned(batch),
        foot=foot_of(gate),
        progress=intake_control.progress_of(gate, visit.officer, batch.uid) if moving else None,
        still=still,
        may_run="import.run" in visit.allowed,
    )


def report_of(found: Import) -> dict[str, Any]:
    """Give the report as plain values, with titles that look like values hidden."""
    told = of_batch(found.batch, found.source, 0.0).to_json()
    del told["seconds"]  # of the call that made it, which this is not
    columns = import_columns.columns_of(found.batch)
    return {
        **told,
        "columns": [column.to_json() for column in columns],
        "special": import_columns.special_of(found.batch),
        "treated": import_columns.treated_of(found.batch),
    }


def foot_of(gate: Gate) -> Foot:
    """Give what a printed page is dated by."""
    return Foot(words_in_force(gate).bundle, inspect.verify_state(gate).size, gate.clock())
