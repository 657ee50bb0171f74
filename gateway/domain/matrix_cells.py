"""What the rules of a pack say of each use, channel and kind of person, as the cells of a table. Pure.

Must never leave a rule out that might hold there: what depends on a region, a capacity or a dealing says so in words.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from gateway.domain import matrix_words as words
from gateway.domain.requests import Ask, Party
from gateway.domain.retention import holding
from gateway.domain.tables import table_of
from policies.packs import Bundle, Pack, Rule
from policies.terms import Act, AudienceKind, Capacity, Channel, Duty, Model

CELLS = ("needs", "unless", "registers", "lasts", "hours", "caps", "carries", "stopping", "also")
"""What a row tells, in this order."""

EVERY_CHANNEL = len(Channel)
EVERYBODY = 3
"""How many kinds of person a row names if it speaks of all."""

_KINDS = (AudienceKind.B2C, AudienceKind.B2B_INDIVIDUAL, AudienceKind.B2B)
_PURPOSES = (
    ("own", "marketing.own", "Marketing by the sender"),
    ("partner", "marketing.partner", "Giving data to third parties"),
    ("profiling", "profiling", "Profiling"),
    ("measurement", "measurement", "Measurement"),
    ("service", "service", "Service"),
)
_carried = frozenset(
    {
        Duty.PREFIX, Duty.ENDING, Duty.SENDER, Duty.SENDER_CONTACT, Duty.POSTAL_ADDRESS, Duty.ADVERTISEMENT_SHOWN,
        Duty.SAY_SOURCE, Duty.SAY_WHO_CALLS, Duty.SAY_PURPOSE, Duty.HEADERS, Duty.SIGNATURE, Duty.NUMBER_SERIES,
        Duty.HEADER_SUFFIX, Duty.STATEMENT_LANGUAGES, Duty.NUMBER_SHOWN, Duty.SENDER_VALID_DAYS,
    }
)  # fmt: skip
_stopping = frozenset(
    {
        Duty.REFUSAL_EACH_MESSAGE, Duty.FREE_REFUSAL, Duty.REFUSAL_AT_FIRST_CONTACT, Duty.REPLY_TO_STOP,
        Duty.STOP_WITHIN_DAYS, Duty.STOP_WITHIN_WORKING_DAYS, Duty.RESULT_NOTICE_DAYS, Duty.REFUSAL_OPEN_DAYS,
        Duty.CONFIRM_ORAL_DAYS, Duty.CONFIRM_TEXT_MINUTES, Duty.KEYPRESS_REFUSAL, Duty.HONOUR_SIGNAL,
        Duty.OPT_OUT_LINK, Duty.BLOCK_ALL_BRANDS, Duty.NOT_PERSONALISED_CHOICE,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that one rule says in a cell. `marks` warn: unverified, not signed off."""

    words: str
    rule: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What holds for these channels and these kinds of person. `cells` has every name of `CELLS`."""

    channels: tuple[str, ...]
    kinds: tuple[str, ...]
    cells: Mapping[str, tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class Section:
    """One use of data. `told` are rules that do not hang on a channel; a section has rows or lines."""

    id: str
    title: str
    rows: tuple[Row, ...] = ()
    told: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A pack on a day, asked for its sections. `country` is the member that is meant, empty if all are."""

    bundle: Bundle
    pack: Pack
    day: date
    country: frozenset[str]
    rules: tuple[Rule, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the rules in force; those for another member of a union are not of this table."""
        kept = [
            rule
            for rule in self.pack.rules
            if rule.holds_on(self.day)
            and (not self.country or not rule.when.countries or bool(rule.when.countries & self.country))
        ]
        object.__setattr__(self, "rules", tuple(kept))

    def sections(self) -> Iterator[Section]:
        """Give the uses of data by channel, then what does not hang on a channel."""
        for name, purpose, title in _PURPOSES:
            yield Section(name, title, rows=tuple(self._rows(purpose)))
        yield self._told("children", "Children", lambda rule: rule.when.age_under is not None)
        yield self._told("sensitive", "Sensitive data", _sensitive)
        yield self._told("export", "Data leaving the country", _abroad)
        yield self._told("consent", "What makes a consent worthless", lambda rule: bool(rule.disregard))
        yield Section("kept", "How long people are kept", told=tuple(self._kept()))

    def _kept(self) -> Iterator[Line]:
        for rule in holding(self.bundle, next(iter(self.country), self.pack.code)):
            yield Line(words.kept(rule), rule.id)

    def _told(self, name: str, title: str, wanted: Callable[[Rule], bool]) -> Section:
        tree = self.bundle.purposes
        lines = tuple(
            Line(_sentence(words.effect(rule), words.conditions(rule, tree, all_said=True)), rule.id, words.marks(rule))
            for rule in self.rules
            if wanted(rule)
        )
        return Section(name, title, told=lines)

    def _rows(self, purpose: str) -> Iterator[Row]:
        """Give one row for all channels and kinds of person of which the same is said."""
        found: dict[object, tuple[list[str], tuple[str, ...], Mapping[str, tuple[Line, ...]]]] = {}
        for channel in Channel:
            for kinds, cells in self._by_kind(purpose, channel):
                key = (kinds, tuple(cells.items()))
                found.setdefault(key, ([], kinds, cells))[0].append(words.spoken(channel))
        for channels, kinds, cells in found.values():
            yield Row(tuple(channels), kinds, cells)

    def _by_kind(
        self, purpose: str, channel: Channel
    ) -> Iterator[tuple[tuple[str, ...], Mapping[str, tuple[Line, ...]]]]:
        found: dict[object, tuple[list[str], Mapping[str, tuple[Line, ...]]]] = {}
        for kind in _KINDS:
            cells = self._cells(purpose, channel, kind)
            found.setdefault(tuple(cells.items()), ([], cells))[0].append(words.KINDS[kind])
        for kinds, cells in found.values():
            yield tuple(kinds), cells

    def _cells(self, purpose: str, channel: Channel, kind: AudienceKind) -> Mapping[str, tuple[Line, ...]]:
        cell = _Cell(self, purpose, channel, kind)
        return {name: tuple(dict.fromkeys(getattr(cell, name)())) for name in CELLS}


@dataclass(frozen=True, slots=True)
class _Cell:
    """One purpose, channel and kind of person: what the rules say there."""

    view: View
    purpose: str
    channel: Channel
    kind: AudienceKind

    @property
    def _chain(self) -> frozenset[str]:
        return frozenset(self.view.bundle.purposes.chain(self.purpose))

    def _here(self) -> Iterator[Rule]:
        """Give the rules that speak of this place."""
        tree = self.view.bundle.purposes
        asked = self._chain | tree.below(self.purpose)
        for rule in self.view.rules:
            when = rule.when
            if (
                (not when.purposes or when.purposes & asked)
                and (not when.channels or self.channel in when.channels)
                and (not when.kinds or self.kind in when.kinds)
            ):
                yield rule

    def _line(self, rule: Rule, said: str) -> Line:
        conditions = words.conditions(rule, self.view.bundle.purposes, of=self._chain)
        return Line(_sentence(said, conditions), rule.id, words.marks(rule))

    def needs(self) -> Iterator[Line]:
        if not self._spoken_for():
            yield Line("denied: no rule speaks of it", "")
        for rule in self._plain():
            yield self._line(rule, words.needed(rule.need or Model.BAN, rule.otherwise))

    def _plain(self) -> Iterator[Rule]:
        """Give the needs; those of ages, exports and classes of fields have sections of their own."""
        for rule in self._here():
            apart = rule.when.timed or rule.when.age_under is not None or _abroad(rule) or rule.when.classes
            if rule.need is not None and not apart:
                yield rule

    def _spoken_for(self) -> bool:
        """Ask the decision's own table whether some need speaks for everybody here."""
        pack = self.view.pack
        ask = Ask(Act.CONTACT, self.purpose, self.channel, Party(0, "", pack.code), pack.code)
        recipient = frozenset((Capacity.RECIPIENT,))
        return table_of(self.view.bundle, pack.code, recipient, ask, self.kind, self.view.day).covered

    def unless(self) -> Iterator[Line]:
        bent = {rule.id for rule in self._here() if rule.register is not None} | {rule.id for rule in self._plain()}
        bent |= {rule.id for rule in self._here() if rule.need is not None and rule.when.timed}
        for rule in self._here():
            targets = [target for target in rule.relax if target in bent]
            if targets:
                conditions = words.conditions(rule, self.view.bundle.purposes, of=self._chain) or "always"
                yield Line(f"{conditions}; lifts {words.together(targets)}", rule.id, words.marks(rule))

    def registers(self) -> Iterator[Line]:
        for rule in self._here():
            if rule.register is not None:
                yield self._line(rule, words.registered(rule.register))

    def lasts(self) -> Iterator[Line]:
        for rule in self._here():
            if rule.lapse is not None:
                yield self._line(rule, words.lapses(rule.lapse))

    def hours(self) -> Iterator[Line]:
        for rule in self._here():
            if rule.need is not None and rule.when.timed:
                yield self._line(rule, words.closed(rule))

    def caps(self) -> Iterator[Line]:
        for rule in self._here():
            if rule.cap is not None:
                yield self._line(rule, words.capped(rule.cap))

    def carries(self) -> Iterator[Line]:
        yield from self._duties(lambda duty: duty in _carried)

    def stopping(self) -> Iterator[Line]:
        yield from self._duties(lambda duty: duty in _stopping)

    def also(self) -> Iterator[Line]:
        yield from self._duties(lambda duty: duty not in _carried and duty not in _stopping)

    def _duties(self, wanted: Callable[[str], bool]) -> Iterator[Line]:
        for rule in self._here():
            chosen = {duty: value for duty, value in rule.oblige.items() if wanted(duty)}
            if chosen:
                yield self._line(rule, "; ".join(words.duties(chosen)))


def _sentence(said: str, conditions: str) -> str:
    return f"{said}, {conditions}" if conditions else said


def _abroad(rule: Rule) -> bool:
    return bool(rule.when.tool_in or rule.when.tool_outside)


def _sensitive(rule: Rule) -> bool:
    return bool(rule.when.classes) or rule.need is Model.OPT_IN_EXPLICIT
