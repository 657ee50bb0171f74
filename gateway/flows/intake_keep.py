"""Keeps the people of one chunk: new ones by COPY, those on file by statements that only add or narrow.

While the database stores one table of new people, the rows of the next are sealed and packed. Must never widen what
stands: no bit is lifted, no gap but an empty one is filled, no consent passes a withdrawal.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.flows.gate import Gate
from gateway.flows.intake_claims import Claim
from gateway.flows.intake_defaults import Shared
from gateway.flows.intake_draft import Draft, uids
from gateway.flows.intake_match import Slot
from gateway.flows.intake_standing import consents_of, keep_consents, stops_of
from gateway.flows.likeness import SAME_PHONE
from gateway.store import intake, likeness, people
from gateway.store.intake import DealingRow, IdentifierRow, KeyRow, SealedRow
from gateway.store.intake_send import Copies
from gateway.store.people import Filled, Known
from gateway.store.people_lookup import Connection
from gateway.vault.seal import seal_many
from policies.packs import PurposeTree

_GAPS = ("", "", "", "", "", "unknown", 0)


@dataclass(frozen=True, slots=True)
class Run:
    """One import on its way.

    Attributes:
        batch_no, batch_uid: the batch.
        began: when the batch began (UTC): who was created since by this source is a repeated row of this list.
        actor: who imports.
        shared: what the rows have in common.
        tree: the purposes in force.
    """

    batch_no: int
    batch_uid: bytes
    began: datetime
    actor: str
    shared: Shared
    tree: PurposeTree


@dataclass(slots=True)
class Person:
    """A slot with its number and uid, and what was drawn up for it."""

    slot: Slot
    no: int
    uid: bytes
    draft: Draft | None = None

    def __repr__(self) -> str:
        """Name the person's number and show nothing else."""
        return f"<Person {self.no}>"


class Keeping:
    """Keeps the people of one chunk, in its transaction.

    Args:
        gate: the gateway.
        connection: the chunk's transaction; the people on file are locked.
        run: the import.
        bits: narrowing bits of suppressed hashes.
        tally: counts `consent.*`.
        drafts: by row what somebody new gets who is in that row alone.
    """

    def __init__(
        self, gate: Gate, connection: Connection, run: Run, bits: dict[bytes, int], tally: Counter[str],
        drafts: Mapping[int, Draft],
    ) -> None:  # fmt: skip
        self._gate = gate
        self._connection = connection
        self._run = run
        self._bits = bits
        self._tally = tally
        self._drafts = drafts

    def add(self, slots: Sequence[Slot]) -> None:
        """Create new people with all that is said of them; what takes the database longest is sent first."""
        if not slots:
            return
        run, source_no = self._run, self._run.shared.source_no
        with Copies(self._connection) as copies:
            persons = self._created(slots, copies)
            intake.add_identifiers(copies, source_no, self._identifiers(persons))
            sealed, keys = self._sealed(persons)
            intake.add_sealed(copies, source_no, sealed)
            intake.add_keys(copies, keys)
            intake.add_dealings(copies, source_no, _dealings(run.shared, persons))
            rows = consents_of(run.shared, run.tree, _numbered(persons), {}, self._tally)
            intake.add_consents(copies, source_no, run.actor, self._gate.clock(), rows)
        # True now: all rows of the new people are stored in this transaction, or it has failed.
        likeness.add(self._connection, _alike(persons), SAME_PHONE, source_no, self._gate.clock())

    def put(self, slots: Sequence[Slot]) -> None:
        """Give people on file what is new: gaps filled, what this source says in place of what it said before."""
        if not slots:
            return
        run, source_no, connection = self._run, self._run.shared.source_no, self._connection
        known = [(slot, slot.known) for slot in slots if slot.known is not None]
        people.fill(connection, [
            Filled(on_file.no, slot.claims[0].attributes) for slot, on_file in known if _fills(on_file, slot.claims[0])
        ])  # fmt: skip
        persons = [Person(slot, on_file.no, on_file.uid) for slot, on_file in known]
        people.keep_up(connection, [person.no for person in persons], self._gate.clock())
        keys = [self._gate.keyring.unwrap(on_file.wrapped, on_file.uid) for _, on_file in known]
        intake.put_sealed(connection, source_no, _sealed(run, persons, keys))
        intake.put_identifiers(connection, source_no, self._identifiers(persons))
        intake.put_dealings(connection, source_no, _dealings(run.shared, persons))
        stops = stops_of(connection, _numbered(persons))
        rows = consents_of(run.shared, run.tree, _numbered(persons), stops, self._tally)
        keep_consents(connection, run.shared, run.actor, rows)

    def _created(self, slots: Sequence[Slot], copies: Copies) -> list[Person]:
        drawn_up = [self._drafts.get(slot.claims[0].row_no) if len(slot.claims) == 1 else None for slot in slots]
        own = [draft.uid if draft else uid for draft, uid in zip(drawn_up, uids(len(slots)), strict=True)]
        numbers = people.add(self._connection, own, [slot.claims[0].attributes for slot in slots], copies)
        return [Person(slot, numbers[uid], uid, draft) for slot, uid, draft in zip(slots, own, drawn_up, strict=True)]

    def _sealed(self, persons: Sequence[Person]) -> tuple[list[SealedRow], list[KeyRow]]:
        """Give blobs and wrapped keys of new people: as they were drawn up, or made now."""
        ready = [(person, person.draft) for person in persons if person.draft]
        blobs = [SealedRow(person.no, cls, blob) for person, draft in ready for cls, blob in draft.blobs]
        keys = [KeyRow(person.no, draft.wrapped) for person, draft in ready]
        others = [person for person in persons if not person.draft]
        made = self._gate.keyring.new_data_keys([person.uid for person in others])
        blobs += _sealed(self._run, others, [each.key for each in made])
        return blobs, keys + [KeyRow(person.no, each.wrapped) for person, each in zip(others, made, strict=True)]

    def _identifiers(self, persons: Iterable[Person]) -> list[IdentifierRow]:
        rows, bits = [], self._bits
        for person in persons:
            slot = person.slot
            for kind, mark in slot.marks().items():
                version, index = slot.stored_index(mark)
                narrowed = 0
                for value in mark.suppress if bits else ():
                    narrowed |= bits.get(value, 0)
                rows.append(IdentifierRow(person.no, kind, index, version, mark.suppress[0], narrowed))
        return rows


