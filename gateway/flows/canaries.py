"""Canaries: invented addresses on a domain of the house, planted with partners. Where one comes back, a list leaked.

Make and plant (`ostiary source canary add`), in one transaction:
    1 invent   domain        -> addresses    names of nobody; shown once, to be planted by hand, and kept by nobody
    2 keep     addresses     -> hashes       as suppressions are kept: under a key, wide, so that a tag or a dot more
                                             does not hide one; all key versions stay live
    3 enter    hashes        -> leaf         `canary.made`: how many, for which party

Meet (an import's chunk, a report of results), in the caller's transaction:
    4 met      hashes        -> Met          one look-up with the chunk's suppression hashes (`Prepared.hashes`)
    5 note     Met, batch    -> leaf, Tells  `canary.met`, once a batch; the signs that quarantine it

Must never keep or log an address, and never take a canary for a person: a list that brings one is quarantined whole.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Invalid, NotFound
from gateway.domain.leaks import Tell
from gateway.flows.gate import Gate
from gateway.flows.stop_hashes import stop_hashes
from gateway.lists.emails import email, wide
from gateway.lists.errors import BadValue
from gateway.store import canaries, parties
from gateway.store.canaries import Canary, Planted, Sighting
from gateway.store.people_lookup import Connection
from policies.terms import IdentifierKind, Verdict

MOST: Final = 100
_LONGEST: Final = 80
_SPOKEN: Final = (
    "an be da el fa ga he ia jo ka le ma na or pe ra sa ti ul va we xa yo zi bri cor den fin gra hol lin mar nor per"
    " ros sel tor vin wal"
)
_SYLLABLES: Final = tuple(_SPOKEN.split())
_UID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Made:
    """A new canary and its address, which is shown once."""

    uid: str
    address: str


@dataclass(frozen=True, slots=True)
class Known:
    """A canary with where it was planted and which lists brought it back."""

    uid: str
    made_at: datetime
    planted: tuple[Planted, ...]
    met: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """A canary among the addresses of a list: it and where it was planted."""

    canary: Canary
    planted: tuple[Planted, ...]


def make(gate: Gate, actor: str, party: str, domain: str, count: int = 1, planted_in: str = "") -> tuple[Made, ...]:
    """Invent addresses and note with whom they are planted.

    Args:
        gate: the gateway.
        actor: who asks for it.
        party: name of the party that gets them.
        domain: a mail domain that the house owns; its mailboxes need not exist.
        count: how many, 1 to 100.
        planted_in: in what: a list, a form, a release; a few words without an address, for the officer who meets it.

    Raises:
        NotFound: `party_unknown`. Invalid: `domain_unfit`, `count_unfit`, `planted_in_unfit`.
    """
    if not 1 <= count <= MOST:
        raise Invalid("count_unfit", f"Make 1 to {MOST} canaries at a time.")
    words, host = _words(planted_in), _host(domain)
    now = gate.clock()
    made: list[Made] = []
    with gate.house.unit() as connection:
        given_to = parties.party(connection, party)
        while len(made) < count:
            address = _invented(host)  # 1
            kept = canaries.add(connection, _hashes(gate, address)[0], actor, now)  # 2
            if kept is not None:
                canaries.plant(connection, kept.no, given_to.no, words, actor, now)
                made.append(Made(kept.uid.hex(), address))
        body: dict[str, Json] = {"party": given_to.no, "canaries": [each.uid for each in made]}
        gate.house.enter(connection, [Entry("canary.made", actor, body)])  # 3
    # True now: whatever list brings one of these is quarantined. A crash before this made none that anybody knows.
    return tuple(made)


def plant(gate: Gate, actor: str, uid: str, party: str, planted_in: str = "") -> None:
    """Note that a canary was given to one more party.

    Raises:
        NotFound: `canary_unknown`, `party_unknown`. Invalid: `planted_in_unfit`.
    """
    words = _words(planted_in)
    with gate.house.unit() as connection:
        canary = canaries.by_uid(connection, bytes.fromhex(uid)) if _UID.fullmatch(uid) else None
        if canary is None:
            raise NotFound("canary_unknown", "There is no such canary. `ostiary source canary list` lists them.")
        given_to = parties.party(connection, party)
        canaries.plant(connection, canary.no, given_to.no, words, actor, gate.clock())
        body: dict[str, Json] = {"party": given_to.no, "canaries": [uid]}
        gate.house.enter(connection, [Entry("canary.planted", actor, body)])
    # True now: a list that brings it back is told to come from either of its parties.


def listed(gate: Gate) -> list[Known]:
    """Give all canaries, the oldest first, with where they were planted and met."""
    with gate.house.unit() as connection:
        found = canaries.canaries(connection)
        numbers = [each.no for each in found]
        planted, met_ = canaries.plantings(connection, numbers), canaries.sightings(connection, numbers)
    return [
        Known(
            each.uid.hex(),
            each.made_at,
            tuple(one for one in planted if one.canary_no == each.no),
            tuple(one for one in met_ if one.canary_no == each.no),
        )
        for each in found
    ]


def met(connection: Connection, hashes: Sequence[bytes]) -> list[Met]:
    """Give the canaries among addresses (step 4).

    Args:
        connection: any transaction.
        hashes: suppression hashes of e-mail addresses, of all versions and forms: `Prepared.hashes["email"]` of an
            import's chunk, or `hashes_of` for single addresses.
    """
    found = canaries.found(connection, hashes)
    planted = canaries.plantings(connection, [each.no for each in found]) if found else []
    return [Met(each, tuple(one for one in planted if one.canary_no == each.no)) for each in found]


def is_any(connection: Connection) -> bool:
    """Say whether this house has planted any: without one, no list needs to be looked through for them."""
    return canaries.is_any(connection)


def hashes_of(gate: Gate, addresses: Iterable[str]) -> list[bytes]:
    """Give the hashes of addresses as written, for `met`; what is no address is left out."""
    found: list[bytes] = []
    for address in addresses:
        try:
            found += _hashes(gate, email(address))
        except BadValue:
            continue
    return found


def note(
    gate: Gate, connection: Connection, actor: str, met_: Sequence[Met], batch_uid: bytes, source_no: int, supplier: str
) -> tuple[Tell, ...]:
    """Put on record that a list brought canaries, and give the signs that quarantine it (step 5).

    Args:
        gate: the gateway.
        connection: the chunk's transaction.
        actor: who imports.
        met_: from `met`.
        batch_uid: of the batch; a chunk that is read again notes nothing twice.
        source_no: of the list's source.
        supplier: name of the party that the list came from.
    """
    for each in met_:
        if canaries.note(connection, each.canary.no, source_no, batch_uid, gate.clock()):
            body: dict[str, Json] = {
                "canary": each.canary.uid.hex(),
                "planted_with": sorted({one.party_no for one in each.planted}),
                "batch": batch_uid.hex(),
                "source": source_no,
            }
            gate.house.enter(connection, [Entry("canary.met", actor, body)])
    return tuple(tell_of(each, supplier) for each in met_)


def tell_of(met_: Met, supplier: str) -> Tell:
    """Say of one canary what it tells of a list from a supplier."""
    where = " and ".join(
        f"with {one.party} on {one.at.date().isoformat()}{f' in {one.planted_in}' if one.planted_in else ''}"
        for one in met_.planted
    )
    words = f"A canary planted {where} stands in a list from {supplier}. Nobody lives there: ask how it got in."
    severity = Verdict.QUARANTINE
    return Tell("canary_met", "SRC-LEAKED", "GDPR Art. 5(1)(a), 5(1)(f), 33(1)", words, severity, {"canaries": 1})


def _hashes(gate: Gate, address: str) -> tuple[bytes, ...]:
    return stop_hashes(gate.lookup, IdentifierKind.EMAIL, address)


def _words(planted_in: str) -> str:
    words = " ".join(planted_in.split())
    if len(words) > _LONGEST or "@" in words or not words.isprintable():
        raise Invalid("planted_in_unfit", f"Say in at most {_LONGEST} characters where it was planted; no address.")
    return words


def _host(domain: str) -> str:
    try:
        return wide(email(f"x@{domain}")).rpartition("@")[2]
    except BadValue as error:
        raise Invalid("domain_unfit", "Name a mail domain that the house owns, such as post.example.com.") from error


def _invented(host: str) -> str:
    """Invent the address of nobody: two names and two digits, as people choose them."""
    given = "".join(secrets.choice(_SYLLABLES) for _ in range(2))
    family = "".join(secrets.choice(_SYLLABLES) for _ in range(3))
    return f"{given}{secrets.choice(('', '_', '-'))}{family}{secrets.randbelow(90) + 10}@{host}"
