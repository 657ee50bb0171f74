"""What is settled before a list is read: the source with what its rows share, the verdict on it, how the file is read.

Must never let a suspended or revoked source through, and never judge milder than the strictest country on the list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.domain.errors import Refused
from gateway.domain.lawfulness import source_rule, verdict_on
from gateway.domain.people import Source
from gateway.flows.gate import Gate
from gateway.flows.intake_defaults import Defaults, Shared, read_defaults
from gateway.flows.intake_report import Reason
from gateway.lists import headers
from gateway.lists.calendars import Calendar, calendar_of
from gateway.lists.gregorian import in_gregorian
from gateway.lists.headers import Field, Proposal
from gateway.lists.reader import ListFile
from gateway.store import parties, sources
from gateway.store.people_lookup import Connection
from policies.packs import Bundle
from policies.terms import SourceStatus, Verdict

_GUARDED: Final = (Field.NATIONAL_ID, Field.PASSWORD_HASH)


@dataclass(frozen=True, slots=True)
class Origin:
    """A source that may be imported from, and what its rows share."""

    source: Source
    uid: bytes
    collector: str
    shared: Shared
    bundle: Bundle


@dataclass(frozen=True, slots=True)
class Reading:
    """How a list is read: the file with its days in the Gregorian calendar, what its columns mean, its own calendar."""

    listed: ListFile
    mapping: headers.Mapping
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reasons; what waits can be cured for so many days, as the rule on the source's kind says."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    cure_days: int


def origin_of(gate: Gate, connection: Connection, name: str, *, silenced: bool = False) -> Origin:
    """Read the source and what its rows share.

    Args:
        gate: the gateway.
        connection: a transaction.
        name: of the source.
        silenced: give a suspended or revoked one too, for a list that was on its way before.

    Raises:
        NotFound: `source_unknown`. Refused: `source_not_approved` for a suspended or revoked one.
    """
    bundle = gate.house.bundle(connection)
    row = sources.source(connection, name)
    if not silenced and row.source.status in {SourceStatus.SUSPENDED, SourceStatus.REVOKED}:
        raise _not_approved(row.source)
    defaults = read_defaults(row.defaults, bundle)
    return Origin(row.source, row.uid, row.collector, _shared(connection, row.source, row.collector, defaults), bundle)


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
    days = source_rule(origin.bundle, origin.source).cure_days
    return Judgement(said.verdict, reasons + lacking, days)


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


def mapping_of(listed: ListFile, overrides: Mapping[str, str]) -> headers.Mapping:
    """Say what each column means: as proposed from its title, and as the sender says.

    National ids and credentials are taken for what they are only if the sender says so: a title alone declares
    neither.

    Raises:
        MappingRefused: `column_unknown`, `field_unknown`, `column_mapped_twice`, `no_identifier`.
    """
    proposed = headers.propose(listed.columns)
    guarded = {
        each.column: Field.IGNORE.value
        for each in proposed.proposals
        if each.field in _GUARDED and each.column not in overrides
    }
    return headers.confirm(proposed, {**guarded, **overrides})


def kept_mapping(kept: Mapping[str, str]) -> headers.Mapping:
    """Give a confirmed mapping as it was kept: field by title, "" where nobody said what a column means."""
    return headers.Mapping(
        tuple(Proposal(column, Field(name) if name else None, "as it was confirmed") for column, name in kept.items())
    )


def reading_of(
    listed: ListFile,
    overrides: Mapping[str, str],
    calendar: str,
    defaults: Defaults,
    translate: Callable[[ListFile], ListFile] | None = None,
) -> Reading:
    """Settle what the columns of a list mean and in which calendar its days are written; see `Wish`.

    Raises:
        ListRefused: `calendar_unknown`. MappingRefused: see `mapping_of`.
    """
    said = calendar_of(calendar)
    listed = translate(listed) if translate else listed
    mapping = mapping_of(listed, overrides)
    return Reading(in_gregorian(listed, mapping, said, defaults.order), mapping, said)
