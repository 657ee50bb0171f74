"""Register where data comes from, and say whether it may be used: submit, approve, suspend, revoke.

A source is an act of collection or acquisition by a party, with its evidence. Every change is in the source's own
history and in the ledger, in one transaction. Must never approve a forbidden kind or a bought list whose questions are
open, and never bring a revoked source back. Who works on the machine itself approves alone, and the ledger says so;
officers do it by two (`gateway.flows.sources_approval`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from audit.leaf import Entry
from gateway.domain.diligence import check_answer, check_diligence
from gateway.domain.errors import Conflict, Invalid, Refused
from gateway.domain.requests import is_word
from gateway.flows.gate import Gate
from gateway.flows.intake_defaults import read_defaults
from gateway.flows.officers import Officer, require
from gateway.store import parties, sources
from gateway.store.people_lookup import Connection
from gateway.store.sources import Answer, SourceRecord, SourceRow
from policies.packs import Bundle, SourceRule
from policies.terms import AudienceKind, Condition, SourceStatus

By: TypeAlias = str | Officer
"""Who acts: an officer, whose role is asked, or whoever works on the house's own machine, as the ledger names him."""

_LONGEST_NAME = 120
_MAY_BECOME = {
    SourceStatus.SUBMITTED: {SourceStatus.DRAFT},
    SourceStatus.APPROVED: {SourceStatus.DRAFT, SourceStatus.SUBMITTED, SourceStatus.SUSPENDED},
    SourceStatus.SUSPENDED: {SourceStatus.APPROVED},
    SourceStatus.REVOKED: set(SourceStatus) - {SourceStatus.REVOKED},
}


@dataclass(frozen=True, slots=True)
class SourceWish:
    """What is said of a source when it is registered.

    Attributes:
        name: one name for ever; external ids are kept apart by it.
        kind: a kind of policies/sources.yaml.
        collector: name of the party that collected or acquired.
        country: where it was collected or acquired, ISO 3166-1 alpha-2.
        audience: in which capacity its people are addressed.
        collected_at: since when it was collected (aware).
        expires_at: until when it may be used (aware), or None.
        evidence: words of policies/sources.yaml for what is on file.
        named: names of the parties that the notice named as recipients.
        defaults: see `gateway.flows.intake_defaults.Defaults`.
        supplier: name of the party that it came from, "" if that is the collector.
        contract, notice: versions of the contract with the supplier and of the notice; up to 60 plain characters.
        origin: where the data is from, if from elsewhere than `country`.
        answers: by question of policies/sources.yaml.
    """

    name: str
    kind: str
    collector: str
    country: str
    audience: AudienceKind = AudienceKind.B2C
    collected_at: datetime | None = None
    expires_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    supplier: str = ""
    contract: str = ""
    notice: str = ""
    origin: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


def register_source(gate: Gate, by: By, wish: SourceWish, *, draft: bool = False) -> SourceRow:
    """Register a source; it waits for approval, or as a draft for whoever writes it.

    Args:
        gate: the gateway.
        by: who registers it.
        wish: what is said of it.
        draft: whether it is not handed in yet.

    Raises:
        Invalid: `source_name_unfit`, `source_kind_unknown`, `evidence_unknown`, `country_unfit`, `time_without_zone`,
            `version_unfit`, `question_unknown`, `answer_unfit`, and what `read_defaults` raises.
        NotFound: `party_unknown`. Conflict: `source_exists`. Refused: `role_may_not`.
    """
    check_shape(wish)
    with gate.house.unit() as connection:
        actor = acting(gate, connection, by, "source.register")
        bundle = gate.house.bundle(connection)
        status = SourceStatus.DRAFT if draft else SourceStatus.SUBMITTED
        row = sources.add(connection, record_of(connection, wish, bundle, status))
        for question, said in sorted(wish.answers.items()):
            check_answer(bundle, wish.kind, question, said)
            sources.answer(connection, row.source.no, Answer(question, said, actor, gate.clock()))
        note(gate, connection, row, "drafted" if draft else "registered", actor, _said(wish))
    # True now: the source is on file and in the ledger, both or neither.
    return row


