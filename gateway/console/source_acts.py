"""What officers do with a registered source: hand it in, propose its approval, suspend it, revoke it, add a file.

To approve takes two; to suspend or revoke takes one, who sees first what falls silent. Must never carry out a
revocation whose numbers were not on the page.
"""

from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from gateway.console.door import Door
from gateway.console.page import PREFIX
from gateway.console.sources import ROOM, to
from gateway.domain.errors import Invalid
from gateway.flows import officers
from gateway.flows.sources import revoke_source, submit_source, suspend_source
from gateway.flows.sources_approval import propose_approval
from gateway.flows.sources_change import LARGEST_FILE, add_evidence
from gateway.flows.sources_effect import effect_of_revoking

_FIELDS: Final = 3


def add(router: APIRouter, door: Door) -> None:
    """Put the acts on the router."""

    @router.post("/sources/{name}/submit")
    def submit(request: Request, name: str, csrf: Annotated[str, Form()] = "") -> Response:
        visit = door.visit_form(request, csrf)
        submit_source(door.gate, visit.officer, name)
        return to(name)

    @router.post("/sources/{name}/propose")
    def propose(request: Request, name: str, csrf: Annotated[str, Form()] = "") -> Response:
        visit = door.visit_form(request, csrf)
        made = propose_approval(door.gate, visit.officer, name)
        if "policy.read" in visit.allowed:
            return RedirectResponse(f"{PREFIX}/proposals/{made.uid.hex()}", 303)
        return to(name)

    @router.post("/sources/{name}/suspend")
    def suspend(request: Request, name: str, csrf: Annotated[str, Form()] = "") -> Response:
        visit = door.visit_form(request, csrf)
        suspend_source(door.gate, visit.officer, name)
        return to(name)

    _add_revoke(router, door)
    _add_file(router, door)


def _add_revoke(router: APIRouter, door: Door) -> None:
    @router.get("/sources/{name}/revoke")
    def preview(request: Request, name: str) -> Response:
        visit = door.visit(request)
        effect = effect_of_revoking(door.gate, visit.officer, name)
        title = visit.t("What falls silent with this source")
        return visit.page("source_revoke.html", ROOM, title=title, effect=effect)

    @router.post("/sources/{name}/revoke")
    def revoke(request: Request, name: str, csrf: Annotated[str, Form()] = "") -> Response:
        visit = door.visit_form(request, csrf)
        revoke_source(door.gate, visit.officer, name)
        return to(name)


def _add_file(router: APIRouter, door: Door) -> None:
    @router.post("/sources/{name}/file")
    async def file(request: Request, name: str) -> Response:
        visit = await to_thread.run_sync(door.visit, request)
        await to_thread.run_sync(officers.require_now, door.gate, visit.officer, "source.register")
        # Only now is the body read: what a stranger sends stays unread.
        async with request.form(max_files=1, max_fields=_FIELDS) as form:
            officers.check_form(door.gate, visit.session, str(form.get("csrf", "")))
            word, content = str(form.get("word", "")), await _content(form)
        await to_thread.run_sync(add_evidence, door.gate, visit.officer, name, word, content)
        return to(name, "evidence")


async def _content(form: FormData) -> bytes:
    given = form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        raise Invalid("evidence_unfit", "Choose a file of at least one byte and at most 10 MiB.")
    return await given.read(LARGEST_FILE + 1)
