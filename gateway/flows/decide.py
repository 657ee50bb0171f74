"""Decide for single people, durably: one or many questions are the same flow.

No answer leaves before its record is durable; if the ledger cannot be written, nobody is answered. Must never let one
bad question harm another's answer, and never answer from anything read before this batch's snapshot.

Steps of a batch, in one transaction:
  1 identify   credentials       -> callers     (a false one fails alone)
  2 ask        callers, asks     -> questions   (selectors become blind indexes; a malformed one fails its request)
  3 facts      questions         -> rows        (one snapshot: one statement, two for long lists, one more for caps)
  4 decide     rows              -> cells       (once per distinct combination of facts; in order, for slots run out)
  5 record     cells             -> committed   (one leaf a tool, contacts and slots, then one commit)
  6 answer
Whoever is overtaken on the way to somebody's last slot begins again at 1 (gateway.flows.capping).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeAlias

from gateway.domain.campaigns import Campaign, admit
from gateway.domain.cells import Cell
from gateway.domain.decision import Decision
from gateway.domain.errors import Invalid, Ostiary, Refused
from gateway.domain.grant import Caller, Grant
from gateway.domain.requests import Ask, Party, PersonAsk, is_word
from gateway.flows.asking import Moment, strictest
from gateway.flows.campaigns import asked_about
from gateway.flows.capping import Slots, repeated
from gateway.flows.decide_record import Kind, Pages, record
from gateway.flows.gate import Gate
from gateway.flows.identify import check
from gateway.flows.subject import Way, ways
from gateway.identity.credentials import api_key_id
from gateway.roles.enforcer import compile_grant
from gateway.store import asks as rows_of
from gateway.store import parties, reservations
from gateway.store.asks import Found, Lookup
from gateway.store.facts import Facting, Row
from gateway.store.people_lookup import Connection
from gateway.store.snapshots import Cursor
from policies.terms import Outcome

MOST = 10_000
MANY: Final = 2_000
"""From so many questions on, a second connection reads one half of the facts."""
UNKNOWN = "person_unknown"


@dataclass(frozen=True, slots=True)
class Request:
    """What one caller sent: its API key, its questions, and the tool it says it is ("" if it does not say)."""

    credential: str
    asks: Sequence[PersonAsk]
    subject: str = ""


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
    ways: list[Way]
    campaigns: dict[str, Campaign]
    best: list[_Held | None] = field(default_factory=list)  # as the questions stand


@dataclass(slots=True)
class _Known:
    """What the requests of a batch name, as its snapshot has it: credentials, campaigns, senders."""

    credentials: dict[str, parties.Credential]
    campaigns: dict[str, Campaign]
    senders: dict[int, Party] = field(default_factory=dict)


def decide_batch(gate: Gate, requests: Sequence[Request]) -> list[Answers | Ostiary]:
    """Answer a batch of requests; a request that must be refused gets its refusal, the others their answers.

    Raises:
        Unavailable: database or ledger: nobody was answered, and nothing was made available.
    """
    return repeated(lambda alone: _batch(gate, requests, alone))


def _batch(gate: Gate, requests: Sequence[Request], alone: bool) -> list[Answers | Ostiary]:
    with gate.house.snapshot() as connection:
        if alone:
            reservations.alone(connection)
        moment = Moment.of(gate, connection)
        works = _identified(gate, connection, moment, requests)  # 1, 2
        ready = [work for work in works if isinstance(work, _Work)]
        pages = Pages(moment)
        _found(gate, connection, moment, ready, pages)  # 3, 4
        inboxes = record(gate, connection, pages)  # 5
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
    named_campaigns = {ask.campaign for request in requests for ask in request.asks if is_word(ask.campaign)}
    known = _Known(
        parties.credentials(connection, sorted(set(_key_ids(requests)))),
        asked_about(connection, named_campaigns - {""}),
    )
    return [_work(gate, connection, moment, request, known) for request in requests]


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
    known: _Known,
) -> _Work | Ostiary:
    try:
        caller = check(gate, request.credential, known.credentials.get(api_key_id(request.credential)))  # 1
        if request.subject not in {"", caller.name}:
            raise Refused("subject_not_caller", "A tool asks for itself: the subject's id is its own name.")
        _check(request, moment)
        campaigns = _admitted(request, caller, moment, known)
        if caller.sender not in known.senders:
            known.senders[caller.sender] = parties.party_by_no(connection, caller.sender)
        grant = compile_grant(caller, moment.bundle)
        found = list(ways(gate, [ask.selector for ask in request.asks], caller))  # 2
    except Ostiary as refusal:
        return refusal
    return _Work(request, caller, grant, known.senders[caller.sender], found, campaigns)


def _admitted(request: Request, caller: Caller, moment: Moment, known: _Known) -> dict[str, Campaign]:
    """Give the campaigns that a request's questions name, each of which it may name for what it asks."""
    kinds = {(ask.campaign, ask.purpose, ask.channel) for ask in request.asks if ask.campaign}
    return {
        name: admit(known.campaigns.get(name), caller, purpose, channel, moment.bundle, moment.at)
        for name, purpose, channel in sorted(kinds)
    }


