"""Stores one chunk of an accepted list, in one transaction: everything of it, or nothing.

Steps, in order, under one lock that keeps other imports out:
    1 hold      the batch must be waiting for this very chunk
    2 screen    suppressed identifiers: storage and all contact refuse the row, narrower scopes mark the identifier
    3 sort      rows to people, by index; people on file are locked in the order of their numbers, then read
    4 people    new ones are created, gaps of those on file are filled
    5 seal      one blob a class of each person, under the person's own key
    6 store     blobs, identifiers, dealings
    7 consents  what may count of what the list claims; a withdrawal on file beats it, whatever date the list gives
    8 record    counts, next chunk and ledger entry

Must never widen what stands: no bit is lifted, no gap but an empty one is filled, no consent passes a withdrawal.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from audit.leaf import Entry
from gateway.flows.gate import Gate
from gateway.flows.intake_claims import Claim
from gateway.flows.intake_draft import Draft
from gateway.flows.intake_keep import Keeping, Run
from gateway.flows.intake_match import EMAIL, EXTERNAL, PHONE, Slot, Sorting, only_by_phone
from gateway.flows.intake_standing import follow_stops
from gateway.store import batches, intake, people, suppressions
from gateway.store.people import Known, Match
from gateway.store.people_lookup import Connection
from gateway.store.suppressions import ALL, PARTIAL, STORAGE
from gateway.vault.seal import open_blob
from policies.terms import FieldClass


@dataclass(frozen=True, slots=True)
class Prepared:
    """One chunk, read and normalised, with all that can be said of it before the database is asked.

    Attributes:
        number: of the chunk.
        claims: what its rows say.
        tally: what was counted on the way.
        hashes: the suppression hashes of all claims, by kind.
        identifiers: a digest of the blind indexes: it proves what was taken in, and tells nobody who.
        drafts: by row what somebody new would get, where there was time to draw that up before the turn came.
    """

    number: int
    claims: list[Claim]
    tally: Counter[str]
    hashes: dict[str, list[bytes]]
    identifiers: str
    drafts: Mapping[int, Draft] = field(default_factory=dict)


def prepared(number: int, claims: list[Claim], tally: Counter[str]) -> Prepared:
    """Make a chunk ready to be stored."""
    hashes: dict[str, list[bytes]] = {}
    indexes = []
    for claim in claims:
        for kind, mark in claim.marks.items():
            hashes.setdefault(kind, []).extend(mark.suppress)
            indexes.append(mark.indexes[0])
    return Prepared(number, claims, tally, hashes, hashlib.sha256(b"".join(indexes)).hexdigest())


def store_chunk(gate: Gate, connection: Connection, run: Run, chunk: Prepared) -> Counter[str]:
    """Store one chunk.

    Args:
        gate: the gateway.
        connection: the chunk's transaction; it is true once that commits.
        run: the import.
        chunk: the chunk that the batch waits for.

    Returns:
        The counts of this chunk: `row.*`, `dropped.*`, `suppressed.*`, `consent.*`.

    Raises:
        Conflict: `import_running`: another chunk is due, or the import was ended.
    """
    people.one_import_at_a_time(connection)
    batch = batches.hold(connection, run.batch_no, chunk.number)  # 1
    tally = try_chunk(gate, connection, run, chunk)  # 2 to 7
    total = Counter(batch.counts)
    total.update(tally)
    batches.advance(connection, run.batch_no, total, gate.clock())  # 8
    body: dict[str, Any] = {
        "batch": run.batch_uid.hex(),
        "chunk": chunk.number,
        "counts": dict(sorted(tally.items())),
        "identifiers": chunk.identifiers,
    }
    gate.house.enter(connection, [Entry("import.chunk", run.actor, body)])
    return tally


def try_chunk(gate: Gate, connection: Connection, run: Run, chunk: Prepared) -> Counter[str]:
    """Do all of a chunk but its record; a dry run undoes it."""
    tally = Counter(chunk.tally)
    _work(gate, connection, run, chunk, tally)
    return tally


def _work(gate: Gate, connection: Connection, run: Run, chunk: Prepared, tally: Counter[str]) -> None:
    admitted, bits = _screen(connection, chunk, tally)  # 2
    slots = _sort(gate, connection, run, admitted, tally)  # 3
    keeping = Keeping(gate, connection, run, bits, tally, chunk.drafts)
    keeping.add([slot for slot in slots if slot.known is None])  # 4 to 7, by COPY
    keeping.put([slot for slot in slots if slot.known is not None])  # 4 to 7, by the rules of what stands
    stopped = [one for one, bit in bits.items() if bit & PARTIAL]
    if stopped:
        follow_stops(connection, run.shared, run.actor, stopped, gate.clock())


def _screen(connection: Connection, chunk: Prepared, tally: Counter[str]) -> tuple[list[Claim], dict[bytes, int]]:
    """Refuse rows whose identifiers may not be stored; give the others, and the bits of suppressed hashes.

    Until the transaction ends no suppression can be added that this did not see.
    """
    bits: dict[bytes, int] = {}
    for kind, asked in chunk.hashes.items():
        bits |= intake.suppressed(connection, kind, asked)
    _follow(connection, chunk.claims, bits)
    admitted = []
    for claim in chunk.claims:
        total = 0
        for mark in claim.marks.values() if bits else ():
            for value in mark.suppress:
                total |= bits.get(value, 0)
        reason = _shut(total) if claim.marks else "no_identifier"
        if reason:
            tally[f"row.refused.{reason}"] += 1
        else:
            tally["suppressed.marked"] += bool(total)
            admitted.append(claim)
    return admitted, bits


def _follow(connection: Connection, claims: Sequence[Claim], bits: dict[bytes, int]) -> None:
    """Let a hit under any hash of an identifier count under the one that is stored with it, now and for decisions."""
    pairs = []
    for claim in claims if bits else ():
        for mark in claim.marks.values():
            stored = mark.suppress[0]
            for value in mark.suppress[1:]:
                if value in bits:
                    bits[stored] = bits.get(stored, 0) | bits[value]
                    pairs.append((value, stored))
    suppressions.follow(connection, pairs)


def _shut(bits: int) -> str:
    if bits & STORAGE:
        return "suppressed_storage"
    return "suppressed_all" if bits & ALL else ""


def _sort(gate: Gate, connection: Connection, run: Run, claims: Sequence[Claim], tally: Counter[str]) -> list[Slot]:
    """Put rows to people, and count what became of each."""
    found = _found(connection, claims)
    known = people.hold(connection, {match.person_no for match in found}, run.shared.source_no)
    names = _names(gate, connection, known, only_by_phone(claims, found) & known.keys())
    sorting = Sorting(found, known, names)
    for claim in claims:
        slot = sorting.place(claim)
        shut = _shut(slot.known.shut) if slot.known else ""
        if shut:
            tally[f"row.refused.{shut}"] += 1
            continue
        tally[f"row.{_became(slot, run)}"] += 1
        sorting.join(slot, claim)
    return sorting.slots


def _found(connection: Connection, claims: Sequence[Claim]) -> list[Match]:
    found: list[Match] = []
    for kind in (EXTERNAL, EMAIL, PHONE):
        indexes = {index for claim in claims if kind in claim.marks for index in claim.marks[kind].indexes}
        found += people.matches(connection, kind, indexes)
    return found


def _became(slot: Slot, run: Run) -> str:
    if slot.claims:
        return "merged_in_list"
    if slot.known is None:
        return "new"
    return "merged_in_list" if slot.known.by_source and slot.known.created_at >= run.began else "joined"


def _names(gate: Gate, connection: Connection, known: dict[int, Known], wanted: set[int]) -> dict[int, list[str]]:
    """Open the names of people who share a phone number with a row: the only plaintext that an import looks at."""
    names: dict[int, list[str]] = {}
    identity = FieldClass.IDENTITY.value
    for no, source_no, blob in people.blobs(connection, wanted, identity):
        person = known[no]
        key = gate.keyring.unwrap(person.wrapped, person.uid)
        said = orjson.loads(b"{" + open_blob(key, person.uid, identity, source_no, blob) + b"}")
        name = said.get("name") or f"{said.get('given_name', '')} {said.get('family_name', '')}".strip()
        if name:
            names.setdefault(no, []).append(name)
    return names
