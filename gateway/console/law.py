"""The law's room: every pack and how it stands, and one jurisdiction as a table. Must never change a rule."""

import hashlib
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from gateway.console.door import Door
from gateway.console.page import PREFIX
from gateway.domain import matrix_html
from gateway.domain.errors import Invalid
from gateway.domain.matrix_style import TABLE
from gateway.flows import law

_VERSION: Final = hashlib.sha256(TABLE.encode()).hexdigest()[:12]
SHEET: Final = f"{PREFIX}/law/table.css?v={_VERSION}"
"""Address of the table's sheet; it changes with the content, so that it may be kept for ever."""


def add(router: APIRouter, door: Door) -> None:
    """Put the law's room on the router."""

    @router.get("/law")
    def packs(request: Request) -> Response:
        visit = door.visit(request)
        found = law.law_in_force(door.gate, visit.officer)
        unsigned = sum(not each.signed for each in found.packs)
        return visit.page("law.html", "law", title=_title(len(found.packs), unsigned), law=found)

    @router.get("/law/table.css")
    def sheet() -> Response:
        return Response(TABLE, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"})

    @router.get("/law/{jurisdiction}")
    def jurisdiction(request: Request, jurisdiction: str, day: str = "") -> Response:
        visit = door.visit(request)
        found = law.law_of(door.gate, visit.officer, jurisdiction, _day(day))
        return visit.page(
            "law_of.html",
            "law",
            title=_headline(found),
            found=found,
            sheet=SHEET,
            intro=_made(matrix_html.intro(found.matrix)),
            body=_made(matrix_html.body(found.matrix)),
        )


def _made(html: str) -> Markup:
    return Markup(html)  # noqa: S704  every word of it was escaped where it was made


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise Invalid("day_unfit", "Write a day as 2026-11-22.") from error


def _title(packs: int, unsigned: int) -> str:
    if not unsigned:
        return f"All {packs} packs are signed off"
    if unsigned == packs:
        return "No pack is signed off"
    return f"{unsigned} of {packs} packs are not signed off"


def _headline(found: law.LawOf) -> str:
    matrix = found.matrix
    return matrix.name if matrix.jurisdiction == matrix.pack else f"{matrix.jurisdiction}, under {matrix.name}"
