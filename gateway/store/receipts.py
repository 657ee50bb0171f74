"""What the proof of a person's consents is made of: events with the names in them, and which records came in before.

Must never open evidence or decide anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gateway.store.people_lookup import Subject
from policies.terms import Condition, ConsentState


@dataclass(frozen=True, slots=True)
class Said:
    """One consent event as it is on record, with names where the table has numbers.

    Attributes:
        no: number of the event.
        kind: kind of the identifier by which it was said, or "".
        sender, country: of the party, "" for all senders.
        source: name of the source that asserts it, "" for what was said to the house.
        evidence_no: what proves it, 0 for nothing.
        at, received_at: when it was said, when it came in (UTC).
    """

    no: int
    kind: str
    state: ConsentState
    purpose: str
    channel: str
    sender: str
    country: str
    conditions: Condition
    wording: str
    language: str
    method: str
    source: str
    evidence_no: int
    actor: str
    at: datetime
    received_at: datetime


def said(connection: Connection, person_no: int) -> list[Said]:
    """Give all that a person said, in the order in which it came in."""
    return [
        Said(no, kind, ConsentState(state), purpose, channel, sender, country, Condition(conditions), *rest)
        for no, kind, state, purpose, channel, sender, country, conditions, *rest in connection.execute(
            _SAID, {"person": person_no}
        )
    ]


def evidence_of(connection: Connection, no: int) -> tuple[bytes, str]:
    """Give digest and kind of a piece of evidence."""
    row = connection.execute(_EVIDENCE, {"no": no}).one()
    return bytes(row.digest), row.kind


def by_uid(connection: Connection, uid: bytes) -> Subject | None:
    """Give the person of a uid, or None."""
    row = connection.execute(_PERSON, {"uid": uid}).one_or_none()
    return Subject(row.no, row.uid, "", b"") if row else None


def seen(connection: Connection, source_no: int, digests: Iterable[bytes]) -> bool:
    """Say whether a record of a source came in before; whoever asks holds its turn until the transaction ends."""
    wanted = list(digests)
    connection.execute(_TURN, {"source": source_no})
    return connection.execute(_SEEN, {"source": source_no, "digests": wanted}).first() is not None


def see(connection: Connection, source_no: int, digest: bytes, event_no: int) -> None:
    """Note a record of a source and the event that it became (0: none)."""
    connection.execute(_SEE, {"source": source_no, "digest": digest, "event": event_no})


_SAID = text("""
SELECT e.no, e.kind, e.state, e.purpose, e.channel, coalesce(p.name, ''), coalesce(p.country, ''), e.conditions,
       e.wording, e.language, e.method, coalesce(s.name, ''), coalesce(e.evidence_no, 0), e.actor, e.at, e.received_at
FROM consent_event e LEFT JOIN party p ON p.no = e.sender_no LEFT JOIN source s ON s.no = e.source_no
WHERE e.person_no = :person ORDER BY e.no
""")
_EVIDENCE = text("SELECT digest, kind FROM evidence WHERE no = :no")
_PERSON = text("SELECT no, uid FROM person WHERE uid = :uid")
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('receipts' || CAST(:source AS bigint), 0))")
_SEEN = text("SELECT 1 FROM receipt_seen WHERE source_no = :source AND digest = ANY(CAST(:digests AS bytea[]))")
_SEE = text(
    "INSERT INTO receipt_seen (source_no, digest, event_no) VALUES (:source, :digest, :event) ON CONFLICT DO NOTHING"
)
