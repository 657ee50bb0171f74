"""Marks the scan: compares what it found in the planted lists with what stands there.

A finding is right if it is of the right kind, covers at least 80 % of what was planted and is not half as long again.
Must never count a finding twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.planted.lists import Planted, PlantedList
from gateway.scan import Finding, Findings, Scanner
from gateway.scan.kinds import NATURES, Family, Kind

COVER, EXCESS, SURE = 0.8, 1.5, 0.5
CONTACTS = frozenset({"email", "phone", "card", "iban"})
WORDS = frozenset({"name", "postal_address", "birth_date"})


def is_identifier(kind: str) -> bool:
    """Whether a kind names one person or his account by a number or an address: what recall is promised for."""
    return kind in CONTACTS or (Kind(kind) in NATURES and NATURES[Kind(kind)].family is Family.GOVERNMENT)


@dataclass(slots=True)
class Mark:
    """One kind on one list.

    Attributes:
        planted, found: all of them; `by_way` the same for plain, hidden, glued.
        family: found as any kind of the right family.
        said: findings of this kind; right: those that stand on one planted.
    """

    planted: int = 0
    found: int = 0
    family: int = 0
    said: int = 0
    right: int = 0
    by_way: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    @property
    def recall(self) -> float:
        """Found of planted; 1 where nothing was planted."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """Right of said; 1 where nothing was said."""
        return self.right / self.said if self.said else 1.0

    def recall_of(self, way: str) -> float | None:
        """Recall of one way of writing; None where nothing was written so."""
        found, planted = self.by_way.get(way, (0, 0))
        return found / planted if planted else None


@dataclass(slots=True)
class Marks:
    """A marked list.

    Attributes:
        locale: of the list.
        kinds: by kind; kinds that were said and never planted too.
        missed: planted identifiers not found.
        wrong: findings of identifiers where none, or another, stands.
        typed: verdicts of harmless columns that name a kind.
        benign: by harmless column, cells with a finding.
        columns: by column of data, the kind the scan gave it.
    """

    locale: str
    kinds: dict[str, Mark]
    missed: list[Planted]
    wrong: list[Finding]
    typed: dict[str, str]
    benign: dict[str, int]
    columns: dict[str, str]
    rows: int

    def identifiers(self) -> dict[str, Mark]:
        """Marks of the identifiers that were planted."""
        return {kind: mark for kind, mark in sorted(self.kinds.items()) if mark.planted and is_identifier(kind)}

    def strays(self) -> dict[str, int]:
        """Identifiers said that this list holds nowhere."""
        return {
            kind: m.said for kind, m in sorted(self.kinds.items()) if m.said and not m.planted and is_identifier(kind)
        }


def marked(made: PlantedList, scanner: Scanner) -> Marks:
    """Scan a list, undeclared, and mark the findings."""
    return mark(made, scanner.scan(made.columns))


def mark(made: PlantedList, findings: Findings) -> Marks:
    """Mark the findings of a list."""
    sure = [each for each in findings.found if each.score >= SURE]
    by_cell: dict[tuple[str, int], list[Finding]] = defaultdict(list)
    for each in sure:
        by_cell[each.column, each.row].append(each)
    kinds: dict[str, Mark] = defaultdict(Mark)
    missed: list[Planted] = []
    used: set[int] = set()
    for planted in made.truth:
        here = by_cell.get((planted.column, planted.row), ())
        hits = _right(planted, here)
        _count(kinds[planted.kind], planted, bool(hits), here)
        used.update(map(id, hits))
        if not hits and is_identifier(planted.kind):
            missed.append(planted)
    for each in sure:
        kinds[each.kind.value].said += 1
        kinds[each.kind.value].right += id(each) in used
    wrong = [each for each in sure if id(each) not in used and is_identifier(each.kind.value)]
    verdicts = {title: verdict.kind.value for title, verdict in findings.columns.items() if verdict.kind is not None}
    return Marks(
        locale=made.locale,
        kinds=dict(kinds),
        missed=missed,
        wrong=wrong,
        typed={title: kind for title, kind in verdicts.items() if title in made.harmless},
        benign=_benign(made, sure),
        columns={title: verdicts.get(title, "") for title in made.columns if title not in made.harmless},
        rows=len(next(iter(made.columns.values()))),
    )


def _count(mark: Mark, planted: Planted, hit: bool, here: Iterable[Finding]) -> None:
    mark.planted += 1
    mark.found += hit
    mark.family += hit or any(_covers(planted, each) and _akin(planted, each) for each in here)
    way = mark.by_way[planted.way]
    way[0] += hit
    way[1] += 1


def _right(planted: Planted, here: Iterable[Finding]) -> list[Finding]:
    """Find what is right about something planted; two words of one remark may both tell of a belief."""
    ours = [each for each in here if each.kind.value == planted.kind]
    if is_identifier(planted.kind) or planted.kind in WORDS:
        return [each for each in ours if _covers(planted, each)][:1]
    return [each for each in ours if planted.start <= each.start < planted.end]


def _covers(planted: Planted, each: Finding) -> bool:
    length = planted.end - planted.start
    shared = min(planted.end, each.end) - max(planted.start, each.start)
    return shared >= COVER * length and each.end - each.start <= EXCESS * length


def _akin(planted: Planted, each: Finding) -> bool:
    return NATURES[each.kind].family is NATURES[Kind(planted.kind)].family


def _benign(made: PlantedList, sure: Iterable[Finding]) -> dict[str, int]:
    cells = {(each.column, each.row) for each in sure if each.column in made.harmless}
    return dict(Counter(column for column, _ in cells))


def pooled(marks: Mapping[str, Mark]) -> Mark:
    """Add marks up."""
    total = Mark()
    for each in marks.values():
        total.planted += each.planted
        total.found += each.found
        total.family += each.family
        total.said += each.said
        total.right += each.right
        for way, (found, planted) in each.by_way.items():
            total.by_way[way][0] += found
            total.by_way[way][1] += planted
    return total
