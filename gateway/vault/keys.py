"""The keyring in use: wraps and unwraps the data key of each person, and hands out narrow handles.

Must never show key material: not in repr, not by pickling, not in an error. Every purpose has a random key of
its own instead of one root and derivations, because keys live for different times: destroying an old person-
key wrapper is what erases the dead from backups, and that is only true if nothing else can rebuild it. The
one derivation is the token key of a tool (HKDF), because tools come and go and the file should not change for
each.
"""

import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Never

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.vault import keyfile
from gateway.vault.binding import (
    BODY_AT,
    HEADER_BYTES,
    NONCE_BYTES,
    PERSON_BYTES,
    TAG_BYTES,
    bind,
    header,
    lp,
)
from gateway.vault.errors import (
    Damaged,
    KeyringIncomplete,
    KeyringKeyIdsRepeat,
    KeyringKeyWeak,
    KeyUnknown,
    Unfit,
)
from gateway.vault.keytext import Content, Key, Purpose
from policies.terms import IdentifierKind

KEY_BYTES: Final = 32
WRAPPED_BYTES: Final = HEADER_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES
"""65: what one person costs in the person_key table."""

_DOMAIN: Final = b"ostiary/1/key"
_LINK_BYTES: Final = 64  # AES-256-SIV takes two 256-bit keys (RFC 5297)
_PER_KIND: Final = (Purpose.INDEX, Purpose.SUPPRESSION)


class DataKey(NamedTuple):
    """A fresh data key and its wrapped form. Keep the second, forget the first."""

    key: bytes
    wrapped: bytes

    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "<DataKey>"


@dataclass(frozen=True, slots=True)
class LedgerSigner:
    """Signs checkpoints of the ledger and nothing else (Ed25519, RFC 8032).

    Attributes:
        name: the key name of the signed note, such as `example.com/ostiary`.
        public_key: 32 raw bytes.
    """

    name: str
    public_key: bytes
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Sign the note text; gives 64 bytes, always the same for the same text."""
        return self._private.sign(message)

    def __reduce__(self) -> Never:
        """Refuse to be pickled or copied."""
        raise TypeError("a signer cannot be pickled or copied")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """One person-key wrapper, ready: ciphertext header, cipher, associated data up to the person."""

    header: bytes
    aead: AESGCM = field(repr=False)
    prefix: bytes

    @classmethod
    def of(cls, key: Key) -> "Wrapper":
        """Prepare a wrapper; the id in the header is bound as well, so that it cannot be changed."""
        number = key.id.to_bytes(4, "big")
        # The person comes last and has a fixed length: the rest is spelled once, not once a person.
        return cls(header(key.id), AESGCM(key.material), bind(_DOMAIN, number) + lp(bytes(PERSON_BYTES))[:2])


class Keyring:
    """All keys of one house, checked and ready. Made by `open_keyring` only."""

    __slots__ = ("_active", "_content", "_wrappers")

    def __init__(self, content: Content) -> None:
        self._content = content
        wrapping = self.of(Purpose.PERSON_KEY)
        self._wrappers = {header(key.id): Wrapper.of(key) for key in wrapping}
        self._active = self._wrappers[header(wrapping[0].id)]

    @property
    def name(self) -> str:
        """The keyring's random name, 16 hexadecimal digits; not secret."""
        return self._content.name

    @property
    def generation(self) -> int:
        """How often the file was changed; a smaller number than last time means an old copy was put back."""
        return self._content.generation

    @property
    def active_key_id(self) -> int:
        """Id of the wrapper that new data keys get."""
        return int.from_bytes(self._active.header[1:], "big")

    def new_data_keys(self, persons: Sequence[bytes]) -> list[DataKey]:
        """Make one random data key per person and wrap it; randomness is drawn once for all of them.

        Args:
            persons: uids, 16 bytes each.
        """
        active, step = self._active, KEY_BYTES + NONCE_BYTES
        encrypt, prefix, head = active.aead.encrypt, active.prefix, active.header
        drawn = os.urandom(step * len(persons))
        made = []
        for at, person in zip(range(0, len(drawn), step), persons, strict=True):
            key, nonce = drawn[at : at + KEY_BYTES], drawn[at + KEY_BYTES : at + step]
            made.append(DataKey(key, head + nonce + encrypt(nonce, key, prefix + _uid(person))))
        return made

    def wrap(self, data_key: bytes, person_uid: bytes) -> bytes:
        """Wrap a data key for one person under the active wrapper.

        Gives 65 bytes, `0x01 | u32 key id | 12 nonce | 32 key | 16 tag` (Tink's wire format, AES-256-GCM),
        which open for no other person and under no other key id.
        """
        if len(data_key) != KEY_BYTES:
            raise Unfit("data_key_length", "A data key has 32 bytes.")
        active, nonce = self._active, os.urandom(NONCE_BYTES)
        return active.header + nonce + active.aead.encrypt(nonce, data_key, active.prefix + _uid(person_uid))

    def unwrap(self, wrapped: bytes, person_uid: bytes) -> bytes:
        """Give back a person's data key.

        Raises:
            KeyUnknown: no such wrapper here; after a destroyed epoch that means erased.
            Damaged: code `key_broken`: changed, cut, or wrapped for somebody else.
        """
        wrapper = self._wrappers.get(wrapped[:HEADER_BYTES])
        if wrapper is None:
            raise KeyUnknown(person_uid)
        try:
            key = wrapper.aead.decrypt(
                wrapped[HEADER_BYTES:BODY_AT], wrapped[BODY_AT:], wrapper.prefix + _uid(person_uid)
            )
        except (InvalidTag, ValueError):
            raise Damaged("key_broken", person_uid, "data key") from None
        return key

    def rewrap(self, wrapped: bytes, person_uid: bytes) -> bytes | None:
        """Move a data key under the active wrapper; None if it is there already.

        Store the answer only where the old value still stands (compare and set), or an erasure that came
        between would be undone.
        """
        if wrapped[:HEADER_BYTES] == self._active.header:
            return None
        return self.wrap(self.unwrap(wrapped, person_uid), person_uid)

    def wrappers(self) -> dict[bytes, Wrapper]:
        """Give the prepared wrappers by ciphertext header, for the release path of this room."""
        return dict(self._wrappers)

    def of(self, purpose: Purpose, kind: str = "") -> tuple[Key, ...]:
        """Give the live keys of a purpose (and identifier kind), the active one first, then newest first."""
        keys = [key for key in self._content.keys if key.purpose is purpose and key.kind == kind]
        return tuple(sorted(keys, key=lambda key: (not key.active, -key.version)))

    def ledger_signer(self, name: str) -> LedgerSigner:
        """Give the signer of the ledger's checkpoints under this key name (C2SP signed-note)."""
        private = Ed25519PrivateKey.from_private_bytes(self.of(Purpose.LEDGER)[0].material)
        return LedgerSigner(name, private.public_key().public_bytes_raw(), private)

    def session_key(self) -> bytes:
        """Give the 32-byte key from which CSRF tokens are made, for identity's `Sessions`."""
        return self.of(Purpose.SESSION)[0].material

    def link_keys(self) -> dict[int, bytes]:
        """Give the 64-byte opt-out link keys by id, the active one first, for identity's `LinkKey`."""
        return {key.id: key.material for key in self.of(Purpose.LINK)}

    def __repr__(self) -> str:
        """Name the keyring and show no key."""
        return f"<Keyring {self.name} generation {self.generation}>"

    def __reduce__(self) -> Never:
        """Refuse to be pickled or copied: each process opens the file itself."""
        raise TypeError("a keyring cannot be pickled or copied")


