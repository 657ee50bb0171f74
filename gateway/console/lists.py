"""Sources and imports: what came in, from where, and what was said of it. Must never show a value of a list."""

import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from gateway.console.door import Door
from gateway.console.report import rows_of, stages_of, summary_of, values_of
from gateway.console.words import counted
from gateway.domain.errors import NotFound
from gateway.flows import overview
from gateway.flows.overview import Import, SourceLine

Sorter = Callable[[Any], Any]

_SOURCES: Final[dict[str, Sorter]] = {
    "name": lambda line: line.row.source.name.casefold(),
    "verdict": lambda line: line.verdict.value,
    "kind": lambda line: line.row.source.kind,
    "status": lambda line: line.row.source.status.value,
    "collector": lambda line: line.row.collector.casefold(),
    "country": lambda line: line.row.source.country,
}
_IMPORTS: Final[dict[str, Sorter]] = {
    "began": lambda one: one.batch.no,
    "source": lambda one: one.source.casefold(),
    "verdict": lambda one: one.batch.verdict,
    "rows": lambda one: rows_of(one.batch),
}


def add(router: APIRouter, door: Door) -> None:
    """Put the sources and imports rooms on the router."""

    @router.get("/sources")
    def sources(request: Request, sort: str = "name", order: str = "up") -> Response:
        visit = door.visit(request)
        rows = overview.sources_of(door.gate, visit.officer)
        shown = ordered(rows, _SOURCES, sort, order)
        return visit.page("sources.html", "sources", title=_sources_title(rows), rows=shown, sort=sort, order=order)

    @router.get("/sources/{name}")
    def source(request: Request, name: str) -> Response:
        visit = door.visit(request)
        view = overview.source_of(door.gate, visit.officer, name)
        return visit.page("source.html", "sources", title=view.row.source.name, view=view)

    @router.get("/imports")
    def imports(request: Request, sort: str = "began", order: str = "down", verdict: str = "") -> Response:
        visit = door.visit(request)
        rows = overview.imports_of(door.gate, visit.officer)
        shown = [one for one in rows if not verdict or one.batch.verdict == verdict]
        return visit.page(
            "imports.html",
            "imports",
            title=_imports_title(rows),
            verdicts=sorted({one.batch.verdict for one in rows}),
            rows=ordered(shown, _IMPORTS, sort, order),
            sort=sort,
            order=order,
            verdict=verdict,
        )

    @router.get("/imports/{uid}")
    def one(request: Request, uid: str) -> Response:
        visit = door.visit(request)
        found = overview.import_of(door.gate, visit.officer, _uid(uid))
        return visit.page(
            "import.html",
            "imports",
            title=summary_of(found),
            one=found,
            stages=stages_of(found.batch),
            values=list(values_of(found.batch)),
            safe_title=safe_title,
        )


def ordered(rows: Sequence[Any], by: dict[str, Sorter], sort: str, order: str) -> list[Any]:
    """Sort rows by a column that is offered; an unknown one leaves them as they are."""
    return sorted(rows, key=by[sort], reverse=order == "down") if sort in by else list(rows)


def safe_title(title: str) -> str:
    """Give a column's title, unless it looks like a value: a list without a header line begins with a person."""
    value = "@" in title or len(re.findall(r"\d", title)) > 4  # noqa: PLR2004  a year is no phone number
    return "(hidden: it looks like a value, not a title)" if value else title


def _uid(text: str) -> bytes:
    try:
        return binascii.unhexlify(text)
    except ValueError as error:
        raise NotFound("import_unknown", "No import has that number. The imports page lists them.") from error


def _sources_title(rows: Sequence[SourceLine]) -> str:
    if not rows:
        return "No source is registered yet"
    approved = sum(line.row.source.status.value == "approved" for line in rows)
    return f"{approved} of {counted(len(rows), 'source is', 'sources are')} approved"


def _imports_title(rows: Sequence[Import]) -> str:
    waiting = sum(one.waits for one in rows)
    if waiting:
        return f"{counted(waiting, 'list waits', 'lists wait')} for somebody"
    return f"{counted(len(rows), 'list came', 'lists came')} in, none waits" if rows else "No list has come in yet"
