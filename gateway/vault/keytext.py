"""How a keyring is spelled: JSON with a checksum, every part checked, none guessed.

Must never accept what it does not know. The checksum (SHA-256 over the canonical content) finds damage and
careless edits; it is no signature, because whoever can write the file already holds every key in it.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Never

from gateway.vault.errors import KeyringChecksumWrong, KeyringDamaged, KeyringVersionUnknown

FORMAT: Final = "ostiary-keyring"
VERSION: Final = 1

_FIELDS: Final = {"format", "version", "name", "generation", "keys", "sha256"}


class Purpose(StrEnum):
    """What a key is for; a key serves one purpose only."""

    PERSON_KEY = "person_key"
    INDEX = "index"
    SUPPRESSION = "suppression"
    TOKEN = "token"  # noqa: S105  the name of a purpose
    LINK = "link"
    SESSION = "session"
    LEDGER = "ledger"
    EVIDENCE = "evidence"
    QUARANTINE = "quarantine"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the keyring.

    Attributes:
        id: random u32, not zero, unique in the keyring; what a ciphertext names.
        purpose: the only thing it may do.
        kind: the identifier kind of an index or suppression key, else "".
        version: 1, 2, … within purpose and kind.
        active: whether new values are made with it; exactly one per purpose and kind.
        material: the key itself; never shown, never pickled.
    """

    id: int
    purpose: Purpose
    kind: str
    version: int
    active: bool
    material: bytes = field(repr=False)

    def __reduce__(self) -> Never:
        """Refuse to be pickled or copied: a key leaves the process only in its own file."""
        raise TypeError("a key cannot be pickled or copied")


@dataclass(frozen=True, slots=True)
class Content:
    """What a keyring file says: its random name, a counter of its changes, its keys."""

    name: str
    generation: int
    keys: tuple[Key, ...]


def encode(content: Content) -> bytes:
    """Give the exact bytes of the file: JSON, one key a line group, checksum last."""
    body = {
        "format": FORMAT,
        "version": VERSION,
        "name": content.name,
        "generation": content.generation,
        "keys": [_key_to_json(key) for key in content.keys],
    }
    return json.dumps({**body, "sha256": _checksum(body)}, indent=1).encode() + b"\n"


def decode(path: Path, raw: bytes) -> Content:
    """Read the bytes of a keyring file; `path` is for the message only.

    Raises:
        KeyringDamaged, KeyringVersionUnknown, KeyringChecksumWrong: as their names say.
    """
    body = _load(path, raw)
    if body.get("format") != FORMAT:
        raise KeyringDamaged(path, "it is not an Ostiary keyring")
    if body.get("version") != VERSION:
        raise KeyringVersionUnknown(path)
    if set(body) != _FIELDS:
        raise KeyringDamaged(path, "parts are missing or foreign")
    if body.pop("sha256") != _checksum(body):
        raise KeyringChecksumWrong(path)
    try:
        keys = tuple(_key_from_json(entry) for entry in body["keys"])
        return Content(_text(body["name"]), _whole(body["generation"]), keys)
    except (TypeError, ValueError, KeyError):
        raise KeyringDamaged(path, "a key is not spelled as a key") from None


def _load(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw.decode(), object_pairs_hook=_no_repeats)
    except (ValueError, RecursionError):
        raise KeyringDamaged(path, "it is empty, half-written or not JSON") from None
    if not isinstance(body, dict):
        raise KeyringDamaged(path, "it is not an Ostiary keyring")
    return body


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name stands twice")
    return names


def _checksum(body: Mapping[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _key_to_json(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "purpose": key.purpose.value,
        "kind": key.kind,
        "version": key.version,
        "active": key.active,
        "key": base64.b64encode(key.material).decode(),
    }


def _key_from_json(entry: Any) -> Key:
    known = dict(entry)
    key = Key(
        id=_whole(known.pop("id")),
        purpose=Purpose(known.pop("purpose")),
        kind=_text(known.pop("kind")),
        version=_whole(known.pop("version")),
        active=_flag(known.pop("active")),
        material=_material(known.pop("key")),
    )
    if known:
        raise ValueError("foreign parts")
    return key


def _material(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 32:
        raise ValueError("not a u32 above zero")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not true or false")
    return value
