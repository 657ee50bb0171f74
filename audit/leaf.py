"""What goes into the ledger: canonical JSON, the entry that a flow writes, the leaf that the log keeps.

The bytes made here are the bytes that are hashed, stored and exported; nothing downstream serialises them
again. Must never accept a float (no two programs print them alike), and never personal data: a leaf cannot be
erased.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from audit.errors import LeafRefused
from audit.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    nodes_of,
    root,
    verify_consistency,
    verify_inclusion,
)

__all__ = [
    "Entry",
    "Json",
    "Leaf",
    "canonical",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "merkle_proof",
    "merkle_root",
    "nodes_of",
    "verify_consistency",
    "verify_inclusion",
]

Json: TypeAlias = "str | int | bool | Mapping[str, Json] | Sequence[Json] | None"

LEAF_LIMIT = 65_535
"""A C2SP entry bundle gives each entry a 16-bit length."""

_BEFORE_TIME = b'{"at":"'
_BEFORE_ENTRY = b'","entry":'
_AFTER_ENTRY = b"}"
_TIME_SIZE = len("2026-01-31T23:59:59.000000Z")
_ENTRY_AT = len(_BEFORE_TIME) + _TIME_SIZE + len(_BEFORE_ENTRY)

ENTRY_LIMIT = LEAF_LIMIT - _ENTRY_AT - len(_AFTER_ENTRY)
"""The longest entry, in bytes: what is left of a leaf once the sequencer has written its time around it."""

_INTEGER_LIMIT = 2**53 - 1
_DEPTH_LIMIT = 32
_KIND = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*", re.ASCII)
_KIND_LIMIT = 64
_ACTOR = re.compile(r'[^\x00-\x1f"\\\x7f]{1,200}')
_TIME = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


def canonical(value: Mapping[str, Json], limit: int = ENTRY_LIMIT) -> bytes:
    """Return the one byte form of a JSON object: RFC 8785 for the subset that has no traps.

    Sorted ASCII keys, no spaces, UTF-8, integers within 2**53. Floats, other keys, U+0000 and lone surrogates
    are refused, because programs disagree about them.

    Args:
        value: the object; nested mappings and sequences are taken as objects and arrays.
        limit: the most bytes allowed.

    Raises:
        LeafRefused: the value lies outside the subset or is too long.
    """
    _check_object(value, 0)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise LeafRefused("a string holds half of a surrogate pair; decode the text before recording it") from error
    if len(encoded) > limit:
        raise LeafRefused(f"{len(encoded)} bytes exceed the limit of {limit}; record a digest instead of the content")
    return encoded


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, as a flow records it.

    Attributes:
        kind: what happened, dotted lower case, such as `release.page`.
        actor: who did it: a tool's, officer's or job's identifier; never a person's name or address.
        body: the facts, by words that the kind defines; no personal data.
    """

    kind: str
    actor: str
    body: Mapping[str, Json]

    def __post_init__(self) -> None:
        if len(self.kind) > _KIND_LIMIT or not _KIND.fullmatch(self.kind):
            raise LeafRefused(f"a kind is dotted lower-case ASCII of at most {_KIND_LIMIT} letters")
        if not _ACTOR.fullmatch(self.actor):
            raise LeafRefused("an actor is 1 to 200 characters without control characters, quotes and backslashes")

    def encode(self) -> bytes:
        """Return the entry's exact bytes.

        Raises:
            LeafRefused: the body is not in the canonical subset, or the entry is over the limit.
        """
        return canonical({"actor": self.actor, "body": self.body, "kind": self.kind, "v": 1})

    @staticmethod
    def decode(data: bytes) -> "Entry":
        """Read an entry back and insist that its bytes are the canonical ones.

        Raises:
            LeafRefused: the bytes are not an entry, or not in the one form.
        """
        match _parse(data):
            case {"actor": str() as actor, "body": dict() as body, "kind": str() as kind, "v": 1}:
                entry = Entry(kind, actor, body)
            case _:
                raise LeafRefused("an entry is an object of actor, body, kind and v")
        if entry.encode() != data:
            raise LeafRefused("the entry is not in canonical form; make its bytes with Entry.encode")
        return entry


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of the log: an entry and the moment at which the sequencer took it in.

    Attributes:
        at: UTC, to the microsecond; never earlier than that of the leaf before.
        entry: the entry's exact bytes.
    """

    at: datetime
    entry: bytes

    def encode(self) -> bytes:
        """Return the leaf's exact bytes: `{"at":"...","entry":` the entry as it is `}`."""
        return leaf_head(self.at) + self.entry + _AFTER_ENTRY

    @staticmethod
    def decode(data: bytes) -> "Leaf":
        """Take a leaf apart without serialising anything again.

        Raises:
            LeafRefused: the bytes are not a leaf. The content of the entry is not judged here.
        """
        time = data[len(_BEFORE_TIME) : len(_BEFORE_TIME) + _TIME_SIZE]
        middle = data[len(_BEFORE_TIME) + _TIME_SIZE : _ENTRY_AT]
        framed = data.startswith(_BEFORE_TIME) and middle == _BEFORE_ENTRY and data.endswith(_AFTER_ENTRY)
        if len(data) > LEAF_LIMIT or not framed or not _TIME.fullmatch(time):
            raise LeafRefused("the bytes are not a leaf: a time and an entry in their fixed frame")
        try:
            at = datetime.fromisoformat(time.decode())
        except ValueError as error:
            raise LeafRefused("the leaf's time does not exist in the calendar") from error
        return Leaf(at, data[_ENTRY_AT:-1])


