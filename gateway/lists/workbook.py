"""Reads one sheet of an Excel workbook (XLSX), every cell as text.

A row with a formula is refused, because what a formula shows is not what anybody wrote down: it may be old, and nobody
computes it here. Links to other files are never followed. Must never choose between sheets.
"""

import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from posixpath import dirname, join, normpath
from typing import BinaryIO, Final
from zipfile import ZipFile

from gateway.lists.archives import listed, member_of, one_of, showable, unzipped
from gateway.lists.contents import Contents, Packed
from gateway.lists.errors import ListRefused, PartUnsure
from gateway.lists.sheets import Attributes, Handler, SharedTexts, SheetRows, corrupt, heard
from gateway.lists.shown import Shown
from gateway.lists.table import Record, Records, Unfit, empty, header_only, named

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TYPES: Final = "[Content_Types].xml"
_BOOK: Final = "xl/workbook.xml"
_MOST_PART: Final = 64 << 20  # bytes of a part that is not a sheet
_MOST_TEXTS: Final = 4 * 10**9
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Workbook:
    """A sheet of a workbook, settled.

    Attributes:
        columns: header names.
        sheet: title of the sheet.
        part: where in the workbook it lies.
    """

    columns: tuple[str, ...]
    sheet: str
    part: str

    def records(self, contents: Contents) -> Records:
        """Read the rows below the header.

        Raises:
            ListRefused: now or from any record: `workbook_corrupt`, `workbook_unsafe`, `line_too_long`, and what
                unpacking raises.
        """
        file, _ = contents.random()
        return Records(self._rows(unzipped(file)), lambda: contents.offset, contents.digest)

    def _rows(self, archive: ZipFile) -> Iterator[Record]:
        with closing(_Book(archive)) as book:
            rows = book.rows(self.part, len(self.columns))
            next(rows, None)  # the header
            yield from rows


@dataclass(frozen=True, slots=True)
class _Sheet:
    title: str
    part: str
    hidden: bool


def is_workbook(archive: ZipFile) -> bool:
    """Say whether an archive is an office document at all.

    Raises:
        ListRefused: `workbook_macros`, `workbook_binary`, `workbook_other`: it is one that is not read.
    """
    names = [info.filename for info in archive.infolist()]
    if _TYPES not in names and "mimetype" not in names:
        return False
    if any("vbaproject" in name.lower() or "/macrosheets/" in name.lower() for name in names):
        raise ListRefused("workbook_macros", "The workbook holds macros. Save it as .xlsx without them.")
    if "xl/workbook.bin" in names:
        raise ListRefused("workbook_binary", "This is a binary workbook (.xlsb). Save it as .xlsx or CSV.")
    if _BOOK not in names:
        raise ListRefused("workbook_other", "This is a document of another program. Save the list as .xlsx or CSV.")
    return True


def refuse_ole(file: BinaryIO) -> ListRefused:
    """Say what an OLE container is: encrypted, or of the last century. The file is read from anywhere."""
    file.seek(0)
    head = file.read(512)
    shift, sector = struct.unpack_from("<H", head, 30)[0] if len(head) == 512 else 0, 0  # noqa: PLR2004  a header
    if shift in {9, 12}:
        (sector,) = struct.unpack_from("<I", head, 48)
        file.seek((sector + 1) << shift)
    if _ENCRYPTED in file.read(64 * 1024):
        return ListRefused("workbook_encrypted", "The workbook is encrypted. Save it without a password.")
    return ListRefused("workbook_old", "This is an old Office document (.xls, .doc). Save the list as .xlsx or CSV.")


def settle(packed: Packed, wish: str) -> Workbook:
    """Find the sheet and its columns.

    Args:
        packed: the file.
        wish: title or number of the sheet, as the sender names it; "" where there is one.

    Raises:
        ListRefused: `workbook_corrupt`, `workbook_unsafe`, `sheet_unknown`, `sheet_unsure`, `empty_file`,
            `header_only`, `header_formula`, and what `named` and unpacking raise.
    """
    with packed.opened() as contents:
        archive = unzipped(contents.random()[0])
        sheets = _sheets(archive)
        with closing(_Book(archive)) as book:
            sheet = _wished(sheets, wish) if wish else _only(book, sheets)
            columns = _columns(book.rows(sheet.part, 0))
    return Workbook(columns, sheet.title, sheet.part)


def _columns(rows: Iterator[Record]) -> tuple[str, ...]:
    """Read the header, and make sure that a row follows."""
    header = next(rows, None)
    if header is None:
        raise empty()
    if isinstance(header, Unfit):
        raise ListRefused("header_formula", "The header holds a formula. Write the titles as text.")
    while not header[-1]:
        header.pop()
    columns = named(header)
    if next(rows, None) is None:
        raise header_only()
    return columns


