"""The part of reading Parquet that runs in a process of its own: `python -m gateway.lists.columnar_apart`.

It reads the file from its standard input, which is the file itself, and answers in frames: four bytes of length and
that much msgpack. Must never be given a key, and never answer more than a batch at a time.
"""

import os
import struct
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, cast

import msgspec

from gateway.lists.errors import ListRefused
from gateway.lists.lines import LONGEST
from gateway.lists.table import header_only, named

BATCH: Final = 1_000
_MOST_FOOTER: Final = 16 << 20
_EXACT: Final = 2**53  # beyond, a float has lost digits
_READ_AHEAD: Final = 1 << 20


def main(what: str, most_group: int, most_memory: int) -> None:
    """Answer with the columns, or with them and the rows.

    Args:
        what: `columns` or `rows`.
        most_group: bytes of a row group.
        most_memory: bytes that this process may take beside its code.
    """
    _bound(most_memory)
    out = os.fdopen(os.dup(1), "wb")
    try:
        file = _opened(sys.stdin.buffer)
        _send(out, {"columns": _columns(file, most_group)})
        for rows in _rows(file) if what == "rows" else ():
            _send(out, {"rows": rows})
        _send(out, {"ended": True})
    except ListRefused as refused:
        _send(out, {"refused": [refused.code, refused.message]})


def _bound(most_memory: int) -> None:
    """Let the system refuse memory; where it cannot, the checks of the file's index are all there is."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most_memory, most_memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold the list
    except (ImportError, ValueError, OSError):
        return


def _send(out: BinaryIO, told: dict[str, Any]) -> None:
    frame = msgspec.msgpack.encode(told)
    out.write(struct.pack("<I", len(frame)) + frame)
    out.flush()


def _opened(file: BinaryIO) -> Any:
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - 8, 0))
    tail = file.read(8)
    if tail.endswith(b"PARE"):
        raise ListRefused("parquet_encrypted", "The Parquet file is encrypted. Write it without encryption.")
    if len(tail) < 8 or not tail.endswith(b"PAR1"):  # noqa: PLR2004  the footer's length and the magic
        raise corrupt()
    if struct.unpack("<I", tail[:4])[0] > _MOST_FOOTER:
        raise ListRefused("too_many_columns", "The index of the Parquet file is too large. Write fewer columns.")
    file.seek(0)
    try:
        return pq.ParquetFile(file, buffer_size=_READ_AHEAD, pre_buffer=False)
    except (ArrowException, OSError, ValueError):
        raise corrupt() from None


def _columns(file: Any, most_group: int) -> tuple[str, ...]:
    """Check what the file says of itself."""
    from pyarrow import ArrowException

    try:
        schema = file.schema_arrow
    except (ArrowException, OSError, ValueError):
        raise corrupt() from None
    columns = named(schema.names)
    for place, field in enumerate(schema, start=1):
        _refuse_type(place, field.type)
    if file.metadata.num_rows <= 0:
        raise header_only()
    _refuse_large(file.metadata, most_group)
    return columns


def _refuse_type(place: int, kind: Any) -> None:
    """Refuse what has no one text."""
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    if types.is_nested(kind):
        raise ListRefused("nested", f"Column {place} holds lists or structures. Write it flat, or leave it out.")
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        raise ListRefused("column_binary", f"Column {place} holds bytes. Write it as text, or leave it out.")


def _refuse_large(metadata: Any, most: int) -> None:
    """Refuse row groups that would not fit. Only the groups are asked: asking for a column of a bad one may abort."""
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        if group.total_byte_size > most:
            raise ListRefused("row_group_too_large", "Its row groups are too large. Write groups of 100,000 rows.")


def _rows(file: Any) -> Iterator[list[list[str]]]:
    from pyarrow import ArrowException

    done = 0
    try:
        for batch in file.iter_batches(batch_size=BATCH, use_threads=False):
            columns = [_column(column, done) for column in batch.columns]
            done += batch.num_rows
            yield list(map(list, zip(*columns, strict=True)))
    except UnicodeDecodeError:
        raise ListRefused("undecodable", "A cell is not UTF-8. Write the Parquet file again from text.") from None
    except (ArrowException, OSError, ValueError, MemoryError):
        raise corrupt() from None


def _column(column: Any, before: int) -> list[str]:
    """Give one column of a batch as text."""
    from pyarrow import compute, types

    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if types.is_string(kind) or types.is_large_string(kind):
        _refuse_text(column, before)
        return cast("list[str]", compute.fill_null(column, "").to_pylist())
    if types.is_integer(kind) or types.is_decimal(kind):
        return cast("list[str]", compute.fill_null(column.cast("string"), "").to_pylist())
    return list(map(_text, column.to_pylist()))


def _refuse_text(column: Any, before: int) -> None:
    """Refuse what a CSV could not hold either."""
    from pyarrow import compute

    longest = compute.max(compute.binary_length(column)).as_py() or 0
    if longest > LONGEST:
        raise ListRefused("field_too_long", f"A cell after row {before} is longer than {LONGEST} bytes.")
    if compute.any(compute.match_substring(column, "\0")).as_py():
        raise ListRefused("nul_byte", f"A cell after row {before} holds a zero byte. Write the list as plain text.")


def _text(value: Any) -> str:
    """Give a value as text: dates in ISO 8601, truth as TRUE and FALSE, whole floats without a fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _float(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _float(value: float) -> str:
    if not value.is_integer():
        return "" if value != value else repr(value)  # noqa: PLR0124  NaN is how pandas writes an empty cell
    return str(int(value)) if abs(value) < _EXACT else f"{value:.15E}"


def corrupt() -> ListRefused:
    """Make the refusal of a broken file."""
    return ListRefused("parquet_corrupt", "The Parquet file is damaged or cut off. Write it again.")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
