"""Scans columns and says where personal data stands and what a column is made of.

Cheap before dear: a regular expression drops the cells that cannot hold anything, equal cells are looked at
once, and only then the recogniser runs. Must never hand out or keep a value: a finding is a place and a kind.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gateway.scan import recogniser
from gateway.scan.chance import CERTAIN, PROOF, by_accident, score
from gateway.scan.kinds import CREDENTIAL_TITLES, NATURES, Kind
from gateway.scan.letters import flat
from gateway.scan.spans import Taken
from gateway.scan.trials import WORTH_A_LOOK

REPORT_FROM = 0.5
_IDENTIFYING = frozenset({Kind.EMAIL, Kind.PHONE})
_CREDENTIALS = frozenset({Kind.PASSWORD_HASH, Kind.HEX_DIGEST})
_FORM_IS_PROOF = frozenset({Kind.EMAIL, Kind.PASSWORD_HASH})
_MOST = 0.5  # of the filled cells have to carry the kind before the column is said to be of it
_RISING_FROM = 20  # cells; fewer may rise by accident
_RISING = 0.98

CREDENTIALS_BESIDE_IDENTIFIERS = "credentials_beside_identifiers"


@dataclass(frozen=True, slots=True)
class Finding:
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
    """

    kind: Kind | None
    pass_rate: float
    cells: int