def _wished(sheets: list[_Sheet], wish: str) -> _Sheet:
    titles = [each.title for each in sheets]
    return sheets[titles.index(one_of(titles, wish, "sheet_unknown", "sheet"))]


def _only(book: "_Book", sheets: list[_Sheet]) -> _Sheet:
    """Take the one sheet in which anything stands; hidden ones are asked for only where no other has anything."""
    for hidden in (False, True):
        filled = [each for each in sheets if each.hidden is hidden and next(book.rows(each.part, 0), None) is not None]
        if len(filled) == 1:
            return filled[0]
        if filled:
            titles = [each.title for each in sheets]
            raise PartUnsure(
                "sheet_unsure",
                f"More than one sheet is filled ({listed(titles)}). Name one, by title or number, with --sheet.",
                showable(titles),
            )
    raise empty()


class _Book:
    """What all sheets of a workbook share: texts, and how numbers are shown."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        related = _related(archive, _BOOK)
        self._shown = _shown(archive, _part_of(related, "/styles"))
        self._shared = SharedTexts()
        try:
            if texts := _part_of(related, "/sharedStrings"):
                for _ in heard(member_of(archive, texts, _MOST_TEXTS), self._shared):
                    pass
        except BaseException:
            self.close()
            raise

    def rows(self, part: str, width: int) -> Iterator[Record]:
        """Read the rows of a sheet, the header first; each at least as wide as asked."""
        sheet = SheetRows(self._shared, self._shown.text)
        sheet.width = width
        for _ in chain(heard(member_of(self._archive, part), sheet), (None,)):
            rows, sheet.rows = sheet.rows, []
            yield from rows

    def close(self) -> None:
        """Let go of the texts."""
        self._shared.close()


def _sheets(archive: ZipFile) -> list[_Sheet]:
    """List the sheets of cells, in their order."""
    related = _related(archive, _BOOK)
    found = []
    for attrs in _tags(archive, _BOOK, "sheet"):
        reference = next((value for name, value in attrs.items() if name.endswith(":id")), "")
        kind, part = related.get(reference, ("", ""))
        if kind.endswith("/worksheet"):
            found.append(_Sheet(attrs.get("name", ""), part, attrs.get("state", "visible") != "visible"))
    return found


def _shown(archive: ZipFile, part: str) -> Shown:
    """Read how the workbook shows numbers."""
    mac = any(attrs.get("date1904", "0") in {"1", "true"} for attrs in _tags(archive, _BOOK, "workbookPr"))
    if not part:
        return Shown([], {}, mac=mac)
    try:
        codes = {int(attrs["numFmtId"]): attrs["formatCode"] for attrs in _tags(archive, part, "numFmt")}
        formats = [int(attrs.get("numFmtId", "0")) for attrs in _tags(archive, part, "xf", "cellXfs")]
    except (KeyError, ValueError):
        raise corrupt() from None
    return Shown(formats, codes, mac=mac)


def _related(archive: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Give the parts that a part refers to, by reference: type and name. What lies outside is left out."""
    folder, _, name = part.rpartition("/")
    return {
        attrs.get("Id", ""): (attrs.get("Type", ""), normpath(join("/", dirname(part), attrs.get("Target", "")))[1:])
        for attrs in _tags(archive, f"{folder}/_rels/{name}.rels", "Relationship")
        if attrs.get("TargetMode", "") != "External"
    }


def _part_of(related: dict[str, tuple[str, str]], kind: str) -> str:
    return next((name for type_, name in related.values() if type_.endswith(kind)), "")


def _tags(archive: ZipFile, part: str, tag: str, inside: str = "") -> list[dict[str, str]]:
    """Give the attributes of every such tag of a small part, perhaps only inside of another one."""
    handler = _Tags(tag, inside)
    for _ in heard(member_of(archive, part, _MOST_PART), handler):
        pass
    return handler.found


class _Tags(Handler):
    """Notes the attributes of one kind of tag."""

    def __init__(self, tag: str, inside: str) -> None:
        super().__init__()
        self.budget = _MOST_PART
        self.found: list[dict[str, str]] = []
        self._tag = tag
        self._inside = inside
        self._open = not inside

    def began(self, tag: str, attrs: Attributes) -> None:
        if tag == self._inside:
            self._open = True
        elif tag == self._tag and self._open:
            self.found.append(dict(attrs.items()))

    def ended(self, tag: str) -> None:
        if tag == self._inside:
            self._open = False
