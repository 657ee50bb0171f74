"""What the packs say of one question: age, registers, consent, hours, duties.

Must never allow what no rule speaks of, and never let a rule that is unsure widen. Pure; knows no country.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from gateway.domain.alive import Alive, alive_under
from gateway.domain.bands import first_zone, has_passed, local_day
from gateway.domain.hours import Calendar, calendar_of, zones_of
from gateway.domain.people import Consent
from gateway.domain.question import Question, carried, holds
from gateway.domain.reasons import Reason
from gateway.domain.tables import Entry, Table, table_of
from policies.packs import Pack, Rule
from policies.terms import Act, Capacity, Duty, Model, Outcome

LAW_STEP = 6

_ANEW = "a new consent of the person"
_HOW = {
    Model.OPT_IN_NIGHT: "that names the night",
    Model.OPT_IN_DOUBLE: "that is confirmed by a second step (double opt-in)",
    Model.OPT_IN_SEPARATE: "given apart from any other",
    Model.OPT_IN_NAMED: "that names the recipient",
    Model.OPT_IN_SEPARATE_NAMED: "given apart from any other, naming the recipient",
    Model.OPT_IN_WRITTEN: "in writing",
    Model.OPT_IN_WRITTEN_NAMED: "in writing, naming the recipient",
    Model.OPT_IN_EXPLICIT: "that is explicit about the special categories",
    Model.OPT_IN_GUARDIAN: "given by the parent or guardian",
}


NOWHERE = Calendar(date.max, date.min, frozenset())
"""The calendar of nowhere: every day may be a holiday."""


@dataclass(slots=True)
class Findings:
    """What the laws said: reasons against, the rules that carried it, duties, and the clock."""

    against: list[Reason] = field(default_factory=list)
    carried_by: list[tuple[int, Rule]] = field(default_factory=list)
    duties: list[Mapping[str, Any]] = field(default_factory=list)
    timed: list[Rule] = field(default_factory=list)
    zones: tuple[ZoneInfo, ...] = ()
    calendar: Calendar = NOWHERE
    consented: bool = False


def _wanted(need: Model) -> str:
    """Say which consent would carry it, as an officer would ask for it."""
    return f"{_ANEW} {_HOW[need]}" if need in _HOW else _ANEW


def consult(question: Question) -> Findings:
    """Ask every pack that speaks; all must be content, so the strictest holds."""
    found = Findings()
    person = question.facts.person
    found.zones = zones_of(question.bundle.pack(person.jurisdiction), person.region, person.time_zone)
    found.calendar = calendar_of(question.bundle, person.jurisdiction, person.region)
    for pack, capacities in question.laws:
        table = table_for(question, pack, capacities)
        _Law(question, pack, table, alive_under(table, question), found).ask()
    return found


def table_for(question: Question, pack: Pack, capacities: frozenset[Capacity]) -> Table:
    """Give the pack's table for a question, on the day it is by the pack's own calendar."""
    day = local_day(question.bundle, pack.code, question.at)
    return table_of(question.bundle, pack.code, capacities, question.ask, question.facts.person.kind, day)


@dataclass(frozen=True, slots=True)
class _Law:
    """One pack asked about one question; writes what it says into `found`."""

    question: Question
    pack: Pack
    table: Table
    standing: Alive
    found: Findings

    @property
    def alive(self) -> tuple[Consent, ...]:
        """The consents that carry under this pack."""
        return self.standing.consents

    def ask(self) -> None:
        """Go through the pack's rules in the order of the steps."""
        for entry in self._holding(self.table.ages):  # 3
            self._too_young(entry)
        for entry in self._holding(self.table.registers):  # 4
            self._register(entry)
        self._needs()  # 6
        for entry in self._holding(self.table.timed):  # 7
            if not self._content(entry.rule):
                self.found.timed.append(entry.rule)
        for entry in self._holding(self.table.caps):  # 8
            self._cap(entry.rule)
        for entry in self._holding(self.table.duties):  # 9
            self._carry(9, entry.rule)

    def _needs(self) -> None:
        if not self.table.covered:
            self._nobody_speaks()
        for entry in (*self._holding(self.table.exports), *self._holding(self.table.needs)):
            self._need(entry)
        for entry in self.table.lapses:
            self._tell_lapse(entry.rule)

    def _holding(self, entries: tuple[Entry, ...]) -> Iterator[Entry]:
        """Give the rules that hold, or may; the latter no longer sure."""
        for entry in entries:
            held = not entry.changing or holds(entry.rule, self.question, self.alive)
            if held is not False:
                yield entry if held else Entry(entry.rule, sure=False, changing=True)

    def _carry(self, step: int, rule: Rule) -> None:
        self.found.carried_by.append((step, rule))
        if rule.oblige:
            self.found.duties.append(rule.oblige)

    def _say(self, step: int, code: str, rule: Rule, words: str, remedy: str, outcome: Outcome) -> None:
        self.found.against.append(Reason(code, step, rule.id, rule.cite, words, outcome, remedy))

    def _too_young(self, entry: Entry) -> None:
        rule = entry.rule
        if self._content(rule):
            return
        if entry.sure:
            self._say(3, "too_young", rule, rule.title, "nothing before the birthday", rule.otherwise)
        else:
            words = f"{rule.title}; the age is not known and the source has no age gate"
            self._say(3, "age_unknown", rule, words, "learn the year of birth, or prove an age gate", Outcome.HOLD)

    def _register(self, entry: Entry) -> None:
        rule, question = entry.rule, self.question
        register = rule.register
        if register is None:
            return
        taken = question.snapshot.registers.get(register.name)
        zone = first_zone(question.bundle, self.pack.code)
        if self._lifted(rule):
            return
        listed = question.reach is not None and register.name in question.reach.registers
        stale = taken is None or has_passed(register.at_most, taken, question.at, zone)
        if not listed and not stale:
            self._carry(4, rule)
        elif self._would_be_lifted(rule):
            return
        elif listed:
            remedy = "a consent that goes before the register"
            self._say(4, "on_register", rule, f"on the register {register.name}", remedy, _softly(entry))
        else:
            words = f"the register {register.name} was not taken within {register.at_most.text}"
            self._say(4, "register_stale", rule, words, f"take the register {register.name} anew", Outcome.HOLD)

    def _nobody_speaks(self) -> None:
        ask = self.question.ask
        words = f"no rule of {self.pack.name} allows {ask.purpose} by {ask.channel}"
        reason = Reason("no_rule", LAW_STEP, "", self.pack.name, words, Outcome.DENY, "another purpose or channel")
        self.found.against.append(reason)

    def _need(self, entry: Entry) -> None:
        rule = entry.rule
        if self._content(rule):
            self._content_with(rule)
        elif not self._lifted(rule) and not self._would_be_lifted(rule):
            self._refuse(entry)

    def _content_with(self, rule: Rule) -> None:
        if self._waits(rule):
            self._say_unsigned(rule)
            return
        self._carry(LAW_STEP, rule)
        if rule.need not in _asks_nothing:
            self.found.consented = True

    def _waits(self, rule: Rule) -> bool:
        """Tell whether a rule may not widen yet: it is unverified, and nobody has signed its pack off."""
        return rule.unsigned and self.pack.code not in self.question.snapshot.signed

    def _say_unsigned(self, rule: Rule) -> None:
        words = f"{rule.title}; the rule is unverified and {self.pack.name} is not signed off"
        remedy = f"two officers sign {self.pack.code} off"
        self._say(LAW_STEP, "not_signed_off", rule, words, remedy, Outcome.HOLD)

    def _cap(self, rule: Rule) -> None:
        contact = self.question.ask.act is Act.CONTACT
        if contact and any(used.cap == rule.id for used in self.question.facts.caps):
            self._say(8, "cap_used_up", rule, f"{rule.title}; that is used up", "wait for the cap", Outcome.HOLD)

    def _content(self, rule: Rule) -> bool:
        return rule.need is not None and carried(rule.need, self.alive)

    def _lifting(self, rule: Rule, *, waiting: bool) -> Rule | None:
        for relaxer in self.table.relaxers.get(rule.id, ()):
            if self._waits(relaxer) is waiting and holds(relaxer, self.question, self.alive):
                return relaxer
        return None

    def _lifted(self, rule: Rule) -> bool:
        """Tell whether a rule is lifted by one that may widen."""
        relaxer = self._lifting(rule, waiting=False)
        if relaxer is not None:
            self._carry(LAW_STEP, relaxer)
        return relaxer is not None

    def _would_be_lifted(self, rule: Rule) -> bool:
        """Tell whether a rule would be lifted by one that still waits for its sign-off: that is a hold."""
        relaxer = self._lifting(rule, waiting=True)
        if relaxer is not None:
            self._say_unsigned(relaxer)
        return relaxer is not None

    def _refuse(self, entry: Entry) -> None:
        rule, need = entry.rule, entry.rule.need or Model.BAN
        outcome = rule.otherwise if entry.sure else Outcome.HOLD
        if need is Model.BAN:
            self._say(LAW_STEP, "forbidden", rule, rule.title, "nothing that the person could do", outcome)
        elif self.standing.lapsed_by is not None and carried(need, self.question.consents):
            self._say_lapsed(self.standing.lapsed_by)
        elif self.alive:
            words = f"{rule.title}; the consent at hand does not carry that ({need})"
            self._say(LAW_STEP, "consent_falls_short", rule, words, _wanted(need), outcome)
        else:
            words = f"{rule.title}; there is none"
            self._say(LAW_STEP, "no_consent", rule, words, _wanted(need), outcome)
        if self.standing.disregarded_by is not None and carried(need, self.question.consents):
            self._say_disregarded(self.standing.disregarded_by, outcome)

    def _say_lapsed(self, rule: Rule) -> None:
        words = f"{rule.title}; that time is over"
        outcome = rule.lapse.outcome if rule.lapse else Outcome.DENY
        self._say(LAW_STEP, "consent_lapsed", rule, words, "have the person confirm the consent", outcome)

    def _say_disregarded(self, rule: Rule, outcome: Outcome) -> None:
        """Tell why a consent that is there counts for nothing; what is needed was said before."""
        self._say(LAW_STEP, "consent_disregarded", rule, f"{rule.title}; the consent at hand was given so", "", outcome)

    def _tell_lapse(self, rule: Rule) -> None:
        """A consent that is used and must be confirmed some day: say so with the permission."""
        if rule.lapse is None or not self.found.consented or not holds(rule, self.question, self.alive):
            return
        if any(line.source != 0 or not rule.lapse.claimed for line in self.alive):
            self.found.carried_by.append((LAW_STEP, rule))
            self.found.duties.append({Duty.RECONFIRM_EVERY.value: rule.lapse.after.text})


_asks_nothing = frozenset({Model.NOTHING, Model.OPT_OUT})


def _softly(entry: Entry) -> Outcome:
    return Outcome.DENY if entry.sure else Outcome.HOLD


def exports(question: Question) -> list[Reason]:
    """Say which law forbids that data goes to the tool's country at all (step 1)."""
    found = []
    for pack, capacities in question.laws:
        for entry in table_for(question, pack, capacities).exports:
            outcome = entry.rule.otherwise if entry.sure else Outcome.HOLD
            rule = entry.rule
            remedy = "a tool in another country"
            found.append(Reason("country_not_allowed", 1, rule.id, rule.cite, rule.title, outcome, remedy))
    return found
