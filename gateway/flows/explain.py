"""Explain an answer: every step with its facts, its rule and citation, and the smallest change that would allow it.

Now: the same function and facts as the gate uses. Then: what was recorded, never a second opinion. Must never show a
value; that somebody asked is itself on record, about whom is not.

Steps, in one transaction; each takes only what the step before returned:
  1 read     selector         -> people     whoever the gate would find; nobody is on record too
  2 decide   people           -> decision   now: by the gate's function; then: the recorded cell
  3 ground   decision         -> facts      what each step rested on, in words
  4 remedy   decision, facts  -> changes    now only: the smallest that were decided again and allow it
  5 enter    outcome          -> leaf       who looked; then commit, then the answer
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from audit.leaf import Entry, Json
from gateway.domain.decision import Decision
from gateway.domain.errors import Invalid, NotFound
from gateway.domain.grant import Caller
from gateway.domain.grounds import Ground, Known, grounds, zone_of
from gateway.domain.people import Consent
from gateway.domain.reasons import Reason, Step
from gateway.domain.remedies import Remedy, smallest
from gateway.domain.replay import facts_of
from gateway.domain.requests import Ask, Party, Selector, is_word
from gateway.flows.asking import Moment, strictest
from gateway.flows.decide import UNKNOWN
from gateway.flows.gate import Gate
from gateway.flows.judging import Asked, Judged, facts_later, judged
from gateway.flows.recalling import About, Recalled, as_recorded, classes_of, known_now, recalled
from gateway.flows.subject import Named, named
from gateway.store import consents, parties
from gateway.store.consents import EVERY_CHANNEL, EVERY_SENDER, Line
from gateway.store.facts import band
from gateway.store.people_lookup import Connection
from policies.packs import Bundle
from policies.terms import Act, Channel, FieldClass, Flag, LineType, Outcome

GONE: Final = "The person was erased after that. What they said is gone; the record keeps only how old it was then."
KEPT: Final = "Told from the record, which keeps the facts of that moment without days and names."


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
        grounds: what each step rested on, in the order of the steps.
        zone: IANA name of the zone in which times are told: the person's, or the first of where they live.
        remedy: the smallest changes that would allow it; None for a recorded one, which is never judged again.
        note: what a record cannot tell, "" for one taken now.
        code: what the tool is or was told: the coarse code, or why somebody who is allowed was not given to it.
    """

    decision: Decision
    tool: str
    at: datetime
    bundle: str
    entry: int | None
    recorded: bool
    grounds: tuple[Ground, ...] = ()
    zone: str = "UTC"
    remedy: Remedy | None = None
    note: str = ""
    code: str = ""

    @property
    def remedy_words(self) -> str:
        """What would allow it, in words; "" if it is allowed."""
        return self.decision.remedy if self.remedy is None else self.remedy.words


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
    line: LineType | None = None,
    classes: frozenset[FieldClass] = frozenset(),
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
        category: the product category advertised.
        line: the line type, if it was or will be said.
        classes: the classes of the fields that a release asks for.

    Raises:
        NotFound: `person_unknown`, `tool_unknown`, `nothing_recorded`.
        Invalid: `purpose_unknown`, `at_without_zone`, `word_unfit`, or as `gateway.flows.subject`.
    """
    if not is_word(category):
        raise Invalid("word_unfit", "A product category is a short word or two.")
    about = About(act, purpose, channel, line, category, classes)
    said = _said(tool, about)
    try:
        with gate.house.snapshot() as connection:
            caller = parties.tool(connection, tool)
            who = named(gate, selector, caller)  # 1
            told = (
                _now(gate, connection, who, caller, about)
                if at is None
                else _then(gate, connection, who, caller, about, _utc(at))
            )
            gate.house.enter(connection, [Entry("decision.explained", officer, {**said, **_outcome(told)})])  # 5
    except NotFound as nobody:
        # Looking for somebody who is not there is on record too, or the log would not show who probes for addresses.
        with gate.house.unit() as connection:
            gate.house.enter(connection, [Entry("decision.explained", officer, {**said, "code": nobody.code})])
        raise
    # True now: that somebody looked is on record. A crash before the commit showed nothing to anybody.
    return told


def _said(tool: str, about: About) -> dict[str, Json]:
    said: dict[str, Json] = {
        "tool": tool, "purpose": about.purpose, "channel": about.channel.value, "act": about.act.value
    }  # fmt: skip
    more: dict[str, Json] = {
        "line": about.line.value if about.line else "",
        "category": about.category,
        "classes": ", ".join(sorted(about.classes)),
    }
    return said | {name: value for name, value in more.items() if value}


def _outcome(told: Explanation) -> dict[str, Json]:
    return {"outcome": told.decision.outcome.value, "at": told.at.isoformat(), "recorded": told.recorded}


def _now(gate: Gate, connection: Connection, who: Named, caller: Caller, about: About) -> Explanation:
    moment = Moment.of(gate, connection)
    if not moment.bundle.purposes.chain(about.purpose):
        raise Invalid("purpose_unknown", "There is no such purpose. `ostiary policy purposes` lists them.")
    ask = _ask(about, parties.party_by_no(connection, caller.sender), caller.country)
    (found,) = judged(connection, moment, who, [Asked(ask, caller)])  # 2
    best = strictest([(one.no, one) for one in found], lambda one: one.decision.outcome)
    if best is None:
        raise NotFound(
            "person_unknown", "Nobody whom the tool may know has that identifier: every question about it is denied."
        )
    decision, facts = _class_refused(best, about) or best.decision, best.facts
    known = Known(
        ask, facts, moment.bundle, moment.at, caller, moment.snapshot,
        {no: source.name for no, source in moment.snapshot.sources.items()}, _since(connection, moment, best, ask),
    )  # fmt: skip
    code = UNKNOWN if best.hidden else decision.coarse
    remedy = None
    if decision is best.decision:
        remedy = smallest(
            decision, ask, facts, moment.snapshot, moment.bundle, moment.at, grant=best.grant,
            later=partial(facts_later, connection, moment, who, ask, best),
        )  # fmt: skip
    return Explanation(
        decision, caller.name, moment.at, moment.bundle.digest, None, recorded=False,
        grounds=grounds(known, decision), zone=zone_of(moment.bundle, facts.person).key, remedy=remedy, code=code,
    )  # fmt: skip


def _ask(about: About, sender: Party, country: str) -> Ask:
    return Ask(about.act, about.purpose, about.channel, sender, country, about.line, about.category, about.classes)


def _class_refused(best: Judged, about: About) -> Decision | None:
    """Say no where a release would be refused before anybody is looked at: a class that the tool is not given."""
    lacking = sorted(about.classes - best.grant.classes)
    if not lacking or (best.decision.deciding is not None and best.decision.deciding.step == 1):
        return None
    words = f"fields of these classes are not granted: {', '.join(lacking)}"
    remedy = "a role and fields of these classes for the tool, or a release without them"
    step = Step(1, "caller", words, Outcome.DENY)
    reason = Reason("field_not_granted", 1, "", "", words, remedy=remedy)
    return replace(
        best.decision, outcome=Outcome.DENY, reasons=(reason,), steps=(step,), obligations={}, sources=(),
        not_before=None, remedy=remedy, rules=(), overruled=(),
    )  # fmt: skip


def _since(connection: Connection, moment: Moment, best: Judged, ask: Ask) -> Mapping[Consent, datetime]:
    """Give the day of every line of the facts that only one line of the standing can be."""
    chain = moment.bundle.purposes.chain(ask.purpose)
    lines = [line for line in consents.standing(connection, best.no) if _touches(line, chain, ask)]
    ago = moment.cutoffs[best.facts.person.jurisdiction]
    found: dict[Consent, datetime] = {}
    for said in best.facts.consents:
        days = {line.since for line in lines if _is(line, said) and band(ago, line.since.timestamp()) == said.band}
        if len(days) == 1:
            found[said] = days.pop()
    return found


def _touches(line: Line, chain: Sequence[str], ask: Ask) -> bool:
    channels, senders = {EVERY_CHANNEL, ask.channel.value}, {EVERY_SENDER, ask.sender.no}
    return line.purpose in chain and line.channel in channels and line.sender_no in senders


def _is(line: Line, said: Consent) -> bool:
    return (line.state, line.purpose, line.conditions, line.wording, line.source_no) == (
        said.state,
        said.purpose,
        said.conditions,
        said.wording,
        said.source,
    )


def _then(gate: Gate, connection: Connection, who: Named, caller: Caller, about: About, at: datetime) -> Explanation:
    people = known_now(connection, who)
    if not people:
        raise NotFound(
            "person_unknown",
            "Nobody is known by that identifier now. If they were erased, so were the facts and what led to them.",
        )
    found = recalled(connection, caller, people, about, at)  # 2
    if found is None:
        raise NotFound("nothing_recorded", "That tool had asked nothing like it about this person by then.")
    page, decision = found.page, as_recorded(found.cell, found.page.snapshot_at)
    bundle = gate.house.bundle_by_digest(connection, page.bundle)
    moment = Moment.of(gate, connection)
    names = {no: source.name for no, source in moment.snapshot.sources.items()}
    facts = facts_of(found.cell["facts"])
    today = Asked(_ask(about, parties.party_by_no(connection, caller.sender), caller.country), caller)
    known = Known(_asked(found, bundle), facts, bundle, page.snapshot_at, None, None, names, {})
    return Explanation(
        decision, caller.name, page.snapshot_at, page.bundle, page.inbox_no, recorded=True,
        grounds=grounds(known, decision), zone=zone_of(bundle, facts.person).key,
        note=_note(connection, moment, who, today), code=found.cell["code"],
    )  # fmt: skip


def _asked(found: Recalled, bundle: Bundle) -> Ask:
    """Give the question as it stands on record; who sent and from where the tool asked is not told again."""
    asked: Mapping[str, Any] = found.asked
    line = LineType(asked["line"]) if asked.get("line") else None
    sender = Party(0, asked.get("sender") or "the tool's own", "")
    classes = classes_of(asked, bundle)
    return Ask(
        Act(asked["act"]), asked["purpose"], Channel(asked["channel"]), sender, "", line, asked.get("category") or "",
        classes,
    )  # fmt: skip


def _note(connection: Connection, moment: Moment, who: Named, asked: Asked) -> str:
    """Say what a record cannot tell, and, of somebody erased since, that it is nowhere else either."""
    (found,) = judged(connection, moment, who, [asked])
    erased = any(Flag.ERASED in one.facts.person.flags for one in found)
    return GONE if erased else KEPT


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise Invalid("at_without_zone", "Give the moment with its offset, such as 2026-05-03T10:00:00+02:00.")
    return at.astimezone(UTC)
