"""Register where data comes from, and say whether it may be used: approve, suspend, revoke.

A source is an act of collection by a party, with its evidence. Every change is in the source's own history and in the
ledger, in one transaction. Must never approve a forbidden kind, and never bring a revoked source back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from audit.leaf import Entry
from gateway.domain.errors import Conflict, Invalid, Refused
from gateway.flows.gate import Gate
from gateway.flows.intake_defaults import read_defaults
from gateway.store import parties, sources
from gateway.store.people_lookup import Connection
from gateway.store.sources import SourceRecord, SourceRow
from policies.packs import Bundle
from policies.terms import AudienceKind, SourceStatus

_LONGEST_NAME = 120
_MAY_BECOME = {
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
        collector: name of the party that collected.
        country: where it was collected, ISO 3166-1 alpha-2.
        audience: in which capacity its people are addressed.
        collected_at: since when it was collected (aware).
        expires_at: until when it may be used (aware), or None.
        evidence: words of policies/sources.yaml for what is on file.
        named: names of the parties that the notice named as recipients.
        defaults: see `gateway.flows.intake_defaults.Defaults`.
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


def register_source(gate: Gate, actor: str, wish: SourceWish) -> SourceRow:
    """Register a source; it waits for approval.

    Args:
        gate: the gateway.
        actor: who registers it, as the ledger shall name him.
        wish: what is said of it.

    Raises:
        Invalid: `source_name_unfit`, `source_kind_unknown`, `evidence_unknown`, `country_unfit`, `time_without_zone`,
            and what `read_defaults` raises.
        NotFound: `party_unknown`. Conflict: `source_exists`.
    """
    _check_shape(wish)
    with gate.house.unit() as connection:
        bundle = gate.house.bundle(connection)
        row = sources.add(connection, _record(connection, wish, bundle))
        _note(gate, connection, row, "registered", actor, _said(wish))
    # True now: the source is on file and in the ledger, both or neither.
    return row


def approve_source(gate: Gate, actor: str, name: str) -> SourceRow:
    """Let a source be used. What it lacks in evidence still quarantines its lists.

    Raises:
        NotFound: `source_unknown`. Refused: `source_forbidden`. Conflict: `source_status`.
    """
    return _become(gate, actor, name, SourceStatus.APPROVED)


def suspend_source(gate: Gate, actor: str, name: str) -> SourceRow:
    """Silence a source until it is approved again.

    Raises:
        NotFound: `source_unknown`. Conflict: `source_status`.
    """
    return _become(gate, actor, name, SourceStatus.SUSPENDED)


def revoke_source(gate: Gate, actor: str, name: str) -> SourceRow:
    """Silence a source for ever: every value that it asserts, at once, and nothing else.

    Raises:
        NotFound: `source_unknown`. Conflict: `source_status`.
    """
    return _become(gate, actor, name, SourceStatus.REVOKED)


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


def _check_shape(wish: SourceWish) -> None:
    name = wish.name
    if not 0 < len(name) <= _LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise Invalid("source_name_unfit", f"A source has a printable name of up to {_LONGEST_NAME} characters.")
    if len(wish.country) != 2 or not (wish.country.isascii() and wish.country.isupper()):  # noqa: PLR2004  ISO 3166 alpha-2
        raise Invalid("country_unfit", "Name the country as an ISO 3166 code of two capital letters.")
    if any(at is not None and at.tzinfo is None for at in (wish.collected_at, wish.expires_at)):
        raise Invalid("time_without_zone", "Give times with their offset, as in 2026-01-31T09:00:00+09:00.")


def _record(connection: Connection, wish: SourceWish, bundle: Bundle) -> SourceRecord:
    rule = bundle.sources.get(wish.kind)
    if rule is None:
        raise Invalid("source_kind_unknown", f"A source is one of: {', '.join(sorted(bundle.sources))}.")
    if not set(wish.evidence) <= bundle.evidence.keys():
        raise Invalid("evidence_unknown", f"Evidence is one of: {', '.join(sorted(bundle.evidence))}.")
    defaults = read_defaults({**wish.defaults, "by_person": rule.by_person}, bundle)
    if defaults.sender:
        parties.party(connection, defaults.sender)
    return SourceRecord(
        name=wish.name,
        kind=wish.kind,
        status=SourceStatus.SUBMITTED,
        collector_no=parties.party(connection, wish.collector).no,
        country=wish.country,
        audience=wish.audience,
        collected_at=wish.collected_at,
        expires_at=wish.expires_at,
        evidence=tuple(sorted(set(wish.evidence))),
        named=tuple(sorted({parties.party(connection, name).no for name in wish.named})),
        defaults=msgspec.to_builtins(defaults),
    )


def _said(wish: SourceWish) -> dict[str, Any]:
    return {"kind": wish.kind, "collector": wish.collector, "country": wish.country, "evidence": sorted(wish.evidence),
            "named": sorted(wish.named)}  # fmt: skip


def _become(gate: Gate, actor: str, name: str, status: SourceStatus) -> SourceRow:
    with gate.house.unit() as connection:
        row = sources.source(connection, name, lock=True)
        rule = gate.house.bundle(connection).sources.get(row.source.kind)
        if status is SourceStatus.APPROVED and (rule is None or rule.forbidden):
            raise Refused("source_forbidden", "A source of this kind may never be used, so it cannot be approved.")
        if row.source.status not in _MAY_BECOME[status]:
            raise Conflict("source_status", f"The source is {row.source.status}; it cannot become {status} from there.")
        sources.set_status(connection, row.source.no, status)
        _note(gate, connection, row, status.value, actor, {})
        return sources.source(connection, name)


def _note(gate: Gate, connection: Connection, row: SourceRow, what: str, actor: str, detail: Mapping[str, Any]) -> None:
    sources.note(connection, row.source.no, what, actor, detail, gate.clock())
    body = {"source": row.uid.hex(), "name": row.source.name, **detail}
    gate.house.enter(connection, [Entry(f"source.{what}", actor, body)])
