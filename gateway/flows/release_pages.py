"""The pages of a release: facts, decide, disclose, record, speak; one transaction a page.

Must never keep a transaction open while bytes go out, and never give bytes that are not on record:
`Committed` can be made only here, after the page's commit, and only it can speak.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from audit.leaf import Entry, canonical, merkle_root
from gateway.domain.cells import HELD_OUT, OVER_LIMIT, UNSAMPLED, Cell, Cells, judged, share
from gateway.domain.grades import GRADES
from gateway.domain.people import Facts
from gateway.domain.plan import Plan
from gateway.domain.shadow import observed
from gateway.flows.asking import UNBOUND, Moment, recorded
from gateway.flows.campaigns import entered
from gateway.flows.capping import Slots, Taker, repeated
from gateway.flows.gate import Gate
from gateway.flows.release_speech import Speaker, noted
from gateway.store import audience, facts, releases, reservations
from gateway.store.facts import Facting, Question, Row
from gateway.store.people_lookup import Connection
from gateway.store.releases import PageRow, Place, ReleaseRow
from gateway.vault.disclose import csv_header
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal

_MADE_HERE: Final = object()
SALT: Final = 16


@dataclass(slots=True)
class Tally:
    """What a stream has made available so far, and whom it denied, by coarse code.

    `would_have_denied` counts those made available only because the tool is under observation. `decided` are the
    numbers of people whom earlier passes decided about, where the best are taken first.
    """

    page: int = 0
    people: int = 0
    denied: dict[str, int] = field(default_factory=dict)
    would_have_denied: dict[str, int] = field(default_factory=dict)
    decided: Any = frozenset()

    def noted(self) -> dict[str, dict[str, int]]:
        """Spell what was only noted; nothing if every word held."""
        return {"would_have_denied": dict(sorted(self.would_have_denied.items()))} if self.would_have_denied else {}


@dataclass(slots=True)
class Page:
    """One page, decided and opened, not yet on record: nothing here may leave."""

    moment: Moment
    cells: Cells
    taker: Taker
    slots: Slots
    low: int = 0
    high: int = 0
    lines: list[bytes] = field(default_factory=list)
    uids: list[bytes] = field(default_factory=list)

    @property
    def seen(self) -> bool:
        """Tell whether anybody was left to decide about."""
        return self.high > 0


class Committed:
    """A page whose record and ledger entry are durable. Only `pages` makes one; only this speaks."""

    __slots__ = ("_pieces",)

    def __init__(self, made_here: object, pieces: list[bytes]) -> None:
        if made_here is not _MADE_HERE:
            raise RuntimeError("a page becomes Committed by being recorded, not otherwise")
        self._pieces = pieces

    def speak(self) -> bytes:
        """Give the page's lines."""
        return b"".join(self._pieces)


def pages(gate: Gate, plan: Plan, row: ReleaseRow, place: Place, tally: Tally) -> Iterator[Committed]:
    """Give the pages of a release, each on record before it is given.

    Args:
        gate: the gateway.
        plan: what may be asked and opened.
        row: the recorded release; its `attempt` must still be the newest.
        place: where to go on.
        tally: is kept up to date.
    """
    speaker = Speaker(gate, plan)
    if plan.wish.best_first:
        with gate.house.unit() as connection:
            tally.decided = releases.decided(connection, row.no, row.acknowledged)
    for one_pass, begin in _passes(plan, place):
        after = begin
        while made := repeated(partial(_page, gate, one_pass, row, after, tally, speaker)):
            page, committed = made
            after = page.high
            if plan.wish.best_first:
                tally.decided.update(no for cell in page.cells.all for no in cell.people)
            yield committed
            if plan.wish.limit and tally.people >= plan.wish.limit:
                return


def _passes(plan: Plan, place: Place) -> Iterator[tuple[Plan, int]]:
    """Give the passes over the base that are left, with the person number to begin behind: one, or one a grade.

    Grades may change while a release runs. Whoever falls behind the pass under way is not decided twice (`decided`);
    whoever rises past it is not met, and is left out.
    """
    if not plan.wish.best_first:
        yield plan, place.after
        return
    for grade in sorted(plan.wish.grades or GRADES):
        if grade >= place.grade:
            yield replace(plan, wish=replace(plan.wish, grades=(grade,))), place.after if grade == place.grade else 0


