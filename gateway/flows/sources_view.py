"""What officers see when they register a source: the kinds there are, what each asks, and what the law would say.

The verdicts are those of the gate: same function, same facts, as if the source were approved. Reads only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain.diligence import asked
from gateway.domain.lawfulness import SourceVerdict, verdict_for, verdict_on
from gateway.domain.people import Source
from gateway.domain.requests import Ask, Party
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer, require
from gateway.flows.proposals import Proposal
from gateway.flows.sources_change import APPROVAL
from gateway.store import parties, proposals, sources
from gateway.store.people_lookup import Connection
from gateway.store.sources import Proof, SourceRow
from policies.packs import STRICTEST, Bundle, Question, SourceRule
from policies.terms import Act, Channel, SourceGroup, SourceStatus, Verdict

__all__ = ["Need", "Offer", "Outlook", "Registered", "Row", "offer_of", "questions_of", "registered"]

USES: Final[Sequence[tuple[str, Act, str, Channel]]] = (
    ("Own marketing by e-mail", Act.CONTACT, "marketing.own.offers", Channel.EMAIL),
    ("Own marketing by post", Act.CONTACT, "marketing.own.offers", Channel.POST),
    ("Offers of partners by e-mail", Act.CONTACT, "marketing.partner.offers", Channel.EMAIL),
    ("Given to partners", Act.DISCLOSE, "marketing.partner.offers", Channel.EMAIL),
    ("Service", Act.CONTACT, "service.care", Channel.EMAIL),
)
"""The uses that an outlook is given for: in words, act, purpose, channel."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be chosen: kinds by group, parties by name, purposes with their titles."""

    kinds: Mapping[SourceGroup, Sequence[SourceRule]]
    parties: Sequence[str]
    purposes: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Need:
    """A word of evidence that counts for a kind: what it means, whether it is on file, with how many files.

    `weight` is "essential" (refused without), "required" (waits without) or "some" (opens more uses).
    """

    word: str
    means: str
    weight: str
    on_file: bool
    files: int


@dataclass(frozen=True, slots=True)
class Row:
    """What the law of one place says of each of the uses: verdicts in the order of `USES`, and by which texts."""

    code: str
    name: str
    verdicts: Sequence[Verdict]
    cites: Sequence[str]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The verdict on a source as a whole, and what each place says of its uses."""

    whole: SourceVerdict
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Registered:
    """A source with all that is asked of it, what its supplier answered, and what the law would say."""

    row: SourceRow
    title: str
    cite: str
    forbidden: bool
    named: Sequence[str]
    needs: Sequence[Need]
    questions: Sequence[tuple[Question, str]]
    files: Sequence[Proof]
    outlook: Outlook
    proposal: Proposal | None

    @property
    def waiting(self) -> Sequence[Question]:
        """The questions that nobody has answered."""
        return [each for each, said in self.questions if not said]

    @property
    def against(self) -> Sequence[Question]:
        """The questions whose answers speak against the source."""
        return [each for each, said in self.questions if said in each.against]

    @property
    def draft(self) -> bool:
        """Whether it was not handed in yet."""
        return self.row.source.status is SourceStatus.DRAFT


def offer_of(gate: Gate, officer: Officer) -> Offer:
    """Give what a new source may be.

    Raises:
        Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        require(gate, connection, officer, "source.register")
        bundle = gate.house.bundle(connection)
        rules = bundle.sources.values()
        purposes = [(purpose.id, purpose.title) for purpose in bundle.purposes.nodes.values()]
        kinds = {group: [rule for rule in rules if rule.group is group] for group in SourceGroup}
        return Offer(kinds, [party.name for party in parties.parties(connection)], purposes)


def questions_of(gate: Gate, name: str) -> list[tuple[Question, str]]:
    """Give the questions that a source's kind asks, with the answer to each, "" if there is none.

    Raises:
        NotFound: `source_unknown`.
    """
    with gate.house.unit() as connection:
        return _questions(connection, sources.source(connection, name), gate.house.bundle(connection))


def registered(gate: Gate, officer: Officer, name: str) -> Registered:
    """Give a source with all that is asked of it and what the law would say.

    Raises:
        NotFound: `source_unknown`. Refused: `role_may_not`.
    """
    with gate.house.snapshot() as connection:
        require(gate, connection, officer, "source.read")
        row, bundle = sources.source(connection, name), gate.house.bundle(connection)
        rule = bundle.sources.get(row.source.kind, bundle.sources["unknown"])
        files = sources.proofs(connection, row.source.no)
        return Registered(
            row=row,
            title=rule.title,
            cite=rule.cite,
            forbidden=rule.forbidden,
            named=sorted(parties.party_by_no(connection, no).name for no in row.source.named),
            needs=_needs(rule, row.source, files, bundle),
            questions=_questions(connection, row, bundle),
            files=files,
            outlook=_outlook(gate, connection, row, bundle),
            proposal=proposals.open_about(connection, APPROVAL, name),
        )


def _questions(connection: Connection, row: SourceRow, bundle: Bundle) -> list[tuple[Question, str]]:
    answers = sources.answers(connection, row.source.no)
    known = {word: each.answer for word, each in answers.items()}
    return [(each, known.get(each.id, "")) for each in asked(bundle, row.source.kind)]


def _needs(rule: SourceRule, source: Source, files: Sequence[Proof], bundle: Bundle) -> list[Need]:
    some = (word for permit in rule.permits for word in sorted(permit.evidence))
    words = dict.fromkeys((*rule.essential, *rule.evidence, *some, *sorted(source.evidence)))

    def weight(word: str) -> str:
        return "essential" if word in rule.essential else "required" if word in rule.evidence else "some"

    return [
        Need(
            word,
            bundle.evidence.get(word, word),
            weight(word),
            word in source.evidence,
            sum(file.word == word for file in files),
        )
        for word in words
    ]


def _outlook(gate: Gate, connection: Connection, row: SourceRow, bundle: Bundle) -> Outlook:
    sender = parties.party_by_no(connection, row.source.collector)
    for_whom = next((parties.party_by_no(connection, no) for no in sorted(row.source.named)), sender)
    codes = [code for code in sorted(bundle.packs) if code != STRICTEST and "-" not in code]
    rows = [_row(gate, row.source, bundle, code, for_whom) for code in codes]
    return Outlook(verdict_on(row.source, bundle, [row.source.country]), rows)


def _row(gate: Gate, source: Source, bundle: Bundle, code: str, sender: Party) -> Row:
    said = [
        verdict_for(
            Ask(act, purpose, channel, sender, sender.country), source, bundle, code, gate.clock(), source.audience
        )
        for _, act, purpose, channel in USES
    ]
    cites = dict.fromkeys(found.cite for verdict, found in said if found.cite)
    return Row(code, bundle.packs[code].name, [verdict for verdict, _ in said], list(cites))
