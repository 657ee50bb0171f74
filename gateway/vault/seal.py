"""Seals: one AEAD blob per person, class and source, which opens in that place and nowhere else.

Must never seal without its place in the associated data, never reuse a nonce, never give back anything but
the exact bytes that went in. What opens here is plaintext: it goes to `disclose` and nowhere else.

Format, also of a wrapped key: `0x01 | u32 key id | 12-byte nonce | ciphertext | 16-byte tag`, AES-256-GCM,
which is Tink's wire format. The key id of a blob is the generation of the person's data key: 1. Associated
data, each part after its u16 length: "ostiary/1/seal", class, source number (u64), schema version (u16), the
5-byte header, person uid. The person comes last so that all the rest is spelled once per class and source,
not once per blob.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.vault.binding import BODY_AT, HEADER_BYTES, NONCE_BYTES, PERSON_BYTES, bind, header, lp
from gateway.vault.errors import ClassNotGranted, Damaged, KeyUnknown, Unfit
from gateway.vault.keys import Keyring
from gateway.vault.keytext import Purpose
from policies.terms import FieldClass

SCHEMA: Final = 1
"""Version of the fragment inside; a new shape of fragment gets a new number and never opens as the old."""

LONGEST: Final = 1 << 20
"""Bytes of one fragment; a class of one person is a few hundred."""

_DOMAIN: Final = b"ostiary/1/seal"
_HEADER: Final = header(1)
_UID_LENGTH: Final = PERSON_BYTES.to_bytes(2, "big")
_CLASSES: Final = frozenset(cls.value for cls in FieldClass)


class Sealing(NamedTuple):
    """One fragment on its way into a blob. Rows of one person stand together so that they share a cipher."""

    data_key: bytes
    person_uid: bytes
    cls: str
    source_no: int
    fragment: bytes

    def __repr__(self) -> str:
        """Show nothing of the key and nothing of the value."""
        return f"<Sealing {self.cls}>"


def seal(data_key: bytes, person_uid: bytes, cls: str, source_no: int, fragment: bytes) -> bytes:
    """Seal one fragment for one person, class and source.

    Raises:
        Unfit: unknown class, wrong length of key, uid or fragment, source number not in 1 … 2^63-1.
    """
    return seal_many([Sealing(data_key, person_uid, cls, source_no, fragment)])[0]


def seal_many(rows: Sequence[tuple[bytes, bytes, str, int, bytes]]) -> list[bytes]:
    """Seal many fragments in order, drawing randomness once; what an import chunk uses.

    The nonces live only inside this call, so that a forked process cannot repeat them.

    Args:
        rows: `Sealing` values or plain tuples of the same shape.
    """
    drawn = os.urandom(NONCE_BYTES * len(rows))
    prefixes = _Prefixes(_CLASSES)
    sealed, last, encrypt = [], None, None
    for at, (data_key, person, cls, source, fragment) in enumerate(rows):
        if encrypt is None or data_key is not last:
            last, encrypt = data_key, _cipher(data_key).encrypt
        if len(person) != PERSON_BYTES or len(fragment) > LONGEST:
            raise Unfit("seal_unfit", "A person uid has 16 bytes and a fragment at most 1 MiB.")
        nonce = drawn[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
        sealed.append(_HEADER + nonce + encrypt(nonce, fragment, prefixes[cls, source] + person))
    return sealed


def open_blob(data_key: bytes, person_uid: bytes, cls: str, source_no: int, blob: bytes) -> bytes:
    """Open one blob in its place. Gives plaintext: only `disclose` may speak it.

    Raises:
        Damaged: code `seal_broken`: changed, cut, moved from another place, or under another key.
        Unfit: unknown class, impossible source number or length.
    """
    place = _prefix(cls, source_no) + person_uid
    if not blob.startswith(_HEADER) or len(person_uid) != PERSON_BYTES:
        raise _broken(person_uid, cls, source_no)
    try:
        return _cipher(data_key).decrypt(blob[HEADER_BYTES:BODY_AT], blob[BODY_AT:], place)
    except (InvalidTag, ValueError):
        raise _broken(person_uid, cls, source_no) from None


class Opener:
    """Opens the granted classes of one person after another; what a release uses.

    Costs one unwrap, one cipher set-up and one decryption a blob. Keeps no data key, so an erased one is gone
    at once.
    """

    __slots__ = ("_prefixes", "_wrappers")

    def __init__(self, keyring: Keyring, classes: Iterable[str]) -> None:
        """Prepare for these classes; any other stays shut.

        Raises:
            Unfit: `class_unknown`.
        """
        granted = frozenset(classes)
        if not granted <= _CLASSES:
            raise _unknown_class()
        self._prefixes = _Prefixes(granted)
        ready = keyring.wrappers().values()
        self._wrappers = {wrapper.header: (wrapper.aead.decrypt, wrapper.prefix) for wrapper in ready}

    def open(self, person_uid: bytes, wrapped: bytes, blobs: Sequence[tuple[str, int, bytes]]) -> list[bytes]:
        """Open a person's blobs, given as (class, source number, blob); fragments come in the same order.

        Raises:
            Damaged: `key_broken` or `seal_broken`; nothing of the person is given.
            KeyUnknown: the data key is wrapped under a key that is not here.
            ClassNotGranted: a class that this opener was not made for; nothing of the person is given.
        """
        found = self._wrappers.get(wrapped[:HEADER_BYTES])
        if found is None:
            raise KeyUnknown(person_uid)
        prefixes, cls, source = self._prefixes, "", 0
        unwrap, prefix = found
        try:
            # No length is checked: a cut value has no tag left, and the binding completes with 16 bytes only.
            decrypt = AESGCM(unwrap(wrapped[5:17], wrapped[17:], prefix + person_uid)).decrypt
            fragments = []
            for cls, source, blob in blobs:
                if blob[:5] != _HEADER:
                    raise InvalidTag  # noqa: TRY301  one answer for all that is broken
                fragments.append(decrypt(blob[5:17], blob[17:], prefixes[cls, source] + person_uid))
        except (InvalidTag, ValueError):
            raise _broken(person_uid, cls, source) from None
        return fragments


class HouseSeal:
    """Seals what belongs to no single person: evidence, quarantined rows, details of the ledger.

    Such a value dies with its row, not with a person's key. Each purpose has a key of its own.
    """

    __slots__ = ("_active", "_aeads", "_domain")

    def __init__(self, keyring: Keyring, purpose: Purpose) -> None:
        """Prepare the seal of `evidence`, `quarantine` or `detail`."""
        if purpose not in {Purpose.EVIDENCE, Purpose.QUARANTINE, Purpose.DETAIL}:
            raise Unfit("seal_unfit", "Only evidence, quarantine and detail are sealed for the house.")
        keys = keyring.of(purpose)
        self._aeads = {header(key.id): AESGCM(key.material) for key in keys}
        self._active = header(keys[0].id)
        self._domain = lp(b"ostiary/1/" + purpose.value.encode())

    def seal(self, place: bytes, content: bytes) -> bytes:
        """Seal `content` for its place, never empty: the row's own identity, such as its digest."""
        nonce = os.urandom(NONCE_BYTES)
        return (
            self._active + nonce + self._aeads[self._active].encrypt(nonce, content, self._bound(place, self._active))
        )

    def open(self, place: bytes, blob: bytes) -> bytes:
        """Open what was sealed for this place.

        Raises:
            Damaged: code `seal_broken`.
        """
        head = blob[:HEADER_BYTES]
        try:
            aead = self._aeads[head]
            return aead.decrypt(blob[HEADER_BYTES:BODY_AT], blob[BODY_AT:], self._bound(place, head))
        except (InvalidTag, ValueError, KeyError):
            raise Damaged("seal_broken", b"", "sealed record") from None

    def _bound(self, place: bytes, head: bytes) -> bytes:
        if not place:
            raise Unfit("seal_unfit", "Name the place that the content is sealed for.")
        return self._domain + bind(head, place)


