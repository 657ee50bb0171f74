"""Scans columns and says where personal data stands and what a column is made of.

Steps:
    1 sift    all cells            -> the few worth a look, each once   (`prefilter`; nothing is sampled)
    2 look    distinct cells       -> candidates                        (`recogniser`; failures too)
    3 names   distinct free text   -> more candidates                   (`free_text`; where a house has models)
    4 weigh   candidates           -> scores                            (`weighing`; against chance, column, words)
    5 place   scores               -> findings, or counts where they were expected
    6 judge   columns              -> verdicts, tells
Must never hand out or keep a value: a finding is a place and a kind.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pyarrow as pa

from gateway.scan import columns as typing
from gateway.scan import free_text, recogniser
from gateway.scan.candidates import Candidate
from gateway.scan.chance import CERTAIN
from gateway.scan.findings import ColumnVerdict, Finding, Findings
from gateway.scan.free_text import Names
from gateway.scan.kinds import Kind
from gateway.scan.letters import flat
from gateway.scan.looks import looks
from gateway.scan.prefilter import Numbers, Sifted, sift
from gateway.scan.tells import tells
from gateway.scan.weighing import Column

REPORT_FROM: Final = 0.5
_NOBODY: Final[Mapping[str, frozenset[Kind]]] = MappingProxyType({})
_UNKNOWN: Final[Mapping[str, ColumnVerdict]] = MappingProxyType({})
_UNSURE: Final = frozenset[Kind]()


@dataclass(frozen=True, slots=True)
class _Scanned:
    """One column after its scan."""

    found: list[Finding]
    expected: dict[Kind, int]
    carried: frozenset[Kind]
    verdict: ColumnVerdict


class Scanner:
    """Looks at every cell of a list, chunk by chunk.

    Args:
        report_from: lowest score that is reported.
        names: models that find names in free text; without them free text is looked at for all else.
        latin: language of free text in Latin letters, for the models.
    """

    def __init__(self, report_from: float = REPORT_FROM, *, names: Names | None = None, latin: str = "en") -> None:
        self._report_from = report_from
        self._names = names
        self._latin = latin
        self._kinds = [kind.value for kind in Kind]

    def scan(
        self,
        columns: Mapping[str, Sequence[str]],
        *,
        expected: Mapping[str, frozenset[Kind]] = _NOBODY,
        priors: Mapping[str, ColumnVerdict] = _UNKNOWN,
        identifiers_declared: bool = False,
    ) -> Findings:
        """Scan columns, declared and undeclared.

        Args:
            columns: cells by title, as text (lists, or Arrow arrays); one chunk of a list, or all of it.
            expected: what a declared column may hold; that is counted and not listed.
            priors: verdicts on a sample of the same list, so that a short last chunk is judged as the whole list was.
            identifiers_declared: whether the list has an e-mail or phone column that is not given here; a credential
                column beside it tells of a leak.

        Returns:
            Places, verdicts and tells, never a value.
        """
        scanned = {
            title: self._column(title, sifted, expected.get(title, _UNSURE), priors.get(title))
            for title, sifted in sift(columns, expected).items()  # 1
        }
        verdicts = {title: each.verdict for title, each in scanned.items()}
        carried = {title: each.carried for title, each in scanned.items()}
        return Findings(
            tuple(finding for each in scanned.values() for finding in each.found),
            verdicts,
            tells(verdicts, carried, identifiers_declared),  # 6
            {title: each.expected for title, each in scanned.items() if each.expected},
            self.coverage(),
        )

    def analyse(self, text: str) -> list[Finding]:
        """Look at one text on its own, through Presidio's engine.

        Args:
            text: anything.

        Returns:
            Findings with an empty column title and row 0. Without a column there are no statistics: scores
            are those of the checks alone.
        """
        results = recogniser.engine().analyze(text=text, language=recogniser.LANGUAGE, entities=self._kinds)
        return [
            Finding("", 0, Kind(each.entity_type), each.score, each.start, each.end)
            for each in sorted(results, key=lambda each: int(each.start))
        ]

    def coverage(self) -> dict[str, str]:
        """Say what was looked for, and how; names in free text by language."""
        told = {"cells": "all", "identifiers": "checks", "special": "lexicon"}
        if self._names is None:
            return told | {"names": "titles"}
        return told | {f"names.{language}": how for language, how in self._names.coverage().items()}

    def _column(self, title: str, sifted: Sifted, expected: frozenset[Kind], prior: ColumnVerdict | None) -> _Scanned:
        """Scan one column."""
        looked = looks(sifted.distinct, title, expected, sifted.numbers, sifted.words)  # 2
        if self._names is not None and not expected:
            found = free_text.names_in(sifted, self._names, self._latin)  # 3
            sifted = free_text.joined(sifted, looked, found)
        told, which = _alike(looked.found)
        column = Column(
            title, told, np.bincount(which, minlength=len(told)).tolist(),
            {kind: len(rows) for kind, rows in sifted.cleared.items()},
            rising=_phones(told) and typing.rises(sifted.cells), expected=expected, prior=prior,
        )  # fmt: skip
        weighed = [self._surest(column, of_cell) for of_cell in told]  # 4
        codes = which[sifted.codes]
        often = np.bincount(codes, minlength=len(told)).tolist()
        carrying = _carrying(told, often, sifted)
        return _Scanned(
            list(_placed(title, sifted, codes, weighed, np.array(looked.moved, np.int64), expected)),  # 5
            _expected(sifted, weighed, often, expected),
            frozenset(kind for kind, number in carrying.items() if number >= typing.MOST * sifted.filled),
            typing.verdict(column, sifted.cells, sifted.filled, carrying, prior),  # 6
        )

    def _surest(self, column: Column, of_cell: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
        if not of_cell:
            return []
        return [pair for pair in column.weighed(of_cell) if pair[1] >= self._report_from]


def _alike(looked: Sequence[list[Candidate]]) -> tuple[list[list[Candidate]], Numbers]:
    """Give the different lists of candidates, and for each cell which is its own."""
    different = {id(each): each for each in looked}
    place = {key: at for at, key in enumerate(different)}
    return list(different.values()), np.fromiter((place[id(each)] for each in looked), np.int64, len(looked))


def _placed(
    title: str, sifted: Sifted, codes: Numbers, weighed: Sequence[Sequence[tuple[Candidate, float]]],
    moved: Numbers, expected: frozenset[Kind],
) -> Iterator[Finding]:  # fmt: skip
    """Give the findings of one column that were not expected there.

    `codes` says which are a row's, `moved` by how much those of a distinct cell are moved.
    """
    for kind, rows in sifted.cleared.items():
        if kind not in expected:
            for row, cell in zip(rows.tolist(), sifted.cells.take(pa.array(rows)).to_pylist(), strict=True):
                shape = flat(cell)
                yield Finding(title, row, kind, CERTAIN, *shape.span(0, len(shape.text)))
    listed = [[pair for pair in pairs if pair[0].kind not in expected] for pairs in weighed]
    if not any(listed):
        return
    telling = np.fromiter(map(bool, listed), bool, len(listed))[codes]
    places = sifted.rows[telling].tolist(), codes[telling].tolist(), moved[sifted.codes[telling]].tolist()
    for row, code, by in zip(*places, strict=True):
        for each, how_sure in listed[code]:
            yield Finding(title, row, each.kind, how_sure, each.start + by, each.end + by)


def _expected(
    sifted: Sifted, weighed: Sequence[Sequence[tuple[Candidate, float]]], often: Sequence[int],
    expected: frozenset[Kind],
) -> dict[Kind, int]:  # fmt: skip
    """Count what a declared column holds of what it may hold."""
    if not expected:
        return {}
    counted = Counter(sifted.declared)
    for kind, rows in sifted.cleared.items():
        if kind in expected:
            counted[kind] += len(rows)
    for pairs, times in zip(weighed, often, strict=True):
        for each, _ in pairs:
            if each.kind in expected:
                counted[each.kind] += times
    return dict(counted)


def _carrying(looked: Sequence[Sequence[Candidate]], often: Sequence[int], sifted: Sifted) -> Counter[Kind]:
    """Count by kind the cells in which a candidate passes."""
    carrying = Counter({kind: len(rows) for kind, rows in sifted.cleared.items()})
    for of_cell, times in zip(looked, often, strict=True):
        for kind in {each.kind for each in of_cell if each.passed}:
            carrying[kind] += times
    return carrying


def _phones(looked: Sequence[Sequence[Candidate]]) -> bool:
    """Whether anything passes for a phone number without a word beside it."""
    return any(each.kind is Kind.PHONE and not each.named for of_cell in looked for each in of_cell)
