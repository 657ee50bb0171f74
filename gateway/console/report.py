"""An import's report in words and stages: every row is accounted for, by what became of it. Pure."""

from collections.abc import Iterator
from typing import Final

from gateway.console.funnel import Stage
from gateway.console.words import number, spoken
from gateway.flows.overview import Batch, Import

_VERDICTS: Final = {"accept": "accepted", "quarantine": "quarantined", "refuse": "refused"}
_ROWS: Final = {
    "row.new": ("new people", "allow"),
    "row.joined": ("joined to people known before", "allow"),
    "row.merged_in_list": ("merged within the list", ""),
    "row.quarantined": ("sealed, waiting", "hold"),
}
"""What becomes of rows, in the order of the picture; `row.refused.<reason>` follows."""
_REFUSED: Final = "row.refused."
_READ: Final = "row.read"


def summary_of(one: Import) -> str:
    """Say in one sentence what became of a list."""
    said = _VERDICTS.get(one.batch.verdict, one.batch.verdict)
    if one.batch.state == "open":
        return f"{one.source}: {said}, still coming in"
    rows = rows_of(one.batch)
    return f"{one.source}: {number(rows)} rows {said}" if rows else f"{one.source}: {said}"


def stages_of(batch: Batch) -> list[Stage]:
    """Give the bars of the funnel: the rows that were read, then what became of them."""
    counts = batch.counts
    known = [Stage(label, counts[name], kind) for name, (label, kind) in _ROWS.items() if counts.get(name)]
    refused = [
        Stage(f"refused: {spoken(name.removeprefix(_REFUSED))}", count, "deny")
        for name, count in counts.items()
        if name.startswith(_REFUSED) and count
    ]
    others = [
        Stage(spoken(name.removeprefix("row.")).replace(".", ": "), count)
        for name, count in counts.items()
        if name.startswith("row.") and name not in {_READ, *_ROWS} and not name.startswith(_REFUSED) and count
    ]
    return [Stage("rows in the file", rows_of(batch)), *known, *others, *refused]


def values_of(batch: Batch) -> Iterator[tuple[str, int]]:
    """Give the counts that are not of rows: values left out, consents taken or ignored, identifiers marked."""
    for name, count in batch.counts.items():
        if not name.startswith("row.") and count:
            yield spoken(name).replace(".", ": "), count


def rows_of(batch: Batch) -> int:
    """Count the rows of a list, as far as it was read."""
    return max(int(batch.reading.get("rows", 0)), int(batch.counts.get(_READ, 0)))
