"""Judges many numbers with letters in them at once, each a word of its own, as `together` judges digits.

`numbers.lettered` says the same of one. The forms run over all words of one length in Arrow, those that RE2 cannot
(they look ahead) in Python; only what has a form meets its check. Must never judge otherwise than the look at one would
(a property test holds both together).
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.scan.identifiers.necessary import Bits
from gateway.scan.identifiers.numbers import TOKEN_ALONE
from gateway.scan.identifiers.row import Row
from gateway.scan.identifiers.table_letters import GROUPS, SHELVES
from gateway.scan.identifiers.together import Judged

LONGEST: Final = 14  # letters and digits; a longer word may be an account too
_WORTH_IT: Final = 24  # words of one length


def tokens(written: Iterable[str]) -> dict[str, Judged]:
    """Judge words of letters and digits.

    Args:
        written: as they stand in flat texts with nothing else in them.

    Returns:
        Judgements of those that are many enough of their length and short enough; the rest is left to the look at one.
    """
    of_length: defaultdict[int, list[str]] = defaultdict(list)
    for each in dict.fromkeys(written):
        if len(each) <= LONGEST and TOKEN_ALONE.fullmatch(each):
            of_length[len(each)].append(each)
    known: dict[str, Judged] = {}
    for length, words in of_length.items():
        if len(words) >= _WORTH_IT:
            known |= _of_length(length, words)
    return known


def _of_length(length: int, words: list[str]) -> dict[str, Judged]:
    """Judge words of one length."""
    bares = [word.upper() for word in words]
    column = pa.array(bares)
    tried, passed = np.zeros(len(words), np.int64), np.zeros(len(words), np.int64)
    for at, row in enumerate(_rows(length)):
        candidates = np.flatnonzero(_shaped(row, column, bares))
        right = np.array([bool(row.check(bares[each])) for each in candidates.tolist()], bool)
        passed[candidates] |= right.astype(np.int64) << at
        tried[candidates] |= (right | (not row.needs_name)).astype(np.int64) << at
    twice = _matches(column, f"(?i){GROUPS}")
    keys = zip(words, tried.tolist(), passed.tolist(), twice.tolist(), strict=True)
    return {word: _judged(length, has, right, both) for word, has, right, both in keys}


def _rows(length: int) -> tuple[Row, ...]:
    shelf = SHELVES.get(length)
    return shelf.bare if shelf is not None else ()


def _shaped(row: Row, column: pa.Array, bares: list[str]) -> Bits:
    """Say which words have the form of a row."""
    if row.form is None or "(?=" in row.form.pattern:
        return np.array([row.shaped(bare) for bare in bares], bool)
    return _matches(column, row.form.pattern)


@lru_cache(maxsize=4096)
def _judged(length: int, tried: int, passed: int, twice: bool) -> Judged:
    """Spell a judgement; what is also written as its house groups it is told twice, as the look at one tells it."""
    rows = enumerate(_rows(length))
    told = tuple((row.kind, bool(passed >> at & 1), row.needs_name) for at, row in rows if tried >> at & 1)
    return Judged(told * 2 if twice else told, any(right for _, right, _ in told))


def _matches(column: pa.Array, pattern: str) -> Bits:
    found: Bits = pc.match_substring_regex(column, rf"\A(?:{pattern})\z").to_numpy(zero_copy_only=False)
    return found
