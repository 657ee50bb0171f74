"""Gives the lines of a file as text, one block of bytes at a time.

Line ends are found in bytes, because no later byte of a letter equals one in any of our encodings (UTF-16 is
looked at on even offsets), so a block is decoded whole. Must never hold more than a block and one line, nor
let a decoder put its own letter in place of bytes that it cannot read.
"""

import hashlib

from gateway.lists.contents import BLOCK, Readable
from gateway.lists.encoding import Encoding
from gateway.lists.errors import ListRefused

LONGEST = 1 << 20  # bytes of a line, characters of a record that spans lines


class Lines:
    """An iterator over physical lines, with their ends, that knows where it stands.

    Attributes:
        number: lines given so far, so the number of the last one.
    """

    def __init__(self, file: Readable, encoding: Encoding, line_end: bytes) -> None:
        """Start at the beginning of the file.

        Args:
            file: gives the bytes from the beginning.
            encoding: what it is written in.
            line_end: as `end_of_line` found it.
        """
        self.number = 0
        self._file = file
        self._encoding = encoding
        self._end = line_end
        self._end_text = line_end.strip(b"\0").decode("ascii")
        self._sha = hashlib.sha256()
        mark = file.read(encoding.mark)
        self._sha.update(mark)
        self._carry = b""
        self._block = b""  # the bytes that `_texts` was decoded from
        self._block_at = len(mark)
        self._texts: list[str] = []
        self._given = 0
        self._budget = LONGEST

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        while self._given == len(self._texts):
            self._load()
        line = self._texts[self._given]
        self._given += 1
        self.number += 1
        self._budget -= len(line)
        if self._budget < 0:
            raise self._too_long()
        return line

    @property
    def offset(self) -> int:
        """Bytes of the file up to the end of the last line given."""
        if self._given == len(self._texts):
            return self._block_at + len(self._block)
        if self._encoding.wide:
            return self._block_at + len("".join(self._texts[: self._given]).encode(self._encoding.name))
        parts = self._block.split(self._end)[: self._given]
        return self._block_at + sum(map(len, parts)) + len(self._end) * self._given

    def new_record(self) -> None:
        """Let the next record have its full length."""
        self._budget = LONGEST

    def digest(self) -> str:
        """Give the SHA-256 of what was read, as hex; of the whole file once iteration has ended."""
        return self._sha.hexdigest()

    def _load(self) -> None:
        """Read and decode up to the last line end of the next block; StopIteration at the end of the file."""
        self._block_at += len(self._block)
        self._block, self._texts, self._given = b"", [], 0
        fresh = self._file.read(BLOCK)
        self._sha.update(fresh)
        block = self._carry + fresh
        if not block:
            raise StopIteration
        cut = len(block) if len(fresh) < BLOCK else _after_last(block, self._end)
        self._block, self._carry = block[:cut], block[cut:]
        if len(self._carry) > LONGEST:
            self.number += self._block.count(self._end) + 1
            raise self._too_long()
        self._texts = self._decode(self._block)

    def _decode(self, block: bytes) -> list[str]:
        """Decode whole lines; refuse what no letter stands for."""
        try:
            text = block.decode(self._encoding.name)
        except UnicodeDecodeError as error:
            raise self._undecodable(error.start) from None  # the exception carries the bytes themselves
        if "\0" in text:
            line = self.number + text.count(self._end_text, 0, text.index("\0")) + 1
            raise ListRefused("nul_byte", f"Line {line} holds a zero byte. Export the list again as plain text.")
        lines = text.split(self._end_text)
        last = lines.pop()
        texts = [line + self._end_text for line in lines]
        return [*texts, last] if last else texts

    def _undecodable(self, start: int) -> ListRefused:
        """Name the place of bytes that do not fit."""
        line = self.number + self._block.count(self._end, 0, start) + 1
        return ListRefused(
            "undecodable",
            f"Line {line}, byte {self._block_at + start}: this is not {self._encoding.name}. "
            "Name the encoding with --encoding, or export the list again.",
        )

    def _too_long(self) -> ListRefused:
        return ListRefused(
            "line_too_long",
            f"Line {self.number} is longer than {LONGEST} characters. Is this a list, and are its quotes closed?",
        )


def end_of_line(sample: bytes, encoding: Encoding) -> bytes:
    """Find what ends the lines: a line feed, or a carriage return alone as old spreadsheets write it."""
    feed, carriage = ("\n".encode(encoding.name), "\r".encode(encoding.name))
    if _after_last(sample, feed) or not _after_last(sample, carriage):
        return feed
    return carriage


def _after_last(block: bytes, end: bytes) -> int:
    """Give the offset behind the last line end; 0 if there is none. Two-byte ends lie on even offsets."""
    at = block.rfind(end)
    while at > 0 and at % len(end):
        at = block.rfind(end, 0, at + len(end) - 1)
    return at + len(end) if at >= 0 and not at % len(end) else 0
