"""What is settled before a list is read: the source with what its rows share, the verdict on it, how the file is read.

Must never let a suspended or revoked source through, and never judge milder than the strictest country on the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.domain.errors import Refused
from gateway.domain.lawfulness import verdict_on
from gateway.domain.people import Source
from gateway.flows.gate import Gate
from gateway.flows.intake_defaults import Defaults, Shared, read_defaults
from gateway.flows.intake_report import Reason
from gateway.flows.intake_survey import mapping_of
from gateway.lists import headers
from gateway.lists.reader import ListFile, open_list
from gateway.store import parties, sources
from gateway.store.people_lookup import Connection
from policies.packs import Bundle
from policies.terms import SourceStatus, Verdict


@dataclass(frozen=True, slots=True)
class Origin:
    """A source that may be imported from, and what its rows share."""

    source: Source
    uid: bytes
    shared: Shared
    bundle: Bundle


@dataclass(frozen=True, slots=True)
class Reading:
    """How a list is read: the file, and what its columns mean."""

    listed: ListFile
    mapping: headers.Mapping


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reasons; `cure_days` is 0 where nothing can be cured."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    cure_days: int


def origin_of(gate: Gate, connection: Connection, name: str) -> Origin:
    """Read the source and what its rows share.

    Raises:
        NotFound: `source_unknown`. Refused: `source_not_approved` for a suspended or revoked one.
    """
    bundle = gate.house.bundle(connection)
    row = sources.source(connection, name)
    if row.source.status in {SourceStatus.SUSPENDED, SourceStatus.REVOKED}:
        raise _not_approved(row.source)
    defaults = read_defaults(row.defaults, bundle)
    return Origin(row.source, row.uid, _shared(connection, row.source, row.collector, defaults), bundle)


def _shared(connection: Connection, source: Source, collector: str, defaults: Defaults) -> Shared:
    sender = parties.party(connection, defaults.sender or collector)
    return Shared(
        defaults=defaults,
        source_no=source.no,
        source_name=source.name,
        kind=source.audience,
        sender_no=sender.no,
        sender_name=sender.name,
        conditions=defaults.flags(),
        evidence=source.evidence,
    )


def judge(origin: Origin, countries: set[str] | frozenset[str]) -> Judgement:
    """Judge a source for the countries of its people; where they differ, the strictest verdict is that of the list."""
    said = verdict_on(origin.source, origin.bundle, countries)
    reasons = tuple(Reason(*reason) for reason in said.reasons)
    lacking = tuple(
        Reason("evidence_wanted", reasons[0].rule, reasons[0].cite, f"{word}: {origin.bundle.evidence[word]}")
        for word in said.missing
    )
    return Judgement(said.verdict, reasons + lacking, said.cure_days)


def must_be_approved(source: Source, verdict: Verdict) -> None:
    """Turn away a source that is lawful but not approved.

    Raises:
        Refused: `source_not_approved`.
    """
    if verdict is Verdict.ACCEPT and source.status is not SourceStatus.APPROVED:
        raise _not_approved(source)


def _not_approved(source: Source) -> Refused:
    return Refused(
        "source_not_approved", f"The source is {source.status}. It must be approved before lists come from it."
    )


def reading_of(path: Path, overrides: Mapping[str, str], encoding: str | None, delimiter: str | None) -> Reading:
    """Settle how a file is read and what its columns mean.

    Raises:
        ListRefused, EncodingUnsure, MappingRefused: see `gateway.lists`.
    """
    listed = open_list(path, encoding, delimiter)
    return Reading(listed, mapping_of(listed, overrides))
