"""Reads CSV and its kin: text lines whose cells a separator cuts.

Must never guess where quotes do not match: a quote that is never closed swallows the rows behind it into one cell.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.lists.contents import Contents, Packed
from gateway.lists.encoding import Encoding
from gateway.lists.errors import ListRefused
from gateway.lists.lines import Lines
from gateway.lists.separator import first_rows, sniff
from gateway.lists.table import Record, Records, empty, header_only, named


@dataclass(frozen=True, slots=True)
class Delimited:
    """A CSV, settled.

    Attributes:
        columns: header names.
        encoding: what it is written in.
        delimiter: the separator of cells.
        line_end: the byte or bytes that end a line.
        preamble: physical lines before the first row (the header, a `sep=` line).
    """

    columns: tuple[str, ...]
    encoding: Encoding
    delimiter: str
    line_end: bytes
    preamble: int

    def records(self, contents: Contents) -> Records:
        """Read the rows below the header.

        Raises:
            ListRefused: from any record: `undecodable`, `nul_byte`, `line_too_long`, `field_too_long`,
                `quoting_broken`, each with its line, and what unpacking raises.
        """
        lines = Lines(contents, self.encoding, self.line_end)
        return text_records(_parsed(lines, self.delimiter, self.preamble), lines, contents)


def settle(packed: Packed, encoding: Encoding, line_end: bytes, delimiter: str | None) -> Delimited:
    """Find the separator and the columns.

    Args:
        packed: the file.
        encoding: what it is written in.
        line_end: as `end_of_line` found it.
        delimiter: what the sender says; None to find out.

    Raises:
        ListRefused: `delimiter_unknown`, `empty_file`, `header_only`, and what `named` and `records` raise.
    """
    with packed.opened() as contents:
        head = first_rows(Lines(contents, encoding, line_end))
    separator = delimiter or head.declared or sniff(head.text)
    if len(separator) != 1:
        raise ListRefused("delimiter_unknown", "The separator is one character: comma, semicolon, tab or |.")
    preamble = 1 if head.declared else 0
    with packed.opened() as contents:
        lines = Lines(contents, encoding, line_end)
        records = _parsed(lines, separator, preamble)
        first = next(records, None)
        used = lines.number
        if first is None:
            raise empty()
        columns = named(first)
        if next(records, None) is None:
            raise header_only()
    return Delimited(columns, encoding, separator, line_end, used)


def text_records(rows: Iterator[Record], lines: Lines, contents: Contents) -> Records:
    """Put records that come from lines beside what the lines know: a plain file is hashed as it is read."""
    if contents.plain:
        return Records(rows, lambda: lines.offset, lines.digest)
    return Records(rows, lambda: contents.offset, contents.digest)


def _parsed(lines: Lines, delimiter: str, skip: int) -> Iterator[list[str]]:
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
