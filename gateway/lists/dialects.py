"""Reads what another system's export says of each person: stopped, bounced, agreed, answered; nothing is decided here.

A dialect is data: which titles show it, and which cells mean what (`gateway.lists.dialects_known`). Must never
take silence for a yes, and never read a status that is not known as anything but a no.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from gateway.lists.calendars import Calendar
from gateway.lists.dates import Order, moment
from gateway.lists.errors import BadValue, ListRefused
from gateway.lists.headers import Field
from gateway.lists.letters import comparable

LEGACY: Final = "legacy"
"""Method of a consent that only another system's export shows, without the wording that was agreed to."""
LEGACY_CONFIRMED: Final = "legacy_confirmed"
"""The same, where the export shows that the address was confirmed after the sign-up."""

CONSENTS: Final = (Field.CONSENT_EMAIL, Field.CONSENT_SMS, Field.CONSENT_POST, Field.CONSENT_VOICE)


@dataclass(frozen=True, slots=True)
class When:
    """A cell that says something of its row.

    Attributes:
        column: the title, as `comparable` spells it; with `begins`, how it begins.
        words: the cell is one of these.
        unless: the cell is none of these.
        parts: the cell holds one of these.
        begins: take every column whose title begins so.

    With none of the three, that the column is there at all says it of every row.
    """

    column: str
    words: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    begins: bool = False

    def holds(self, cell: str) -> bool:
        """Say whether a cell says it."""
        word = comparable(cell)
        if self.words:
            return word in self.words
        if self.unless:
            return word not in self.unless
        return any(part in word for part in self.parts) if self.parts else True


