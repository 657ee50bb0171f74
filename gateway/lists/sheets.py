"""Reads the XML inside a workbook as a stream: the rows of a sheet, and the texts that all sheets share.

Cells are text, numbers and dates included, as the sheet shows them. Must never compute a formula, follow a link,
declare an entity, or hold more than a block, a row and a bounded part of the shared texts.
"""

import os
import re
import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.expatreader import DefusedExpatParser  # type: ignore[import-untyped]

from gateway.lists.contents import Readable
from gateway.lists.errors import ListRefused
from gateway.lists.lines import LONGEST
from gateway.lists.table import Record, Unfit

_BLOCK: Final = 64 * 1024
_MOST_QUIET: Final = 4 << 20  # bytes of one tag or comment
_MOST_WIDTH: Final = 16_384  # columns of a sheet
_MOST_SHARED: Final = 20_000_000
_IN_MEMORY: Final = 16 << 20  # letters of shared texts; the rest lies in a file
_FORMULA: Final = Unfit("formula")
_SPILLS: Final = frozenset({"array", "dataTable"})
_LETTERS: Final = re.compile("[A-Za-z$]+")
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")

Attributes = Mapping[str, str]


class Handler(ContentHandler):
    """Hears tags without their prefixes, and collects the text of those it asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = False
        self.letters: list[str] | None = None
        self.budget = LONGEST

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802  the name that the parser calls
        """Hear a tag begin."""
        self.heard = True
        self.began(name.rpartition(":")[2], attrs)

    def endElement(self, name: str) -> None:  # noqa: N802  the name that the parser calls
        """Hear a tag end."""
        self.heard = True
        self.ended(name.rpartition(":")[2])

    def characters(self, content: str) -> None:
        """Hear a piece of text."""
        self.heard = True
        self.budget -= len(content)
        if self.budget < 0:
            raise self.too_long()
        if self.letters is not None:
            self.letters.append(content)

    def began(self, tag: str, attrs: Attributes) -> None:
        """Take up a tag."""

    def ended(self, tag: str) -> None:
        """Put a tag away."""

    def too_long(self) -> ListRefused:
        """Make the refusal of a text without an end."""
        return ListRefused("field_too_long", f"A text is longer than {LONGEST} letters. Shorten it.")


def heard(stream: Readable, handler: Handler) -> Iterator[None]:
    """Feed a part of the workbook to a handler, a block at a time.

    Yields:
        After every block.

    Raises:
        ListRefused: `workbook_corrupt`, `workbook_unsafe`, and what the handler and the stream raise.
    """
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(handler)
    quiet = 0
    try:
        while block := stream.read(_BLOCK):
            handler.heard = False
            parser.feed(block)
            quiet = 0 if handler.heard else quiet + len(block)
            if quiet > _MOST_QUIET:
                raise handler.too_long()
            yield
        parser.close()
    except DefusedXmlException:
        raise ListRefused(
            "workbook_unsafe", "The workbook declares entities, which no spreadsheet does. Save it anew."
        ) from None
    except (SAXException, UnicodeError, LookupError):
        raise corrupt() from None


def corrupt() -> ListRefused:
    """Make the refusal of a broken workbook."""
    return ListRefused("workbook_corrupt", "The workbook is damaged or cut off. Open it, save it anew, and send that.")


class SharedTexts(Handler):
    """The texts that cells refer to by number. The first are in memory, the others in a file without a name."""

    def __init__(self) -> None:
        super().__init__()
        self._first: list[str] = []
        self._room = _IN_MEMORY
        self._ends = array("Q", [0])
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed with the texts
        self._spoken = False  # inside a reading aid, which is not part of the text

    def began(self, tag: str, attrs: Attributes) -> None:  # noqa: ARG002  the parser's shape
        """Begin a text, or a piece of one."""
        if tag == "si":
            self.budget, self._pieces = LONGEST, list[str]()
        elif tag == "rPh":
            self._spoken = True
        elif tag == "t" and not self._spoken:
            self.letters = []

    def ended(self, tag: str) -> None:
        """End a piece, or keep a text."""
        if tag == "t" and self.letters is not None:
            self._pieces.append("".join(self.letters))
            self.letters = None
        elif tag == "rPh":
            self._spoken = False
        elif tag == "si":
            self._keep(unescaped("".join(self._pieces)))

    def text(self, number: int) -> str:
        """Give a text by its number.

        Raises:
            ListRefused: `workbook_corrupt`: there is none.
        """
        if 0 <= number < len(self._first):
            return self._first[number]
        at = number - len(self._first)
        if not 0 <= at < len(self._ends) - 1:
            raise corrupt()
        start, end = self._ends[at], self._ends[at + 1]
        self._file.flush()
        return os.pread(self._file.fileno(), end - start, start).decode()

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _keep(self, text: str) -> None:
        self._room -= len(text)
        if self._room >= 0:
            self._first.append(text)
            return
        self._room = -1  # from here on all of them, or the numbers would no longer be places
        self._ends.append(self._ends[-1] + self._file.write(text.encode()))
        if len(self._ends) > _MOST_SHARED:
            raise ListRefused("archive_too_large", "The workbook holds too many texts. Send the list as CSV.")


class SheetRows(Handler):
    """Turns the cells of a sheet into rows.

    Attributes:
        rows: those that are whole and not yet taken; blank ones are left out.
    """

    def __init__(self, shared: SharedTexts, shown: Callable[[str, int], str]) -> None:
        """Begin above the first row.

        Args:
            shared: the texts that cells refer to.
            shown: gives a number with its style as the sheet shows it.
        """
        super().__init__()
        self.rows: list[Record] = []
        self.width = 0
        self._shared = shared
        self._shown = shown
        self._cells: list[str] = []
        self._formula = False
        self._row, self._until = 0, 0  # of a formula that fills several rows, the last one
        self._kind, self._style, self._at, self._value = "n", 0, -1, ""
        self._spoken = False

    def began(self, tag: str, attrs: Attributes) -> None:
        """Begin a row, a cell or its value."""
        if tag == "c":
            self._kind, self._value = attrs.get("t", "n"), ""
            self._style = _whole(attrs.get("s", "0"))
            ref = attrs.get("r", "")
            self._at = column_of(ref.rstrip("0123456789")) if ref else self._at + 1
        elif tag in {"v", "t"}:
            self.letters = None if self._spoken else []
        elif tag == "f":
            self._formula = True
            if attrs.get("t") in _SPILLS:
                self._until = max(self._until, _whole(_LETTERS.sub("", attrs.get("ref", "").rpartition(":")[2]) or "0"))
        elif tag == "rPh":
            self._spoken = True
        elif tag == "row":
            self._row = _whole(attrs.get("r", str(self._row + 1)))
            self._cells, self._formula, self._at, self.budget = [], self._row <= self._until, -1, LONGEST

    def ended(self, tag: str) -> None:
        """End a value, a cell or a row."""
        if tag in {"v", "t"}:
            if self.letters is not None:
                self._value += "".join(self.letters)
                self.letters = None
        elif tag == "c":
            if self._value:
                self._put(self._cell())
        elif tag == "rPh":
            self._spoken = False
        elif tag == "row" and (self._formula or any(self._cells)):
            self._cells += [""] * (self.width - len(self._cells))
            self.rows.append(_FORMULA if self._formula else self._cells)

    def too_long(self) -> ListRefused:
        """Make the refusal of a row without an end."""
        return ListRefused("line_too_long", f"A row is longer than {LONGEST} letters. Shorten its cells.")

    def _cell(self) -> str:
        """Give the cell just ended as text."""
        if self._kind == "s":
            text = self._shared.text(_whole(self._value))
            self.budget -= len(text)
            if self.budget < 0:
                raise self.too_long()
            return text
        if self._kind == "n":
            return self._shown(self._value, self._style)
        if self._kind == "b":
            return "FALSE" if self._value.strip() == "0" else "TRUE"
        return unescaped(self._value)

    def _put(self, text: str) -> None:
        self._cells += [""] * (self._at + 1 - len(self._cells))
        self._cells[self._at] = text


@lru_cache(maxsize=1024)
def column_of(letters: str) -> int:
    """Give the index of a column by its letters.

    Args:
        letters: `A` to `XFD`.

    Raises:
        ListRefused: `workbook_corrupt`.
    """
    at = 0
    for letter in letters[:4]:
        at = at * 26 + ord(letter) - ord("A") + 1
    if not 0 < at <= _MOST_WIDTH:
        raise corrupt()
    return at - 1


def unescaped(text: str) -> str:
    """Put letters in place of their escapes (`_x000D_` is a carriage return), but no zero and no half of a letter."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(_letter, text)


def _letter(found: re.Match[str]) -> str:
    letter = chr(int(found[1], 16))
    return found[0] if letter == "\0" or "\ud800" <= letter <= "\udfff" else letter


def _whole(text: str) -> int:
    try:
        return int(text[:12])
    except ValueError:
        raise corrupt() from None
