"""Sources and imports: what came in, from where, and what was said of it. Must never show a value of a list."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from gateway.console.door import Door, Visit
from gateway.console.report import rows_of
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
        return visit.page(
            "sources.html", "sources", title=_sources_title(rows, visit), rows=shown, sort=sort, order=order
        )

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
            title=_imports_title(rows, visit),
            verdicts=sorted({one.batch.verdict for one in rows}),
            rows=ordered(shown, _IMPORTS, sort, order),
            sort=sort,
            order=order,
            verdict=verdict,
        )


def ordered(rows: Sequence[Any], by: dict[str, Sorter], sort: str, order: str) -> list[Any]:
    """Sort rows by a column that is offered; an unknown one leaves them as they are."""
    return sorted(rows, key=by[sort], reverse=order == "down") if sort in by else list(rows)


def _sources_title(rows: Sequence[SourceLine], visit: Visit) -> str:
    if not rows:
        return visit.t("No source is registered yet")
    approved = sum(line.row.source.status.value == "approved" for line in rows)
    one, many = "{approved} of {n} source is approved", "{approved} of {n} sources are approved"
    return visit.tn(len(rows), one, many, approved=approved)


def _imports_title(rows: Sequence[Import], visit: Visit) -> str:
    waiting = sum(one.waits for one in rows)
    if waiting:
        return visit.tn(waiting, "{n} list waits for somebody", "{n} lists wait for somebody")
    if not rows:
        return visit.t("No list has come in yet")
    return visit.tn(len(rows), "{n} list came in, none waits", "{n} lists came in, none waits")