def leaf_head(at: datetime) -> bytes:
    """Return what stands before the entry in a leaf of this moment (an aware datetime)."""
    utc = at.astimezone(UTC).replace(tzinfo=None)
    return _BEFORE_TIME + f"{utc.isoformat(timespec='microseconds')}Z".encode() + _BEFORE_ENTRY


def kind_and_actor(entry: bytes) -> tuple[str, str]:
    """Return the kind and actor that an entry's bytes state, whatever else they hold.

    Raises:
        LeafRefused: the bytes are not a JSON object with these two strings.
    """
    match _parse(entry):
        case {"kind": str() as kind, "actor": str() as actor}:
            return kind, actor
        case _:
            raise LeafRefused("an entry is an object with a kind and an actor")


def merkle_root(items: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 root over items (bytes, not hashes), such as the salted rows of a page."""
    return root([leaf_hash(item) for item in items])


def merkle_proof(items: Sequence[bytes], index: int) -> list[bytes]:
    """Return the inclusion path of one item under `merkle_root(items)`; check it with `verify_inclusion`."""
    return inclusion_proof(nodes_of([leaf_hash(item) for item in items]), index, len(items))


def _parse(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise LeafRefused("the entry is not JSON in UTF-8") from error


def _plain(value: object) -> object:
    """Hand `json` the mappings and sequences that it does not know; nothing else gets past `_check_value`."""
    return dict(value) if isinstance(value, Mapping) else list(value)  # type: ignore[call-overload]


def _check_value(value: object, depth: int) -> None:
    match value:
        case str():
            _check_text(value)
        case bool() | None:
            pass
        case int():
            if abs(value) > _INTEGER_LIMIT:
                raise LeafRefused("an integer exceeds 2**53 - 1; record it as a string")
        case Mapping():
            _check_object(value, depth)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            _check_depth(depth)
            for item in value:
                _check_value(item, depth + 1)
        case _:
            raise LeafRefused(f"a {type(value).__name__} has no canonical form; use a string or an integer")


def _check_object(value: Mapping[Any, object], depth: int) -> None:
    _check_depth(depth)
    for key, item in value.items():
        if not isinstance(key, str) or not key.isascii():
            raise LeafRefused("a key is an ASCII string; sorting others differs between programs")
        _check_text(key)
        _check_value(item, depth + 1)


def _check_depth(depth: int) -> None:
    if depth > _DEPTH_LIMIT:
        raise LeafRefused(f"an entry nests at most {_DEPTH_LIMIT} deep")


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise LeafRefused("a string holds U+0000, which the database cannot keep as text")
