"""Reads a list of any size, in any of the known encodings, in constant memory.

`open_list` looks at the beginning and settles encoding, separator and columns; `ListFile.chunks` then gives
the rows in numbered chunks of 5,000. The numbering depends on nothing but the file, so an interrupted import
asks for `chunks(start=n)` and meets the same rows again; the digest on the last chunk proves that it is the
same file.

Must never hold more than a block and a chunk, echo a cell in a refusal, or drop a row without saying so: a
row with the wrong number of cells comes out as a `RejectedRow`.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gateway.lists.encoding import SAMPLE_BYTES, Encoding, detect
from gateway.lists.errors import ListRefused
from gateway.lists.lines import Lines, end_of_line
from gateway.lists.separator import first_rows, sniff

CHUNK_ROWS = 5_000
_MOST_COLUMNS = 500
_DIGEST_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be used.

    Attributes:
        row_no: number of the row in the file; the first row below the header is 1.
        reason: `ragged`: it has more or fewer cells than the header names.
    """

    row_no: int
    reason: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Up to 5,000 rows.

    Attributes:
        number: 0, 1, ...; stable for one file.
        first_row_no: number of the first row counted here, rejected or not.
        byte_offset_after: bytes of the file read when the chunk was full; for progress.
        row_nos: the number of each row in `rows`.
        rows: cells in the order of the columns, as text, unchanged.
        rejected: rows of this chunk that cannot be used.
        digest: SHA-256 of the whole file as hex, on the last chunk; None before it. The last chunk may be
            empty.
    """

    number: int
    first_row_no: int
    byte_offset_after: int
    row_nos: list[int]
    rows: list[list[str]]
    rejected: list[RejectedRow]
    digest: str | None


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list that can be read.

    Attributes:
        path: where it lies.
        size: bytes.
        encoding: what it is written in.
        delimiter: the separator of cells.
        columns: header names, stripped; a column without a name is called `column N`.
        preamble: physical lines before the first row (the header, a `sep=` line).
        line_end: the byte or bytes that end a line.
    """

    path: Path
    size: int
    encoding: Encoding
    delimiter: str
    columns: tuple[str, ...]
    preamble: int
    line_end: bytes

    def chunks(self, start: int = 0) -> Iterator[Chunk]:
        """Read the rows.

        Args:
            start: number of the first chunk wanted. Earlier ones are read again and thrown away, because the
                digest needs every byte.

        Yields:
            Chunks in order; the last carries the digest.

        Raises:
            ListRefused: `undecodable`, `nul_byte`, `line_too_long`, `field_too_long`, `quoting_broken`, each
            with
                its line.
        """
        with self.path.open("rb") as file:
            lines = Lines(file, self.encoding, self.line_end)
            for chunk in _chunked(_records(lines, self.delimiter, self.preamble), lines, len(self.columns)):
                if chunk.number >= start or chunk.digest is not None:
                    yield chunk


def digest(path: Path) -> str:
    """Give the SHA-256 of a file as hex, in constant memory; a list is known by it."""
    with path.open("rb") as file:
        sha = hashlib.sha256()
        while block := file.read(_DIGEST_BLOCK):
            sha.update(block)
    return sha.hexdigest()


def open_list(path: Path, encoding: str | None = None, delimiter: str | None = None) -> ListFile:
    """Settle how a file has to be read.

    Args:
        path: the file.
        encoding: what the sender says; None to find out.
        delimiter: what the sender says; None to find out.

    Returns:
        The list, not yet read.

    Raises:
        ListRefused: `file_missing`, `empty_file`, `header_only`, `header_missing`, `header_duplicate`,
            `too_many_columns`, `binary_file`, `encoding_unknown`, and what `ListFile.chunks` raises.
        EncodingUnsure: `encoding_unsure`.
    """
    sample = _sample(path)
    found = detect(sample, encoding)
    line_end = end_of_line(sample, found)
    with path.open("rb") as file:
        head = first_rows(Lines(file, found, line_end))
    separator = delimiter or head.declared or sniff(head.text)
    if len(separator) != 1:
        raise ListRefused("delimiter_unknown", "The separator is one character: comma, semicolon, tab or |.")
    listed = ListFile(path, path.stat().st_size, found, separator, (), 1 if head.declared else 0, line_end)
    columns, used = _header(listed)
    return ListFile(path, listed.size, found, separator, columns, listed.preamble + used, line_end)