def _page(
    gate: Gate, plan: Plan, row: ReleaseRow, after: int, tally: Tally, speaker: Speaker, alone: bool
) -> tuple[Page, Committed] | None:
    """Make one page in one transaction; None if nobody is left. Nothing of the tally changes if it is overtaken."""
    with gate.house.snapshot() as connection:
        if alone:
            reservations.alone(connection)
        page = _decided(gate, connection, plan, after, speaker.open, tally)  # 5, 6, 7
        if not page.seen:
            return None
        _take_slots(page, connection)
        pieces = _record(gate, connection, plan, row, page, tally)  # 8
    # True now: everybody on this page is on record as made available, with the reason. A crash here
    # over-reports (on record, not received), never under-reports; no connection is held from here on.
    return page, Committed(_MADE_HERE, pieces)


def _take_slots(page: Page, connection: Connection) -> None:
    """Take what the page's answers take of its people; where no cap concerns a disclosure, nothing."""
    if not page.taker.takes:
        return
    for cell in page.cells.all:
        if cell.available:
            for person in cell.people:
                page.slots.take(person, page.taker, cell.facts, cell.decision)
    page.slots.turns(connection)


def count_pages(gate: Gate, plan: Plan) -> dict[str, Any]:
    """Decide everybody, disclose nobody: counts by outcome and coarse code."""
    tally, after = Tally(), 0
    while True:
        with gate.house.snapshot() as connection:
            page = _decided(gate, connection, plan, after, None, tally)
        if not page.seen:
            return {
                "dry_run": True,
                "people": tally.people,
                "denied": dict(sorted(tally.denied.items())),
                **tally.noted(),
                "bundle": page.moment.bundle.digest,
            }
        after = page.high
        _add(tally, page)


Speak = Callable[[Row, Cell], bytes]


def _decided(gate: Gate, connection: Connection, plan: Plan, after: int, speak: Speak | None, tally: Tally) -> Page:
    moment = Moment.of(gate, connection)
    plan = replace(plan, grant=moment.renewed(connection, plan))  # the rows and powers of now, not of the beginning

    def judge(known: Facts) -> Any:
        return observed(plan.ask, plan.grant, known, moment.snapshot, moment.bundle, moment.at)

    ask, caller = plan.ask, plan.grant.caller
    campaign = entered(connection, plan.wish.campaign, caller, ask.purpose, ask.channel, moment.bundle, moment.at)
    page = Page(moment, Cells(judge), Taker.of(moment.bundle, ask, caller, campaign), Slots(moment.at))
    chain = moment.bundle.purposes.chain(plan.ask.purpose)
    question = Question(chain, plan.ask.channel, plan.ask.sender.no, plan.classes if speak else ())
    people, values, everybody = audience.people(plan, after)
    facting = Facting(question, moment.cutoffs, moment.years)
    with moment.cursor(connection) as cursor:
        if page.taker.claim is not None:
            page.slots.read_page(cursor, page.taker.claim, people, values)
        with closing(facts.page(cursor, question, facting, people, everybody=everybody, **values)) as rows:
            _fill(page, plan, page.slots.rows(rows, page.taker.claim), speak, tally)
    return page


def _fill(page: Page, plan: Plan, rows: Iterator[Row], speak: Speak | None, tally: Tally) -> None:
    room = max(plan.wish.limit - tally.people, 0) if plan.wish.limit else -1
    chosen, before = _chooser(plan), tally.decided
    for row, decided in judged(rows, page.cells):
        cell = decided
        page.low, page.high = page.low or row.no, row.no
        if before and row.no in before:
            continue
        if cell.available:
            why = chosen(row.uid) if chosen else ""
            if why or room == 0:
                cell = page.cells.withheld(cell, why or OVER_LIMIT)
            else:
                room -= 1
                if speak is not None:
                    page.lines.append(speak(row, cell))
                    page.uids.append(row.uid)
        cell.people.append(row.no)


def _chooser(plan: Plan) -> Callable[[bytes], str] | None:
    wish, seed = plan.wish, plan.seed
    if wish.sample == 1 and wish.holdout == 0:
        return None

    def why(uid: bytes) -> str:
        if wish.holdout and share(seed, uid, "holdout") < wish.holdout:
            return HELD_OUT
        return UNSAMPLED if share(seed, uid, "sample") >= wish.sample else ""

    return why


