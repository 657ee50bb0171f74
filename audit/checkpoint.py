"""Checkpoints (C2SP tlog-checkpoint), marks, receipts (C2SP tlog-proof): what is signed, what others keep.

Must never parse a number or hash that has a second spelling, and never sign: it makes texts, `note` has them
signed.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import pack

from audit.errors import NoteRefused
from audit.merkle import HASH_SIZE
from audit.note import Signer, Verifier, open_note, sign_note

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_MARK_TYPE = "ostiary-ledger-mark/v1"
_RECEIPT_TYPE = "c2sp.org/tlog-proof@v1"
_PATH_LIMIT = 63


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: this log, at this size, has this root."""

    origin: str
    size: int
    root: bytes

    def sign(self, signer: Signer) -> bytes:
        """Return the checkpoint as a signed note; no extension lines, which nobody could audit."""
        return sign_note(f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n", signer)

    @staticmethod
    def open(note: bytes, verifier: Verifier) -> "Checkpoint":
        """Read a checkpoint that `verifier` signed. Extension lines of other logs are passed over.

        Raises:
            NoteRefused: the signature or the text is wrong, or the origin is not the key's name.
        """
        lines = open_note(note, verifier).split("\n")[:-1]
        if len(lines) < 3 or not all(lines):  # noqa: PLR2004 - origin, size, root
            raise NoteRefused("a checkpoint has a line each for origin, size and root")
        checkpoint = Checkpoint(lines[0], decimal(lines[1]), hash_line(lines[2]))
        if checkpoint.origin != verifier.name:
            raise NoteRefused("the checkpoint belongs to another log")
        return checkpoint


@dataclass(frozen=True, slots=True)
class Mark:
    """What the sequencer knows of the inbox at a checkpoint; signed, so that it cannot hide an entry.

    Attributes:
        origin: the log.
        size: the checkpoint that it stands beside.
        low: every inbox entry numbered up to here is in the log, or was rolled back and never will be.
        numbers: SHA-256 over the inbox numbers of the entries that this checkpoint added, each as 8 bytes
            big-endian.
    """

    origin: str
    size: int
    low: int
    numbers: bytes

    def sign(self, signer: Signer) -> bytes:
        """Return the mark as a signed note. Its first line keeps it from ever reading as a checkpoint."""
        text = f"{_MARK_TYPE}\n{self.origin}\n{self.size}\n{self.low}\n{b64encode(self.numbers).decode()}\n"
        return sign_note(text, signer)

    @staticmethod
    def open(note: bytes, verifier: Verifier) -> "Mark":
        """Read a mark that `verifier` signed.

        Raises:
            NoteRefused: the signature or the text is wrong, or it belongs to another log.
        """
        lines = open_note(note, verifier).split("\n")[:-1]
        if len(lines) != 5 or lines[:2] != [_MARK_TYPE, verifier.name]:  # noqa: PLR2004 - its five lines
            raise NoteRefused("the note is not a mark of this log")
        return Mark(lines[1], decimal(lines[2]), decimal(lines[3]), hash_line(lines[4]))


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof to keep: an entry's place, its path and the signed checkpoint (C2SP tlog-proof)."""

    index: int
    path: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        """Return the receipt's bytes, as a `.tlog-proof` file holds them."""
        lines = [
            _RECEIPT_TYPE,
            f"index {self.index}",
            *(b64encode(item).decode() for item in self.path),
            "",
            "",
        ]
        return "\n".join(lines).encode() + self.note

    @staticmethod
    def decode(data: bytes) -> "Receipt":
        """Take a receipt apart; nothing in it is believed until `verify.verify_receipt` has checked it.

        Raises:
            NoteRefused: the bytes are not a receipt.
        """
        head, separator, note = data.partition(b"\n\n")
        lines = head.decode(errors="replace").split("\n")
        if lines[1:2] and lines[1].startswith("extra "):
            del lines[1]  # unauthenticated by its definition
        if not separator or lines[0] != _RECEIPT_TYPE or len(lines) < 2:  # noqa: PLR2004 - type and index
            raise NoteRefused(f"the receipt does not begin with {_RECEIPT_TYPE} and an index")
        word, _, index = lines[1].partition(" ")
        path = lines[2:]
        if word != "index" or len(path) > _PATH_LIMIT:
            raise NoteRefused("the receipt has no index line, or too long a path")
        return Receipt(decimal(index), tuple(hash_line(line) for line in path), note)


def numbers_digest(numbers: Sequence[int]) -> bytes:
    """Return SHA-256 over inbox numbers, each as 8 bytes big-endian, in the order of their entries."""
    return sha256(pack(f">{len(numbers)}Q", *numbers)).digest()


def decimal(text: str) -> int:
    """Read a number that has exactly one spelling: ASCII digits, no leading zeroes, below 10**19.

    Raises:
        NoteRefused: it is spelled otherwise.
    """
    if not _DECIMAL.fullmatch(text):
        raise NoteRefused("a number is written in ASCII digits without leading zeroes")
    return int(text)


def hash_line(text: str) -> bytes:
    """Read 32 bytes in standard base64.

    Raises:
        NoteRefused: it is anything else.
    """
    try:
        hashed = b64decode(text, validate=True)
    except ValueError as error:
        raise NoteRefused("a hash is not standard base64") from error
    if len(hashed) != HASH_SIZE or b64encode(hashed).decode() != text:
        raise NoteRefused(f"a hash is {HASH_SIZE} bytes in base64's one form")
    return hashed