@dataclass(frozen=True, slots=True)
class Findings:
    """The result of a scan.

    Attributes:
        found: what was found, by column and row.
        columns: verdict of every column scanned.
        tells: signs that the list was stolen; `credentials_beside_identifiers`.
    """

    found: tuple[Finding, ...]
    columns: dict[str, ColumnVerdict]
    tells: tuple[str, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """Count findings by column and kind, for a report."""
        counted = Counter((finding.column, finding.kind.value) for finding in self.found)
        report: dict[str, dict[str, int]] = {}
        for (column, kind), number in sorted(counted.items()):
            report.setdefault(column, {})[kind] = number
        return report


@dataclass(frozen=True, slots=True)
class _Hit:
    """A candidate in one distinct cell."""

    kind: Kind
    start: int
    end: int
    score: float


class Scanner:
    """The first scan: numbers, addresses and stored passwords in any column."""

    def __init__(self, report_from: float = REPORT_FROM) -> None:
        """Make a scanner; Presidio is imported with the first scan that needs it.

        Args:
            report_from: lowest score that is reported.
        """
        self._report_from = report_from
        self._kinds = [kind.value for kind in Kind]

    def scan(self, columns: Mapping[str, Sequence[str]], *, identifiers_declared: bool = False) -> Findings:
        """Scan columns that nobody declared.

        Args:
            columns: cells by title; one chunk of a list, or all of it.
            identifiers_declared: whether the list has an e-mail or phone column that is declared and so not
                given here; a credential column beside it tells of a leak.

        Returns:
            Places, verdicts and tells, never a value.
        """
        found: list[Finding] = []
        verdicts: dict[str, ColumnVerdict] = {}
        for title, cells in columns.items():
            hits = self._hits(cells)
            verdicts[title] = _verdict(title, cells, hits)
            found.extend(self._found(title, cells, hits))
        return Findings(tuple(found), verdicts, _tells(verdicts, identifiers_declared))

    def analyse(self, text: str) -> list[Finding]:
        """Look at one text on its own, through Presidio's engine.

        Args:
            text: anything.

        Returns:
            Findings with an empty column title and row 0. Without a column there are no statistics: scores
            are those of the checks alone.
        """
        results = recogniser.engine().analyze(text=text, language="en", entities=self._kinds)
        return [
            Finding("", 0, Kind(each.entity_type), each.score, each.start, each.end)
            for each in sorted(results, key=lambda each: int(each.start))
        ]

    def _hits(self, cells: Sequence[str]) -> dict[str, list[_Hit]]:
        """Look at each distinct cell that may hold something, once."""
        worth = WORTH_A_LOOK.search
        distinct = [cell for cell in set(cells) if worth(cell) or (not cell.isascii() and worth(flat(cell).text))]
        if not distinct:
            return {}
        analyze = recogniser.fused().analyze
        looked = ((cell, analyze(cell, self._kinds, None)) for cell in distinct)
        return {cell: [_hit(result) for result in results] for cell, results in looked if results}

    def _found(self, title: str, cells: Sequence[str], hits: dict[str, list[_Hit]]) -> Iterator[Finding]:
        """Give the findings of one column, weighed against chance."""
        if not hits:
            return
        tally = _Tally.of(title, cells, hits)
        for row, cell in enumerate(cells):
            for hit, how_sure in tally.weighed(cell, hits.get(cell, [])):
                if how_sure >= self._report_from:
                    yield Finding(title, row, hit.kind, how_sure, hit.start, hit.end)


@dataclass(frozen=True, slots=True)
class _Tally:
    """How often each kind was tried and passed in one column, apart for cells that name the kind.

    Numbers called "national code" would otherwise lend their weight to order numbers in the same column.
    """

    title: str
    tried: Counter[tuple[Kind, bool]]
    passed: Counter[tuple[Kind, bool]]
    rising: bool

    @classmethod
    def of(cls, title: str, cells: Sequence[str], hits: dict[str, list[_Hit]]) -> "_Tally":
        """Count distinct cells: the same number a thousand times is one piece of evidence."""
        tried: Counter[tuple[Kind, bool]] = Counter()
        passed: Counter[tuple[Kind, bool]] = Counter()
        for cell, each in hits.items():
            by_name = {kind: _names(cell, kind) for kind in {hit.kind for hit in each}}
            named = [(hit.kind, by_name[hit.kind]) for hit in each]
            tried.update(named)
            passed.update(key for key, hit in zip(named, each, strict=True) if hit.score > 0)
        return cls(title, tried, passed, _rises(cells))

    def of_kind(self, kind: Kind) -> tuple[int, int]:
        """Give passed and tried of a kind over the column."""
        both = ((kind, True), (kind, False))
        return sum(self.passed[key] for key in both), sum(self.tried[key] for key in both)

    def by_accident(self, kind: Kind) -> float:
        """How likely chance explains the passes; numbers that count upwards explain phone-like ones."""
        if self.rising and kind is Kind.PHONE:
            return 1.0
        return by_accident(*self.of_kind(kind), NATURES[kind].chance)

    def weighed(self, cell: str, hits: list[_Hit]) -> Iterator[tuple[_Hit, float]]:
        """Score the passing candidates of one cell; of two on one place the surer one stays."""
        scores = {kind: self._score(cell, kind) for kind in {hit.kind for hit in hits}}
        scored = [(hit, scores[hit.kind]) for hit in hits if hit.score > 0]
        scored.sort(key=lambda pair: (-pair[1], NATURES[pair[0].kind].chance))
        taken = Taken()
        for hit, how_sure in scored:
            if not taken.touches(hit.start, hit.end):
                taken.take(hit.start, hit.end)
                yield hit, how_sure

    def _score(self, cell: str, kind: Kind) -> float:
        if kind in _FORM_IS_PROOF:
            return CERTAIN
        in_cell = _names(cell, kind)
        named = in_cell or _names(self.title, kind)
        if self.rising and kind is Kind.PHONE and not named:
            return 0.0
        return score(self.passed[kind, in_cell], self.tried[kind, in_cell], NATURES[kind].chance, named=named)


def _hit(result: Any) -> _Hit:
    """Take what we need from a Presidio result."""
    return _Hit(Kind(result.entity_type), result.start, result.end, result.score)


def _names(text: str, kind: Kind) -> bool:
    """Whether a title or cell names a kind."""
    plain = "".join(text.casefold().replace("ي", "ی").replace("ك", "ک").split())
    return any(word in plain for word in NATURES[kind].keywords)


def _verdict(title: str, cells: Sequence[str], hits: dict[str, list[_Hit]]) -> ColumnVerdict:
    """Say what most filled cells are, if anything beyond chance."""
    filled = sum(1 for cell in cells if cell.strip())
    tally = _Tally.of(title, cells, hits)
    carrying = Counter(kind for cell in cells for kind in {hit.kind for hit in hits.get(cell, ()) if hit.score > 0})
    likely = [
        (_rate(tally.of_kind(kind)), -NATURES[kind].chance, kind)
        for kind, cells_of_it in carrying.items()
        if cells_of_it >= _MOST * filled and tally.by_accident(kind) <= PROOF
    ]
    if not likely:
        return ColumnVerdict(None, 0.0, filled)
    rate, _, kind = max(likely)
    return ColumnVerdict(kind, rate, filled)


def _rate(passed_and_tried: tuple[int, int]) -> float:
    passed, tried = passed_and_tried
    return passed / tried


def _rises(cells: Sequence[str]) -> bool:
    """Whether a column counts upwards, as order and row numbers do."""
    numbers = [int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) <= 20]  # noqa: PLR2004
    if len(numbers) < _RISING_FROM:
        return False
    steps = sum(later > earlier for earlier, later in pairwise(numbers))
    return steps >= _RISING * (len(numbers) - 1)


def _tells(verdicts: dict[str, ColumnVerdict], identifiers_declared: bool) -> tuple[str, ...]:
    """Tell a stolen list: people's addresses beside their stored passwords."""
    people = identifiers_declared or any(verdict.kind in _IDENTIFYING for verdict in verdicts.values())
    secrets = any(
        verdict.kind is Kind.PASSWORD_HASH
        or (verdict.cells and verdict.kind in _CREDENTIALS and _titled_secret(title))
        or (verdict.cells and _titled_password(title))
        for title, verdict in verdicts.items()
    )
    return (CREDENTIALS_BESIDE_IDENTIFIERS,) if people and secrets else ()


def _titled_secret(title: str) -> bool:
    """Whether a title speaks of digests or passwords."""
    return _names(title, Kind.HEX_DIGEST) or _titled_password(title)


def _titled_password(title: str) -> bool:
    """Whether a title speaks of passwords, hashed or not."""
    plain = "".join(title.casefold().split())
    return any(word in plain for word in CREDENTIAL_TITLES)
