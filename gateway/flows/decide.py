"""Decide for single people, durably: one or many questions are the same flow.

No answer leaves before its record is durable; if the ledger cannot be written, nobody is answered. Must never let one
bad question harm another's answer, and never answer from anything read before this batch's snapshot.

Steps of a batch, in one transaction:
  1 identify   credentials       -> callers     (a false one fails alone)
  2 ask        callers, asks     -> questions   (selectors become blind indexes; a malformed one fails its request)
  3 facts      questions         -> rows        (one statement, one snapshot)
  4 decide     rows              -> cells       (once per distinct combination of facts)
  5 record     cells             -> committed   (one leaf a tool, then one commit)
  6 answer
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from audit.leaf import Entry, canonical, merkle_root
from gateway.domain.cells import Cell, Cells
from gateway.domain.decision import Decision, decide
from gateway.domain.errors import Invalid, Ostiary
from gateway.domain.grant import Caller, Grant
from gateway.domain.people import Facts
from gateway.domain.requests import Ask, Party, PersonAsk, is_word
from gateway.flows.asking import UNBOUND, Moment, recorded, strictest
from gateway.flows.gate import Gate
from gateway.flows.identify import check
from gateway.flows.subject import Named, named
from gateway.identity.credentials import api_key_id
from gateway.roles.enforcer import compile_grant
from gateway.store import asks as rows_of
from gateway.store import decisions, parties
from gateway.store.asks import Found, Lookup
from gateway.store.decisions import DecisionPage
from gateway.store.facts import Facting, Question
from gateway.store.people_lookup import Connection
from gateway.store.releases import bitmap
from policies.terms import Channel, Outcome

MOST = 10_000
UNKNOWN = "person_unknown"
_MOST_LINES = 200  # of an entry: a leaf has 64 KiB


@dataclass(frozen=True, slots=True)
class Request:
    """What one caller sent: its API key and its questions."""

    credential: str
    asks: Sequence[PersonAsk]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question got. `decision` is None for a person whom nobody knows: unknown means no."""

    outcome: Outcome
    code: str
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one request in its order, with the law they rest on and their inbox number in the ledger."""

    answers: tuple[Answer, ...]
    bundle: str
    inbox_no: int


_Held: TypeAlias = tuple[int, bytes, Cell]
"""A person's number and uid, and the cell of one of their identifiers."""


@dataclass(slots=True)
class _Work:
    """One request on its way through a batch: who asks, what, and what has been found."""

    request: Request
    caller: Caller
    grant: Grant
    sender: Party
    asks: list[tuple[PersonAsk, Named]]
    best: list[_Held | None] = field(default_factory=list)
    found: dict[int, list[tuple[int, _Held]]] = field(default_factory=dict)


def decide_batch(gate: Gate, requests: Sequence[Request]) -> list[Answers | Ostiary]:
    """Answer a batch of requests; a request that must be refused gets its refusal, the others their answers.

    Raises:
        Unavailable: database or ledger: nobody was answered, and nothing was made available.
    """
    with gate.house.snapshot() as connection:
        moment = Moment.of(gate, connection)
        works = _identified(gate, connection, moment, requests)  # 1, 2
        ready = [work for work in works if isinstance(work, _Work)]
        pages = _Pages(moment)
        _found(connection, moment, ready, pages)  # 3, 4
        inboxes = _record(gate, connection, pages)  # 5
    # True now: every answer below is on record. A crash here leaves a record of answers that were not heard.
    return [
        work if isinstance(work, Ostiary) else _answers(work, moment, inboxes.get(work.caller.no, 0)) for work in works
    ]


def _identified(
    gate: Gate,
    connection: Connection,
    moment: Moment,
    requests: Sequence[Request],
) -> list[_Work | Ostiary]:
    senders: dict[int, Party] = {}
    known = parties.credentials(connection, sorted(set(_key_ids(requests))))
    return [_work(gate, connection, moment, request, known, senders) for request in requests]


def _key_ids(requests: Sequence[Request]) -> Iterator[str]:
    for request in requests:
        try:
            yield api_key_id(request.credential)
        except Ostiary:
            continue