def _sample(path: Path) -> bytes:
    """Read the beginning of the file."""
    if not path.is_file():
        raise ListRefused("file_missing", "There is no such file, or it cannot be read as one.")
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if not sample.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise ListRefused("empty_file", "The file is empty. Send a list with a header and at least one row.")
    return sample


def _header(listed: ListFile) -> tuple[tuple[str, ...], int]:
    """Read the names of the columns and how many lines they take; make sure that a row follows."""
    with listed.path.open("rb") as file:
        lines = Lines(file, listed.encoding, listed.line_end)
        records = _records(lines, listed.delimiter, listed.preamble)
        first = next(records, None)
        used = lines.number - listed.preamble
        if first is None:
            raise ListRefused("empty_file", "The file is empty. Send a list with a header and at least one row.")
        columns = _named(first)
        if next(records, None) is None:
            raise ListRefused("header_only", "The file names columns but holds no row.")
    return columns, used


def _named(cells: list[str]) -> tuple[str, ...]:
    """Check the header: short names, each once, none of them somebody's data."""
    if len(cells) > _MOST_COLUMNS:
        raise ListRefused("too_many_columns", f"A list has at most {_MOST_COLUMNS} columns.")
    names = tuple(cell.strip() or f"column {number}" for number, cell in enumerate(cells, start=1))
    # A missing header would make the first person a set of column names, and column names are shown
    # everywhere.
    if any("@" in name or sum(map(str.isdigit, name)) >= 6 for name in names):  # noqa: PLR2004  no title has six digits
        raise ListRefused("header_missing", "The first line must name the columns; this one looks like a row.")
    for place, name in enumerate(names, start=1):
        if names.index(name) != place - 1:
            raise ListRefused("header_duplicate", f"Column {place} has the same name as an earlier one. Rename it.")
    return names


def _records(lines: Lines, delimiter: str, skip: int) -> Iterator[list[str]]:
    """Parse records after the preamble, with the csv rules for quotes; blank lines are no records."""
    for _ in range(skip):
        next(lines, None)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.new_record()
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise _unreadable(error, lines.number) from None  # the csv message is safe, its context is not
        if record is None:
            return
        if record:
            yield record


def _unreadable(error: csv.Error, line: int) -> ListRefused:
    """Say what the csv rules object to."""
    if "field limit" in str(error):
        return ListRefused("field_too_long", f"Line {line}: a cell is too long, or a quote is never closed.")
    return ListRefused("quoting_broken", f"Line {line}: the quotes do not match. A quote inside a cell is doubled.")


def _chunked(records: Iterator[list[str]], lines: Lines, width: int) -> Iterator[Chunk]:
    """Cut records into chunks; the last one, perhaps empty, knows the digest."""
    number, first, ended = 0, 1, False
    while not ended:
        batch = list(islice(records, CHUNK_ROWS))
        ended = len(batch) < CHUNK_ROWS
        row_nos, rows, rejected = _sorted_out(batch, first, width)
        yield Chunk(number, first, lines.offset, row_nos, rows, rejected, lines.digest() if ended else None)
        number, first = number + 1, first + len(batch)


def _sorted_out(batch: list[list[str]], first: int, width: int) -> tuple[list[int], list[list[str]], list[RejectedRow]]:
    """Part the rows that fit the header from the others; empty cells beyond it are forgiven."""
    if all(len(record) == width for record in batch):
        return list(range(first, first + len(batch))), batch, []
    row_nos: list[int] = []
    rows: list[list[str]] = []
    rejected: list[RejectedRow] = []
    for row_no, record in enumerate(batch, start=first):
        if len(record) >= width and not any(record[width:]):
            row_nos.append(row_no)
            rows.append(record[:width])
        else:
            rejected.append(RejectedRow(row_no, "ragged"))
    return row_nos, rows, rejected
