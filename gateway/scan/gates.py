"""Says of many flat texts at once which detectors could find something in them; the others need not be asked.

`worth` sends a raw cell to the detectors of numbers, addresses and credentials; most of such cells hold one number and
nothing else. Here the texts are flat, so the patterns are plain and the gates narrow. Each is what every match of its
detector has somewhere in it, written for RE2 without look-around: it opens wherever the detector finds something, and
sometimes in vain. Must never close where it would find anything (property tests hold each gate to its detector).
"""

import re
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gateway.scan.identifiers.plates import PLATE_BEGINS
from gateway.scan.identifiers.table_letters import GROUPS
from gateway.scan.worth import MARKS

MAIL, SECRET, MACHINE, PLATE, RUN = 1, 2, 4, 8, 16
ACCOUNT, TOKEN, GROUPED, SPREAD = 32, 64, 128, 256
LETTERED: Final = ACCOUNT | TOKEN | GROUPED | SPREAD
EVERYTHING: Final = MAIL | SECRET | MACHINE | PLATE | RUN | LETTERED
"""Which detectors: `identifiers.online` (two), `credentials`, `plates`, `numbers.digits`; the four of
`numbers.lettered`.
"""

Gates = np.ndarray[tuple[int], np.dtype[np.int64]]

_ODD: Final = r"[^0-9 ().\-/+]"  # without such a sign there are numbers and machines, nothing else
_BEFORE, _AFTER = r"(?:\A|[^0-9A-Za-z])", r"(?:[^0-9A-Za-z]|\z)"
_HEX: Final = "[0-9A-Fa-f]"
_ANY: Final = "[0-9A-Za-z]"
# at least three groups of one size by one sign, the last perhaps shorter: nothing else is cut `evenly`
_SPREAD: Final = "|".join(
    f"{_ANY}{{{size}}}(?:{sign}{_ANY}{{{size}}})+{sign}{_ANY}{{1,{size}}}"
    for sign in (" ", "-", r"\.")
    for size in (1, 2, 3, 4)
)
_PLAIN: Final = {
    MACHINE: (
        rf"[0-9]\.[0-9]{{1,3}}\.[0-9]{{1,3}}\.[0-9]|{_HEX}{{2}}(?:[:-]{_HEX}{{2}}){{5}}|{_HEX}{{4}}(?:\.{_HEX}{{4}}){{2}}"
        rf"|:{_HEX}{{0,4}}:|{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}"  # the last is a UUID
    ),
    RUN: rf"{_BEFORE}[0-9](?:[ ().\-/+]{{0,3}}[0-9]){{5,}}{_AFTER}",
}
_OTHERS: Final = {
    MAIL: r"(?is)[@﹫]|골뱅이|[(\[{<] ?(?:at|ät|艾特) ?[)\]}>]| at .* dot ",
    SECRET: "|".join(("[$*{]", f"{_HEX}{{32}}", *map(re.escape, MARKS))),
    PLATE: PLATE_BEGINS,
}
_MIXED: Final = r"[A-Za-z][ .\-]?\(?[0-9]|[0-9]\)?[ .\-]?[A-Za-z]"
_LETTERED: Final = {
    ACCOUNT: rf"{_BEFORE}[A-Za-z][ .-]?[A-Za-z][ .-]?[0-9][ .-]?[0-9](?:[ .-]?[0-9A-Za-z]){{11}}",
    TOKEN: r"[0-9][A-Za-z]|[A-Za-z][0-9]",
    GROUPED: f"(?i){_BEFORE}(?:{GROUPS}){_AFTER}",
    SPREAD: f"{_BEFORE}(?:{_SPREAD}){_AFTER}",
}


def gates(texts: Any) -> Gates:
    """Say which detectors have to look.

    Args:
        texts: flat texts, an Arrow array.

    Returns:
        For each the detectors that could find something, as a sum of the words above; 0 for none.
    """
    opened = _opened(texts, _PLAIN)
    odd = _where(texts, _ODD)
    others = texts.take(pa.array(odd))
    opened[odd] |= _opened(others, _OTHERS)
    mixed = _where(others, _MIXED)  # what is lettered has this in it
    opened[odd[mixed]] |= _opened(others.take(pa.array(mixed)), _LETTERED)
    return opened


def _opened(texts: Any, patterns: dict[int, str]) -> Gates:
    opened = np.zeros(len(texts), np.int64)
    for gate, pattern in patterns.items():
        opened[_where(texts, pattern)] |= gate
    return opened


def _where(texts: Any, pattern: str) -> Gates:
    return np.flatnonzero(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False))
