"""Who may write to a person, as that person may see it: by which channel, for what, why, and where the address is from.

The same function over the same facts as for a tool. Reads only: that somebody looked is on record, about whom is not.
Must never show an address in clear, and never tell of another person.

Steps, in one transaction; each takes only what the step before returned:
  1 open    token           -> person   sealed by us; anything else is no link of this house
  2 ask     every tool      -> answers  each marketing purpose on each channel that a tool may ask for, asked now
  3 tell    answers         -> lines    one for each sender and channel: the best of its answers, and what it rests on
  4 enter   counts          -> leaf     then commit, then the page
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.leaf import Entry
from gateway.domain.decision import Decision
from gateway.domain.grounds import Law, rules_named
from gateway.domain.requests import Ask, Party
from gateway.flows.asking import Moment, strictest
from gateway.flows.gate import Gate
from gateway.flows.judging import Asked, Judged, judged
from gateway.flows.preferences import OptOutView, show
from gateway.flows.subject import Named
from gateway.roles.enforcer import compile_grant
from gateway.store import consents, parties
from gateway.store.consents import Line as Said
from gateway.store.people_lookup import Connection
from policies.packs import Bundle
from policies.terms import CARRIES, Act, Channel, ConsentState, Outcome

OWN: Final = "marketing.own"
_ASKING: Final = "marketing.own.consent_request"
_ACTOR: Final = "opt-out link"
CONSENT, CUSTOMER, UNLESS = "consent", "customer", "unless"
"""What a yes rests on: the person's consent, their being a customer, or that they have not objected."""
_WHY_NOT: Final = {2: "no_address", 3: "not_usable", 4: "stopped", 5: "stopped"}
_RANK: Final = {Outcome.ALLOW: 0, Outcome.HOLD: 1, Outcome.DENY: 2}


@dataclass(frozen=True, slots=True)
class Line:
    """Whether one sender may write by one channel.

    Attributes:
        sender: its name.
        channel: the channel.
        outcome: allow, hold (not now) or deny.
        purposes: what it may write about, the widest of them; of a denial none.
        ground: `CONSENT`, `CUSTOMER` or `UNLESS`; "" unless it is allowed.
        since: when the consent was given (UTC), if it is one.
        source: kind of the source of the address, as policies/sources.yaml names it; "" unless it is allowed.
        laws: the rules that it rests on, or, of a denial, that speak against it.
        why_not: `stopped`, `no_address`, `not_usable` or `no_ground`; "" unless it is denied.
        until: when a hold may end (UTC).
    """

    sender: str
    channel: Channel
    outcome: Outcome
    purposes: tuple[str, ...]
    ground: str
    since: datetime | None
    source: str
    laws: tuple[Law, ...]
    why_not: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class OwnView:
    """What a person may see: the view of their link (masked address, language, zone), and a line for each way."""

    link: OptOutView
    lines: tuple[Line, ...]


def own_view(gate: Gate, token: str) -> OwnView:
    """Show who may write to the holder of a link, now.

    Raises:
        BadLink: no link of this house, or the person is no longer here.
    """
    link = show(gate, token)  # 1
    who = Named(gate.links.open(token).person_uid, "", (), ())
    with gate.house.snapshot() as connection:
        moment = Moment.of(gate, connection)
        asked = list(_questions(connection, moment.bundle))
        answers = judged(connection, moment, who, asked)  # 2
        lines = tuple(_lines(connection, moment, asked, answers))  # 3
        body = {"bundle": moment.bundle.digest, "at": moment.at.isoformat()}
        counts = {word.value: sum(line.outcome is word for line in lines) for word in Outcome}
        gate.house.enter(connection, [Entry("person.own_view", _ACTOR, {**body, **counts})])  # 4
    # True now: that it was looked at is on record. A crash before the commit showed nothing.
    return OwnView(link, lines)


