"""Explain an answer: every step with its rule and citation, and the smallest change that would allow it.

Now: the same function and facts as the gate uses. Then: what was recorded, never a second opinion. Must never show a
value; that somebody asked is itself on record, about whom is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from audit.leaf import Entry, Json
from gateway.domain.decision import Decision, decide
from gateway.domain.errors import Invalid, NotFound
from gateway.domain.grant import Grant
from gateway.domain.reasons import Reason, Step
from gateway.domain.requests import Ask, Selector
from gateway.flows.asking import Moment, strictest
from gateway.flows.decide import in_scope
from gateway.flows.gate import Gate
from gateway.flows.subject import named
from gateway.roles.enforcer import compile_grant
from gateway.store import asks as rows_of
from gateway.store import decisions, parties, people_lookup, releases
from gateway.store.asks import Found, Lookup
from gateway.store.facts import Facting, Question
from gateway.store.people_lookup import Connection
from gateway.store.releases import PageRow
from policies.terms import Act, Channel, Outcome


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision, told in full to an officer.

    Attributes:
        decision: outcome, steps, reasons, duties, remedy.
        tool: name of the tool it is about.
        at: the moment it was taken for (UTC).
        bundle: digest of the law it rests on.
        entry: inbox number of the ledger entry that recorded it, None for one taken now to explain.
        recorded: whether it is what a tool was told then.
    """

    decision: Decision
    tool: str
    at: datetime
    bundle: str
    entry: int | None
    recorded: bool


def explain(
    gate: Gate,
    officer: str,
    selector: Selector,
    tool: str,
    purpose: str,
    channel: Channel,
    act: Act,
    at: datetime | None = None,
    category: str = "",
) -> Explanation:
    """Explain what a tool would be told of a person now, or was told at a moment.

    Args:
        gate: the gateway.
        officer: who asks; goes on record.
        selector: the person.
        tool: the tool's name.
        purpose: a node of the purpose tree.
        channel: how.
        act: disclose or contact.
        at: a past moment (aware): the newest record up to it; None is now.
        category: the product category advertised, for questions about now.

    Raises:
        NotFound: `person_unknown`, `tool_unknown`, `nothing_recorded`.
        Invalid: `purpose_unknown`, `at_without_zone`, or as `gateway.flows.subject`.
    """
    about = {"tool": tool, "purpose": purpose, "channel": channel.value, "act": act.value}
    try:
        with gate.house.snapshot() as connection:
            if at is None:
                told = _now(gate, connection, selector, tool, _ask(connection, tool, act, purpose, channel, category))
            else:
                told = _then(gate, connection, selector, tool, _utc(at), (act, purpose, channel))
            gate.house.enter(connection, [Entry("decision.explained", officer, {**about, **_outcome(told)})])
    except NotFound as nobody:
        # Looking for somebody who is not there is on record too, or the log would not show who probes for addresses.
        with gate.house.unit() as connection:
            gate.house.enter(connection, [Entry("decision.explained", officer, {**about, "code": nobody.code})])
        raise
    # True now: that somebody looked is on record. A crash before the commit showed nothing to anybody.
    return told


def _outcome(told: Explanation) -> dict[str, Json]:
    return {"outcome": told.decision.outcome.value, "at": told.at.isoformat(), "recorded": told.recorded}


def _ask(connection: Connection, tool: str, act: Act, purpose: str, channel: Channel, category: str) -> Ask:
    caller = parties.tool(connection, tool)
    return Ask(act, purpose, channel, parties.party_by_no(connection, caller.sender), caller.country, None, category)