def submit_source(gate: Gate, by: By, name: str) -> SourceRow:
    """Hand a draft in. Whoever handed a list over must have answered what its kind asks.

    Raises:
        NotFound: `source_unknown`. Refused: `source_forbidden`, `role_may_not`.
        Conflict: `source_status`, `questions_open`, `answers_against`.
    """
    return _become(gate, by, name, SourceStatus.SUBMITTED, "source.submit")


def approve_source(gate: Gate, actor: str, name: str) -> SourceRow:
    """Let a source be used, alone: for whoever runs the house on its own machine. The ledger says that one did it.

    What it lacks in evidence still quarantines its lists.

    Raises:
        NotFound: `source_unknown`. Refused: `source_forbidden`.
        Conflict: `source_status`, `questions_open`, `answers_against`.
    """
    return _become(gate, actor, name, SourceStatus.APPROVED, "source.approve", {"single_officer": True})


def suspend_source(gate: Gate, by: By, name: str) -> SourceRow:
    """Silence a source until it is approved again.

    Raises:
        NotFound: `source_unknown`. Conflict: `source_status`. Refused: `role_may_not`.
    """
    return _become(gate, by, name, SourceStatus.SUSPENDED, "source.suspend")


def revoke_source(gate: Gate, by: By, name: str) -> SourceRow:
    """Silence a source for ever: every value that it asserts, at once, and nothing else.

    Raises:
        NotFound: `source_unknown`. Conflict: `source_status`. Refused: `role_may_not`.
    """
    return _become(gate, by, name, SourceStatus.REVOKED, "source.revoke")


def source(gate: Gate, name: str) -> SourceRow:
    """Give a source by its name.

    Raises:
        NotFound: `source_unknown`.
    """
    with gate.house.unit() as connection:
        return sources.source(connection, name)


def list_sources(gate: Gate) -> list[SourceRow]:
    """List all sources by name."""
    with gate.house.unit() as connection:
        return sources.sources(connection)


def source_history(gate: Gate, name: str) -> list[tuple[datetime, str, str]]:
    """Give what happened to a source, oldest first: when (UTC), what, by whom.

    Raises:
        NotFound: `source_unknown`.
    """
    with gate.house.unit() as connection:
        return sources.history(connection, sources.source(connection, name).source.no)


def acting(gate: Gate, connection: Connection, by: By, action: str) -> str:
    """Give how the ledger names who acts; an officer's role is asked in the transaction of the act.

    Raises:
        Refused: `role_may_not`.
    """
    if isinstance(by, str):
        return by
    require(gate, connection, by, action)
    return by.actor


def check_shape(wish: SourceWish) -> None:
    """Look at what needs no database; see `register_source` for what is raised."""
    name = wish.name
    if not 0 < len(name) <= _LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise Invalid("source_name_unfit", f"A source has a printable name of up to {_LONGEST_NAME} characters.")
    if not _is_country(wish.country) or not (wish.origin == "" or _is_country(wish.origin)):
        raise Invalid("country_unfit", "Name the country as an ISO 3166 code of two capital letters.")
    if any(at is not None and at.tzinfo is None for at in (wish.collected_at, wish.expires_at)):
        raise Invalid("time_without_zone", "Give times with their offset, as in 2026-01-31T09:00:00+09:00.")
    if not (is_word(wish.contract) and is_word(wish.notice)):
        message = (
            "A version of a contract or a notice has up to 60 plain characters, without addresses or long numbers."
        )
        raise Invalid("version_unfit", message)


