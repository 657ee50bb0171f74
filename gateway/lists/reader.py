"""Reads a list of any size, in any of the known formats and encodings, in constant memory.

`open_list` looks at the beginning and settles packing, format, encoding, separator, sheet and columns;
`ListFile.chunks` then gives the rows in numbered chunks of up to 5,000. The numbering depends on nothing but the file,
so an interrupted import asks for `chunks(start=n)` and meets the same rows again; the digest on the last chunk proves
that it is the same file. A file is known by what stands in it, never by its name.

Must never hold more than a block and a chunk, echo a cell in a refusal, or drop a row without saying so: a row that
cannot be used comes out as a `RejectedRow`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from gateway.lists import columnar, delimited, objects, workbook
from gateway.lists.archives import chosen, unzipped
from gateway.lists.contents import Packed, Packing, sha256
from gateway.lists.encoding import SAMPLE_BYTES, Encoding, detect
from gateway.lists.errors import ListRefused
from gateway.lists.lines import end_of_line
from gateway.lists.table import Body, Format, Record, Records, Unfit, empty

CHUNK_ROWS = 5_000
_STEP: Final = 50  # rows between two looks at how much a chunk holds
_MOST_LETTERS: Final = 16 << 20  # of a chunk
_UTF8: Final = Encoding("utf-8", 0, 1.0)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = (b"PAR1", b"PARE")
_ARCHIVES: Final = {b"BZh": 0, b"\xfd7zXZ": 0, b"7z\xbc\xaf": 0, b"Rar!": 0, b"\x28\xb5\x2f\xfd": 0, b"ustar": 257}
# How spreadsheets write a number that was too long for them: the digits behind the first ones are gone.
_SCIENTIFIC: Final = re.compile(r"\s*[+-]?\d(?:[.,]\d+)?[Ee]\+\d{2}\s*")


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be used.

    Attributes:
        row_no: number of the row in the file; the first row below the header is 1.
        reason: `ragged`: it has more or fewer cells than the header names. `damaged_number`: a number in it lost
            digits in a spreadsheet. `formula`: a formula stands in it. `nested`, `unknown_key`, `key_twice`,
            `json_broken`, `text_broken`: it is no flat object of the known keys and of whole letters.
    """

    row_no: int
    reason: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Up to 5,000 rows; fewer where they are very long.

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
        format: what it is kept in.
        packed: what it came in.
        encoding: what it is written in; UTF-8 where the format settles that.
        delimiter: the separator of cells; "" where the format has none.
        sheet: what to name to `open_list` to read the same sheet, or the same file of an archive; "" where there is
            no choice.
        columns: header names, stripped; a column without a name is called `column N`.
    """

    path: Path
    size: int
    format: Format
    packed: Packed
    encoding: Encoding
    delimiter: str
    sheet: str
    columns: tuple[str, ...]
    body: Body

    def chunks(self, start: int = 0) -> Iterator[Chunk]:
        """Read the rows.

        Args:
            start: number of the first chunk wanted. Earlier ones are read again and thrown away, because the
                digest needs every byte.

        Yields:
            Chunks in order; the last carries the digest.

        Raises:
            ListRefused: the file cannot be read safely to its end; see `records` of its format.
        """
        with self.packed.opened() as contents:
            for chunk in _chunked(self.body.records(contents), len(self.columns), self.size):
                if chunk.number >= start or chunk.digest is not None:
                    yield chunk


def digest(path: Path) -> str:
    """Give the SHA-256 of a file as hex, in constant memory; a list is known by it."""
    with path.open("rb") as file:
        return sha256(file)


def open_list(
    path: Path, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None
) -> ListFile:
    """Settle how a file has to be read.

    Args:
        path: the file.
        encoding: what the sender says; None to find out.
        delimiter: what the sender says; None to find out.
        sheet: of a workbook, the title or number of the sheet; of an archive with several files, the name or number
            of one, and behind a `!` its sheet. None to find out.

    Returns:
        The list, not yet read.

    Raises:
        ListRefused: `file_missing`, `empty_file`, `sheet_unknown`, `archive_nested`, `archive_unknown`,
            `encoding_unknown`, `binary_file`, and what `settle` of its format, `chosen` and `Unpacked.read` raise.
        EncodingUnsure: `encoding_unsure`.
    """
    if not path.is_file():
        raise ListRefused("file_missing", "There is no such file, or it cannot be read as one.")
    packed, wish = _packing(path, sheet or "")
    with packed.opened() as contents:
        sample = contents.read(SAMPLE_BYTES)
    settled = _Settling(packed, sample, wish, encoding, delimiter or None).settled()
    if wish and settled.format is not Format.XLSX:
        raise ListRefused("sheet_unknown", "A list of this kind has no sheets. Leave --sheet out.")
    return settled


def _packing(path: Path, sheet: str) -> tuple[Packed, str]:
    """Say what a file came in, and what is left of the sender's choice."""
    plain = Packed(path)
    with plain.opened() as contents:
        head = contents.read(300)
        _refuse_archives(head, "archive_unknown", "Pack the list with gzip or as a ZIP, or send it as it is.")
        if head.startswith(_GZIP):
            return Packed(path, Packing.GZIP), sheet
        if not head.startswith(_ZIP):
            return plain, sheet
        archive = unzipped(contents.random()[0])
        if workbook.is_workbook(archive):
            return plain, sheet
        member, choice, rest = chosen(archive, sheet)
        return Packed(path, Packing.ZIP, member, choice), rest


