"""Writes rows for COPY in PostgreSQL's binary form, column by column.

Packing whole columns and joining once costs a third of handing rows to the driver one by one, and an import spends
most of its time in storing. Must never guess a type: each column says its own, and the server refuses what differs.
Format: PostgreSQL manual, COPY, "Binary Format"; integers big-endian, timestamps in microseconds since 2000-01-01.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any, Final

_SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NULL: Final = b"\xff\xff\xff\xff"

_length = struct.Struct(">i").pack
_int2 = struct.Struct(">ih").pack
_int4 = struct.Struct(">ii").pack
_int8 = struct.Struct(">iq").pack

Column = Iterable[bytes] | bytes
"""One packed value a row, or the packed bytes that stand in every row."""


def int2(value: int) -> bytes:
    """Pack a smallint."""
    return _int2(2, value)


def int4(value: int) -> bytes:
    """Pack an integer."""
    return _int4(4, value)


def int8(value: int) -> bytes:
    """Pack a bigint."""
    return _int8(8, value)


def raw(value: bytes) -> bytes:
    """Pack a bytea."""
    return _length(len(value)) + value


def words(value: str) -> bytes:
    """Pack a text."""
    return raw(value.encode())


def truth(value: bool) -> bytes:
    """Pack a boolean."""
    return b"\0\0\0\1\1" if value else b"\0\0\0\1\0"


def moment(value: datetime) -> bytes:
    """Pack a timestamptz (an aware datetime)."""
    return _int8(8, (value - _EPOCH) // _MICROSECOND)


def each(pack: Callable[[Any], bytes], values: Sequence[Any]) -> Column:
    """Pack a column in which most values differ."""
    return map(pack, values)


def raws(values: Sequence[bytes]) -> tuple[Column, ...]:
    """Pack a bytea column; values of one length, as keys and hashes are, need no call for each."""
    lengths = set(map(len, values))
    return (_length(lengths.pop()), values) if len(lengths) == 1 else (map(raw, values),)


def few(pack: Callable[[Any], bytes], values: Sequence[Any]) -> Column:
    """Pack a column of few distinct values: each is packed once."""
    packed = {value: pack(value) for value in set(values)}
    return map(packed.__getitem__, values)


def same(pack: Callable[[Any], bytes], value: Any) -> Column:
    """Pack a column that holds one value in every row."""
    return pack(value)


def nothing() -> Column:
    """Pack a column of NULL."""
    return _NULL


def together(packs: Sequence[Callable[[Any], bytes]], values: Sequence[tuple[Any, ...]]) -> Column:
    """Pack columns that stand side by side and hold few distinct rows: each distinct row is packed once."""
    packed = {row: b"".join(pack(value) for pack, value in zip(packs, row, strict=True)) for row in set(values)}
    return map(packed.__getitem__, values)


def table(columns: Sequence[Column], width: int) -> bytes:
    """Join packed columns into the bytes of one COPY.

    Args:
        columns: in the order of the statement; at least one is not the same in every row.
        width: how many columns of the table they are.
    """
    pieces: list[Iterable[bytes]] = []
    constant = struct.pack(">h", width)
    for column in columns:
        if isinstance(column, bytes):
            constant += column  # neighbours that never change are joined once
        else:
            pieces += [repeat(constant), column] if constant else [column]
            constant = b""
    if constant:
        pieces.append(repeat(constant))
    rows = zip(*pieces)  # noqa: B905  endless columns end with the others
    return b"".join((_SIGNATURE, *chain.from_iterable(rows), _END))
