"""Find the person that a selector names, without writing the value anywhere.

Must never echo, log or keep the value: it becomes a blind index at once. Unknown and forbidden look the same outside.
"""

import binascii
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final, TypeAlias

from gateway.domain.errors import Invalid, NotFound
from gateway.domain.grant import Caller
from gateway.domain.requests import Selector
from gateway.flows.gate import Gate
from gateway.flows.stop_hashes import stop_hashes
from gateway.lists.errors import BadValue
from gateway.lists.normal import email, external_id, phone
from gateway.store import people_lookup
from gateway.store.people_lookup import Connection, Key, Subject
from gateway.vault.tokens import token_key
from policies.terms import IdentifierKind

_KINDS = "email, phone, email_sha256, phone_sha256, token, external_id"


@dataclass(frozen=True, slots=True)
class Named:
    """A selector as the database can look it up: by the person's uid, or by blind indexes of one kind.

    `suppress` holds the suppression hashes of the same value, for what must outlive the person: of all its spellings,
    or of exactly one where only a digest is known ([] for a uid).
    """

    uid: bytes | None
    kind: str
    keys: tuple[Key, ...]
    suppress: tuple[bytes, ...]


Way: TypeAlias = tuple[int, str, bytes]
"""The place of a selector among others, and a key to find its person by: a blind index of a kind, or a uid ("")."""


def named(gate: Gate, selector: Selector, caller: Caller | None) -> Named:
    """Turn a selector into what the database can look up.

    Raises:
        Invalid: `selector_unknown`, `identifier_malformed`, `source_missing`.
        Refused: `token_not_yours`, when the token is another tool's.
    """
    match selector.kind:
        case "email" | "phone":
            return _by_value(gate, selector.kind, _normalise(selector))
        case "email_sha256" | "phone_sha256":
            return _by_digest(gate, selector.kind.removesuffix("_sha256"), _digest(selector.value))
        case "external_id":
            return _by_value(gate, IdentifierKind.EXTERNAL, external(selector.source, _normalise(selector)))
        case "token" if caller is not None:
            return Named(token_key(gate.keyring, caller.uid).uid(selector.value), "", (), ())
    raise Invalid("selector_unknown", f"Name a person by one of: {_KINDS}. A token belongs to one tool.")


def ways(gate: Gate, selectors: Sequence[Selector], caller: Caller) -> Iterator[Way]:
    """Give all ways to look up those whom many selectors name: the same as `named` finds, hashed kind by kind.

    Raises:
        Invalid, Refused: as `named`, for whichever of them it is.
    """
    by_kind: dict[str, list[int]] = {}
    for at, selector in enumerate(selectors):
        by_kind.setdefault(selector.kind, []).append(at)
    for kind, places in by_kind.items():
        for column in _columns(gate, kind, [selectors[at] for at in places], caller):
            yield from zip(places, repeat(_INDEXED.get(kind, kind)), column, strict=False)


_INDEXED: Final = {
    "email_sha256": "email", "phone_sha256": "phone", "external_id": IdentifierKind.EXTERNAL.value, "token": "",
}  # fmt: skip


def _columns(gate: Gate, kind: str, selectors: Sequence[Selector], caller: Caller) -> Iterable[Sequence[bytes]]:
    """Give a column of keys for each live version of the key, or one of uids."""
    match kind:
        case "email" | "phone":
            return gate.lookup.index_many(kind, [_normalise(each) for each in selectors]).values()
        case "email_sha256" | "phone_sha256":
            return gate.lookup.index_digests(_INDEXED[kind], [_digest(each.value) for each in selectors]).values()
        case "external_id":
            values = [external(each.source, _normalise(each)) for each in selectors]
            return gate.lookup.index_many(_INDEXED[kind], values).values()
        case "token":
            token = token_key(gate.keyring, caller.uid)
            return [[token.uid(each.value) for each in selectors]]
    raise Invalid("selector_unknown", f"Name a person by one of: {_KINDS}. A token belongs to one tool.")


def find(gate: Gate, connection: Connection, selector: Selector, caller: Caller | None) -> Subject | None:
    """Give the person whom a selector names, or None. Several persons on one identifier: the one known longest.

    Args:
        gate: the gateway.
        connection: the transaction to look in.
        selector: how the caller names the person.
        caller: whose tokens these are; None for officers, who have none.
    """
    return people_lookup.find(connection, *_pieces(named(gate, selector, caller)))


def require(gate: Gate, connection: Connection, selector: Selector, caller: Caller | None) -> Subject:
    """Give the person, or say that there is none.

    Raises:
        NotFound: `person_unknown`.
    """
    found = find(gate, connection, selector, caller)
    if found is None:
        raise NotFound("person_unknown", "Nobody is known by that identifier.")
    return found


def external(source: str, value: str) -> str:
    """Spell an external id with its source's name, so that equal ids of two sources differ.

    Raises:
        Invalid: `source_missing`.
    """
    if not source or not value:
        raise Invalid("source_missing", "An external id is known only within its source: give both.")
    return f"{source}\x1f{value}"


def _pieces(found: Named) -> tuple[bytes | None, str, tuple[Key, ...]]:
    return found.uid, found.kind, found.keys


def _normalise(selector: Selector) -> str:
    if selector.kind == "external_id" and not selector.value:
        return ""
    try:
        return _AS_IMPORTED[selector.kind](selector.value)
    except BadValue as error:
        hint = "Write a phone number as +<country><number>." if selector.kind == "phone" else "Check its spelling."
        raise Invalid("identifier_malformed", f"That is not a well-formed {selector.kind}. {hint}") from error


_AS_IMPORTED: Final[dict[str, Callable[[str], str]]] = {
    "email": email, "phone": lambda value: phone(value, ""), "external_id": external_id,
}  # fmt: skip


def _by_value(gate: Gate, kind: str, value: str) -> Named:
    keys = tuple(Key(*index) for index in gate.lookup.index(kind, value))
    return Named(None, kind, keys, stop_hashes(gate.lookup, kind, value))


def _by_digest(gate: Gate, kind: str, digest: bytes) -> Named:
    keys = tuple(Key(*index) for index in gate.lookup.index_digest(kind, digest))
    return Named(None, kind, keys, tuple(index.value for index in gate.lookup.suppression_digest(kind, digest)))


def _digest(value: str) -> bytes:
    try:
        raw = binascii.unhexlify(value)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:  # noqa: PLR2004  SHA-256
        raise Invalid("identifier_malformed", "A SHA-256 is 64 hexadecimal digits.")
    return raw