class _Prefixes(dict[tuple[str, int], bytes]):
    """Associated data up to the person, by (class, source number); only for allowed classes."""

    __slots__ = ("_allowed",)

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__()
        self._allowed = allowed

    def __missing__(self, place: tuple[str, int]) -> bytes:
        cls, source_no = place
        prefix = _prefix(cls, source_no)
        if cls not in self._allowed:
            raise ClassNotGranted(cls)
        self[place] = prefix
        return prefix


def _prefix(cls: str, source_no: int) -> bytes:
    if cls not in _CLASSES:
        raise _unknown_class()
    if not 0 < source_no < 1 << 63:
        raise Unfit("source_unfit", "A source number is a whole number above zero.")
    parts = bind(_DOMAIN, cls.encode(), source_no.to_bytes(8, "big"), SCHEMA.to_bytes(2, "big"), _HEADER)
    return parts + _UID_LENGTH


def _unknown_class() -> Unfit:
    return Unfit("class_unknown", "There is no such class of fields; see policies/fields.yaml.")


def _cipher(data_key: bytes) -> AESGCM:
    if len(data_key) != 32:  # noqa: PLR2004  AES-256 and nothing shorter
        raise Unfit("data_key_length", "A data key has 32 bytes.")
    return AESGCM(data_key)


def _broken(person_uid: bytes, cls: str, source_no: int) -> Damaged:
    if not cls:
        return Damaged("key_broken", person_uid, "data key")
    return Damaged("seal_broken", person_uid, f"class {cls} of source {source_no}")
