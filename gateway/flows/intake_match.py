"""Who is who: puts the claims of one chunk to people on file, to each other, or to new people. Pure.

A row joins a person by external id of the same source, by e-mail, or by phone with a consistent name; otherwise it is
a new person. Must never join by likeness alone: a shared phone with another name, or with none, is another person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.flows.intake_claims import Claim, Mark
from gateway.lists.letters import comparable
from gateway.store.people import Known, Match
from policies.terms import IdentifierKind

EMAIL: Final = IdentifierKind.EMAIL.value
PHONE: Final = IdentifierKind.PHONE.value
EXTERNAL: Final = IdentifierKind.EXTERNAL.value
_SURE: Final = (EXTERNAL, EMAIL)
_JOINING: Final = (*_SURE, PHONE)
_ALIKE: Final = 3  # people a new one is linked with; a number that more have is a switchboard


@dataclass(slots=True, eq=False)
class Slot:
    """One person of a chunk: on file, or about to be.

    Attributes:
        known: as on file; None for somebody new.
        own: blind indexes by which the person was found on file, with their key version.
        names: the names heard so far, for rows that have only a phone in common.
        claims: what the rows say, in the order of the rows.
        alike: others with the same phone and another name or none; they may be one, and nobody joins them.
    """

    known: Known | None
    own: dict[bytes, int] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    alike: "list[Slot]" = field(default_factory=list)

    def marks(self) -> dict[str, Mark]:
        """Give one mark of each kind: what the source says last."""
        if len(self.claims) == 1:
            return self.claims[0].marks
        last: dict[str, Mark] = {}
        for claim in self.claims:
            last |= claim.marks
        return last

    def fragments(self) -> dict[str, bytes]:
        """Give one fragment of each class: what the source says last."""
        if len(self.claims) == 1:
            return self.claims[0].fragments
        last: dict[str, bytes] = {}
        for claim in self.claims:
            last |= claim.fragments
        return last

    def stored_index(self, mark: Mark) -> tuple[int, bytes]:
        """Give version and index to keep: the one on file where the same value stands there under an older key."""
        for index in mark.indexes if self.own else ():
            if index in self.own:
                return self.own[index], index
        return mark.version, mark.indexes[0]


class Sorting:
    """Puts claims to slots, one after another.

    Args:
        found: who has which index on file, by person number.
        known: the people found, as they stand once locked; others do not count.
        names: the names on file, for those found by phone.
    """

    def __init__(self, found: Iterable[Match], known: Mapping[int, Known], names: Mapping[int, list[str]]) -> None:
        self.slots: list[Slot] = []
        self._on_file: dict[int, Slot] = {}
        self._by_mark: dict[tuple[str, bytes], list[Slot]] = defaultdict(list)
        for match in found:
            if match.person_no in known:
                slot = self._slot_of(known[match.person_no], names)
                slot.own[match.blind_index] = match.version
                holders = self._by_mark[match.kind, match.blind_index]
                if slot not in holders:
                    holders.append(slot)

    def place(self, claim: Claim) -> Slot:
        """Give the slot that a claim joins, a new one that knows whom it is like if none; it is not yet put there."""
        for kind in _SURE:
            for slot in self._holders(claim, kind):
                return slot
        with_phone = self._holders(claim, PHONE)
        spelled = spellings(claim.name) if with_phone else frozenset()
        for slot in with_phone:
            if any(spelled & spellings(name) for name in slot.names):
                return slot
        return Slot(None, alike=list(dict.fromkeys(with_phone[:_ALIKE])))

    def join(self, slot: Slot, claim: Claim) -> None:
        """Put a claim to a slot, so that later rows find it by this one's identifiers too."""
        if not slot.claims:
            self.slots.append(slot)
        slot.claims.append(claim)
        if claim.name and PHONE in claim.marks:
            slot.names.append(claim.name)
        for kind in _JOINING:
            if kind in claim.marks:
                for index in claim.marks[kind].indexes:
                    holders = self._by_mark[kind, index]
                    if slot not in holders:
                        holders.append(slot)

    def _slot_of(self, known: Known, names: Mapping[int, list[str]]) -> Slot:
        slot = self._on_file.get(known.no)
        if slot is None:
            slot = self._on_file[known.no] = Slot(known, names=list(names.get(known.no, ())))
        return slot

    def _holders(self, claim: Claim, kind: str) -> list[Slot]:
        mark = claim.marks.get(kind)
        if mark is None:
            return []
        return [slot for index in mark.indexes for slot in self._by_mark.get((kind, index), ())]


def spellings(name: str) -> frozenset[str]:
    """Give the spellings under which two writings of one name meet; none for an empty name.

    Order and blanks do not count: "Minjun Kim", "Kim Minjun" and "KimMinjun" meet.
    """
    words = comparable(name).replace(",", " ").split()
    if not words:
        return frozenset()
    return frozenset({"".join(words), "".join(reversed(words)), "".join(sorted(words))})


def only_by_phone(claims: Iterable[Claim], found: Iterable[Match]) -> set[int]:
    """Give the people on file whose names have to be looked at: found by the phone of a row without a surer match."""
    holders: dict[tuple[str, bytes], set[int]] = defaultdict(set)
    for match in found:
        holders[match.kind, match.blind_index].add(match.person_no)
    people: set[int] = set()
    for claim in claims if holders else ():
        sure = any(
            holders.get((kind, index)) for kind in _SURE if kind in claim.marks for index in claim.marks[kind].indexes
        )
        if not sure and PHONE in claim.marks and claim.name:
            people.update(*(holders.get((PHONE, index), ()) for index in claim.marks[PHONE].indexes))
    return people