def _check(request: Request, moment: Moment) -> None:
    if not 0 < len(request.asks) <= MOST:
        raise Invalid("asks_count", f"Send 1 to {MOST} questions at a time.")
    for purpose in {ask.purpose for ask in request.asks}:
        if not moment.bundle.purposes.chain(purpose):
            raise Invalid("purpose_unknown", "There is no such purpose. `ostiary policy purposes` lists them.")
    if not all(is_word(category) for category in {ask.category for ask in request.asks}):
        raise Invalid("word_unfit", "A product category is a short word or two.")


def _found(gate: Gate, connection: Connection, moment: Moment, works: Sequence[_Work], pages: Pages) -> None:
    asked = [_kinds(pages, work) for work in works]
    lookups = list(_lookups(works, asked))
    kinds = list(chain.from_iterable(asked))
    questions = {id(kind): kind.question for kind in kinds}.values()
    factings = {question: Facting(question, moment.cutoffs, moment.years) for question in questions}
    works_of = [work for work, its in zip(works, asked, strict=True) for _ in its]
    rows: dict[int, list[Row]] = {}
    if lookups:
        with moment.cursor(connection) as cursor, _beside(gate, connection, moment, len(lookups)) as others:
            for found in rows_of.facts_of([cursor, *others], lookups, factings):
                if in_scope(works_of[found.ord].grant, found):
                    rows.setdefault(found.ord, []).append(found.row)
            _read_slots(pages, cursor, kinds, rows)
    for number, (work, kind) in enumerate(zip(works_of, kinds, strict=True)):
        work.best.append(_settle(pages.slots, kind, rows[number]) if number in rows else None)
    for work in works:
        held = [one for one in work.best if one is not None]
        pages.unknown[work.caller.no] = pages.unknown.get(work.caller.no, 0) + len(work.best) - len(held)
        pages.uids.setdefault(work.caller.no, []).extend([(uid, cell.no) for _, uid, cell in held])


@contextmanager
def _beside(gate: Gate, connection: Connection, moment: Moment, questions: int) -> Iterator[list[Cursor]]:
    """Read a long list by two connections on one snapshot, a short one by one."""
    if questions < MANY:
        yield []
        return
    with gate.house.beside(connection) as other, moment.cursor(other) as cursor:
        yield [cursor]


def _kinds(pages: Pages, work: _Work) -> list[Kind]:
    """Give the kind of each question; in a list, one mostly asks what the one before it asked."""
    kinds: list[Kind] = []
    last: PersonAsk | None = None
    for ask in work.request.asks:
        kinds.append(kinds[-1] if last and ask[1:] == last[1:] else _kind(pages, work, ask))
        last = ask
    return kinds


def _kind(pages: Pages, work: _Work, ask: PersonAsk) -> Kind:
    asked = Ask(ask.act, ask.purpose, ask.channel, work.sender, work.caller.country, ask.line, ask.category)
    return pages.of(asked, work.grant, work.campaigns.get(ask.campaign))


def _lookups(works: Sequence[_Work], asked: Sequence[Sequence[Kind]]) -> Iterator[Lookup]:
    first = 0
    for work, kinds in zip(works, asked, strict=True):
        for at, kind, key in work.ways:
            yield Lookup(first + at, kind, key, kinds[at].question)
        first += len(kinds)


def _read_slots(pages: Pages, cursor: Cursor, kinds: Sequence[Kind], rows: Mapping[int, Sequence[Row]]) -> None:
    """Read the slots of those whom a cap may concern; usually nobody."""
    claims = {claim for kind in {id(kind): kind for kind in kinds}.values() if (claim := kind.taker.claim) is not None}
    if claims and rows:
        capped = (row.no for number, found in rows.items() if kinds[number].taker.claim is not None for row in found)
        pages.slots.read(cursor, claims, capped)


def in_scope(grant: Grant, found: Found) -> bool:
    """Tell whether the caller may know of this person at all; if not, the person is unknown to it."""
    return (not grant.jurisdictions or found.row.facts.person.jurisdiction in grant.jurisdictions) and (
        not grant.branches or found.branch in grant.branches
    )


def _settle(slots: Slots, kind: Kind, rows: Sequence[Row]) -> _Held | None:
    """Decide one question: every identifier of everybody found, the strictest of them; then take what it takes."""
    taker, of = kind.taker, kind.cells.of
    told = [(row.no, row.uid, of(slots.known(row.no, row.facts, taker.claim))) for row in rows]
    held = told[0] if len(told) == 1 else strictest([(one[0], one) for one in told], _outcome)
    if held is not None:
        no, _, cell = held
        if cell.available and taker.takes:
            slots.take(no, taker, cell.facts, cell.decision)
        cell.people.append(no)
    return held


def _outcome(held: _Held) -> Outcome:
    return held[2].decision.outcome


def _answers(work: _Work, moment: Moment, inbox_no: int) -> Answers:
    spoken: dict[int, Answer] = {}
    for held in work.best:
        if held is not None and id(held[2]) not in spoken:
            spoken[id(held[2])] = Answer(held[2].decision.outcome, held[2].decision.coarse, held[2].decision)
    answers = tuple([_UNKNOWN if held is None else spoken[id(held[2])] for held in work.best])
    return Answers(answers, moment.bundle.digest, inbox_no)


_UNKNOWN: Final = Answer(Outcome.DENY, UNKNOWN, None)
