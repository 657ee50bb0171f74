"""A list from the console: choose source and file, look at what its columns would be taken for, confirm.

Of several sheets or files one is chosen in between; the file is sent once.

Must never take a byte of a file from somebody who may not import, and never show a cell of one.
"""

from typing import Annotated, Final, NamedTuple

from anyio import to_thread
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from gateway.console.door import UPLOAD_LIMIT, Door, Visit
from gateway.console.page import PREFIX
from gateway.domain.errors import Invalid
from gateway.flows import officers, overview, uploading
from gateway.flows.gate import Gate
from gateway.flows.typed_columns import SENTENCES

_PIECE: Final = 1 << 20
_WORDS: Final = 8
CALENDARS: Final = {
    "gregorian": "Gregorian", "persian": "Persian (Solar Hijri)", "roc": "Minguo (years of the Republic of China)",
}  # fmt: skip
"""In which a list can be written, in words."""


class Said(NamedTuple):
    """What the sender says of a file; "" finds it out, or is what the source says."""

    source: str
    encoding: str
    sheet: str
    calendar: str


def said(
    source: Annotated[str, Form()] = "",
    encoding: Annotated[str, Form()] = "",
    sheet: Annotated[str, Form()] = "",
    calendar: Annotated[str, Form()] = "",
) -> Said:
    """Read what the form says of the file."""
    return Said(source, encoding, sheet, calendar)


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
            typed = Said(*(_word(form, name) for name in Said._fields))
        return await to_thread.run_sync(lambda: _mapping(door.gate, visit, number, typed))

    @router.post("/imports/look")
    def look(
        request: Request,
        typed: Annotated[Said, Depends(said)],
        number: Annotated[str, Form()] = "",
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        visit = door.visit_form(request, csrf)
        return _mapping(door.gate, visit, number, typed)

    @router.post("/imports/begin")
    def begin(
        request: Request,
        typed: Annotated[Said, Depends(said)],
        number: Annotated[str, Form()] = "",
        field: Annotated[tuple[str, ...], Form()] = (),
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        visit = door.visit_form(request, csrf)
        fields = dict(enumerate(field))
        source, encoding, sheet, calendar = typed
        uid = uploading.begin(door.gate, visit.officer, number, source, fields, encoding, sheet, calendar)
        return RedirectResponse(f"{PREFIX}/imports/{uid.hex()}", 303)


def _chooser(gate: Gate, visit: Visit) -> Response:
    approved = [
        line.row.source.name
        for line in overview.sources_of(gate, visit.officer)
        if line.row.source.status.value == "approved"
    ]
    title = visit.t("Bring a list")
    return visit.page(
        "upload.html", "imports", title=title, sources=approved, largest=UPLOAD_LIMIT // 1024**2, calendars=CALENDARS
    )


def _mapping(gate: Gate, visit: Visit, number: str, said: Said) -> Response:
    found = uploading.proposed(gate, visit.officer, number, said.encoding, said.sheet)
    if isinstance(found, uploading.Parts):
        return _which(visit, found, said)
    known = sum(column.by == "title" for column, _ in found.columns)
    title = visit.tn(
        len(found.columns), "{known} of {n} column has a known title", "{known} of {n} columns have a known title",
        known=known,
    )  # fmt: skip
    return visit.page(
        "mapping.html", "imports", title=title, found=found, said=said, source=said.source,
        fields=uploading.FIELDS, notes=SENTENCES, calendars=CALENDARS,
        by_content=sum(column.by == "content" for column, _ in found.columns),
    )  # fmt: skip


def _which(visit: Visit, found: uploading.Parts, said: Said) -> Response:
    """Ask which sheet or file is the list; the names go to whoever brought the file, and nowhere else."""
    n = len(found.choices)
    title = visit.t("The workbook has {n} sheets", n=n) if found.sheets else visit.t("The archive holds {n} files", n=n)
    return visit.page("which.html", "imports", title=title, found=found, said=said)


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
