"""Disclosure: the only birthplace of plaintext outside a seal.

A fragment is the ready JSON of one class without braces, such as `"email":"a@b.c","email_domain":"b.c"`; a
release joins fragments and decodes nothing. Every function here returns plaintext as bytes, unwrapped,
because a wrapper per person would cost more than the decryption: its caller hands the bytes to the door and
keeps no copy. Must never log, never put a value into an error, and never speak a field that the grant does
not name.
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Final

import orjson

from gateway.vault.errors import Unfit

FieldValue = str | int | float | bool | Sequence[str]
"""What a field may be. A missing field is left out, never null."""

TOKEN: Final = "token"  # noqa: S105  the name of the first field of every line

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_SIGNS: Final = "+-"


def fragment(fields: Mapping[str, FieldValue]) -> bytes:
    """Spell the fields of one class as a fragment, names sorted; what an import seals.

    Raises:
        Unfit: `field_unfit`: a value that JSON cannot carry, or a field called `token`. The message names the
            field.
    """
    for name, value in fields.items():
        if not name or name == TOKEN or not _speakable(value):
            raise Unfit(
                "field_unfit",
                f"Field {name or 'without a name'} cannot be spoken: text, numbers and lists only.",
            )
    try:
        return orjson.dumps(dict(fields), option=orjson.OPT_SORT_KEYS)[1:-1]
    except TypeError:  # its message may repeat the value
        raise Unfit("field_unfit", "A field is not whole Unicode text or a number of 64 bits.") from None


def fragments_many(columns: Mapping[str, Sequence[FieldValue]]) -> list[bytes]:
    """Spell one class of many people, as `fragment` does for each; what an import chunk uses.

    Args:
        columns: field names with one value for each person; an empty value ("" or 0) is a missing field.

    Returns:
        One fragment for each person; b"" where no field is there.

    Raises:
        Unfit: `field_unfit`, as `fragment`.
    """
    names = sorted(columns)
    if TOKEN in columns or not all(names) or not all(_plain(column) for column in columns.values()):
        rows = zip(*(columns[name] for name in names), strict=True)
        return [fragment({name: cell for name, cell in zip(names, row, strict=True) if cell}) for row in rows]
    try:
        return _spelled([b"," + orjson.dumps(name) + b":" for name in names], [columns[name] for name in names])
    except TypeError:  # its message may repeat the value
        raise Unfit("field_unfit", "A field is not whole Unicode text or a number of 64 bits.") from None


def line(token: str, fragments: Iterable[bytes]) -> bytes:
    r"""Build one NDJSON line from a token and a person's fragments: `{"token":"tk1.…",<fragment>,…}\n`.

    Args:
        token: as `TokenKey.token` gives it.
        fragments: in the order in which they shall stand; empty ones are skipped.
    """
    spoken = b",".join(filter(None, fragments))
    if spoken:
        return b'{"token":"' + token.encode() + b'",' + spoken + b"}\n"
    return b'{"token":"' + token.encode() + b'"}\n'


def masked(fragments: Iterable[bytes], keep_fields: Collection[str]) -> bytes:
    """Keep only granted fields of opened fragments, as one fragment; the slow path, which decodes.

    Args:
        fragments: of granted classes.
        keep_fields: names in the grant; every other is dropped, known or not.

    Raises:
        Unfit: `fragment_broken`: not a fragment; nothing of it is given.
    """
    kept = {name: value for name, value in _decode(fragments).items() if name in keep_fields}
    return orjson.dumps(kept)[1:-1]


def csv_header(columns: Sequence[str]) -> bytes:
    """Give the first line of a CSV release: `token` and the columns (RFC 4180, UTF-8)."""
    return _row([TOKEN, *columns])


def csv_line(
    token: str, fragments: Iterable[bytes], columns: Sequence[str], dialled: Collection[str] = frozenset()
) -> bytes:
    """Build one CSV line: the token and the named columns, whatever else the fragments hold is dropped.

    A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection).

    Args:
        token: as `TokenKey.token` gives it.
        fragments: opened fragments of granted classes.
        columns: field names in their order; all in the grant. A missing field is an empty cell, a list is
            joined by ";".
        dialled: columns of phone numbers, where a sign and digits alone, which no spreadsheet runs, stay as
            they are.

    Raises:
        Unfit: `fragment_broken`.
    """
    fields = _decode(fragments)
    return _row([token, *(_cell(fields.get(name), name in dialled) for name in columns)])


def _speakable(value: Any) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, (str, int)):
        return True
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def _plain(column: Iterable[Any]) -> bool:
    return set(map(type, column)) <= {str, int}


def _spelled(heads: Sequence[bytes], columns: Sequence[Sequence[Any]]) -> list[bytes]:
    """Join heads and spelled values row by row; what repeats in a column is spelled once."""
    spelled = []
    for head, column in zip(heads, columns, strict=True):
        known = {cell: head + orjson.dumps(cell) if cell else b"" for cell in set(column)}
        spelled.append(map(known.__getitem__, column))
    return [b"".join(parts)[1:] for parts in zip(*spelled, strict=True)]


def _decode(fragments: Iterable[bytes]) -> dict[str, Any]:
    try:
        fields = orjson.loads(b"{" + b",".join(filter(None, fragments)) + b"}")
    except orjson.JSONDecodeError:  # it holds the document
        raise Unfit("fragment_broken", "A fragment is not JSON; import its source again.") from None
    return dict(fields)


def _row(cells: Sequence[str | int | float]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _cell(value: Any, dialled: bool) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    text = ";".join(value) if isinstance(value, list) else str(value)
    if not text.startswith(_FORMULA) or (dialled and text[0] in _SIGNS and text[1:].isdecimal() and text.isascii()):
        return text
    return "'" + text
