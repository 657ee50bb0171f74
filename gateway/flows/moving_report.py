"""Who could be written to in the system that was left, who can be here, and why not: counted, never named.

Everybody who was moved is decided as a tool's question would be, by the same function over the same facts, but in
nobody's name: what a tool may ask for is left out, so that law, consent, source and stops alone speak. Reads only.

Steps, each of at most `PAGE` people in one snapshot:
    1 crowds    Moving     -> people     who was what there, by channel, as it was counted when they were moved
    2 facts     people     -> Facts      as for a release
    3 decide    Facts      -> cells      once for each distinct combination
    4 count     cells      -> lines      what each was there against what is said here, with the reason
    5 look      no, there  -> stays no   the same question without that system's stop: would law alone allow it?
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gateway.domain.cells import Cells, judged
from gateway.domain.decision import decide
from gateway.domain.errors import Conflict, Invalid, NotFound
from gateway.domain.people import Facts
from gateway.domain.reasons import Decision
from gateway.domain.remedies import smallest
from gateway.domain.requests import Ask, is_word
from gateway.flows.asking import Moment
from gateway.flows.gate import Gate
from gateway.flows.intake_origin import Origin, origin_of
from gateway.lists.dialects import Said
from gateway.store import facts, moving, parties, sources
from gateway.store.facts import Facting, Question
from gateway.store.moving import Crowd, Moving
from gateway.store.people_lookup import Connection
from policies.terms import Act, Channel, ConsentState, Outcome, Scope

PAGE: Final = 10_000
_OWN: Final = "marketing.own"
_NO_THERE: Final = (Said.STOPPED, Said.BOUNCED)
_THEIRS: Final = frozenset({Scope.PURPOSE, Scope.CHANNEL})


@dataclass(slots=True)
class Why:
    """Why people are not written to: a reason with its rule and citation, how many, the smallest remedy of most."""

    outcome: Outcome
    code: str
    rule: str
    cite: str
    words: str
    people: int = 0
    remedy: str = ""
    _most: int = 0

    def take(self, people: int) -> bool:
        """Count people; say whether these are more alike than any before, so that their remedy is the one to tell."""
        self.people += people
        if people <= self._most:
            return False
        self._most = people
        return True


@dataclass(slots=True)
class Group:
    """People of whom the other system said the same: how many rows, how many are not here, what is said here."""

    rows: int = 0
    not_here: int = 0
    people: int = 0
    now: dict[str, int] = field(default_factory=lambda: {word.value: 0 for word in Outcome})
    lawful_alone: int = 0
    why_not: dict[tuple[str, str, str], Why] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of one move: by channel, then by what the other system said; see `to_json`."""

    moving: str
    source: str
    purpose: str
    sender: str
    at: str
    bundle: str
    channels: dict[str, dict[str, Group]]
    unread: int

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values. `before` counts people who are here; a row that is not here is in `not_here`.

        `contacted_before` is `subscribed`; of `stopped` and `bounced` nobody is allowed, and `law_alone_would_allow`
        says how many only that system's word keeps out: it stays a no.
        """
        return {
            "moving": self.moving, "source": self.source, "purpose": self.purpose, "sender": self.sender,
            "at": self.at, "bundle": self.bundle, "unread": self.unread,
            "channels": {
                channel: {said: _plain(group, said) for said, group in groups.items()}
                for channel, groups in self.channels.items()
            },
        }  # fmt: skip


def _plain(group: Group, said: str) -> dict[str, Any]:
    whys = sorted(group.why_not.values(), key=lambda why: (-why.people, why.code, why.rule))
    told: dict[str, Any] = {
        "rows": group.rows, "not_here": group.not_here, "people": group.people, "now": dict(group.now),
        "why_not": [
            {"outcome": why.outcome.value, "code": why.code, "rule": why.rule, "cite": why.cite, "words": why.words,
             "people": why.people, "remedy": why.remedy}
            for why in whys
        ],
    }  # fmt: skip
    return told | ({"law_alone_would_allow": group.lawful_alone} if said in _NO_THERE else {})


def compare(gate: Gate, uid: str, purpose: str = "", category: str = "") -> Comparison:
    """Compare who could be written to there with who can be here, now.

    Args:
        gate: the gateway.
        uid: of the move, hex.
        purpose: a node of the purpose tree; "" is what the source's consents stand for, or own marketing.
        category: the product category advertised; customers may be written to about what is like what they bought.

    Raises:
        NotFound: `moving_unknown`. Conflict: `moving_not_done`. Invalid: `purpose_unknown`, `word_unfit`.
    """
    if not is_word(category):
        raise Invalid("word_unfit", "A product category is a short word or two.")
    with gate.house.snapshot() as connection:
        move = _move(connection, uid)
        origin = origin_of(gate, connection, sources.name_of(connection, move.source_no), silenced=True)
        crowds = moving.crowds(connection, move.no)  # 1
        bundle = gate.house.bundle(connection)
    asked = purpose or origin.shared.defaults.purpose or _OWN
    if not bundle.purposes.chain(asked):
        raise Invalid("purpose_unknown", "There is no such purpose. `ostiary policy purposes` lists them.")
    channels = {
        channel: {
            said.value: _Groups(gate, origin, asked, category, Channel(channel), said).of(move, crowds) for said in Said
        }
        for channel in sorted({channel for channel, _ in crowds})
    }
    return Comparison(
        uid, origin.source.name, asked, origin.shared.sender_name, gate.clock().isoformat(), bundle.digest, channels,
        int(move.counts["said"].get("unread", 0)),
    )  # fmt: skip


def _move(connection: Connection, uid: str) -> Moving:
    try:
        move = moving.by_uid(connection, bytes.fromhex(uid))
    except ValueError:
        move = None
    if move is None:
        raise NotFound("moving_unknown", "Nothing was moved in under that number. `ostiary move list` shows all.")
    if move.step != "done":
        raise Conflict("moving_not_done", "That move is not done. Move in the same files again; it goes on.")
    return move


@dataclass(frozen=True, slots=True)
class _Groups:
    """Counts one group of people by one channel."""

    gate: Gate
    origin: Origin
    purpose: str
    category: str
    channel: Channel
    said: Said

    def of(self, move: Moving, crowds: dict[tuple[str, str], Crowd]) -> Group:
        """Decide everybody of the group."""
        key = f"{self.channel.value}.{self.said.value}"
        told = move.counts["results"]
        here, not_here = int(told.get(f"here.{key}", 0)), int(told.get(f"not_here.{key}", 0))
        group = Group(rows=here + not_here, not_here=not_here)
        crowd = crowds.get((self.channel.value, self.said.value), Crowd())
        for page in _pages(crowd):
            with self.gate.house.snapshot() as connection:
                self._count(connection, page, group)
        return group

    def _count(self, connection: Connection, page: Sequence[int], group: Group) -> None:
        moment = Moment.of(self.gate, connection)
        sender = parties.party_by_no(connection, self.origin.shared.sender_no)
        ask = Ask(Act.CONTACT, self.purpose, self.channel, sender, sender.country, category=self.category)
        cells = Cells(lambda known: _decided(ask, known, moment))  # 3
        question = Question(moment.bundle.purposes.chain(self.purpose), self.channel, sender.no, ())
        facting = Facting(question, moment.cutoffs, moment.years)
        values = {"among": list(page), "after": 0}
        with moment.cursor(connection) as cursor:
            rows = facts.page(cursor, question, facting, moving.AMONG, everybody=False, **values)  # 2
            with closing(rows):
                for row, cell in judged(rows, cells):
                    cell.people.append(row.no)
        for cell in cells.all:
            if cell.people:
                self._tell(ask, cell.facts, cell.decision, len(cell.people), moment, group)  # 4

    def _tell(self, ask: Ask, known: Facts, decision: Decision, people: int, moment: Moment, group: Group) -> None:
        group.people += people
        group.now[decision.outcome.value] += people
        why = decision.deciding
        if decision.outcome is Outcome.ALLOW or why is None:
            return
        key = (why.code, why.rule, decision.outcome.value)
        line = group.why_not.setdefault(
            key, Why(decision.outcome, why.code, why.rule, why.cite, why.words)
        )  # fmt: skip
        if line.take(people):
            found = smallest(decision, ask, known, moment.snapshot, moment.bundle, moment.at)
            line.remedy = found.words
        if self.said in _NO_THERE and _decided(ask, self._without(known), moment).outcome is Outcome.ALLOW:  # 5
            group.lawful_alone += people

    def _without(self, known: Facts) -> Facts:
        """Give the facts as they were without what the other system says against it."""
        reaches = tuple(
            replace(reach, suppressed=None) if reach.suppressed in _THEIRS else reach for reach in known.reaches
        )
        consents = tuple(
            one
            for one in known.consents
            if one.state is ConsentState.GIVEN or one.source != self.origin.source.no
        )  # fmt: skip
        return replace(known, reaches=reaches, consents=consents)


def _decided(ask: Ask, known: Facts, moment: Moment) -> Decision:
    return decide(ask, None, known, moment.snapshot, moment.bundle, moment.at)


def _pages(crowd: Crowd) -> Iterator[list[int]]:
    last = 0
    while page := crowd.after(last, PAGE):
        yield page
        last = page[-1]