def _work(
    gate: Gate,
    connection: Connection,
    moment: Moment,
    request: Request,
    known: dict[str, parties.Credential],
    senders: dict[int, Party],
) -> _Work | Ostiary:
    try:
        caller = check(gate, request.credential, known.get(api_key_id(request.credential)))  # 1
        _check(request, moment)
        if caller.sender not in senders:
            senders[caller.sender] = parties.party_by_no(connection, caller.sender)
        grant = compile_grant(caller, moment.bundle)
        asks = [(ask, named(gate, ask.selector, caller)) for ask in request.asks]  # 2
    except Ostiary as refusal:
        return refusal
    return _Work(request, caller, grant, senders[caller.sender], asks, [None] * len(asks))


def _check(request: Request, moment: Moment) -> None:
    if not 0 < len(request.asks) <= MOST:
        raise Invalid("asks_count", f"Send 1 to {MOST} questions at a time.")
    for purpose in {ask.purpose for ask in request.asks}:
        if not moment.bundle.purposes.chain(purpose):
            raise Invalid("purpose_unknown", "There is no such purpose. `ostiary policy purposes` lists them.")
    if not all(is_word(category) for category in {ask.category for ask in request.asks}):
        raise Invalid("word_unfit", "A product category is a short word or two.")


class _Pages:
    """The cells of a batch: by caller, then by what is asked."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        self.cells: dict[int, dict[Ask, Cells]] = {}
        self.unknown: dict[int, int] = {}
        self.uids: dict[int, list[tuple[bytes, int]]] = {}
        self.callers: dict[int, Caller] = {}

    def of(self, work: _Work, ask: PersonAsk) -> Cells:
        """Give the cells for one caller's kind of question."""
        self.callers[work.caller.no] = work.caller
        asked = Ask(ask.act, ask.purpose, ask.channel, work.sender, work.caller.country, ask.line, ask.category)
        mine = self.cells.setdefault(work.caller.no, {})
        if asked not in mine:
            mine[asked] = Cells(lambda known: self._judge(asked, work.grant, known))
        return mine[asked]

    def _judge(self, ask: Ask, grant: Grant, known: Facts) -> Decision:
        return decide(ask, grant, known, self.moment.snapshot, self.moment.bundle, self.moment.at)


def _found(connection: Connection, moment: Moment, works: Sequence[_Work], pages: _Pages) -> None:
    places = [(work, at) for work in works for at in range(len(work.asks))]
    questions = {(work.sender.no, ask.purpose, ask.channel) for work in works for ask, _ in work.asks}
    made = {key: _question(moment, *key) for key in questions}
    factings = {question: Facting(question, moment.cutoffs, moment.years) for question in made.values()}
    lookups = [
        lookup
        for number, (work, at) in enumerate(places)
        for lookup in _lookups(
            number, work.asks[at][1], made[work.sender.no, work.asks[at][0].purpose, work.asks[at][0].channel]
        )
    ]
    if lookups:
        with moment.cursor(connection) as cursor:
            for found in rows_of.facts_of(cursor, lookups, factings):
                _weigh(pages, *places[found.ord], found)
    for work, at in places:
        _settle(pages, work, at)


def _question(moment: Moment, sender: int, purpose: str, channel: Channel) -> Question:
    return Question(moment.bundle.purposes.chain(purpose), channel, sender, ())


def _lookups(number: int, who: Named, question: Question) -> list[Lookup]:
    if who.uid is not None:
        return [Lookup(number, who.uid, "", None, question)]
    return [Lookup(number, None, who.kind, key.value, question) for key in who.keys]


def _weigh(pages: _Pages, work: _Work, at: int, found: Found) -> None:
    """Decide one identifier of one person, if the caller may know of them."""
    if not in_scope(work.grant, found):
        return
    cell = pages.of(work, work.asks[at][0]).of(found.row.facts)
    work.found.setdefault(at, []).append((found.row.no, (found.row.no, found.row.uid, cell)))


def in_scope(grant: Grant, found: Found) -> bool:
    """Tell whether the caller may know of this person at all; if not, the person is unknown to it."""
    home = found.row.facts.person.jurisdiction
    return (not grant.jurisdictions or home in grant.jurisdictions) and (
        not grant.branches or found.branch in grant.branches
    )