def _refuse_archives(head: bytes, code: str, mend: str) -> None:
    for magic, at in _ARCHIVES.items():
        if head.startswith(magic, at):
            raise ListRefused(code, f"The file is an archive. {mend}")


@dataclass(frozen=True, slots=True)
class _Settling:
    """What is known of a list when its format is asked for."""

    packed: Packed
    sample: bytes
    wish: str
    encoding: str | None
    delimiter: str | None

    def settled(self) -> ListFile:
        """Recognise the format and settle it."""
        if self.packed.packing is not Packing.PLAIN:
            self._refuse_nested()
        if self.sample.startswith(workbook.OLE):
            with self.packed.opened() as contents:
                raise workbook.refuse_ole(contents.random()[0])
        if self.sample.startswith(_ZIP):
            book = workbook.settle(self.packed, self.wish)
            return self._list(Format.XLSX, book, sheet=book.sheet)
        if self.sample.startswith(_PARQUET):
            return self._list(Format.PARQUET, columnar.settle(self.packed))
        return self._text()

    def _text(self) -> ListFile:
        if not self.sample.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
            raise empty()
        found = detect(self.sample, self.encoding)
        line_end = end_of_line(self.sample, found)
        if objects.is_ndjson(self.sample[found.mark :].decode(found.name, "replace")):
            return self._list(Format.NDJSON, objects.settle(self.packed, found, line_end), found)
        body = delimited.settle(self.packed, found, line_end, self.delimiter)
        return self._list(Format.CSV, body, found, body.delimiter)

    def _list(
        self, form: Format, body: Body, encoding: Encoding = _UTF8, delimiter: str = "", sheet: str = ""
    ) -> ListFile:
        path, choice = self.packed.path, self.packed.choice + sheet
        size = path.stat().st_size
        return ListFile(path, size, form, self.packed, encoding, delimiter, choice, body.columns, body)

    def _refuse_nested(self) -> None:
        """Refuse an archive in an archive; a workbook is one only to programs."""
        mend = "It lies in another one. Pack the list once."
        _refuse_archives(self.sample, "archive_nested", mend)
        nested = self.sample.startswith(_GZIP)
        if self.sample.startswith(_ZIP):
            with self.packed.opened() as contents:
                nested = not workbook.is_workbook(unzipped(contents.random()[0]))
        if nested:
            raise ListRefused("archive_nested", f"The file is an archive. {mend}")


def _chunked(records: Records, width: int, size: int) -> Iterator[Chunk]:
    """Cut records into chunks; the last one, perhaps empty, knows the digest."""
    number, first, ended = 0, 1, False
    while not ended:
        batch, ended = _batch(records.rows)
        row_nos, rows, rejected = _sorted_out(batch, first, width)
        offset = size if ended else records.offset()
        yield Chunk(number, first, offset, row_nos, rows, rejected, records.digest() if ended else None)
        number, first = number + 1, first + len(batch)


def _batch(rows: Iterator[Record]) -> tuple[list[Record], bool]:
    """Take the rows of one chunk, and say whether they were the last."""
    batch: list[Record] = []
    letters = 0
    while len(batch) < CHUNK_ROWS and letters < _MOST_LETTERS:
        wanted = min(_STEP, CHUNK_ROWS - len(batch))
        step = list(islice(rows, wanted))
        batch += step
        if len(step) < wanted:
            return batch, True
        letters += sum(map(len, chain.from_iterable(row for row in step if not isinstance(row, Unfit))))
    return batch, False


def _sorted_out(batch: list[Record], first: int, width: int) -> tuple[list[int], list[list[str]], list[RejectedRow]]:
    """Part the rows that can be used from the others; empty cells beyond the header are forgiven."""
    row_nos: list[int] = []
    rows: list[list[str]] = []
    rejected: list[RejectedRow] = []
    for row_no, record in enumerate(batch, start=first):
        reason = _fault(record, width)
        if isinstance(record, Unfit) or reason:
            rejected.append(RejectedRow(row_no, reason))
        else:
            row_nos.append(row_no)
            rows.append(record if len(record) == width else record[:width])
    return row_nos, rows, rejected


def _fault(record: Record, width: int) -> str:
    """Say why a row cannot be used, or nothing."""
    if isinstance(record, Unfit):
        return record.reason
    if len(record) != width and (len(record) < width or any(record[width:])):
        return "ragged"
    joined = "\t".join(record)
    if ("E+" in joined or "e+" in joined) and any(map(_SCIENTIFIC.fullmatch, record)):
        return "damaged_number"
    return ""