def _record(
    gate: Gate,
    connection: Connection,
    plan: Plan,
    row: ReleaseRow,
    page: Page,
    tally: Tally,
) -> list[bytes]:
    releases.hold_attempt(connection, row.no, row.attempt)
    _add(tally, page)
    tally.page += 1
    made = [cell for cell in page.cells.all if cell.people]
    cells = [recorded(cell) for cell in made]
    salts = os.urandom(SALT * len(page.uids))
    rooted = merkle_root([salts[at * SALT : (at + 1) * SALT] + uid for at, uid in enumerate(page.uids)])
    body = _body(plan, row, page, tally.page, cells) | {"people_root": rooted.hex()}
    (inbox_no,) = gate.house.enter(connection, [Entry("release.page", plan.grant.caller.name, body)])
    detail = HouseSeal(gate.keyring, Purpose.DETAIL).seal(b"inbox %d" % inbox_no, salts + b"".join(page.uids))
    gate.house.keep_detail(connection, inbox_no, detail)
    releases.record(
        connection,
        PageRow(
            row.no,
            tally.page,
            row.attempt,
            page.moment.at,
            page.moment.bundle.digest,
            page.low,
            page.high,
            len(page.uids),
            cells,
            [releases.bitmap(cell.people) for cell in made],
            rooted,
            inbox_no,
            _grade(plan),
        ),
    )
    page.slots.keep(gate, connection, [(plan.grant.caller, inbox_no)])
    return _pieces(plan, page, made, tally.page)


def _add(tally: Tally, page: Page) -> None:
    for cell in page.cells.all:
        if cell.available:
            tally.people += len(cell.people)
            if (code := cell.decision.noted) and cell.people:
                tally.would_have_denied[code] = tally.would_have_denied.get(code, 0) + len(cell.people)
        elif cell.people:
            code = cell.withheld or cell.decision.coarse
            tally.denied[code] = tally.denied.get(code, 0) + len(cell.people)


def _body(plan: Plan, row: ReleaseRow, page: Page, number: int, cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Say in the ledger what left, for whom, under which law: counts and reasons, no person."""
    ask = plan.ask
    return {
        "release": row.uid.hex(),
        "attempt": row.attempt,
        "page": number,
        "tool": plan.grant.caller.uid.hex(),
        "sender": ask.sender.name,
        "campaign": plan.wish.campaign,
        "act": ask.act.value,
        "purpose": ask.purpose,
        "channel": ask.channel.value,
        "fields": list(plan.wish.fields),
        "bundle": page.moment.bundle.digest,
        "snapshot_at": page.moment.at.isoformat(),
        "low": page.low,
        "high": page.high,
        "people": len(page.uids),
        "cells": _brief(cells),
        "cells_digest": hashlib.sha256(canonical({"cells": cells}, UNBOUND)).hexdigest(),
    } | ({"grade": _grade(plan)} if plan.wish.best_first else {})


def _grade(plan: Plan) -> int:
    """Give the grade that a pass is about, 0 where everybody is one pass."""
    return plan.wish.grades[0] if plan.wish.best_first else 0


def _brief(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Merge cells that read alike, so that a page with many facts still fits a leaf; the digest binds them all."""
    merged: dict[tuple[str, ...], int] = {}
    for cell in cells:
        key = (
            cell["outcome"],
            cell["code"],
            ",".join(sorted({reason["rule"] for reason in cell.get("overruled", cell["reasons"])})),
            cell.get("would_have", ""),
        )
        merged[key] = merged.get(key, 0) + cell["count"]
    return [
        {"outcome": outcome, "code": code, "rules": rules, "count": count} | ({"would_have": word} if word else {})
        for (outcome, code, rules, word), count in sorted(merged.items())
    ]


def _pieces(plan: Plan, page: Page, made: list[Cell], number: int) -> list[bytes]:
    if plan.wish.form == "csv":
        head = csv_header(("cell", *plan.wish.fields)) if number == 1 else b""
        return [head, *page.lines]
    duties = {str(cell.no): dict(cell.decision.obligations) for cell in made if cell.available}
    words = {str(cell.no): noted(cell) for cell in made if cell.available and cell.decision.overruled}
    said: dict[str, Any] = {"page": number, "people": len(page.uids), "obligations": duties} | (
        {"would_have": words} if words else {}
    )
    head = canonical(said, UNBOUND)
    return [head + b"\n", *page.lines]
