"""Decide about one person to tell somebody of it: the gate's own function over the gate's own facts; nothing is taken.

For officers who ask why, and for the person who asks who may write to them. Must never find another row, cap or grant
than the gate would, and never write.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.bands import year_limits
from gateway.domain.grant import Caller, Grant
from gateway.domain.people import Facts
from gateway.domain.reasons import Decision
from gateway.domain.requests import Ask
from gateway.domain.shadow import observed
from gateway.flows.asking import Cutoffs, Moment
from gateway.flows.capping import Slots, Taker
from gateway.flows.decide import in_scope
from gateway.flows.subject import Named
from gateway.roles.enforcer import compile_grant
from gateway.store import asks as rows_of
from gateway.store.asks import Found, Lookup
from gateway.store.facts import Facting, Question
from gateway.store.people_lookup import Connection


@dataclass(frozen=True, slots=True)
class Asked:
    """One question in a tool's name."""

    ask: Ask
    caller: Caller


@dataclass(frozen=True, slots=True)
class Judged:
    """What is decided for one identifier of one person: the number, the facts, the grant, the decision.

    `hidden`: the person is nobody to the tool, which is told so whatever the decision says; see `in_scope`.
    """

    no: int
    facts: Facts
    grant: Grant
    decision: Decision
    hidden: bool = False


def judged(connection: Connection, moment: Moment, who: Named, asked: Sequence[Asked]) -> list[list[Judged]]:
    """Decide questions about whoever a selector finds.

    Args:
        connection: the transaction of the moment.
        moment: law, sources and time.
        who: the person, as the database can look them up.
        asked: the questions; the purpose of each must be known.

    Returns:
        For each question one decision for every identifier of everybody found; none if nobody is known.
    """
    questions = [_question(moment, one.ask) for one in asked]
    grants = [compile_grant(one.caller, moment.bundle) for one in asked]
    rows = _rows(connection, moment, who, questions)
    known = [_known_to(grant, found) for grant, found in zip(grants, rows, strict=True)]
    slots = _slots(connection, moment, asked, known)
    return [
        [_judge(moment, one, grant, slots, each) for each in found]
        for one, grant, found in zip(asked, grants, known, strict=True)
    ]


def facts_later(connection: Connection, moment: Moment, who: Named, ask: Ask, one: Judged, at: datetime) -> Facts:
    """Give the facts of the same identifier as they will be at another moment (UTC): only time has gone by.

    Caps are left out: their ends are known from the facts of now.
    """
    then = replace(moment, at=at, years=year_limits(moment.bundle, at), cutoffs=Cutoffs(moment.bundle, at))
    (rows,) = _rows(connection, then, who, [_question(moment, ask)])
    alike = (
        each.row.facts for each in rows if each.row.no == one.no and _ageless(each.row.facts) == _ageless(one.facts)
    )
    return next(alike, replace(one.facts, caps=()))


def _ageless(facts: Facts) -> tuple[object, ...]:
    """Give what tells a person's identifiers apart, whatever the time."""
    return facts.reaches, tuple(replace(line, band=0) for line in facts.consents)


def _question(moment: Moment, ask: Ask) -> Question:
    return Question(moment.bundle.purposes.chain(ask.purpose), ask.channel, ask.sender.no, ())


def _rows(connection: Connection, moment: Moment, who: Named, questions: Sequence[Question]) -> list[list[Found]]:
    """Read the facts for all questions in one statement."""
    lookups = [each for at, question in enumerate(questions) for each in _lookups(at, who, question)]
    factings = {question: Facting(question, moment.cutoffs, moment.years) for question in questions}
    rows: list[list[Found]] = [[] for _ in questions]
    with moment.cursor(connection) as cursor:
        for found in rows_of.facts_of([cursor], lookups, factings) if lookups else ():
            rows[found.ord].append(found)
    return rows


def _lookups(at: int, who: Named, question: Question) -> list[Lookup]:
    if who.uid:
        return [Lookup(at, "", who.uid, question)]
    return [Lookup(at, who.kind, key.value, question) for key in who.keys]


def _known_to(grant: Grant, found: list[Found]) -> list[Found]:
    """Leave out who is nobody to the tool, as the gate does; where that is everybody for their country, say so."""
    mine = [each for each in found if in_scope(grant, each)]
    return mine or [each for each in found if not grant.branches or each.branch in grant.branches]


def _slots(connection: Connection, moment: Moment, asked: Sequence[Asked], known: Sequence[list[Found]]) -> Slots:
    """Read the slots of everybody whom a cap may concern."""
    slots = Slots(moment.at)
    claims = {claim for one in asked if (claim := _taker(moment, one).claim) is not None}
    people = {each.row.no for found in known for each in found}
    if claims and people:
        with moment.cursor(connection) as cursor:
            slots.read(cursor, claims, people)
    return slots


def _taker(moment: Moment, one: Asked) -> Taker:
    """Ask in no campaign's name."""
    return Taker.of(moment.bundle, one.ask, one.caller, None)


def _judge(moment: Moment, one: Asked, grant: Grant, slots: Slots, found: Found) -> Judged:
    facts = slots.known(found.row.no, found.row.facts, _taker(moment, one).claim)
    decision = observed(one.ask, grant, facts, moment.snapshot, moment.bundle, moment.at)
    return Judged(found.row.no, facts, grant, decision, hidden=not in_scope(grant, found))
