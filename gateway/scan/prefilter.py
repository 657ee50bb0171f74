"""Runs over every cell of every column in Arrow and gives the few that deserve a closer look, each once.

Arrow's regular expressions (RE2) take a microsecond for five cells, Python's detectors twenty for one. All columns of
a chunk are laid end to end, so that a pattern is compiled once a chunk. Must never drop a cell in which a detector
could find something: the detectors' own patterns say which those are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.scan import trials, wording
from gateway.scan.gates import Gates, gates
from gateway.scan.kinds import Kind
from gateway.scan.letters import Flat, flat

_BY_WORD: Final = frozenset({Kind.NAME, Kind.POSTAL_ADDRESS, Kind.BIRTH_DATE})
_LETTERED: Final = r"[\p{L}\p{M}]"
_FILLED: Final = r"[^\s]"
# A cell that is one address and nothing else; `gateway.scan.trials` finds just that in it.
_ONE_EMAIL: Final = r"\A[0-9A-Za-z_%+-][0-9A-Za-z._%+-]{0,63}@(?:[0-9A-Za-z-]{1,63}\.){1,8}[A-Za-z]{2,24}\z"
# A cell that is one phone number, written as no identity number is: with a plus before; with a trunk zero, an area and
# one or two groups; with the area in brackets or North America's hyphens. Digits alone are never cleared by shape.
_ONE_PHONE: Final = (
    r"\A(?:\+[1-9](?:[ ()-]{0,2}[0-9]){7,14}|\(?0[0-9]{1,2}\)?[ -][0-9]{3,4}[ -][0-9]{4}"
    r"|\(?0[1-9][0-9]{1,3}\)?[ /-][0-9]{6,8}|09[0-9]{2}[ -][0-9]{3}[ -][0-9]{3,4}"
    r"|(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}-)[2-9][0-9]{2}-[0-9]{4})\z"
)

Bits = np.ndarray[tuple[int], np.dtype[np.bool_]]
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Parts = np.ndarray[tuple[int], np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is left of one column to look at.

    Attributes:
        cells: the column in Arrow.
        filled: how many cells hold anything.
        cleared: rows that are one thing as a whole by their shape, by kind.
        declared: how many more cells are what the column was declared to hold, by nothing but the declaration.
        rows: rows worth a look, ascending.
        codes: for each of `rows` its place in `distinct`.
        distinct: the different cells to look at, made flat.
        numbers: for each of `distinct`, which detectors of numbers have to look; 0 for none.
        words: for each of `distinct`, what the detector of words has to look for; 0 for nothing.
    """

    cells: Any
    filled: int
    cleared: dict[Kind, Numbers]
    declared: dict[Kind, int]
    rows: Numbers
    codes: Numbers
    distinct: list[Flat]
    numbers: list[int]
    words: list[int]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """All cells of a chunk end to end, and what the patterns say of each."""

    cells: Any
    filled: Bits
    mails: Bits
    numbers: Bits
    words: Parts  # what of `gateway.scan.wording` to look for

    @classmethod
    def of(cls, cells: Any) -> "_Chunk":
        mails = _matches(cells, _ONE_EMAIL)
        return cls(cells, _matches(cells, _FILLED), mails, _numbers(cells, ~mails), _words(cells, ~mails))

    def worth(self, own: slice, expected: frozenset[Kind]) -> tuple[Bits, Bits]:
        """Say which cells of a column the detectors of numbers and of words have to look at."""
        wanted = wording.EVERYTHING & ~sum(only for kind, only in wording.ONLY.items() if kind in expected)
        return self.numbers[own], (self.words[own] & wanted) > 0


def sift(columns: Mapping[str, Sequence[str]], expected: Mapping[str, frozenset[Kind]]) -> dict[str, Sifted]:
    """Find the cells worth a look.

    Args:
        columns: cells by title; Arrow arrays of text are taken as they are.
        expected: what a declared column may hold. Where that is phone numbers, cells that can be nothing else are
            cleared by shape; where it is names, addresses or birth dates, cells in which nothing else could stand are
            taken at their word.
    """
    arrays = {title: _arrow(cells) for title, cells in columns.items()}
    if not any(map(len, arrays.values())):
        return {title: _nothing(cells) for title, cells in arrays.items()}
    chunk = _Chunk.of(pa.concat_arrays(list(arrays.values())))
    laid, start = {}, 0
    for title, cells in arrays.items():
        laid[title] = slice(start, start + len(cells))
        start += len(cells)
    may = {title: expected.get(title, frozenset()) for title in arrays}
    numbers, words, every = (np.zeros(start, bool) for _ in range(3))
    for title, own in laid.items():
        numbers[own], words[own] = chunk.worth(own, may[title])
        if wording.titled(title) and not may[title] & _BY_WORD:
            every[own] = chunk.filled[own] & ~chunk.mails[own]
    worth = np.where(words & ~chunk.mails, chunk.words, 0) | every.astype(np.uint8) * wording.TITLE
    closer = _Closer.of(chunk.cells, numbers & ~chunk.mails, worth.astype(np.uint8))
    return {title: _of_column(arrays[title], chunk, closer, own, may[title]) for title, own in laid.items()}