def _now(gate: Gate, connection: Connection, selector: Selector, tool: str, ask: Ask) -> Explanation:
    moment = Moment.of(gate, connection)
    chain = moment.bundle.purposes.chain(ask.purpose)
    if not chain:
        raise Invalid("purpose_unknown", "There is no such purpose. `ostiary policy purposes` lists them.")
    caller = parties.tool(connection, tool)
    grant = compile_grant(caller, moment.bundle)
    found = _found(gate, connection, moment, selector, tool, Question(chain, ask.channel, ask.sender.no, ()))
    told = [
        (each.row.no, decide(ask, grant, each.row.facts, moment.snapshot, moment.bundle, moment.at))
        for each in _known_to(grant, found)
    ]
    best = strictest(told, lambda decision: decision.outcome)
    if best is None:
        raise NotFound(
            "person_unknown", "Nobody whom the tool may know has that identifier: every question about it is denied."
        )
    return Explanation(best, tool, moment.at, moment.bundle.digest, None, recorded=False)


def _known_to(grant: Grant, found: list[Found]) -> list[Found]:
    """Leave out who is nobody to the tool, as the gate does; where that is everybody for their country, say so."""
    mine = [each for each in found if in_scope(grant, each)]
    return mine or [each for each in found if not grant.branches or each.branch in grant.branches]


def _found(
    gate: Gate,
    connection: Connection,
    moment: Moment,
    selector: Selector,
    tool: str,
    question: Question,
) -> list[Found]:
    who = named(gate, selector, parties.tool(connection, tool))
    lookups = (
        [Lookup(0, who.uid, "", None, question)]
        if who.uid
        else [Lookup(0, None, who.kind, key.value, question) for key in who.keys]
    )
    with moment.cursor(connection) as cursor:
        return list(rows_of.facts_of(cursor, lookups, {question: Facting(question, moment.cutoffs, moment.years)}))


def _then(
    gate: Gate,
    connection: Connection,
    selector: Selector,
    tool: str,
    at: datetime,
    asked: tuple[Act, str, Channel],
) -> Explanation:
    caller = parties.tool(connection, tool)
    who = named(gate, selector, caller)
    subject = people_lookup.find(connection, who.uid, who.kind, who.keys)
    if subject is None:
        raise NotFound(
            "person_unknown",
            "Nobody is known by that identifier now. If they were erased, so were the facts.",
        )
    pages = [
        (page, cell)
        for page in (
            *releases.pages_about(connection, caller.no, subject.no, at),
            *decisions.pages_about(connection, caller.no, subject.no, at),
        )
        for cell in releases.cells_of(page, subject.no)
        if _same(connection, page, cell, asked)
    ]
    if not pages:
        raise NotFound("nothing_recorded", "That tool had asked nothing like it about this person by then.")
    page, cell = max(pages, key=lambda pair: pair[0].snapshot_at)
    return Explanation(
        _as_recorded(cell, page.snapshot_at),
        tool,
        page.snapshot_at,
        page.bundle,
        page.inbox_no,
        recorded=True,
    )


def _same(connection: Connection, page: PageRow, cell: Mapping[str, Any], asked: tuple[Act, str, Channel]) -> bool:
    about = cell.get("ask") or releases.wish_of(connection, page.release_no)
    return (about["act"], about["purpose"], about["channel"]) == asked


_REASON = ("code", "step", "rule", "cite", "words", "remedy")


def _as_recorded(cell: Mapping[str, Any], at: datetime) -> Decision:
    """Give the decision exactly as it was put on record; nothing is judged again."""
    return Decision(
        outcome=Outcome(cell["outcome"]),
        reasons=tuple(
            Reason(**{name: why[name] for name in _REASON}, outcome=Outcome(why["outcome"])) for why in cell["reasons"]
        ),
        steps=tuple(
            Step(step["no"], step["title"], step["words"], Outcome(step["outcome"]), step["rule"], step["cite"])
            for step in cell["steps"]
        ),
        obligations=cell["obligations"],
        sources=tuple(cell["sources"]),
        not_before=datetime.fromisoformat(cell["not_before"]) if cell["not_before"] else None,
        valid_until=datetime.fromisoformat(cell["valid_until"]) if cell.get("valid_until") else at,
        remedy=cell["remedy"],
        rules=tuple(cell.get("rules", ())),
    )


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise Invalid("at_without_zone", "Give the moment with its offset, such as 2026-05-03T10:00:00+02:00.")
    return at.astimezone(UTC)
