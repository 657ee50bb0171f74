"""A list from the console: choose source and file, look at what its columns would be taken for, confirm.

Must never take a byte of a file from somebody who may not import, and never show a cell of one.
"""

from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from gateway.console.door import UPLOAD_LIMIT, Door, Visit
from gateway.console.page import PREFIX
from gateway.domain.errors import Invalid
from gateway.flows import officers, overview, uploading
from gateway.flows.gate import Gate

_PIECE: Final = 1 << 20
_WORDS: Final = 8


def add(router: APIRouter, door: Door) -> None:
    """Put both steps on the router."""

    @router.get("/imports/new")
    def choose(request: Request) -> Response:
        visit = door.visit(request)
        officers.require_now(door.gate, visit.officer, "import.run")
        return _chooser(door.gate, visit)

    @router.post("/imports/new")
    async def receive(request: Request) -> Response:
        visit = await to_thread.run_sync(door.visit, request)
        await to_thread.run_sync(officers.require_now, door.gate, visit.officer, "import.run")
        # Only now is the body read: what a stranger sends stays unread.
        async with request.form(max_files=1, max_fields=_WORDS) as form:
            officers.check_form(door.gate, visit.session, _word(form, "csrf"))
            number = await _kept(door.gate, visit, form)
            encoding, sheet = _word(form, "encoding"), _word(form, "sheet")
            source = _word(form, "source")
        return await to_thread.run_sync(lambda: _mapping(door.gate, visit, number, source, encoding, sheet))

    @router.post("/imports/begin")
    def begin(
        request: Request,
        number: Annotated[str, Form()] = "",
        source: Annotated[str, Form()] = "",
        encoding: Annotated[str, Form()] = "",
        sheet: Annotated[str, Form()] = "",
        field: Annotated[tuple[str, ...], Form()] = (),
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        visit = door.visit_form(request, csrf)
        uid = uploading.begin(door.gate, visit.officer, number, source, dict(enumerate(field)), encoding, sheet)
        return RedirectResponse(f"{PREFIX}/imports/{uid.hex()}", 303)


def _chooser(gate: Gate, visit: Visit) -> Response:
    approved = [
        line.row.source.name
        for line in overview.sources_of(gate, visit.officer)
        if line.row.source.status.value == "approved"
    ]
    title = visit.t("Bring a list")
    return visit.page("upload.html", "imports", title=title, sources=approved, largest=UPLOAD_LIMIT // 1024**2)


def _mapping(gate: Gate, visit: Visit, number: str, source: str, encoding: str, sheet: str) -> Response:
    found = uploading.proposed(gate, visit.officer, number, encoding, sheet)
    known = sum(bool(field) for _, field in found.columns)
    title = visit.tn(
        len(found.columns), "{known} of {n} column has a known title", "{known} of {n} columns have a known title",
        known=known,
    )  # fmt: skip
    return visit.page(
        "mapping.html", "imports", title=title, found=found, source=source, encoding=encoding, sheet=sheet,
        fields=uploading.FIELDS,
    )  # fmt: skip


async def _kept(gate: Gate, visit: Visit, form: FormData) -> str:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid("file_missing", "Choose a file.")
    with uploading.received(gate, visit.officer) as (number, kept):
        while piece := await file.read(_PIECE):
            await to_thread.run_sync(kept.write, piece)
    return number


def _word(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
