"""Hands thousands of hashes of one length to a statement as one bytea[] parameter, already in binary form.

The driver packs an array element by element, which costs a chunk more than the look-up itself. Must never take values
of different lengths. Format: PostgreSQL source, array_recv: dimensions, flags, element type, size, lower bound.
"""

import struct
from collections.abc import Sequence
from typing import Final

from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

from gateway.store.snapshots import Cursor

_BYTEA: Final = 17
_ARRAY_OF_BYTEA: Final = 1001
_head = struct.Struct(">iiIii").pack
_length = struct.Struct(">i").pack


class HashArray:
    """Hashes, packed.

    Args:
        values: at least one, all of one length.

    Raises:
        ValueError: they are not of one length; the message holds none of them.
    """

    __slots__ = ("packed",)

    def __init__(self, values: Sequence[bytes]) -> None:
        lengths = set(map(len, values))
        if len(lengths) != 1:
            raise ValueError("hashes of one statement have one length")
        each = _length(lengths.pop())
        self.packed = _head(1, 0, _BYTEA, len(values), 1) + each + each.join(values)


class _HashArrayDumper(Dumper):
    """Gives the driver what is packed already."""

    format = Format.BINARY
    oid = _ARRAY_OF_BYTEA

    def dump(self, obj: HashArray) -> Buffer:
        return obj.packed


def taking_hashes(found: Cursor) -> Cursor:
    """Let a cursor take `HashArray` as a parameter."""
    found.adapters.register_dumper(HashArray, _HashArrayDumper)
    return found
