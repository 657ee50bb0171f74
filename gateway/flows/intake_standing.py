"""Puts what a list claims of consents and withdrawals into the standing.

An import can only narrow: a withdrawal or objection that touches a claimed consent beats it, whatever date the list
gives, because a list is not the person; only the person's own new word undoes a withdrawal. Must never enter a consent
for an identifier that the list itself took back.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from gateway.flows.intake_claims import Claim, ConsentClaim
from gateway.flows.intake_defaults import Shared
from gateway.flows.intake_match import Slot
from gateway.store import consents, people, suppressions
from gateway.store.consents import EVERY_CHANNEL, EVERY_SENDER, WHOLE_PERSON, Event
from gateway.store.intake import ConsentRow
from gateway.store.people_lookup import Connection
from policies.packs import PurposeTree
from policies.terms import REACHED_BY, Condition, ConsentState

_EVERYTHING = "marketing"  # the purpose of a withdrawal from a list whose consents stand for no purpose

Stop = tuple[str, str, int]
"""What stands against a consent: purpose, channel or *, sender or 0."""


def stops_of(connection: Connection, persons: Sequence[tuple[int, Slot]]) -> dict[int, list[Stop]]:
    """Give what stands against the consents that these people on file are claimed to have given.

    Args:
        connection: the chunk's transaction; the people are locked.
        persons: number and claims of each person.
    """
    claimed = {no for no, slot in persons if any(claim.consents for claim in slot.claims)}
    stops: dict[int, list[Stop]] = defaultdict(list)
    for no, purpose, channel, sender_no in people.withdrawn(connection, claimed):
        stops[no].append((purpose, channel, sender_no))
    return stops


def consents_of(
    shared: Shared,
    tree: PurposeTree,
    persons: Iterable[tuple[int, Slot]],
    stops: Mapping[int, Sequence[Stop]],
    tally: Counter[str],
) -> list[ConsentRow]:
    """Say what of the claims is entered.

    Args:
        shared: what the rows have in common.
        tree: the purposes in force.
        persons: number and claims of each person.
        stops: what stands against them; nothing does for new people.
        tally: counts `consent.given`, `consent.withdrawn`, `consent.ignored.<reason>`.
    """
    rows: list[ConsentRow] = []
    for no, slot in persons:
        rows += _withdrawal(shared, no, slot, tally)
        rows += _given(shared, tree, no, slot, stops.get(no, ()), tally)
    return rows


def keep_consents(connection: Connection, shared: Shared, actor: str, rows: Iterable[ConsentRow]) -> None:
    """Enter rows of people on file by the rule that every door uses."""
    consents.append(connection, [
        Event(
            person_no=row.person_no, kind=row.kind, index=row.blind_index, state=ConsentState(row.state),
            purpose=row.purpose, channel=row.channel, sender_no=row.sender_no, method=row.method, actor=actor,
            at=row.at, conditions=Condition(row.conditions), wording=row.wording, language=row.language,
            source_no=shared.source_no,
        )
        for row in rows
    ])  # fmt: skip


def follow_stops(connection: Connection, shared: Shared, actor: str, hashes: Sequence[bytes], at: datetime) -> None:
    """Make the stop of somebody who was unknown until now a withdrawal of the whole person.

    Args:
        connection: the chunk's transaction, with its people on file.
        shared: what the rows have in common.
        actor: who imports.
        hashes: suppression hashes of this chunk that stop a purpose.
        at: now: the person is known since this import, and the list's own consents come before it.
    """
    consents.append(connection, [
        Event(
            person_no=stop.person_no, kind=stop.kind, index=WHOLE_PERSON, state=ConsentState.WITHDRAWN,
            purpose=stop.purpose, channel=stop.channel or EVERY_CHANNEL, sender_no=stop.sender_no,
            method="suppression", actor=actor, at=at, source_no=shared.source_no,
        )
        for stop in suppressions.stops_of(connection, hashes)
    ])  # fmt: skip


def _withdrawal(shared: Shared, no: int, slot: Slot, tally: Counter[str]) -> Iterable[ConsentRow]:
    """Give the latest withdrawal that the rows tell of; it holds for the whole person and all channels."""
    latest = max((claim.withdrawn_at for claim in slot.claims if claim.withdrawn_at is not None), default=None)
    if latest is None:
        return ()
    tally["consent.withdrawn"] += 1
    return (
        ConsentRow(
            no, "", WHOLE_PERSON, ConsentState.WITHDRAWN.value, shared.defaults.purpose or _EVERYTHING, EVERY_CHANNEL,
            shared.sender_no or EVERY_SENDER, 0, "", "", "list", latest,
        ),
    )  # fmt: skip


def _given(
    shared: Shared, tree: PurposeTree, no: int, slot: Slot, stops: Iterable[Stop], tally: Counter[str]
) -> Iterable[ConsentRow]:
    """Give the consents that count, one for each channel: the latest."""
    withdrew = any(claim.withdrawn_at is not None for claim in slot.claims)
    last = slot.marks()
    latest: dict[str, ConsentRow] = {}
    for claim in slot.claims:
        for consent in claim.consents:
            mark = claim.marks[REACHED_BY[consent.channel].value]
            if withdrew or any(_touches(tree, shared, consent, stop) for stop in stops):
                tally["consent.ignored.withdrawn"] += 1
            elif last[mark.kind].indexes != mark.indexes:
                tally["consent.ignored.identifier_superseded"] += 1
            else:
                tally["consent.given"] += 1
                _keep_latest(latest, _row(shared, no, slot, claim, consent))
    return latest.values()


def _row(shared: Shared, no: int, slot: Slot, claim: Claim, consent: ConsentClaim) -> ConsentRow:
    mark = claim.marks[REACHED_BY[consent.channel].value]
    return ConsentRow(
        no, mark.kind, slot.stored_index(mark)[1], ConsentState.GIVEN.value, shared.defaults.purpose,
        consent.channel.value, shared.sender_no, int(consent.conditions), consent.wording,
        shared.defaults.language, consent.method, consent.at,
    )  # fmt: skip


def _keep_latest(latest: dict[str, ConsentRow], row: ConsentRow) -> None:
    before = latest.get(row.channel)
    if before is None or before.at < row.at:
        latest[row.channel] = row


def _touches(tree: PurposeTree, shared: Shared, consent: ConsentClaim, stop: Stop) -> bool:
    """Say whether a withdrawal and a consent have anything in common: purpose, channel and sender."""
    purpose, channel, sender_no = stop
    mine = shared.defaults.purpose
    return (
        (purpose in tree.chain(mine) or mine in tree.chain(purpose))
        and channel in {EVERY_CHANNEL, consent.channel.value}
        and sender_no in {EVERY_SENDER, shared.sender_no}
    )