@dataclass(frozen=True, slots=True)
class _Closer:
    """The distinct cells of a chunk that are worth a look, made flat.

    A number in full-width digits, an address with a mark inside that nobody sees: flat, most are one thing as a whole.

    Attributes:
        places: of each cell of the chunk its place here, or -1.
        shapes: the distinct cells.
        mails, phones: which are one address, one phone number; one more at the end, for -1.
        gates: of each of `shapes`, which detectors of numbers could find something in it.
        numbers, words: of each cell of the chunk, whether detectors of numbers have to look, and those of words for
            what.
    """

    places: Numbers
    shapes: list[Flat]
    mails: Bits
    phones: Bits
    gates: Gates
    numbers: Bits
    words: Parts

    @classmethod
    def of(cls, cells: Any, numbers: Bits, words: Parts) -> "_Closer":
        worth = np.flatnonzero(numbers | (words > 0))
        encoded = cells.take(pa.array(worth)).dictionary_encode()
        places = np.full(len(cells), -1, np.int64)
        places[worth] = encoded.indices.to_numpy(zero_copy_only=False)
        shapes = [flat(cell) for cell in encoded.dictionary.to_pylist()]
        texts = pa.array([*(shape.text for shape in shapes), ""], pa.large_string())
        lettered = _matches(texts, _LETTERED)[places]
        return cls(
            places,
            shapes,
            _matches(texts, _ONE_EMAIL),
            _matches(texts, _ONE_PHONE),
            gates(texts),
            numbers,
            np.where(lettered | ((words & wording.TITLE) > 0), words, 0).astype(np.uint8),
        )


def _of_column(cells: Any, chunk: _Chunk, closer: _Closer, own: slice, expected: frozenset[Kind]) -> Sifted:
    """Give what is left of one column."""
    places, filled = closer.places[own], chunk.filled[own]
    cleared = {Kind.EMAIL: chunk.mails[own] | closer.mails[places]}
    if Kind.PHONE in expected:
        cleared[Kind.PHONE] = closer.phones[places]
    open_ = filled & ~np.logical_or.reduce(list(cleared.values()))
    looked = open_ & (closer.numbers[own] | (closer.words[own] > 0))
    rows = np.flatnonzero(looked)
    distinct, first, codes = np.unique(places[rows], return_index=True, return_inverse=True)
    left = int((open_ & ~looked).sum())
    wanted = np.where(closer.numbers[own][rows[first]], closer.gates[distinct], 0)
    return Sifted(
        cells, int(filled.sum()), {kind: np.flatnonzero(mask) for kind, mask in cleared.items() if mask.any()},
        dict.fromkeys(expected & _BY_WORD, left) if left else {}, rows, codes, [closer.shapes[at] for at in distinct],
        wanted.tolist(), closer.words[own][rows[first]].tolist(),
    )  # fmt: skip


def _nothing(cells: Any) -> Sifted:
    none = np.zeros(0, np.int64)
    return Sifted(cells, 0, {}, {}, none, none, [], [], [])


def _numbers(cells: Any, open_: Bits) -> Bits:
    """Find the cells that may hold a number, an address or a credential; each pattern has those that are left."""
    left = np.flatnonzero(open_)
    worth = np.zeros(len(cells), bool)
    for pattern in trials.WORTH_A_LOOK:
        found = _matches(cells.take(pa.array(left)), pattern)
        worth[left[found]] = True
        left = left[~found]
    return worth


def _words(cells: Any, open_: Bits) -> Parts:
    """Find the cells that may hold words of personal data, and of what.

    One automaton for all languages outgrows the memory that RE2 allows it and becomes thirty times slower, so there
    are several patterns; they run over distinct cells that have letters at all.
    """
    lettered = np.flatnonzero(open_ & _matches(cells, _LETTERED))
    encoded = cells.take(pa.array(lettered)).dictionary_encode()
    places = encoded.indices.to_numpy(zero_copy_only=False)
    wanted: Parts = np.zeros(len(encoded.dictionary), np.uint8)
    for pattern, parts in wording.WORTH_A_LOOK.items():
        wanted |= _matches(encoded.dictionary, pattern).astype(np.uint8) * np.uint8(parts)
    worth: Parts = np.zeros(len(cells), np.uint8)
    worth[lettered] = wanted[places]
    return worth


def _arrow(cells: Sequence[str]) -> Any:
    """Give a column in Arrow; text that is no Unicode (half of a surrogate pair) becomes question marks."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if isinstance(cells, pa.Array):
        return pc.fill_null(cells.cast(pa.large_string()), "")
    try:
        return pa.array(cells, pa.large_string())
    except UnicodeEncodeError:
        return pa.array([cell.encode("utf-8", "replace").decode() for cell in cells], pa.large_string())


def _matches(cells: Any, pattern: str) -> Bits:
    found: Bits = pc.match_substring_regex(cells, pattern).to_numpy(zero_copy_only=False)
    return found
