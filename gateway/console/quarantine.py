"""The quarantine desk: what waits and until when; one list with its reasons and cures; each act asked once more.

What deletes takes one officer, what lets in takes a second one (`gateway.console.proposals`). Must never show a value,
nor put a title of a column into an address: a column is named by its place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.door import Door, Visit, status_of
from gateway.console.page import PREFIX
from gateway.domain.errors import Conflict, Invalid, NotFound, Ostiary, Refused
from gateway.flows import desk, desk_acts, widening
from gateway.flows.desk import Matter, Waiting
from gateway.flows.gate import Gate
from gateway.flows.import_columns import safe_title
from gateway.flows.intake_control import uid_of
from gateway.flows.intake_report import Reason
from gateway.flows.officers import Officer
from gateway.flows.proposals import Proposal, Standing

ROOM: Final = "quarantine"
_PATH: Final = f"{PREFIX}/quarantine"
_LEFT: Final = 30
"""Days that a bar of time shows as full; a list that may wait longer starts full."""
_MILD: Final = frozenset({"lawful", desk.WANTED})
"""Codes of reasons that say nothing against a list, or what would cure it."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do about a list or a group of rows: a role's act that it needs, and whether it proposes only."""

    needs: str
    of_rows: bool
    proposes: bool = False


ACTS: Final[Mapping[str, Act]] = {
    "refuse": Act("quarantine.drop", of_rows=False),
    "accept": Act("quarantine.accept", of_rows=False, proposes=True),
    "empty": Act("quarantine.drop", of_rows=True),
    "drop": Act("quarantine.drop", of_rows=True),
    "take": Act("quarantine.accept", of_rows=True, proposes=True),
}
_NARROW: Final[Mapping[str, Callable[[Gate, Officer, bytes, str, str], int]]] = {
    "empty": desk_acts.empty_cells,
    "drop": desk_acts.drop_rows,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a form asks for: the act, the list, and for rows the place of their column and what was found there."""

    act: str
    uid: bytes
    column: str
    kind: str
    why: str = ""

    @property
    def place(self) -> int | None:
        """Place of the column among those that were kept; None for the whole list, -1 for what is no place."""
        if not ACTS[self.act].of_rows:
            return None
        return int(self.column) if self.column.isascii() and self.column.isdigit() and len(self.column) < 6 else -1  # noqa: PLR2004


def add(router: APIRouter, door: Door) -> None:
    """Put the desk on the router."""

    @router.get("/quarantine")
    def waiting(request: Request, done: str = "") -> Response:
        visit = door.visit(request)
        rows = desk.waiting(door.gate, visit.officer)
        title = _title(rows, visit)
        return visit.page(
            "quarantine.html", ROOM, title=title, rows=rows, why=gravest, left=_left(door.gate, visit), done=done,
            full=_LEFT,
        )  # fmt: skip

    @router.get("/quarantine/{uid}")
    def one(request: Request, uid: str, done: str = "") -> Response:
        visit = door.visit(request)
        return _one(door, visit, uid_of(uid), done)

    @router.get("/quarantine/{uid}/{act}")
    def ask(request: Request, uid: str, act: str, column: str = "", kind: str = "") -> Response:
        visit = door.visit(request)
        return _asked(door, visit, _wanted(act, uid, column, kind))

    @router.post("/quarantine/{uid}/{act}")
    def do(
        request: Request,
        uid: str,
        act: str,
        column: Annotated[str, Form()] = "",
        kind: Annotated[str, Form()] = "",
        why: Annotated[str, Form()] = "",
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        visit = door.visit_form(request, csrf)
        wanted = _wanted(act, uid, column, kind, why)
        try:
            return _propose(door.gate, visit, wanted) if ACTS[act].proposes else _narrow(door.gate, visit, wanted)
        except (Invalid, Conflict, Refused) as refusal:
            return _asked(door, visit, wanted, _mendable(refusal))


def _one(door: Door, visit: Visit, uid: bytes, done: str) -> Response:
    shown = desk.shown(door.gate, visit.officer, uid)
    return visit.page(
        "quarantine_one.html",
        ROOM,
        title=_said(shown.waiting, visit),
        desk=shown,
        waiting=shown.waiting,
        reasons=weighty(shown.waiting.reasons),
        places={title: place for place, title in enumerate(shown.columns)},
        safe=safe_title,
        decided={state: rows for state, rows in shown.decided.items() if state != "held"},
        proposals=_proposals(door.gate, visit, uid),
        left=_left(door.gate, visit),
        full=_LEFT,
        done=done,
    )


def _asked(door: Door, visit: Visit, wanted: Wanted, refusal: Ostiary | None = None) -> Response:
    found = desk.matter(door.gate, visit.officer, wanted.uid, wanted.place, wanted.kind)
    return visit.page(
        "quarantine_act.html",
        ROOM,
        status_of(refusal) if refusal else 200,
        title=_question(wanted.act, found, visit),
        wanted=wanted,
        act=ACTS[wanted.act],
        waiting=found.waiting,
        group=found.group,
        safe=safe_title,
        refusal=refusal,
        may=ACTS[wanted.act].needs in visit.allowed,
    )


def _narrow(gate: Gate, visit: Visit, wanted: Wanted) -> Response:
    """Delete, and go back to what still waits; sent again, it goes on to the report, which says what is so."""
    try:
        if wanted.act == "refuse":
            desk_acts.refuse_list(gate, visit.officer, wanted.uid)
        else:
            found = desk.matter(gate, visit.officer, wanted.uid, wanted.place, wanted.kind)
            _NARROW[wanted.act](gate, visit.officer, wanted.uid, found.group.column if found.group else "", wanted.kind)
    except NotFound:
        return RedirectResponse(f"{PREFIX}/imports/{wanted.uid.hex()}", 303)
    still = any(each.uid == wanted.uid for each in desk.waiting(gate, visit.officer))
    return _to(f"/{wanted.uid.hex()}" if still else "", wanted.act)


def _propose(gate: Gate, visit: Visit, wanted: Wanted) -> Response:
    made = _proposed(gate, visit.officer, wanted)
    if "policy.read" in visit.allowed:
        return RedirectResponse(f"{PREFIX}/proposals/{made.uid.hex()}", 303)
    return _to(f"/{wanted.uid.hex()}", wanted.act)


def _proposed(gate: Gate, officer: Officer, wanted: Wanted) -> Proposal:
    if not ACTS[wanted.act].of_rows:
        return desk_acts.accept_list(gate, officer, wanted.uid, wanted.why)
    found = desk.matter(gate, officer, wanted.uid, wanted.place, wanted.kind)
    column = found.group.column if found.group else ""
    return desk_acts.accept_rows(gate, officer, wanted.uid, column, wanted.kind, wanted.why)


def _proposals(gate: Gate, visit: Visit, uid: bytes) -> list[Standing]:
    """Give what is proposed of this list and still open, if this officer may look at proposals."""
    if "policy.read" not in visit.allowed:
        return []
    standing = widening.listed(gate, visit.officer)
    return [each for each in standing if each.state == "open" and each.proposal.payload.get("batch") == uid.hex()]


def weighty(reasons: Sequence[Reason]) -> list[Reason]:
    """Give the reasons that speak against a list, the gravest first."""
    return [each for each in reversed(reasons) if each.code not in _MILD] or list(reasons[:1])


def gravest(waiting: Waiting) -> Reason | None:
    """Give the gravest reason, if any is on file."""
    return next(iter(weighty(waiting.reasons)), None)


def days_left(until: datetime, now: datetime) -> int:
    """Count the days until a moment, a begun one as a whole; 0 once it is over."""
    return max(0, ceil((until - now) / timedelta(days=1)))


def _left(gate: Gate, visit: Visit) -> Callable[[datetime], tuple[int, str]]:
    """Give what says how long something may wait: in days, and in words."""
    now = gate.clock()

    def left(until: datetime) -> tuple[int, str]:
        days = days_left(until, now)
        return days, visit.tn(days, "{n} day left", "{n} days left") if days else visit.t("its time is over")

    return left


def _title(rows: Sequence[Waiting], visit: Visit) -> str:
    lists = sum(each.whole for each in rows)
    single = sum(each.rows for each in rows if not each.whole)
    if lists and single:
        said = visit.tn(lists, "{n} list", "{n} lists"), visit.tn(single, "{n} row", "{n} rows")
        return visit.t("{lists} and {rows} wait", lists=said[0], rows=said[1])
    if lists:
        return visit.tn(lists, "{n} list waits", "{n} lists wait")
    if single:
        return visit.tn(single, "{n} row waits", "{n} rows wait")
    return visit.t("Nothing waits in quarantine")


def _said(waiting: Waiting, visit: Visit) -> str:
    if waiting.whole:
        return visit.t("{source}: the whole list waits", source=waiting.source)
    return visit.tn(
        waiting.rows, "{source}: {n} row waits", "{source}: {n} rows wait", source=waiting.source
    )  # fmt: skip


def _question(act: str, found: Matter, visit: Visit) -> str:
    rows = found.group.rows if found.group else found.waiting.rows
    match act:
        case "refuse":
            return visit.t("Refuse {source}?", source=found.waiting.source)
        case "accept":
            return visit.t("Propose to take {source} in?", source=found.waiting.source)
        case "empty":
            return visit.tn(rows, "Store {n} row without this cell?", "Store {n} rows without this cell?")
        case "drop":
            return visit.tn(rows, "Drop {n} row?", "Drop {n} rows?")
    return visit.tn(rows, "Propose to take {n} row in as it is?", "Propose to take {n} rows in as they are?")


def _wanted(act: str, uid: str, column: str, kind: str, why: str = "") -> Wanted:
    if act not in ACTS:
        raise NotFound("page_unknown", "The console has no page at this address. Choose a room.")
    return Wanted(act, uid_of(uid), column, kind, why)


def _mendable(refusal: Ostiary) -> Ostiary:
    """Give a refusal that other words, or more evidence, would mend; any other is a page of its own."""
    if isinstance(refusal, Refused) and refusal.code != "source_not_approved":
        raise refusal
    return refusal


def _to(rest: str, done: str) -> Response:
    return RedirectResponse(f"{_PATH}{rest}?{urlencode({'done': done})}", 303)