NO: Final = frozenset({"", "no", "n", "false", "0"})
"""Cells that say no; anything else in a column of refusals is a refusal."""
EMPTY: Final = frozenset({""})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one system writes its export. Titles are spelled as `comparable` spells them.

    Attributes:
        name: one word.
        title: as people know it.
        known_by: titles that an export of it has, all of them.
        fields: meaning by title, where the title alone says too little or would mislead.
        stopped: the person wants no more (any of them); `stopped_at` says when.
        complained: of those, who reported a message as unwanted.
        bounced: the address does not take mail any more; `bounced_at` says when.
        subscribed: by consent column, whom that system writes to (any of them).
        agreed_at: when they agreed: the first of these columns that is filled; counts only where `dated` holds.
        dated: whose date is one of agreement; none asks for nothing.
        confirmed: that the address was confirmed; or `confirmed_after`, two times of which the second is later.
        wording: the version of what was agreed to. method: how. ip: from where; counted, not kept.
        clicked, opened, ordered: when that happened last.
        utc: times without an offset are UTC; otherwise they are in the zone of the source.
    """

    name: str
    title: str
    known_by: frozenset[str]
    fields: Mapping[str, str] = field(default_factory=dict)
    stopped: tuple[When, ...] = ()
    stopped_at: tuple[str, ...] = ()
    complained: tuple[When, ...] = ()
    bounced: tuple[When, ...] = ()
    bounced_at: tuple[str, ...] = ()
    subscribed: Mapping[Field, tuple[When, ...]] = field(default_factory=dict)
    agreed_at: tuple[str, ...] = ()
    dated: tuple[When, ...] = ()
    confirmed: tuple[When, ...] = ()
    confirmed_after: tuple[str, str] | None = None
    wording: str = ""
    method: str = ""
    ip: tuple[str, ...] = ()
    clicked: str = ""
    opened: str = ""
    ordered: str = ""
    utc: bool = False


class Said(StrEnum):
    """What the other system would have done by one channel."""

    SUBSCRIBED = "subscribed"
    STOPPED = "stopped"
    BOUNCED = "bounced"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Told:
    """What one row says. Moments are UTC, None where nothing is said or it cannot be read.

    Attributes:
        subscribed: the consent columns by which that system writes to the person, whatever else is said.
        agreed: the cell of when, as written or in ISO 8601 where it can be read; "" where nothing is said.
        method: as a consent is kept; `shown` says whether an IP address stands with it.
    """

    stopped: bool
    stopped_at: datetime | None
    complained: bool
    bounced: bool
    bounced_at: datetime | None
    subscribed: tuple[Field, ...]
    agreed: str
    wording: str
    method: str
    shown: bool
    clicked: datetime | None
    opened: datetime | None
    ordered: datetime | None
    ordered_cell: str

    def said(self, column: Field) -> Said:
        """Say what the system would have done by the channel of a consent column; the strictest word holds."""
        if self.stopped:
            return Said.STOPPED
        if self.bounced and column is Field.CONSENT_EMAIL:
            return Said.BOUNCED
        return Said.SUBSCRIBED if column in self.subscribed else Said.SILENT


class Reading:
    """Reads the rows of one list in its dialect.

    Args:
        dialect: how it is written.
        columns: its titles, in order.
        zone: IANA name of where times without an offset were written, unless the dialect knows it; "" is UTC.
        order: of day and month where the year comes last.
        calendar: in which days are written.
    """

    def __init__(
        self,
        dialect: Dialect,
        columns: Sequence[str],
        zone: str = "",
        order: Order | None = None,
        calendar: Calendar = "gregorian",
    ) -> None:
        self.dialect = dialect
        self._titles = [comparable(title) for title in columns]
        self._place = {title: at for at, title in reversed(list(enumerate(self._titles)))}
        self._zone: tzinfo = UTC if dialect.utc or not zone else ZoneInfo(zone)
        self._order: Order | None = order
        self._calendar: Calendar = calendar
        self._stopped = self._placed(dialect.stopped)
        self._complained = self._placed(dialect.complained)
        self._bounced = self._placed(dialect.bounced)
        self._subscribed = {column: self._placed(whens) for column, whens in dialect.subscribed.items()}
        self._dated, self._confirmed = self._placed(dialect.dated), self._placed(dialect.confirmed)

    def told(self, cells: Sequence[str]) -> Told:
        """Read one row."""
        dialect, said = self.dialect, self._subscribed.items()
        agreed = self._filled(cells, dialect.agreed_at) if not dialect.dated or _any(self._dated, cells) else ""
        stopped = _any(self._stopped, cells) or _any(self._complained, cells)
        ordered = self._cell(cells, dialect.ordered)
        return Told(
            stopped=stopped,
            stopped_at=self._moment(self._filled(cells, dialect.stopped_at)) if stopped else None,
            complained=_any(self._complained, cells),
            bounced=_any(self._bounced, cells),
            bounced_at=self._moment(self._filled(cells, dialect.bounced_at)),
            subscribed=tuple(column for column, whens in said if _any(whens, cells)),
            agreed=self._iso(agreed),
            wording=self._cell(cells, dialect.wording),
            method=self._method(cells),
            shown=bool(self._filled(cells, dialect.ip)),
            clicked=self._moment(self._cell(cells, dialect.clicked)),
            opened=self._moment(self._cell(cells, dialect.opened)),
            ordered=self._moment(ordered),
            ordered_cell=self._iso(ordered),
        )

    def _placed(self, whens: Sequence[When]) -> list[tuple[int, When]]:
        return [
            (at, when)
            for when in whens
            for at, title in enumerate(self._titles)
            if title == when.column or (when.begins and title.startswith(when.column))
        ]

    def _cell(self, cells: Sequence[str], title: str) -> str:
        at = self._place.get(title) if title else None
        return "" if at is None else cells[at].strip()

    def _filled(self, cells: Sequence[str], titles: Sequence[str]) -> str:
        return next((cell for title in titles if (cell := self._cell(cells, title))), "")

    def _method(self, cells: Sequence[str]) -> str:
        """Say how consent was given. Without the wording that was agreed to it is legacy evidence and no more."""
        if self._cell(cells, self.dialect.wording):
            return self._cell(cells, self.dialect.method)
        confirmed = _any(self._confirmed, cells) or self._is_later(cells)
        return LEGACY_CONFIRMED if confirmed else LEGACY

    def _is_later(self, cells: Sequence[str]) -> bool:
        """Say whether the confirmation came after the sign-up; where both are one moment nobody confirmed anything."""
        if self.dialect.confirmed_after is None:
            return False
        asked, confirmed = (self._moment(self._cell(cells, title)) for title in self.dialect.confirmed_after)
        return asked is not None and confirmed is not None and confirmed > asked

    def _moment(self, cell: str) -> datetime | None:
        try:
            return moment(cell, self._zone, self._order, self._calendar) if cell else None
        except BadValue:
            return None

    def _iso(self, cell: str) -> str:
        """Spell a moment with its offset, so that the import reads what was meant; what cannot be read stays."""
        at = self._moment(cell)
        return at.isoformat() if at is not None else cell


def _any(placed: Sequence[tuple[int, When]], cells: Sequence[str]) -> bool:
    return any(when.holds(cells[at]) for at, when in placed)


def recognised(columns: Sequence[str], dialects: Sequence[Dialect]) -> Dialect:
    """Say in which dialect a list is written: the one of whose titles most are there.

    Raises:
        ListRefused: `dialect_unknown`.
    """
    titles = {comparable(title) for title in columns}
    fitting = [dialect for dialect in dialects if dialect.known_by <= titles]
    if not fitting:
        names = ", ".join(dialect.title for dialect in dialects)
        raise ListRefused(
            "dialect_unknown",
            f"The titles are none of these exports: {names}. `ostiary move template` shows columns to bring it into.",
        )
    return max(fitting, key=lambda dialect: len(dialect.known_by))