def _questions(connection: Connection, bundle: Bundle) -> Iterator[Asked]:
    """Ask for every tool that may contact people: its channels, and its purposes of own marketing."""
    senders: dict[int, Party] = {}
    for caller in parties.tools(connection):
        grant = compile_grant(caller, bundle)
        if not caller.active or Act.CONTACT not in grant.acts:
            continue
        if caller.sender not in senders:
            senders[caller.sender] = parties.party_by_no(connection, caller.sender)
        for channel in Channel:
            for purpose in sorted((bundle.purposes.below(OWN) & grant.purposes) - {_ASKING}):
                if channel in grant.channels:
                    yield Asked(Ask(Act.CONTACT, purpose, channel, senders[caller.sender], caller.country), caller)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The best of what was decided for one question."""

    ask: Ask
    judged: Judged

    @property
    def decision(self) -> Decision:
        return self.judged.decision


def _lines(
    connection: Connection, moment: Moment, asked: Sequence[Asked], answers: Sequence[list[Judged]]
) -> Iterator[Line]:
    said: list[Said] | None = None
    ways: dict[tuple[int, Channel], list[_Answer]] = {}
    for one, found in zip(asked, answers, strict=True):
        best = strictest([(each.no, each) for each in found], lambda each: each.decision.outcome)
        if best is not None and not _unasked(best.decision):
            said = consents.standing(connection, best.no) if said is None else said
            ways.setdefault((one.ask.sender.no, one.ask.channel), []).append(_Answer(one.ask, best))
    for of in sorted(
        ways.values(), key=lambda all_: (all_[0].ask.sender.name, list(Channel).index(all_[0].ask.channel))
    ):
        yield _line(moment, of, said or [])


def _unasked(decision: Decision) -> bool:
    """Tell whether the tool may not ask at all, so that there is nothing to tell of it."""
    return decision.deciding is not None and decision.deciding.step == 1


def _line(moment: Moment, of: list[_Answer], said: list[Said]) -> Line:
    """Put the answers of one sender and channel together: the best outcome, for the widest purposes that have it."""
    outcome = min((one.decision.outcome for one in of), key=_RANK.__getitem__)
    alike = [one for one in of if one.decision.outcome is outcome]
    chains = {one.ask.purpose: moment.bundle.purposes.chain(one.ask.purpose) for one in alike}
    widest = [one for one in alike if not any(above in chains for above in chains[one.ask.purpose][1:])]
    first = min(widest, key=lambda one: (len(chains[one.ask.purpose]), one.ask.purpose))
    yes, decision = outcome is Outcome.ALLOW, first.decision
    ground = _ground(moment.bundle, decision) if yes else ""
    why = decision.deciding
    return Line(
        sender=first.ask.sender.name,
        channel=first.ask.channel,
        outcome=outcome,
        purposes=tuple(dict.fromkeys(one.ask.purpose for one in widest)) if outcome is not Outcome.DENY else (),
        ground=ground,
        since=_agreed(moment.bundle, first.ask, said) if ground == CONSENT else None,
        source=moment.snapshot.sources[decision.sources[0]].kind if yes and decision.sources else "",
        laws=_laws(moment.bundle, decision),
        why_not=_WHY_NOT.get(why.step, "no_ground") if why is not None and outcome is Outcome.DENY else "",
        until=decision.not_before,
    )


def _ground(bundle: Bundle, decision: Decision) -> str:
    """Say what an allowance rests on, by the rules that carried it."""
    rules = [rule for reason in decision.reasons for rule in rules_named(bundle, reason.rule)]
    if any(rule.need in CARRIES for rule in rules):
        return CONSENT
    return CUSTOMER if any(rule.relax and rule.when.dealing for rule in rules) else UNLESS


def _agreed(bundle: Bundle, ask: Ask, said: Sequence[Said]) -> datetime | None:
    """Give when the newest consent was given that covers a question."""
    chain = bundle.purposes.chain(ask.purpose)
    given = [
        line.since
        for line in said
        if line.state is ConsentState.GIVEN
        and line.purpose in chain
        and (line.channel, line.sender_no) == (ask.channel.value, ask.sender.no)
    ]
    return max(given, default=None)


def _laws(bundle: Bundle, decision: Decision) -> tuple[Law, ...]:
    """Name the rules and citations that decided, each once: all that carry a yes, of a no those of the first step."""
    first = decision.deciding.step if decision.deciding and decision.outcome is not Outcome.ALLOW else 0
    deciding = [why for why in decision.reasons if why.outcome is decision.outcome and why.step == (first or why.step)]
    said = [why for why in deciding if why.cite]
    laws = (Law(why.rule, next((rule.title for rule in rules_named(bundle, why.rule)), ""), why.cite) for why in said)
    return tuple(dict.fromkeys(laws))
