"""People who may be one: an import links them where a phone is shared and the name differs; officers may undo it.

A link is a hint to people. Must never join anybody, and no consent, standing or suppression travels over it: what is
said by one of the two counts for that one only. Must never show a value: what is on file is veiled, and that somebody
looked is an entry of its own in the ledger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from audit.leaf import Entry, Json
from gateway.domain.errors import NotFound, Unavailable
from gateway.domain.requests import Selector
from gateway.domain.veiling import veiled
from gateway.flows import officers
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.flows.subject import require
from gateway.lists.letters import comparable
from gateway.store import likeness
from gateway.store.likeness import Link, Pair, Sealed
from gateway.store.people_lookup import Connection
from gateway.vault.seal import Opener
from policies.terms import FieldClass

SAME_PHONE: Final = "same_phone"
NAME_PART: Final = "name_part"
PAGE: Final = 20
"""Pairs on one page."""
_SEEN: Final = (FieldClass.EMAIL.value, FieldClass.PHONE.value, FieldClass.IDENTITY.value)


@dataclass(frozen=True, slots=True)
class Someone:
    """One of a pair: uid, country, what is on file veiled ("" if nothing is), names of the sources that know them."""

    uid: bytes
    jurisdiction: str
    name: str
    email: str
    phone: str
    sources: Sequence[str]


@dataclass(frozen=True, slots=True)
class Alike:
    """Two people who may be one: why (words of ours), the source whose list showed it, and since when (UTC)."""

    one: Someone
    other: Someone
    why: Sequence[str]
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AlikePage:
    """A page of pairs, the oldest first: which of how many, how many pairs stand, how many were said to be two."""

    pairs: Sequence[Alike]
    page: int
    pages: int
    standing: int
    undone: int


def alike(gate: Gate, officer: Officer, page: int = 1) -> AlikePage:
    """Show pairs that may be one, and record who looked at whom.

    Args:
        gate: the gateway.
        officer: who looks.
        page: from 1; one past the end shows the last.

    Raises:
        Refused: `role_may_not`.
    """
    with gate.house.unit() as connection:
        officers.require(gate, connection, officer, "person.read")
        standing, undone = likeness.counted(connection)
        pages = max(1, -(-standing // PAGE))
        page = min(max(1, page), pages)
        found = likeness.standing(connection, PAGE, (page - 1) * PAGE)
        pairs = _alike(gate, connection, found)
        people: list[Json] = [*sorted({each.uid.hex() for pair in pairs for each in (pair.one, pair.other)})]
        if people:
            gate.house.enter(connection, [Entry("likeness.viewed", officer.actor, {"people": people})])
    # True now: that somebody looked is on record. A crash before the commit showed nothing.
    return AlikePage(pairs, page, pages, standing, undone)


def links_of(gate: Gate, selector: Selector) -> list[Link]:
    """Give whom a person is like, the oldest link first, undone ones too.

    Raises:
        NotFound: `person_unknown`. Invalid: as `gateway.flows.subject`.
    """
    with gate.house.unit() as connection:
        return likeness.of(connection, require(gate, connection, selector, None).no)


def undo_link(gate: Gate, officer: Officer, one: bytes, other: bytes) -> None:
    """Say that two people are two; no later list links them again. Said again, it changes nothing.

    Args:
        gate: the gateway.
        officer: who says so; it narrows, so that one officer is enough.
        one: uid of one of them.
        other: uid of the other.

    Raises:
        Refused: `role_may_not`. NotFound: `link_unknown`.
    """
    with gate.house.unit() as connection:
        officers.require(gate, connection, officer, "person.restrict")
        undone = likeness.undo(connection, one, other, officer.actor, gate.clock())
        if not undone and not likeness.was_linked(connection, one, other):
            raise NotFound("link_unknown", "Nothing links these two.")
        if undone:
            body: dict[str, Json] = {"people": sorted([one.hex(), other.hex()])}
            gate.house.enter(connection, [Entry("link.undone", officer.actor, body)])
    # True now: they are two. A crash before this left the link.


def _alike(gate: Gate, connection: Connection, found: Sequence[Pair]) -> list[Alike]:
    people = likeness.sealed(connection, {no for pair in found for no in (pair.one, pair.other)}, _SEEN)
    opener = Opener(gate.keyring, _SEEN)
    values = {no: _opened(opener, person) for no, person in people.items()}

    def pair_of(pair: Pair) -> Alike:
        one, other = (_someone(people[no], values[no]) for no in (pair.one, pair.other))
        return Alike(one, other, _why(pair, values[pair.one], values[pair.other]), pair.source, pair.at)

    # Who was erased since the pairs were read is in none of them any more.
    return [pair_of(pair) for pair in found if {pair.one, pair.other} <= people.keys()]


def _opened(opener: Opener, person: Sealed) -> Mapping[str, Any]:
    """Open what is on file of somebody, {} where the key is gone or nothing opens."""
    if not person.wrapped:
        return {}
    try:
        fragments = opener.open(person.uid, person.wrapped, person.blobs)
    except Unavailable:
        return {}
    found: dict[str, Any] = orjson.loads(b"{" + b",".join(each for each in fragments if each) + b"}")
    return found


def _someone(person: Sealed, values: Mapping[str, Any]) -> Someone:
    email, phone = (veiled(str(values.get(name, ""))) for name in ("email", "phone"))
    return Someone(person.uid, person.jurisdiction, veiled(_name(values)), email, phone, person.sources)


def _why(pair: Pair, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Give why two people look alike: what linked them, and whether a word of their names is the same."""
    same = set(comparable(_name(one)).split()) & set(comparable(_name(other)).split())
    return [*pair.reasons, *([NAME_PART] if same else [])]


def _name(values: Mapping[str, Any]) -> str:
    parts = (str(values.get(part, "")) for part in ("given_name", "family_name"))
    return str(values.get("name") or " ".join(parts)).strip()
