"""Scans a list without bringing it in: what each column is, what it holds, and what the policy would do with it.

Steps:
    1 open     a file           -> ListFile     (as an import would)
    2 declare  titles           -> fields       (what an import would propose)
    3 type     the first chunk  -> priors, and what an import could be told that a column is (`typed_columns`)
    4 scan     every chunk      -> Findings     (every cell of every column)
    5 treat    finding          -> Treatment    (the policies in the package, no evidence assumed)
    6 sum up   counts           -> Scanned
Needs no house: no database, no key, no ledger; so nothing is recorded and nothing is kept. Must never give out a cell.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.domain.treatment import treat
from gateway.flows.collecting import rare_collection
from gateway.flows.typed_columns import TypedColumn, typed
from gateway.lists.headers import Mapping as Columns
from gateway.lists.headers import propose
from gateway.lists.reader import ListFile, open_list
from gateway.scan import MAY_HOLD, ColumnVerdict, Family, Findings, Kind, Scanner, compare
from gateway.scan.kinds import NATURES
from gateway.scan.names import Names
from policies.load import PACKAGED, load_bundle
from policies.packs import Bundle
from policies.terms import Treatment, Verdict

_TIERS: Final = ((0.9, "sure"), (0.8, "likely"), (0.0, "possible"))
_HELD: Final = frozenset({Treatment.HOLD_ROW, Treatment.HOLD_BATCH})


@dataclass(frozen=True, slots=True)
class ScannedColumn:
    """One column of a scanned list.

    Attributes:
        title: as the list has it.
        declared: the field that an import would propose; "" for none.
        found: the kind that it is made of, or what its cells look like.
        agreement: `agrees`, `differs`, `empty` or `unsure`.
        filled: cells that hold anything.
        expected: how often it holds what it may hold, by kind.
        beside: what it holds beside that, by kind and tier (`sure`, `likely`, `possible`).
        proposed: what it could be taken for, by its title or its cells; None in a list without a row.
    """

    title: str
    declared: str
    found: str
    agreement: str
    filled: int
    expected: Mapping[str, int]
    beside: Mapping[str, Mapping[str, int]]
    proposed: TypedColumn | None


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a list holds.

    Attributes:
        verdict: what an import would come to by content alone: accept, quarantine or refuse. Its source is not asked.
        rows: rows read; `rejected` of them have more or fewer cells than the header names.
        columns: in the order of the list.
        tells: signs that the list was stolen.
        special: special categories by kind, with how many places.
        treatments: how many findings the policy treats how.
        coverage: what was looked for, and how.
        digest: SHA-256 of the file.
        seconds: how long reading and scanning took.
    """

    verdict: Verdict
    rows: int
    rejected: int
    columns: tuple[ScannedColumn, ...]
    tells: tuple[str, ...]
    special: Mapping[str, int]
    treatments: Mapping[str, int]
    coverage: Mapping[str, str]
    digest: str
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Spell it as JSON."""
        names = ("title", "declared", "found", "agreement", "filled", "expected", "beside")
        columns = [
            {**{name: getattr(each, name) for name in names}, "proposed": _proposal(each.proposed)}
            for each in self.columns
        ]
        return {
            "verdict": self.verdict.value, "rows": self.rows, "rejected": self.rejected, "columns": columns,
            "tells": list(self.tells), "special": dict(self.special), "treatments": dict(self.treatments),
            "coverage": dict(self.coverage), "digest": self.digest, "seconds": round(self.seconds, 3),
            "rows_per_second": round(self.rows / self.seconds) if self.seconds else 0,
        }  # fmt: skip


def scan_file(
    path: Path,
    encoding: str | None = None,
    delimiter: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    *,
    sheet: str | None = None,
    names: bool = False,
) -> Scanned:
    """Scan a list.

    Args:
        path: the file; any that an import can read.
        encoding: how it is written, if it cannot be told.
        delimiter: what stands between cells, if it cannot be told.
        progress: hears the bytes read and their total.
        sheet: which one of a workbook.
        names: look for names in free text too, by the models that are installed.

    Returns:
        What it holds; never a value.

    Raises:
        ListRefused: the file cannot be read; see `gateway.lists.reader`.
    """
    listed = open_list(path, encoding, delimiter, sheet=sheet)  # 1
    scanner = Scanner(names=Names()) if names else Scanner()
    counting = _Counting(listed, propose(listed.columns), load_bundle(PACKAGED), scanner)  # 2
    began = time.monotonic()
    with rare_collection():
        _counted(listed, counting, progress)  # 3-5
    return counting.result(time.monotonic() - began)  # 6


def _counted(listed: ListFile, counting: "_Counting", progress: Callable[[int, int], None]) -> None:
    for chunk in listed.chunks():
        counting.rows += len(chunk.rows) + len(chunk.rejected)
        counting.rejected += len(chunk.rejected)
        if chunk.rows:
            counting.take(dict(zip(listed.columns, zip(*chunk.rows, strict=True), strict=True)))
        progress(chunk.byte_offset_after, listed.size)
        counting.digest = chunk.digest or ""


def expected_of(mapping: Columns) -> dict[str, frozenset[Kind]]:
    """Say what each declared column may hold."""
    return {each.column: MAY_HOLD[each.field] for each in mapping.proposals if each.field and each.field in MAY_HOLD}


class _Counting:
    """Counts over the chunks of one list."""

    def __init__(self, listed: ListFile, mapping: Columns, bundle: Bundle, scanner: Scanner) -> None:
        self._titles = listed.columns
        self._fields = {each.column: str(each.field or "") for each in mapping.proposals}
        self._expected = expected_of(mapping)
        self._bundle = bundle
        self._scanner = scanner
        self._priors: dict[str, ColumnVerdict] = {}
        self._typed: dict[str, TypedColumn] = {}
        self._filled: Counter[str] = Counter()
        self._seen: dict[str, Counter[str]] = {title: Counter() for title in self._titles}
        self._beside: dict[str, dict[str, Counter[str]]] = {title: {} for title in self._titles}
        self._treated: dict[tuple[str, Kind, float], Treatment] = {}
        self._treatments: Counter[str] = Counter()
        self._special: Counter[str] = Counter()
        self._tells: set[str] = set()
        self.rows = self.rejected = 0
        self.digest = ""

    def take(self, columns: Mapping[str, tuple[str, ...]]) -> None:
        """Scan one chunk and add up what it holds."""
        found = self._scanner.scan(columns, expected=self._expected, priors=self._priors)  # 3, 4
        self._priors = self._priors or found.columns
        self._typed = self._typed or {each.title: each for each in typed(self._titles, columns, found)}
        self._tells.update(found.tells)
        for title, verdict in found.columns.items():
            self._filled[title] += verdict.cells
        for title, kinds in found.expected.items():
            self._seen[title].update({kind.value: number for kind, number in kinds.items()})
            self._special.update({kind.value: n for kind, n in kinds.items() if _is_special(kind)})
        self._add(found)

    def _add(self, found: Findings) -> None:
        """Count what was not expected, by kind, tier and treatment."""
        counted = Counter((each.column, each.kind, each.score) for each in found.found)
        for (title, kind, score), number in counted.items():
            tiers = self._beside[title].setdefault(kind.value, Counter())
            tiers[next(tier for least, tier in _TIERS if score >= least)] += number
            self._treatments[self._treatment(title, kind, score).value] += number  # 5
            if _is_special(kind):
                self._special[kind.value] += number

    def _treatment(self, title: str, kind: Kind, score: float) -> Treatment:
        key = title, kind, score
        if key not in self._treated:
            family = NATURES[kind].family.value
            said = treat(self._bundle, kind.value, family, self._fields[title], score, frozenset())
            self._treated[key] = said.treatment
        return self._treated[key]

    def result(self, seconds: float) -> Scanned:
        """Sum up."""
        return Scanned(
            self._verdict(), self.rows, self.rejected, tuple(map(self._column, self._titles)),
            tuple(sorted(self._tells)), dict(self._special), dict(self._treatments), self._scanner.coverage(),
            self.digest, seconds,
        )  # fmt: skip

    def _verdict(self) -> Verdict:
        if self._tells or Treatment.REFUSE in self._treatments:
            return Verdict.REFUSE
        return Verdict.QUARANTINE if _HELD & self._treatments.keys() else Verdict.ACCEPT

    def _column(self, title: str) -> ScannedColumn:
        """Say what one column is; the first chunk typed it."""
        verdict = self._priors.get(title, ColumnVerdict(None, 0.0, 0))
        declared = self._fields[title]
        return ScannedColumn(
            title, declared, verdict.kind.value if verdict.kind else verdict.form, compare(declared, verdict),
            self._filled[title], dict(self._seen[title]),
            {kind: dict(tiers) for kind, tiers in sorted(self._beside[title].items())}, self._typed.get(title),
        )  # fmt: skip


def _proposal(typed_: TypedColumn | None) -> dict[str, Any] | None:
    return None if typed_ is None else typed_.proposal()


def _is_special(kind: Kind) -> bool:
    return NATURES[kind].family is Family.SPECIAL
