"""What a scan answers: places and kinds, verdicts on columns, signs of a stolen list.

Must never hold a value: these are kept, printed and sent.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gateway.scan.kinds import Kind


class Finding(NamedTuple):
    """Personal data in one cell.

    Attributes:
        column: title of the column.
        row: place of the cell in the column as given, from 0.
        kind: what it is.
        score: 0.5 to 0.95.
        start, end: where in the cell.
    """

    column: str
    row: int
    kind: Kind
    score: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ColumnVerdict:
    """What a column is made of.

    Attributes:
        kind: the kind that most filled cells carry beyond chance, or None.
        pass_rate: share of that kind's candidates that pass their check; 0 where there is no kind.
        cells: filled cells.
        form: what the cells look like, one of `gateway.scan.columns.Form`; "" where nobody looked.
        tried: by kind, how many candidates passed and were tried that no word in their cell names.
    """

    kind: Kind | None
    pass_rate: float
    cells: int
    form: str = ""
    tried: Mapping[Kind, tuple[int, int]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Spell it for keeping; it holds no value."""
        tried = {kind.value: list(counts) for kind, counts in self.tried.items()}
        return {
            "kind": self.kind and self.kind.value, "pass_rate": self.pass_rate, "cells": self.cells,
            "form": self.form, "tried": tried,
        }  # fmt: skip

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "ColumnVerdict":
        """Read what `to_json` wrote."""
        tried = {Kind(kind): (passed, tried) for kind, (passed, tried) in said["tried"].items()}
        kind = Kind(said["kind"]) if said["kind"] else None
        return cls(kind, said["pass_rate"], said["cells"], said["form"], tried)


@dataclass(frozen=True, slots=True)
class Findings:
    """The result of a scan.

    Attributes:
        found: what was found where it was not expected, by column and row.
        columns: verdict of every column scanned.
        tells: signs that the list was stolen; `credentials_beside_identifiers`.
        expected: by column and kind, in how many places a declared column held what it may hold.
        coverage: what was looked for and how, as `names.en` -> `model`.
    """

    found: tuple[Finding, ...]
    columns: dict[str, ColumnVerdict]
    tells: tuple[str, ...]
    expected: dict[str, dict[Kind, int]] = field(default_factory=dict)
    coverage: dict[str, str] = field(default_factory=dict)

    def counts(self) -> dict[str, dict[str, int]]:
        """Count findings by column and kind, for a report."""
        counted = Counter((finding.column, finding.kind.value) for finding in self.found)
        report: dict[str, dict[str, int]] = {}
        for (column, kind), number in sorted(counted.items()):
            report.setdefault(column, {})[kind] = number
        return report
