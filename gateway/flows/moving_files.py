"""The files of one export, opened: in which dialect each is, and what its rows say, chunk by chunk.

A chunk is read by the ordinary import's own reader, so that an identifier is the same here and there. Must never keep
a row, nor count under a word that came from a cell.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.domain.errors import Invalid
from gateway.flows.gate import Gate
from gateway.flows.intake import Wish
from gateway.flows.intake_claims import Claim, Mark
from gateway.flows.intake_origin import Origin, origin_of, reading_of
from gateway.flows.intake_rows import Rows
from gateway.lists.calendars import calendar_of
from gateway.lists.dialects import CONSENTS, Dialect, Reading, Told, recognised
from gateway.lists.dialects_known import DIALECTS, TEMPLATE
from gateway.lists.errors import ListRefused
from gateway.lists.headers import Field
from gateway.lists.reader import ListFile, digest, open_list
from gateway.lists.translated import overrides, translated
from policies.terms import Channel, IdentifierKind

CHANNELS: dict[Field, Channel] = dict(
    zip(CONSENTS, (Channel.EMAIL, Channel.SMS, Channel.POST, Channel.VOICE_LIVE), strict=True)
)
"""The channel by which a consent column is compared."""
_STOPPED_BY = (IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.EXTERNAL, IdentifierKind.POSTAL)
_FOUND_BY = (IdentifierKind.EXTERNAL, IdentifierKind.EMAIL, IdentifierKind.PHONE)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it says in its dialect, and the identifiers that the import makes of it."""

    told: Told
    claim: Claim

    def stopped_by(self) -> Mark | None:
        """Give the identifier that a stop holds for: the address that was written to, or what else there is."""
        return self._mark(_STOPPED_BY)

    def found_by(self) -> Mark | None:
        """Give the identifier by which the person is surely found once it is on file."""
        return self._mark(_FOUND_BY)

    def _mark(self, kinds: Sequence[IdentifierKind]) -> Mark | None:
        return next((self.claim.marks[kind.value] for kind in kinds if kind.value in self.claim.marks), None)


@dataclass(frozen=True, slots=True)
class Read:
    """A chunk of a file: its number, its rows, how many rows cannot be read, and what was dropped on the way."""

    number: int
    lines: list[Line]
    unread: int
    tally: Counter[str]


@dataclass(frozen=True, slots=True)
class File:
    """One file of an export.

    Attributes:
        path: where it lies.
        digest: SHA-256, hex.
        listed: how it is read, without what the dialect adds.
        reading: reads its rows.
        encoding: what the sender says; "" to find out.
    """

    path: Path
    digest: str
    listed: ListFile
    reading: Reading
    encoding: str

    @property
    def dialect(self) -> Dialect:
        """How it is written."""
        return self.reading.dialect

    @property
    def channels(self) -> tuple[Field, ...]:
        """The consent columns of which it says something."""
        return tuple(self.dialect.subscribed)

    def wish(self) -> Wish:
        """Say to the ordinary import how the file is read."""
        added = overrides(self.dialect, self.listed.columns)
        return Wish(added, self.encoding, translate=lambda listed: translated(listed, self.reading))

    def chunks(self, gate: Gate, origin: Origin) -> Iterator[Read]:
        """Read the whole file.

        Raises:
            ListRefused: it cannot be read safely to its end.
        """
        added, defaults = overrides(self.dialect, self.listed.columns), origin.shared.defaults
        read = reading_of(translated(self.listed, self.reading), added, defaults.calendar, defaults)
        whole, mapping = read.listed, read.mapping
        rows = Rows(mapping, origin.shared, origin.bundle, gate.lookup, gate.clock())
        for chunk in whole.chunks():
            tally: Counter[str] = Counter()
            claims = rows.claims(chunk.row_nos, chunk.rows, tally)
            lines = [
                Line(self.reading.told(cells), claim) for cells, claim in zip(chunk.rows, claims, strict=True)
            ]  # fmt: skip
            yield Read(chunk.number, lines, len(chunk.rejected), tally)


def opened(gate: Gate, source: str, paths: Sequence[Path], encoding: str = "") -> tuple[Origin, list[File]]:
    """Open all files of an export.

    Args:
        gate: the gateway.
        source: a registered source; one that is silenced still lends its defaults to what only narrows.
        paths: the files, each once.
        encoding: how they are written; "" finds out.

    Raises:
        NotFound: `source_unknown`. Invalid: `files_missing`, `file_twice`.
        ListRefused: `dialect_unknown`, `archive_of_many`, or a file that cannot be read.
    """
    with gate.house.unit() as connection:
        origin = origin_of(gate, connection, source, silenced=True)
    if not paths:
        raise Invalid("files_missing", "Name the files of the export.")
    files = [_opened(origin, path, encoding) for path in paths]
    if len({file.digest for file in files}) < len(files):
        raise Invalid("file_twice", "Two of the files are the same. Name each once.")
    return origin, files


def _opened(origin: Origin, path: Path, encoding: str) -> File:
    listed = _listed(path, encoding)
    defaults = origin.shared.defaults
    calendar = calendar_of(defaults.calendar)
    dialect = recognised(listed.columns, DIALECTS)
    reading = Reading(dialect, listed.columns, defaults.time_zone, defaults.order, calendar)
    return File(path, digest(path), listed, reading, encoding)


def _listed(path: Path, encoding: str) -> ListFile:
    try:
        return open_list(path, encoding or None)
    except ListRefused as refused:
        if refused.code != "member_unsure":
            raise
        mend = "The archive holds several files. Unpack it and name each of them: all belong to one move."
        raise ListRefused("archive_of_many", mend) from None


def template_csv() -> str:
    """Give the general template as CSV: the columns, and three invented people."""
    return TEMPLATE


def uid_of(source: bytes, files: Sequence[File]) -> bytes:
    """Give the uid of a move: the same files from the same source are the same move."""
    parts = sorted(bytes.fromhex(file.digest) for file in files)
    return hashlib.sha256(b"moving\x00" + source + b"".join(parts)).digest()[:16]


def tallied(read: Read, channels: Sequence[Field]) -> Counter[str]:
    """Count what a chunk says: rows, stops, bounces, claims of consent, results; words of ours only."""
    counts: Counter[str] = Counter({"rows": len(read.lines) + read.unread, "unread": read.unread})
    for line in read.lines:
        told = line.told
        counts.update(_flags(line, told))
        for column in channels:
            counts[f"said.{CHANNELS[column].value}.{told.said(column).value}"] += 1
    counts.update({name: n for name, n in read.tally.items() if name.startswith("consent.ignored.")})
    return Counter({name: n for name, n in counts.items() if n})


def _flags(line: Line, told: Told) -> dict[str, int]:
    claims = len(line.claim.consents)
    flags: dict[str, Any] = {
        "people": bool(line.claim.marks), "no_identifier": not line.claim.marks, "stops": told.stopped,
        "stops.complaint": told.complained, "stops.no_identifier": told.stopped and not line.claim.marks,
        "bounces": told.bounced, "consents.claimed": 0 if told.stopped else len(told.subscribed),
        "consents.may_count": 0 if told.stopped else claims, "consents.with_address_of_origin": told.shown,
        "results.clicked": told.clicked is not None, "results.opened": told.opened is not None,
        "results.ordered": told.ordered is not None,
    }  # fmt: skip
    return {name: int(n) for name, n in flags.items()}
