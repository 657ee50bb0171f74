"""Gives another system's export with columns at its end in which its own words stand as ours.

So the ordinary import reads it. No cell is left out: every one is still scanned, and the file's digest stays its own.
Must never let a row of another width pass for one that was read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gateway.lists.dialects import CONSENTS, Dialect, Reading, Told
from gateway.lists.headers import Field, propose
from gateway.lists.letters import comparable
from gateway.lists.reader import ListFile
from gateway.lists.table import Body, Record, Records, Unfit

if TYPE_CHECKING:
    from gateway.lists.contents import Contents

_ADDED: Final = (
    *CONSENTS, Field.CONSENT_AT, Field.CONSENT_WORDING, Field.CONSENT_METHOD, Field.WITHDRAWN_AT, Field.PURCHASE_AT,
)  # fmt: skip
_TITLE: Final = "moving in: {}"


def overrides(dialect: Dialect, columns: Sequence[str]) -> dict[str, str]:
    """Say what the columns of a translated list mean: those that are added, and those that they stand for."""
    said = {
        proposal.column: dialect.fields.get(
            comparable(proposal.column), Field.IGNORE.value if proposal.field in _ADDED else ""
        )
        for proposal in propose(columns).proposals
    }
    given = {column: name for column, name in said.items() if name}
    return given | {_TITLE.format(name.value): name.value for name in _ADDED}


def translated(listed: ListFile, reading: Reading) -> ListFile:
    """Give the same list with what the dialect says as columns of ours at its end."""
    columns = (*listed.columns, *(_TITLE.format(name.value) for name in _ADDED))
    return replace(listed, columns=columns, body=_Translated(listed.body, columns, reading))


@dataclass(frozen=True, slots=True)
class _Translated:
    """The records of a list, longer by what the dialect says."""

    body: Body
    columns: tuple[str, ...]
    reading: Reading

    def records(self, contents: "Contents") -> Records:
        """Read from the beginning; see `Body.records`."""
        records = self.body.records(contents)
        return Records(self._rows(records.rows), records.offset, records.digest)

    def _rows(self, rows: Iterator[Record]) -> Iterator[Record]:
        width = len(self.columns) - len(_ADDED)
        for row in rows:
            if isinstance(row, Unfit):
                yield row
            elif len(row) < width or any(row[width:]):
                yield Unfit("ragged")
            else:
                cells = row[:width]
                yield cells + _added(self.reading.told(cells))


def _added(told: Told) -> list[str]:
    stop = (told.stopped_at.isoformat() if told.stopped_at else "yes") if told.stopped else ""
    claims = ["yes" if column in told.subscribed and not told.stopped else "" for column in CONSENTS]
    return [*claims, told.agreed, told.wording, told.method if any(claims) else "", stop, told.ordered_cell]
