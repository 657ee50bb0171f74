"""Signed notes (C2SP signed-note) with Ed25519: text that carries its signatures, and their keys.

Must never accept a note in which the key asked for did not sign, or signed wrongly, and must never hold a
private key: signing is asked of a `Signer`.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.errors import NoteRefused

_ED25519 = b"\x01"
_KEY_ID_SIZE = 4
_KEY_SIZE = 32
_SIGNATURE_SIZE = 64
_SIGNATURE_LIMIT = 100
_NOTE_LIMIT = 1_000_000
_SIGNATURE_LINE = re.compile(r"\u2014 (\S+) (\S+)")


class Signer(Protocol):
    """Something that holds an Ed25519 private key and lends only its signature."""

    @property
    def name(self) -> str:
        """The key's name; for a log, its origin. No spaces, no plus sign."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature over `message`."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name: what somebody outside needs to check this log."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that a signature line states: SHA-256(name, newline, type, key), cut."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:_KEY_ID_SIZE]

    def check(self, message: bytes, signature: bytes) -> None:
        """Check one Ed25519 signature (RFC 8032).

        Raises:
            NoteRefused: it is not this key's signature over this message.
        """
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except InvalidSignature as error:
            raise NoteRefused(f"the signature by {self.name} does not fit the text") from error


def verifier_key(name: str, public_key: bytes) -> str:
    """Return the verifier key string, `name+hex8+base64`, that C2SP tools take.

    Args:
        name: the key's name, for a log its origin.
        public_key: 32 bytes, Ed25519.

    Raises:
        NoteRefused: the name or key cannot be written this way.
    """
    _check_name(name)
    if len(public_key) != _KEY_SIZE:
        raise NoteRefused(f"an Ed25519 public key has {_KEY_SIZE} bytes")
    key_id = Verifier(name, public_key).key_id.hex()
    return f"{name}+{key_id}+{b64encode(_ED25519 + public_key).decode()}"


def parse_verifier_key(vkey: str) -> Verifier:
    """Read a verifier key string.

    Raises:
        NoteRefused: it is malformed, not Ed25519, or its key id does not fit the key.
    """
    parts = vkey.strip().split("+", 2)
    if len(parts) != 3:  # noqa: PLR2004 - name, key id, key
        raise NoteRefused("a verifier key reads name+id+key")
    name, key_id, encoded = parts
    _check_name(name)
    key = _base64(encoded)
    if key[:1] != _ED25519 or len(key) != 1 + _KEY_SIZE:
        raise NoteRefused("the verifier key is not an Ed25519 key")
    verifier = Verifier(name, key[1:])
    if verifier.key_id.hex() != key_id:
        raise NoteRefused("the verifier key's id does not fit its name and key; copy it again")
    return verifier


def sign_note(text: str, signer: Signer) -> bytes:
    """Return the signed note: the text, an empty line, one signature line.

    Raises:
        NoteRefused: the text is empty, does not end with a newline or holds control characters.
    """
    _check_text(text)
    _check_name(signer.name)
    key_id = Verifier(signer.name, signer.public_key).key_id
    signature = b64encode(key_id + signer.sign(text.encode())).decode()
    return f"{text}\n\u2014 {signer.name} {signature}\n".encode()


def open_note(note: bytes, verifier: Verifier) -> str:
    """Return the text of a note that `verifier` signed; signatures by keys it does not know are passed over.

    Raises:
        NoteRefused: the note is malformed, the key did not sign it, or one of its signatures is wrong.
    """
    text, lines = _split(note)
    mine = [signature for name, signature in map(_signature, lines) if _is_by(verifier, name, signature)]
    if not mine:
        raise NoteRefused(f"the note carries no signature by {verifier.name} with the expected key")
    for signature in mine:
        if len(signature) != _KEY_ID_SIZE + _SIGNATURE_SIZE:
            raise NoteRefused("an Ed25519 signature has 64 bytes")
        verifier.check(text.encode(), signature[_KEY_ID_SIZE:])
    return text


def _split(note: bytes) -> tuple[str, list[str]]:
    """Part a note at its last empty line into text and signature lines."""
    try:
        decoded = note.decode()
    except UnicodeDecodeError as error:
        raise NoteRefused("the note is not UTF-8") from error
    text, separator, signatures = decoded.rpartition("\n\n")
    if len(note) > _NOTE_LIMIT or not separator or not signatures.endswith("\n"):
        raise NoteRefused("the note is not a text, an empty line and signature lines")
    _check_text(text + "\n")
    lines = signatures[:-1].split("\n")
    if len(lines) > _SIGNATURE_LIMIT:
        raise NoteRefused(f"the note carries more than {_SIGNATURE_LIMIT} signatures")
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes]:
    match = _SIGNATURE_LINE.fullmatch(line)
    if not match:
        raise NoteRefused("a signature line reads: em dash, name, base64")
    _check_name(match[1])
    signature = _base64(match[2])
    if len(signature) <= _KEY_ID_SIZE:
        raise NoteRefused("a signature line holds a key id and nothing else")
    return match[1], signature


def _is_by(verifier: Verifier, name: str, signature: bytes) -> bool:
    return name == verifier.name and signature.startswith(verifier.key_id)


def _base64(text: str) -> bytes:
    """Decode standard base64 and insist on its one form, so that a note has one byte form as well."""
    try:
        decoded = b64decode(text, validate=True)
    except (Base64Error, ValueError) as error:
        raise NoteRefused("a key or signature is not standard base64") from error
    if b64encode(decoded).decode() != text:
        raise NoteRefused("a key or signature is not in base64's one form")
    return decoded


def _check_name(name: str) -> None:
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        raise NoteRefused("a key name is not empty and holds no spaces and no plus sign")


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise NoteRefused("a note's text ends with a newline and holds no other control character")