def create_keyring(path: Path) -> Keyring:
    """Make a keyring with one fresh random key for every purpose, in a new 0600 file.

    Raises:
        KeyringExists: there is a file already; it stays as it is.
        KeyringRefused: the folder or disk refused, or the folder is open to others.
    """
    taken: set[int] = set()
    wanted = [(purpose, kind) for purpose in Purpose for kind in _kinds(purpose)]
    keys = tuple(fresh_key(purpose, kind, 1, taken) for purpose, kind in wanted)
    keyfile.write_new(path, Content(secrets.token_hex(8), 1, keys))
    return open_keyring(path)


def open_keyring(path: Path) -> Keyring:
    """Open a keyring, or refuse with the reason and its cure.

    Raises:
        KeyringRefused: one subclass and code for each defect (missing, open to others, damaged, …).
    """
    return Keyring(read_checked(path))


def read_checked(path: Path) -> Content:
    """Read a keyring file and check that it holds every key it must; for `open_keyring` and key epochs.

    Raises:
        KeyringRefused: as `open_keyring`.
    """
    content = keyfile.read(path)
    _check_ids(path, content.keys)
    _check_strength(path, content.keys)
    for purpose in Purpose:
        for kind in _kinds(purpose):
            active = [key for key in content.keys if key.active and (key.purpose, key.kind) == (purpose, kind)]
            if len(active) != 1:
                raise KeyringIncomplete(path, f"{purpose} {kind}".strip())
    return content


def fresh_key(purpose: Purpose, kind: str, version: int, taken: set[int]) -> Key:
    """Make a random active key whose id is none of `taken`, and note its id there."""
    while (number := secrets.randbits(32)) in taken or number == 0:
        pass
    taken.add(number)
    return Key(number, purpose, kind, version, active=True, material=secrets.token_bytes(_size(purpose)))


def _uid(person_uid: bytes) -> bytes:
    if len(person_uid) != PERSON_BYTES:
        raise Unfit("person_uid_length", "A person uid has 16 bytes.")
    return person_uid


def _kinds(purpose: Purpose) -> Iterable[str]:
    return tuple(kind.value for kind in IdentifierKind) if purpose in _PER_KIND else ("",)


def _size(purpose: Purpose) -> int:
    return _LINK_BYTES if purpose is Purpose.LINK else KEY_BYTES


def _check_ids(path: Path, keys: tuple[Key, ...]) -> None:
    ids: set[int] = set()
    versions: set[tuple[str, str, int]] = set()
    for key in keys:
        place = (key.purpose, key.kind, key.version)
        if key.id in ids or place in versions:
            raise KeyringKeyIdsRepeat(path, key.id)
        ids.add(key.id)
        versions.add(place)


def _check_strength(path: Path, keys: tuple[Key, ...]) -> None:
    seen: set[bytes] = set()
    for key in keys:
        if len(key.material) != _size(key.purpose):
            raise KeyringKeyWeak(path, key.id, f"has {len(key.material)} bytes, not {_size(key.purpose)}")
        if len(set(key.material)) <= KEY_BYTES // 4:
            raise KeyringKeyWeak(path, key.id, "is no random value")
        if key.material in seen:
            raise KeyringKeyWeak(path, key.id, "serves two purposes")
        seen.add(key.material)
