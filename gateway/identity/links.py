"""Opt-out links: a sealed note of whose link it is and what it stops, short enough for a text message.

token = base64url without padding of `0x01 | u32 key id | AES-SIV(person uid, sender, kind, scope, channel)`,
RFC 5297 with a 512-bit key; version and key id are bound. Nobody can make or alter one, and the same facts
give the same link. Must never expire (the right to object does not), never hold an address, and never widen
anything: a link can stop.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Never

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from gateway.domain.errors import Invalid, NotFound

PERSON_BYTES: Final = 16
LONGEST: Final = 512
"""Characters of a token; far more than any link that was made here."""

_VERSION: Final = b"\x01"
_HEAD_BYTES: Final = 5
_SENDER_BYTES: Final = 4
_KEY_BYTES: Final = 64
_WORD: Final = re.compile(r"[a-z0-9_.*-]{0,64}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+")


class BadLink(NotFound):
    """No link of this house: altered, cut, or made under a key that is not here."""

    def __init__(self) -> None:
        super().__init__("link_bad", "This link is not complete. Open it from the message, or write to the sender.")


@dataclass(frozen=True, slots=True)
class Link:
    """What an opt-out link says.

    Attributes:
        person_uid: 16 bytes; not shown to whoever holds the link.
        kind: identifier kind the message went to (`email`, `phone`, …).
        sender_no: number of the sending party, 0 for every sender.
        scope: purpose that the link stops, with all below it (`marketing`).
        channel: channel that it stops, or "" for every channel.
    """

    person_uid: bytes
    kind: str
    sender_no: int
    scope: str
    channel: str


class LinkKey:
    """Seals and opens opt-out links. Old keys open for ever: a message lies in an inbox for years."""

    __slots__ = ("_active", "_sivs")

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        """Take 64-byte keys by their u32 id; the first one seals."""
        if not keys or any(len(key) != _KEY_BYTES for key in keys.values()):
            raise Invalid("link_keys_unfit", "Links need at least one key, each of 64 bytes.")
        self._sivs = {_VERSION + number.to_bytes(4, "big"): AESSIV(key) for number, key in keys.items()}
        self._active = next(iter(self._sivs))

    def seal(self, link: Link) -> str:
        """Give the token for `/o/<token>`: url-safe, about 90 characters.

        Raises:
            Invalid: `link_unfit`: a uid that is not 16 bytes, a sender outside u32, a word that is no policy
                term.
        """
        sealed = self._sivs[self._active].encrypt(_spell(link), [self._active])
        return urlsafe_b64encode(self._active + sealed).rstrip(b"=").decode()

    def open(self, token: str) -> Link:
        """Give back what the link says.

        Raises:
            BadLink: whatever is wrong with it.
        """
        raw = _raw(token)
        siv = self._sivs.get(raw[:_HEAD_BYTES])
        if siv is None:
            raise BadLink
        try:
            return _read(siv.decrypt(raw[_HEAD_BYTES:], [raw[:_HEAD_BYTES]]))
        except (InvalidTag, ValueError):
            raise BadLink from None

    def __repr__(self) -> str:
        """Show no key."""
        return "<LinkKey>"

    def __reduce__(self) -> Never:
        """Refuse to be pickled or copied."""
        raise TypeError("a link key cannot be pickled or copied")


def _spell(link: Link) -> bytes:
    words = (link.kind, link.scope, link.channel)
    fits = len(link.person_uid) == PERSON_BYTES and 0 <= link.sender_no < 1 << 8 * _SENDER_BYTES
    if not fits or not all(_WORD.fullmatch(word) for word in words):
        raise Invalid("link_unfit", "A link names a person uid, a sender number and words of the policy.")
    # A word never holds a space, so that joining by spaces is unambiguous.
    return link.person_uid + link.sender_no.to_bytes(_SENDER_BYTES, "big") + " ".join(words).encode()


def _read(note: bytes) -> Link:
    words_at = PERSON_BYTES + _SENDER_BYTES
    kind, scope, channel = note[words_at:].decode().split(" ")
    return Link(note[:PERSON_BYTES], kind, int.from_bytes(note[PERSON_BYTES:words_at], "big"), scope, channel)


def _raw(token: str) -> bytes:
    if len(token) > LONGEST or not _TOKEN.fullmatch(token) or len(token) % 4 == 1:
        raise BadLink
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    # Unused bits of the last character must be zero: one link, one spelling.
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise BadLink
    return raw