def _alike(persons: Sequence[Person]) -> list[tuple[int, int]]:
    """Give the numbers of new people and of those whom they are like."""
    linked = [(person, slot) for person in persons for slot in person.slot.alike]
    new = {id(person.slot): person.no for person in persons} if linked else {}
    numbers = [(person.no, slot.known.no if slot.known else new.get(id(slot), 0)) for person, slot in linked]
    return [pair for pair in numbers if pair[1]]


def _numbered(persons: Iterable[Person]) -> list[tuple[int, Slot]]:
    return [(person.no, person.slot) for person in persons]


def _fills(known: Known, claim: Claim) -> bool:
    """Say whether a row knows something that is not on file yet."""
    pairs = zip(known.attributes, claim.attributes, _GAPS, strict=True)
    return any(on_file == gap != said for on_file, said, gap in pairs)


def _sealed(run: Run, persons: Sequence[Person], keys: Sequence[bytes]) -> list[SealedRow]:
    """Seal one blob a class of each person; a person's blobs stand together, so that they share a cipher."""
    source_no = run.shared.source_no
    plain = [
        (person, key, cls, text)
        for person, key in zip(persons, keys, strict=True)
        for cls, text in person.slot.fragments().items()
    ]
    sealed = seal_many([(key, person.uid, cls, source_no, text) for person, key, cls, text in plain])
    return [SealedRow(person.no, cls, blob) for (person, _, cls, _), blob in zip(plain, sealed, strict=True)]


def _dealings(shared: Shared, persons: Iterable[Person]) -> list[DealingRow]:
    """Give the latest dealing of each kind and category of each person."""
    latest: dict[tuple[int, str, str], DealingRow] = {}
    for person in persons:
        for claim in person.slot.claims:
            for kind, category, at in claim.dealings:
                before = latest.get((person.no, kind.value, category))
                if before is None or before.at < at:
                    latest[person.no, kind.value, category] = DealingRow(
                        person.no, shared.sender_no, kind.value, category, at, shared.defaults.notice
                    )
    return list(latest.values())
