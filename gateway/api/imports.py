"""`/v1/imports`: a list comes in. The upload is kept in a private file only while it is read.

Must never answer with a value of the list: the report counts and names columns.
"""

import os
import tempfile
from pathlib import Path
from typing import Annotated, Final

import orjson
from anyio import to_thread
from fastapi import APIRouter, Form, Header, Request, UploadFile
from starlette.responses import Response

from gateway.api.errors import status_of
from gateway.api.requests import credential
from gateway.domain.errors import Invalid, Quarantined, Refused
from gateway.flows import bring
from gateway.flows.gate import Gate
from gateway.flows.intake import Wish
from gateway.flows.intake_report import Report
from policies.terms import Verdict

_PIECE: Final = 1 << 20
_ASYNC: Final = "respond-async"
_UNDER_WAY: Final = frozenset({"staging", "scanning", "storing", "paused"})
_STATUS: Final = {
    Verdict.ACCEPT: 200,
    Verdict.QUARANTINE: status_of(Quarantined("", "")),
    Verdict.REFUSE: status_of(Refused("", "")),
}


def router(gate: Gate) -> APIRouter:
    """Give the routes."""
    routes = APIRouter(prefix="/v1/imports", tags=["imports"])

    @routes.post("", summary="Bring a list of one source; the answer accounts for every row")
    async def bring_list(
        request: Request,
        file: UploadFile,
        source: Annotated[str, Form()],
        map: Annotated[list[str] | None, Form()] = None,  # noqa: A002  the name that callers write
        encoding: Annotated[str, Form()] = "",
        delimiter: Annotated[str, Form()] = "",
        sheet: Annotated[str, Form()] = "",
        calendar: Annotated[str, Form()] = "",
        dry_run: Annotated[bool, Form()] = False,
        prefer: Annotated[str, Header()] = "",
    ) -> Response:
        presented = credential(request)
        wish = Wish(_overrides(map or []), encoding, delimiter, sheet, calendar=calendar)
        await to_thread.run_sync(bring.may_bring, gate, presented)
        path = await _kept(gate, file)
        later = not dry_run and _ASYNC in prefer.lower()
        try:
            report = await to_thread.run_sync(
                lambda: (
                    bring.stage(gate, presented, source, path, wish)
                    if later
                    else bring.bring(gate, presented, source, path, wish, dry_run=dry_run)
                )
            )
        finally:
            path.unlink(missing_ok=True)
        return _told(report, later=later)

    @routes.post("/columns", summary="What the columns of a list would be taken for; nothing of it is kept")
    async def look(
        request: Request,
        file: UploadFile,
        encoding: Annotated[str, Form()] = "",
        delimiter: Annotated[str, Form()] = "",
        sheet: Annotated[str, Form()] = "",
    ) -> Response:
        presented = credential(request)
        wish = Wish({}, encoding, delimiter, sheet)
        await to_thread.run_sync(bring.may_bring, gate, presented)
        path = await _kept(gate, file)
        try:
            told = await to_thread.run_sync(bring.look, gate, presented, path, wish)
        finally:
            path.unlink(missing_ok=True)
        return Response(orjson.dumps(told.to_json()), 200, {"Cache-Control": "no-store"}, "application/json")

    @routes.get("/{number}", summary="How far a list is that was left to the workers, and its report")
    def report(request: Request, number: str) -> Response:
        return _told(bring.report_of(gate, credential(request), number))

    return routes


def _told(report: Report, *, later: bool = False) -> Response:
    """Answer with a report; one that is on its way says where to ask again (RFC 7240, section 4.1)."""
    under_way = report.state in _UNDER_WAY
    headers = {"Cache-Control": "no-store"}
    if later:
        headers |= {"Preference-Applied": _ASYNC, "Location": f"/v1/imports/{report.batch}"}
    if under_way:
        headers["Retry-After"] = "2"
    status = 202 if under_way else _STATUS[report.verdict]
    return Response(orjson.dumps(report.to_json()), status, headers, "application/json")


def _overrides(pairs: list[str]) -> dict[str, str]:
    overrides = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not equals or not column:
            raise Invalid("map_unfit", "Write each `map` as column=field, such as 이메일=email.")
        if column in overrides:
            raise Invalid("column_mapped_twice", "A column is mapped twice. Give each column one field.")
        overrides[column] = field
    return overrides


async def _kept(gate: Gate, file: UploadFile) -> Path:
    folder = gate.data / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)  # 0600
    with os.fdopen(handle, "wb") as kept:
        while piece := await file.read(_PIECE):
            await to_thread.run_sync(kept.write, piece)
    return Path(name)
