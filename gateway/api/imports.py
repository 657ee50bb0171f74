"""`/v1/imports`: a list comes in. The upload is kept in a private file only while it is read.

Must never answer with a value of the list: the report counts and names columns.
"""

import os
import tempfile
from pathlib import Path
from typing import Annotated, Final

import orjson
from anyio import to_thread
from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import Response

from gateway.api.errors import status_of
from gateway.api.requests import credential
from gateway.domain.errors import Invalid, Quarantined, Refused
from gateway.flows import bring
from gateway.flows.gate import Gate
from policies.terms import Verdict

_PIECE: Final = 1 << 20
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
        dry_run: Annotated[bool, Form()] = False,
    ) -> Response:
        presented, overrides = credential(request), _overrides(map or [])
        await to_thread.run_sync(bring.may_bring, gate, presented)
        path = await _kept(gate, file)
        try:
            report = await to_thread.run_sync(
                lambda: bring.bring(
                    gate,
                    presented,
                    source,
                    path,
                    overrides,
                    encoding or None,
                    delimiter or None,
                    dry_run=dry_run,
                )
            )
        finally:
            path.unlink(missing_ok=True)
        return Response(
            orjson.dumps(report.to_json()),
            _STATUS[report.verdict],
            media_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    return routes


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
