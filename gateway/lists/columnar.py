"""Reads Parquet, every column as text.

The library that reads Parquet is large, and a hostile file can make it end its process or ask for any memory. So it
runs in a process of its own, with bounded memory and without our settings; when that dies, the file is damaged. Must
never take a column of lists or structures: which part of it would be the cell is not ours to say.
"""

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import msgspec

from gateway.lists.columnar_apart import corrupt
from gateway.lists.contents import Contents, Packed
from gateway.lists.errors import ListRefused
from gateway.lists.table import Record, Records

_MOST_GROUP: Final = 1 << 30  # bytes of a row group
_MOST_MEMORY: Final = 1 << 30  # bytes of the other process
_MOST_FRAME: Final = 512 << 20


@dataclass(frozen=True, slots=True)
class Columnar:
    """A Parquet file, settled."""

    columns: tuple[str, ...]

    def records(self, contents: Contents) -> Records:
        """Read the rows.

        Raises:
            ListRefused: from any record: `parquet_corrupt`, `field_too_long`, `undecodable`, `nul_byte`.
        """
        file, _ = contents.random()
        return Records(_rows(file), lambda: contents.offset, contents.digest)


def settle(packed: Packed) -> Columnar:
    """Check what the file says of itself.

    Raises:
        ListRefused: `parquet_corrupt`, `parquet_encrypted`, `nested`, `column_binary`, `row_group_too_large`,
            `header_only`, and what `named` raises.
    """
    with packed.opened() as contents, _apart("columns", contents.random()[0]) as frames:
        return Columnar(tuple(next(frames)["columns"]))


def _rows(file: BinaryIO) -> Iterator[Record]:
    with _apart("rows", file) as frames:
        next(frames)  # the columns
        for told in frames:
            yield from told["rows"]


@contextmanager
def _apart(what: str, file: BinaryIO) -> Iterator[Iterator[dict[str, Any]]]:
    """Let another process read a file, and end it in any case. It shares our place in the file."""
    file.seek(0)
    command = [sys.executable, "-m", "gateway.lists.columnar_apart", what, str(_MOST_GROUP), str(_MOST_MEMORY)]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("OSTIARY_")}
    process = subprocess.Popen(  # noqa: S603  our own module
        command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=plain
    )
    with process:
        try:
            if process.stdout is None:
                raise corrupt()
            yield _frames(process.stdout)
        finally:
            process.kill()


def _frames(out: Any) -> Iterator[dict[str, Any]]:
    """Read what the other process says, until it says that it has ended.

    Raises:
        ListRefused: what it refused; `parquet_corrupt` where it ended without a word.
    """
    while True:
        head = out.read(4)
        length = struct.unpack("<I", head)[0] if len(head) == 4 else _MOST_FRAME + 1  # noqa: PLR2004  of the length
        frame = out.read(length) if length <= _MOST_FRAME else b""
        if len(frame) != length:
            raise corrupt()
        told: dict[str, Any] = msgspec.msgpack.decode(frame)
        if "refused" in told:
            raise ListRefused(*told["refused"])
        if "ended" in told:
            return
        yield told
