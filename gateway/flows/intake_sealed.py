"""Seals the rows of a list that waits, under a data key of its own that dies with the batch.

Must never let a sealed piece pass for another: each says in its plaintext which chunk it is of and which row it begins
with, and the batch is bound into the seal.
"""

import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import orjson

from gateway.flows.gate import Gate
from gateway.store.batches import Batch
from gateway.vault.errors import Damaged
from gateway.vault.seal import LONGEST, open_blob, seal
from policies.terms import FieldClass

_CLASS: Final = FieldClass.SENSITIVE.value  # the most guarded class: nobody knows yet what the rows hold
_ROOM: Final = LONGEST - 1024
_MARK_BYTES: Final = 16

Row = tuple[int, Sequence[str]]
"""A row's number in the file and its cells."""


class Sealing:
    """Seals and opens the rows of one batch.

    Args:
        gate: the gateway.
        batch: with its wrapped data key.

    Raises:
        Damaged: `key_broken`: the batch has no key any more, or one that is not its own.
    """

    def __init__(self, gate: Gate, batch: Batch) -> None:
        if batch.wrapped is None:
            raise Damaged("key_broken", batch.uid, "batch key")
        self._key = gate.keyring.unwrap(batch.wrapped, batch.uid)
        self._batch = batch

    def sealed(self, chunk: int, rows: Iterable[Row], tally: Counter[str]) -> list[bytes]:
        """Seal the rows of a chunk, in as few pieces as the seal takes; a row that is longer is refused and counted."""
        return [self._seal(piece) for piece in _pieces(chunk, rows, tally)]

    def opened(self, chunk: int, pieces: Sequence[bytes]) -> list[Row]:
        """Open the rows of a chunk.

        Raises:
            Damaged: `seal_broken`: a piece was changed, moved or left out.
        """
        rows: list[Row] = []
        for piece in pieces:
            said, before, more = orjson.loads(open_blob(self._key, self._batch.uid, _CLASS, self._source, piece))
            if (said, before) != (chunk, len(rows)):
                raise Damaged("seal_broken", self._batch.uid, "staged rows")
            rows += [(no, cells) for no, cells in more]
        return rows

    def sealed_row(self, row: Row) -> bytes:
        """Seal one row that is held apart."""
        return self._seal(orjson.dumps([row[0], row[1]]))

    def opened_row(self, row_no: int, blob: bytes) -> Row:
        """Open one row that was held apart.

        Raises:
            Damaged: `seal_broken`.
        """
        no, cells = orjson.loads(open_blob(self._key, self._batch.uid, _CLASS, self._source, blob))
        if no != row_no:
            raise Damaged("seal_broken", self._batch.uid, "held row")
        return no, cells

    def mark(self, value: str) -> bytes:
        """Give the keyed hash of a value: equal values of this batch have equal marks, and nobody can try values."""
        return hmac.digest(self._key, value.encode(), "sha256")[:_MARK_BYTES]

    def _seal(self, plain: bytes) -> bytes:
        return seal(self._key, self._batch.uid, _CLASS, self._source, plain)

    @property
    def _source(self) -> int:
        return self._batch.source_no


def _pieces(chunk: int, rows: Iterable[Row], tally: Counter[str]) -> Iterator[bytes]:
    """Cut rows into pieces that one seal takes; each begins with its chunk and the number of rows before it."""
    piece: list[bytes] = []
    before, size = 0, 0
    for no, cells in rows:
        row = orjson.dumps([no, cells])
        if len(row) > _ROOM:
            tally["row.refused.row_too_long"] += 1
            continue
        if piece and size + len(row) > _ROOM:
            yield _spelled(chunk, before, piece)
            before, piece, size = before + len(piece), [], 0
        piece.append(row)
        size += len(row) + 1
    if piece:
        yield _spelled(chunk, before, piece)


def _spelled(chunk: int, before: int, rows: Sequence[bytes]) -> bytes:
    return b"[%d,%d,[%b]]" % (chunk, before, b",".join(rows))
