"""Reads NDJSON: one flat JSON object a line.

A number keeps the digits that were written. Must never flatten, choose between two values of one key, or let a key
appear halfway: such a row is refused and counted.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from gateway.lists.contents import Contents, Packed
from gateway.lists.delimited import text_records
from gateway.lists.encoding import Encoding
from gateway.lists.errors import ListRefused
from gateway.lists.lines import Lines
from gateway.lists.table import MOST_COLUMNS, Record, Records, Unfit, named

_LOOKED_AT: Final = 1_000  # objects whose keys make the columns
_NESTED: Final = Unfit("nested")
_BROKEN: Final = Unfit("json_broken")
_TWICE: Final = Unfit("key_twice")
_UNKNOWN: Final = Unfit("unknown_key")
_LETTERS: Final = Unfit("text_broken")


@dataclass(frozen=True, slots=True)
class Objects:
    """An NDJSON list, settled: its columns are the keys of its first thousand objects."""

    columns: tuple[str, ...]
    encoding: Encoding
    line_end: bytes

    def records(self, contents: Contents) -> Records:
        """Read the objects; a key that is missing is an empty cell.

        Raises:
            ListRefused: from any record: `undecodable`, `nul_byte`, `line_too_long`, and what unpacking raises.
        """
        lines = Lines(contents, self.encoding, self.line_end)
        places = {column: at for at, column in enumerate(self.columns)}
        rows = (_placed(found, places) for found in _objects(lines))
        return text_records(rows, lines, contents)


def is_ndjson(beginning: str) -> bool:
    """Say whether a text begins with a JSON object that fills its first line.

    Raises:
        ListRefused: `json_document`: it is JSON, but not one object a line.
    """
    first = next((line.strip() for line in beginning.splitlines() if line.strip()), "")
    if first in {"{", "["} or first.startswith(("[{", "[[")):
        raise ListRefused("json_document", "This is one JSON document. Write one object a line (NDJSON).")
    return first.startswith('{"') or (first.startswith("{") and _object(first) is not _BROKEN)


def settle(packed: Packed, encoding: Encoding, line_end: bytes) -> Objects:
    """Collect the columns.

    Raises:
        ListRefused: `json_broken` (no object has a key), and what `named` and `records` raise.
    """
    keys: dict[str, None] = {}
    with packed.opened() as contents:
        for found in islice(_objects(Lines(contents, encoding, line_end)), _LOOKED_AT):
            if isinstance(found, dict):
                keys.update(dict.fromkeys(found))
            if len(keys) > MOST_COLUMNS:
                break
    if not keys:
        raise ListRefused("json_broken", "None of the first lines is a flat JSON object. Write one object a line.")
    if any(not key or key != key.strip() or not key.isprintable() for key in keys):
        raise ListRefused("header_missing", "Keys are the names of the columns: short, printable, not blank.")
    return Objects(named(tuple(keys)), encoding, line_end)


def _objects(lines: Lines) -> Iterator[dict[str, str] | Unfit]:
    lines.new_record()
    for line in lines:
        if line.strip():
            yield _object(line)
        lines.new_record()


def _object(line: str) -> dict[str, str] | Unfit:
    """Read one line; arrays and objects inside come out as lists, because pairs stay pairs."""
    try:
        pairs = _DECODER.decode(line.strip())
    except RecursionError:
        return _NESTED
    except ValueError:
        return _BROKEN
    if not isinstance(pairs, _Pairs):
        return _BROKEN
    if any(isinstance(value, list) for _, value in pairs):
        return _NESTED
    found = {key: _text(value) for key, value in pairs}
    if len(found) < len(pairs):
        return _TWICE
    return found if (line.isascii() and "\\u" not in line) or _sound(found) else _LETTERS


def _sound(found: dict[str, str]) -> bool:
    """Whether every text can be stored: escapes may spell halves of letters, and the zero character."""
    joined = "".join((*found, *found.values()))
    return "\0" not in joined and not any("\ud800" <= letter <= "\udfff" for letter in joined)


def _text(value: Any) -> str:
    """Give a value as a spreadsheet would show it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)


def _placed(found: dict[str, str] | Unfit, places: dict[str, int]) -> Record:
    if isinstance(found, Unfit):
        return found
    cells = [""] * len(places)
    for key, value in found.items():
        at = places.get(key)
        if at is None:
            return _UNKNOWN
        cells[at] = value
    return cells


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of an object, none lost."""


def _no_number(word: str) -> str:
    raise ValueError(word)  # NaN and Infinity are no JSON


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_no_number)
