"""Opens a file and unpacks it as it is read: plain, gzip, or one member of a ZIP archive.

What comes out is counted against what went in, so a bomb is refused long before it has gone off. Must never unpack to
a place with a name: where a format has to jump about, a packed list lies in a file that nobody else can open and that
is gone with the process.
"""

import gzip
import hashlib
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast
from zipfile import BadZipFile

from gateway.lists.errors import ListRefused

BLOCK: Final = 256 * 1024
MOST_UNPACKED: Final = 20 * 10**9  # bytes of one list
MOST_SPOOLED: Final = 2 * 10**9  # bytes of a packed workbook or Parquet file
MOST_RATIO: Final = 200  # lists of people pack to a tenth; a bomb to a thousandth
UNJUDGED: Final = 16 << 20  # bytes that may come out before the ratio counts: short lists may repeat themselves


class Readable(Protocol):
    """What gives bytes from the beginning to the end, as many as were asked for until they run out."""

    def read(self, size: int, /) -> bytes:
        """Give the next bytes; fewer only at the end."""


class Packing(StrEnum):
    """What a list came in."""

    PLAIN = ""
    GZIP = "gzip"
    ZIP = "zip"


class Unpacked:
    """A stream that comes out of a packing, counted."""

    def __init__(self, stream: Readable, went_in: Callable[[], int], most: int = MOST_UNPACKED) -> None:
        """Count from here on.

        Args:
            stream: gives what was unpacked.
            went_in: how many packed bytes that took.
            most: bytes that may come out.
        """
        self._stream = stream
        self._went_in = went_in
        self._most = most
        self._given = 0

    def read(self, size: int, /) -> bytes:
        """Give the next bytes.

        Raises:
            ListRefused: `archive_corrupt`, `archive_bomb`, `archive_too_large`.
        """
        try:
            block = self._stream.read(size)
        except (OSError, EOFError, zlib.error, BadZipFile, NotImplementedError, RuntimeError):
            raise corrupt() from None
        self._given += len(block)
        if self._given > self._most:
            raise ListRefused(
                "archive_too_large", f"More than {self._most:,} bytes are packed in it. Send it in parts."
            )
        if self._given > UNJUDGED and self._given > MOST_RATIO * max(self._went_in(), 1):
            raise ListRefused("archive_bomb", "It unpacks to far more than a list would. Send the list unpacked.")
        return block


class Contents:
    """A file that is open, and what is packed in it."""

    def __init__(self, raw: BinaryIO, size: int, stream: Readable, packing: Packing) -> None:
        """Take over an open file; `Packed.opened` does.

        Args:
            raw: the file as it was sent, closed by its opener.
            size: its bytes.
            stream: what is packed in it, from the beginning.
            packing: what it came in.
        """
        self._raw = raw
        self._stream = stream
        self._size = size
        self._spool: BinaryIO | None = None
        self._spooled = 0
        self.plain = packing is Packing.PLAIN

    def read(self, size: int, /) -> bytes:
        """Give the next bytes of the list."""
        return self._stream.read(size)

    @property
    def offset(self) -> int:
        """Bytes of the file read so far, as nearly as can be told; for progress."""
        if self._spool is None:
            return min(self._raw.tell(), self._size)
        return self._size * self._spool.tell() // max(self._spooled, 1)

    def random(self) -> tuple[BinaryIO, int]:
        """Give the whole list as a file to jump about in, and its bytes. Nothing may have been read before.

        Raises:
            ListRefused: `archive_too_large`, and what unpacking raises.
        """
        if self.plain:
            return self._raw, self._size
        if self._spool is None:
            self._spool = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  closed with the contents
            while block := self.read(BLOCK):
                self._spooled += self._spool.write(block)
                if self._spooled > MOST_SPOOLED:
                    raise ListRefused("archive_too_large", "It is too large to be read packed. Send it unpacked.")
            self._spool.seek(0)
        return self._spool, self._spooled

    def digest(self) -> str:
        """Give the SHA-256 of the file as it was sent, as hex; it is read again for that, through the same handle."""
        self._raw.seek(0)
        return sha256(self._raw)

    def close(self) -> None:
        """Let go of what was spooled."""
        if self._spool is not None:
            self._spool.close()


@dataclass(frozen=True, slots=True)
class Packed:
    """Where a list lies and what it came in.

    Attributes:
        path: the file.
        packing: none, gzip or ZIP.
        member: name of the member in a ZIP archive.
        choice: what chooses that member again; "" where it is the only one.
    """

    path: Path
    packing: Packing = Packing.PLAIN
    member: str = ""
    choice: str = ""

    @contextmanager
    def opened(self) -> Iterator[Contents]:
        """Open the list at its beginning, for as long as the caller reads.

        Raises:
            ListRefused: `archive_corrupt`, `archive_encrypted`, `archive_method`; later what `Unpacked.read` raises.
        """
        size = self.path.stat().st_size
        with self.path.open("rb") as raw:
            contents = Contents(raw, size, self._stream(raw), self.packing)
            try:
                yield contents
            finally:
                contents.close()

    def _stream(self, raw: BinaryIO) -> Readable:
        from gateway.lists.archives import member_of, unzipped  # which counts with `Unpacked`

        if self.packing is Packing.GZIP:
            return Unpacked(gzip.GzipFile(fileobj=raw), raw.tell)
        if self.packing is Packing.ZIP:
            return member_of(unzipped(raw), self.member)
        return raw


def corrupt() -> ListRefused:
    """Make the refusal of a packing that is broken."""
    return ListRefused("archive_corrupt", "The archive or workbook is damaged or cut off. Pack or save it again.")


def sha256(file: Readable) -> str:
    """Give the SHA-256 of what follows in a file, as hex, in constant memory."""
    sha = hashlib.sha256()
    while block := file.read(BLOCK):
        sha.update(block)
    return sha.hexdigest()