def record_of(connection: Connection, wish: SourceWish, bundle: Bundle, status: SourceStatus) -> SourceRecord:
    """Look up what a wish names; see `register_source` for what is raised."""
    rule = bundle.sources.get(wish.kind)
    if rule is None:
        raise Invalid("source_kind_unknown", f"A source is one of: {', '.join(sorted(bundle.sources))}.")
    if not set(wish.evidence) <= bundle.evidence.keys():
        raise Invalid("evidence_unknown", f"Evidence is one of: {', '.join(sorted(bundle.evidence))}.")
    defaults = read_defaults(_by_kind(wish.defaults, rule), bundle)
    if defaults.sender:
        parties.party(connection, defaults.sender)
    return SourceRecord(
        name=wish.name,
        kind=wish.kind,
        status=status,
        collector_no=parties.party(connection, wish.collector).no,
        country=wish.country,
        audience=wish.audience,
        collected_at=wish.collected_at,
        expires_at=wish.expires_at,
        evidence=tuple(sorted(set(wish.evidence))),
        named=tuple(sorted({parties.party(connection, name).no for name in wish.named})),
        defaults=msgspec.to_builtins(defaults),
        supplier_no=parties.party(connection, wish.supplier).no if wish.supplier else None,
        contract=wish.contract,
        notice=wish.notice,
        origin=wish.origin,
    )


def check_usable(connection: Connection, row: SourceRow, bundle: Bundle) -> None:
    """Let a source go on towards use, or raise.

    Raises:
        Refused: `source_forbidden`. Conflict: `questions_open`, `answers_against`.
    """
    rule = bundle.sources.get(row.source.kind)
    if rule is None or rule.forbidden:
        raise Refused("source_forbidden", "A source of this kind may never be used, so it cannot be approved.")
    answers = sources.answers(connection, row.source.no)
    check_diligence(bundle, row.source.kind, {word: each.answer for word, each in answers.items()})


def become(
    gate: Gate, connection: Connection, row: SourceRow, status: SourceStatus, actor: str, detail: Mapping[str, Any]
) -> None:
    """Change a locked source's status in the transaction of the act; see `_become` for what is raised."""
    if row.source.status not in _MAY_BECOME[status]:
        raise Conflict("source_status", f"The source is {row.source.status}; it cannot become {status} from there.")
    sources.set_status(connection, row.source.no, status)
    note(gate, connection, row, status.value, actor, detail)


def note(gate: Gate, connection: Connection, row: SourceRow, what: str, actor: str, detail: Mapping[str, Any]) -> None:
    """Put a change of a source into its history and into the ledger."""
    sources.note(connection, row.source.no, what, actor, detail, gate.clock())
    body = {"source": row.uid.hex(), "name": row.source.name, **detail}
    gate.house.enter(connection, [Entry(f"source.{what}", actor, body)])


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isupper()  # noqa: PLR2004  ISO 3166 alpha-2


def _by_kind(defaults: Mapping[str, Any], rule: SourceRule) -> dict[str, Any]:
    """Add what follows from the kind alone: who entered the data, and whether consent was the price of something."""
    conditions = defaults.get("conditions", ())
    if rule.tied and isinstance(conditions, (list, tuple)):
        conditions = sorted({*map(str, conditions), str(Condition.TIED.name).lower()})
    return {**defaults, "by_person": rule.by_person, **({"conditions": conditions} if conditions else {})}


def _said(wish: SourceWish) -> dict[str, Any]:
    """Spell a registration for the ledger; what nobody said is left out."""
    more = {
        "supplier": wish.supplier, "contract": wish.contract, "notice": wish.notice, "origin": wish.origin,
        "answers": dict(wish.answers),
    }  # fmt: skip
    return {"kind": wish.kind, "collector": wish.collector, "country": wish.country, "evidence": sorted(wish.evidence),
            "named": sorted(wish.named), **{name: said for name, said in more.items() if said}}  # fmt: skip


def _become(
    gate: Gate, by: By, name: str, status: SourceStatus, action: str, detail: Mapping[str, Any] | None = None
) -> SourceRow:
    with gate.house.unit() as connection:
        actor = acting(gate, connection, by, action)
        row = sources.source(connection, name, lock=True)
        if status in {SourceStatus.SUBMITTED, SourceStatus.APPROVED} and row.source.status is not SourceStatus.REVOKED:
            check_usable(connection, row, gate.house.bundle(connection))
        become(gate, connection, row, status, actor, detail or {})
        return sources.source(connection, name)
