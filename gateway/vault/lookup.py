"""Blind indexes: how a person is found by an identifier that is stored nowhere in clear.

index = HMAC-SHA-256(key of the identifier kind and version, SHA-256(normalised value)), cut to 16 bytes. The
inner hash lets a tool ask by SHA-256 of a value it normalised our way; it is public and no protection by
itself, the key is.

Must never index a national id (a billion values are tried in minutes once a key leaks), never normalise, and
never use one key for two kinds: equal phone and external id must not show as equal.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from gateway.vault.errors import Unfit
from gateway.vault.keys import Keyring
from gateway.vault.keytext import Purpose
from policies.terms import IdentifierKind

INDEX_BYTES: Final = 16
DIGEST_BYTES: Final = 32
LONGEST: Final = 4096
"""Bytes of a normalised value."""

_Keyed = tuple[tuple[int, HMAC], ...]


class BlindIndex(NamedTuple):
    """What stands in the database instead of an identifier.

    Attributes:
        version: of the key; two versions live while keys rotate.
        value: 16 bytes.
    """

    version: int
    value: bytes


class Lookup:
    """Computes blind indexes and suppression hashes under all live keys, the active version first."""

    __slots__ = ("_indexes", "_suppressions")

    def __init__(self, keyring: Keyring) -> None:
        """Key one HMAC per kind and version; each use copies it, a third of the cost of keying anew."""
        self._indexes = _keyed(keyring, Purpose.INDEX)
        self._suppressions = _keyed(keyring, Purpose.SUPPRESSION)

    def index(self, kind: str, normalised: str) -> list[BlindIndex]:
        """Give the blind indexes of one normalised identifier, one per live version.

        Args:
            kind: email, phone, postal, push or external.
            normalised: the value as the public normalisation spells it; an external id carries its source's
                name.

        Raises:
            Unfit: `kind_not_indexed` (national ids among others), `value_unfit` (empty, too long, not
                Unicode).
        """
        return _macs(_of(self._indexes, kind), _digest(normalised))

    def index_digest(self, kind: str, digest: bytes) -> list[BlindIndex]:
        """Give the blind indexes for SHA-256 of a normalised value (32 raw bytes), as a tool may ask."""
        return _macs(_of(self._indexes, kind), _whole(digest))

    def index_digests(self, kind: str, digests: Sequence[bytes]) -> dict[int, list[bytes]]:
        """Give what `index_digest` gives of each: one column of 16-byte indexes per live version, in their order."""
        whole = [_whole(digest) for digest in digests]
        return {version: _column(keyed, whole) for version, keyed in _of(self._indexes, kind)}

    def index_many(self, kind: str, normalised: Sequence[str]) -> dict[int, list[bytes]]:
        """Give one column of 16-byte indexes per live version, in the order of the values."""
        digests = [_digest(value) for value in normalised]
        return {version: _column(keyed, digests) for version, keyed in _of(self._indexes, kind)}

    def suppression_index(self, kind: str, normalised: str) -> list[BlindIndex]:
        """Give the suppression hashes of an identifier: other keys, so that they join with no index.

        A suppression holds no value to hash anew, so all its versions stay live for ever.
        """
        return _macs(_of(self._suppressions, kind), _digest(normalised))

    def suppression_digest(self, kind: str, digest: bytes) -> list[BlindIndex]:
        """Give the suppression hashes for SHA-256 of a normalised value, as other lists deliver it."""
        return _macs(_of(self._suppressions, kind), _whole(digest))

    def suppression_many(self, kind: str, normalised: Sequence[str]) -> dict[int, list[bytes]]:
        """Give one column of suppression hashes per live version, in the order of the values."""
        digests = [_digest(value) for value in normalised]
        return {version: _column(keyed, digests) for version, keyed in _of(self._suppressions, kind)}

    def both_many(self, kind: str, normalised: Sequence[str]) -> tuple[dict[int, list[bytes]], dict[int, list[bytes]]]:
        """Give what `index_many` and `suppression_many` give, hashing each value once; what an import chunk uses."""
        digests = [_digest(value) for value in normalised]
        indexes = {version: _column(keyed, digests) for version, keyed in _of(self._indexes, kind)}
        return indexes, {version: _column(keyed, digests) for version, keyed in _of(self._suppressions, kind)}


def _keyed(keyring: Keyring, purpose: Purpose) -> dict[str, _Keyed]:
    return {
        kind.value: tuple((key.version, HMAC(key.material, SHA256())) for key in keyring.of(purpose, kind.value))
        for kind in IdentifierKind
    }


def _of(keys: dict[str, _Keyed], kind: str) -> _Keyed:
    try:
        return keys[kind]
    except KeyError:
        raise Unfit("kind_not_indexed", "Only email, phone, postal, push and external ids are indexed.") from None


def _digest(normalised: str) -> bytes:
    try:
        raw = normalised.encode()
    except UnicodeEncodeError:  # its message would repeat the value
        raise Unfit("value_unfit", "An identifier is whole Unicode text.") from None
    if not 0 < len(raw) <= LONGEST:
        raise Unfit("value_unfit", "An identifier is not empty and at most 4096 bytes.")
    return sha256(raw).digest()


def _whole(digest: bytes) -> bytes:
    if len(digest) != DIGEST_BYTES:
        raise Unfit("digest_unfit", "A SHA-256 digest has 32 bytes.")
    return digest


def _macs(keys: _Keyed, digest: bytes) -> list[BlindIndex]:
    return [BlindIndex(version, _mac(keyed, digest)) for version, keyed in keys]


def _mac(keyed: HMAC, digest: bytes) -> bytes:
    mac = keyed.copy()
    mac.update(digest)
    return mac.finalize()[:INDEX_BYTES]


def _column(keyed: HMAC, digests: Iterable[bytes]) -> list[bytes]:
    """Give `_mac` of each digest, without a call of our own for each."""
    copy, column = keyed.copy, []
    for digest in digests:
        mac = copy()
        mac.update(digest)
        column.append(mac.finalize()[:INDEX_BYTES])
    return column
