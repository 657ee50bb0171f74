"""Exporting the log as the static tree of files of C2SP tlog-tiles: any web server or disk can hold it.

Must never leave a file half-written under its name, and writes the checkpoint last: whoever reads it finds
all that it covers.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from audit.ledger.reading import checkpoint, entries, size, tile
from audit.ledger.snapshot import snapshot
from audit.tiles import WIDTH, tile_path, widths


def export_directory(connection: Connection, path: Path) -> int:
    """Write `checkpoint`, `tile/<level>/...` and `tile/entries/...` below `path`, as of one moment.

    Args:
        connection: any that may read, with no transaction open.
        path: a directory, created if missing; files of an earlier export of the same log are replaced.

    Returns:
        The number of entries exported.

    Raises:
        NotInLog: there is no checkpoint yet.
        NotInTransaction: the connection has a transaction open already.
        OSError: a file could not be written; the checkpoint was not.
    """
    with snapshot(connection):
        note = checkpoint(connection)
        count = size(connection)
        for name, content in _files(connection, count):
            _write(path / name, content)
        _write(path / "checkpoint", note)
    return count


def _files(connection: Connection, count: int) -> Iterator[tuple[str, bytes]]:
    for level, (full, partial) in enumerate(widths(count)):
        shape = [(index, WIDTH) for index in range(full)] + ([(full, partial)] if partial else [])
        for index, width in shape:
            yield tile_path(level, index, width), tile(connection, level, index, width)
            if level == 0:
                yield tile_path(None, index, width), entries(connection, index, width)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)
