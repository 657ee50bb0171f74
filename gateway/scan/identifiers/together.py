"""Judges many runs of digits at once, so that a column of numbers costs little more than a look at each.

`numbers.digits` says the same of one run. Here the forms run over all numbers of one length in Arrow, what has to hold
of their digits in NumPy (`necessary`), and only what is left meets its check. How a number is grouped depends on where
its signs stand and hardly ever on its digits, so it is told once for all that are written alike. Must never judge
otherwise than the look at one run would (a property test holds both together).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.scan.identifiers import overseas, phones
from gateway.scan.identifiers.necessary import RULES, Bits, Digits
from gateway.scan.identifiers.row import Row, evenly
from gateway.scan.identifiers.table_digits import DIGITS
from gateway.scan.kinds import Kind

FEWEST, MOST = 7, 24
_WORTH_IT: Final = 24  # numbers of one length; for fewer the preparations cost more than they save
_SIGNS: Final = b" ().-/+"
_ALIKE: Final = bytes.maketrans(b"123456789", b"000000000")
_COUNTS: Final = re.compile(r"\\[0-9d]|\{[0-9,]*\}")
_DIGIT: Final = re.compile(r"[0-9]")


class Judged(NamedTuple):
    """What a run of digits as a whole may be.

    Attributes:
        tried: kinds in the order of the tables, whether the number passes, and whether it needs a name.
        passed: whether it passes for anything.
    """

    tried: tuple[tuple[Kind, bool, bool], ...]
    passed: bool


def together(written: Iterable[str], *, phones_named: bool = True) -> dict[str, Judged]:
    """Judge runs of digits.

    Args:
        written: as they stand in the flat text, without a bracket around the whole.
        phones_named: whether title or cell may speak of a telephone; else what is one only then is not looked for.

    Returns:
        Judgements of those that are many enough of their length; the rest is left to the look at one.
    """
    of_length: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    different = list(dict.fromkeys(written))
    if not different:
        return {}
    laid = "\n".join(different).encode()
    bares = laid.translate(None, _SIGNS).decode()
    for each, bare in zip(different, bares.split("\n"), strict=True):
        of_length[len(bare)].append((each, bare))
    known: dict[str, Judged] = {}
    for length, pairs in of_length.items():
        if FEWEST <= length <= MOST and len(pairs) >= _WORTH_IT:
            known |= _of_length(length, pairs, phones_named)
    return known


def _of_length(length: int, pairs: list[tuple[str, str]], phones_named: bool) -> dict[str, Judged]:
    """Judge numbers of one length."""
    shelf = DIGITS.get(length)
    rows = shelf.rows if shelf is not None else ()
    bares = [bare for _, bare in pairs]
    digits: Digits = np.frombuffer("".join(bares).encode(), np.uint8).reshape(-1, length).astype(np.int64) - ord("0")
    signed = np.array([each != bare for each, bare in pairs])
    fits, even = _written(length, pairs, signed, len(rows))
    column = pa.array(bares)
    tried = np.zeros(len(pairs), np.int64)
    passed = np.zeros(len(pairs), np.int64)
    for at, row in enumerate(rows):
        candidates = fits[:, at] | (even | ~signed) if row.bare else fits[:, at]
        if row.form is not None:
            candidates = candidates & _matches(column, row.form.pattern)
        passing = _passing(row, candidates, digits, bares)
        passed |= passing.astype(np.int64) << at
        tried |= (passing if row.needs_name else candidates).astype(np.int64) << at
    heard = [phones.phone(*pair, named=phones_named) for pair in pairs]
    keys = zip(pairs, tried.tolist(), passed.tolist(), (even & signed).tolist(), heard, strict=True)
    return {each: _judged(length, has, right, first, said) for (each, _), has, right, first, said in keys}


def _passing(row: Row, candidates: Bits, digits: Digits, bares: list[str]) -> Bits:
    """Say which candidates of a row pass its check."""
    if row.check is overseas.always:
        return candidates
    rule = RULES.get(row.check)
    may = candidates if rule is None else candidates & rule(digits)
    passing = np.zeros(len(bares), bool)
    check = row.check
    for at in np.flatnonzero(may).tolist():
        passing[at] = check(bares[at])
    return passing


def _written(length: int, pairs: list[tuple[str, str]], signed: Bits, rows: int) -> tuple[Any, Bits]:
    """Say by which rows each number is grouped, and which are cut into equal groups."""
    fits = np.zeros((len(pairs), rows), bool)
    even = np.zeros(len(pairs), bool)
    alike = "\n".join(written for written, _ in pairs).encode().translate(_ALIKE).decode().split("\n")
    for at in np.flatnonzero(signed).tolist():
        written, bare = pairs[at]
        cut, own, particular = _grouped(length, alike[at])
        even[at] = cut
        fits[at, own] = True
        for row in particular:
            fits[at, row] = DIGITS[length].rows[row].fits(written, bare)
    return fits, even


@lru_cache(maxsize=4096)
def _grouped(length: int, alike: str) -> tuple[bool, list[int], list[int]]:
    """Say of numbers written alike whether they are cut evenly, which rows group them so, and which have to be asked.

    Those ask for particular digits too.
    """
    shelf = DIGITS.get(length)
    rows = list(enumerate(shelf.rows)) if shelf is not None else []
    particular = [at for at, row in rows if row.grouped is not None and _is_particular(row.grouped.pattern)]
    own = [at for at, row in rows if at not in particular and row.grouped_as(alike)]
    return evenly(alike), own, particular


@lru_cache(maxsize=256)
def _is_particular(pattern: str) -> bool:
    """Whether a pattern of groups asks for particular digits, beside how many there are."""
    return _DIGIT.search(_COUNTS.sub("", pattern)) is not None


@lru_cache(maxsize=65_536)
def _judged(length: int, tried: int, passed: int, even: bool, heard: tuple[phones.Heard, ...]) -> Judged:
    """Spell a judgement; there are few different ones."""
    shelf = DIGITS.get(length)
    rows = list(enumerate(shelf.rows)) if shelf is not None else []
    if even:
        rows.sort(key=lambda each: not each[1].bare)  # as the look at one number tries them
    told = [(row.kind, bool(passed >> at & 1), row.needs_name) for at, row in rows if tried >> at & 1]
    told.extend((Kind.PHONE, each.right, each.needs_name) for each in heard)
    return Judged(tuple(told), any(right for _, right, _ in told))


def _matches(column: Any, pattern: str) -> Bits:
    found: Bits = pc.match_substring_regex(column, rf"\A(?:{pattern})\z").to_numpy(zero_copy_only=False)
    return found