def _settle(pages: _Pages, work: _Work, at: int) -> None:
    pages.callers[work.caller.no] = work.caller
    held = work.best[at] = strictest(work.found.get(at, ()), _outcome)
    if held is None:
        pages.unknown[work.caller.no] = pages.unknown.get(work.caller.no, 0) + 1
        return
    no, uid, cell = held
    cell.people.append(no)
    pages.uids.setdefault(work.caller.no, []).append((uid, cell.no))


def _outcome(held: _Held) -> Outcome:
    return held[2].decision.outcome


def _record(gate: Gate, connection: Connection, pages: _Pages) -> dict[int, int]:
    if not pages.callers:
        return {}
    drafts = [_draft(pages, caller) for caller in pages.callers.values()]
    entries = [Entry("decision.page", caller.name, body) for caller, body, _, _, _ in drafts]
    inboxes = gate.house.enter(connection, entries)
    made = [
        DecisionPage(
            caller.no,
            pages.moment.at,
            pages.moment.bundle.digest,
            min(people, default=0),
            max(people, default=0),
            len(people),
            spelled,
            [bitmap(cell.people) for cell in cells],
            bytes.fromhex(str(body["people_root"])),
            inbox_no,
        )
        for (caller, body, spelled, cells, people), inbox_no in zip(drafts, inboxes, strict=True)
    ]
    decisions.record(connection, made)
    return {page.tool_no: page.inbox_no for page in made}


Draft = tuple[Caller, dict[str, Any], list[dict[str, Any]], list[Cell], list[int]]


def _draft(pages: _Pages, caller: Caller) -> Draft:
    asked = [(ask, cell) for ask, cells in pages.cells.get(caller.no, {}).items() for cell in cells.all if cell.people]
    spelled = [recorded(cell) | {"cell": at, "ask": _asked(ask)} for at, (ask, cell) in enumerate(asked)]
    people = [no for _, cell in asked for no in cell.people]
    body = {
        "tool": caller.uid.hex(),
        "bundle": pages.moment.bundle.digest,
        "snapshot_at": pages.moment.at.isoformat(),
        "people": len(people),
        "unknown": pages.unknown.get(caller.no, 0),
        "cells": _brief(spelled),
        "cells_digest": hashlib.sha256(canonical({"cells": spelled}, UNBOUND)).hexdigest(),
        "people_root": _root(pages.uids.get(caller.no, [])).hex(),
    }
    return caller, body, spelled, [cell for _, cell in asked], people


def _brief(spelled: list[dict[str, Any]]) -> list[dict[str, Any]]:
    merged: dict[tuple[str, ...], int] = {}
    for cell in spelled:
        ask = cell["ask"]
        key = (ask["act"], ask["purpose"], ask["channel"], cell["outcome"], cell["code"])
        merged[key] = merged.get(key, 0) + cell["count"]
    names = ("act", "purpose", "channel", "outcome", "code")
    if len(merged) > _MOST_LINES:
        return _briefer(merged)
    return [dict(zip(names, key, strict=True)) | {"count": count} for key, count in sorted(merged.items())]


def _briefer(merged: dict[tuple[str, ...], int]) -> list[dict[str, Any]]:
    """Add up what would not fit a leaf by outcome and code; the digest of the cells binds the rest."""
    total: dict[tuple[str, ...], int] = {}
    for (*_, outcome, code), count in merged.items():
        total[outcome, code] = total.get((outcome, code), 0) + count
    return [{"outcome": outcome, "code": code, "count": count} for (outcome, code), count in sorted(total.items())]


def _asked(ask: Ask) -> dict[str, str]:
    return {
        "act": ask.act.value,
        "purpose": ask.purpose,
        "channel": ask.channel.value,
        "sender": ask.sender.name,
        "line": ask.line.value if ask.line else "",
        "category": ask.category,
    }


def _root(uids: Sequence[tuple[bytes, int]]) -> bytes:
    salts = os.urandom(16 * len(uids))
    return merkle_root([salts[at * 16 : at * 16 + 16] + uid + b"%d" % cell for at, (uid, cell) in enumerate(uids)])


def _answers(work: _Work, moment: Moment, inbox_no: int) -> Answers:
    return Answers(tuple(_answer(held) for held in work.best), moment.bundle.digest, inbox_no)


def _answer(held: tuple[int, bytes, Cell] | None) -> Answer:
    if held is None:
        return Answer(Outcome.DENY, UNKNOWN, None)
    decision = held[2].decision
    return Answer(decision.outcome, decision.coarse, decision)
