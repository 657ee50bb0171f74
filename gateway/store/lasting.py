"""Consents with the clocks that they run against, requests to confirm one, notices that are due.

Must never decide what lapses or what is owed: it gives moments and numbers, and keeps what a flow says of them.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gateway.store.consents import Line
from gateway.store.suppressions import ALL, STORAGE, channel_bit
from policies.terms import Channel, Condition, ConsentState, Flag

_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Standing:
    """All that counts for one person's clocks: the lines of the standing, and when who dealt with them (UTC)."""

    no: int
    uid: bytes
    jurisdiction: str
    kind: str
    lines: tuple[Line, ...]
    dealings: tuple[tuple[int, str, datetime], ...]


def standings(connection: Connection, jurisdictions: Sequence[str] | None) -> Iterator[Standing]:
    """Give everybody of some jurisdictions who ever consented to anything, by number.

    Args:
        connection: a snapshot; it is read page by page.
        jurisdictions: ISO 3166-1 alpha-2, "" for unknown; None for all.
    """
    after = 0
    while True:
        rows = connection.execute(
            _PEOPLE, {"after": after, "all": jurisdictions is None, "places": list(jurisdictions or ()), "page": _PAGE}
        ).all()
        if not rows:
            return
        numbers = [row.no for row in rows]
        said, dealt = _lines(connection, numbers), _dealings(connection, numbers)
        for row in rows:
            lines, dealings = tuple(said.get(row.no, ())), tuple(dealt.get(row.no, ()))
            yield Standing(row.no, row.uid, row.jurisdiction, row.kind, lines, dealings)
        after = numbers[-1]


def _lines(connection: Connection, people: list[int]) -> Mapping[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    for no, index, purpose, channel, sender, state, since, conditions, wording, source in connection.execute(
        _LINES, {"people": people}
    ):
        line = Line(index, purpose, channel, sender, ConsentState(state), since, Condition(conditions), wording, source)
        found.setdefault(no, []).append(line)
    return found


def _dealings(connection: Connection, people: list[int]) -> Mapping[int, list[tuple[int, str, datetime]]]:
    found: dict[int, list[tuple[int, str, datetime]]] = {}
    for no, party, kind, at in connection.execute(_DEALINGS, {"people": people}):
        found.setdefault(no, []).append((party, kind, at))
    return found


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a person matters to a mail: where they live, how they read, whether they may be written to."""

    no: int
    uid: bytes
    jurisdiction: str
    kind: str
    language: str
    time_zone: str
    quiet: bool


def facts(connection: Connection, person_no: int, channel: Channel = Channel.EMAIL) -> Facts | None:
    """Give a person's facts, or None; `quiet` if an identifier or the person is stopped altogether on the channel."""
    values = {
        "no": person_no, "bits": STORAGE | ALL | channel_bit(channel),
        "flags": int(Flag.RESTRICTED | Flag.DECEASED | Flag.ERASED),
    }  # fmt: skip
    row = connection.execute(_FACTS, values).one_or_none()
    return Facts(*row) if row else None


# Requests to confirm


@dataclass(frozen=True, slots=True)
class Request:
    """A consent that waits for its person to confirm it. Times are UTC; `event_no` is 0 until then."""

    no: int
    uid: bytes
    person_no: int
    kind: str
    index: bytes
    purpose: str
    channel: str
    sender_no: int
    conditions: Condition
    wording: str
    language: str
    actor: str
    mail_digest: bytes
    evidence_no: int | None
    requested_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None = None
    event_no: int = 0


def new_uid() -> bytes:
    """Give the random uid of a request to be."""
    return secrets.token_bytes(16)


def ask(connection: Connection, request: Request) -> None:
    """Keep a request; its `no` is given by the database."""
    connection.execute(_ASK, {
        "uid": request.uid, "person": request.person_no, "kind": request.kind, "index": request.index,
        "purpose": request.purpose, "channel": request.channel, "sender": request.sender_no,
        "conditions": int(request.conditions), "wording": request.wording, "language": request.language,
        "actor": request.actor, "digest": request.mail_digest, "evidence": request.evidence_no,
        "requested": request.requested_at, "expires": request.expires_at,
    })  # fmt: skip


def request_of(connection: Connection, uid: bytes, *, lock: bool = False) -> Request | None:
    """Give a request by its uid, or None; with `lock` nobody else confirms it until the transaction ends."""
    return _request(connection.execute(_REQUEST_LOCKED if lock else _REQUEST, {"uid": uid}).one_or_none())


def open_requests(connection: Connection, person_no: int, since: datetime) -> list[Request]:
    """Give the requests made to a person since a moment, newest first."""
    rows = connection.execute(_REQUESTS, {"person": person_no, "since": since})
    return [found for row in rows if (found := _request(row)) is not None]


def confirm(connection: Connection, no: int, at: datetime, event_no: int) -> None:
    """Note that a request was confirmed, and by which event."""
    connection.execute(_CONFIRM, {"no": no, "at": at, "event": event_no})


def has_identifier(connection: Connection, person_no: int, kind: str, index: bytes) -> bool:
    """Say whether a person still has an identifier."""
    values = {"person": person_no, "kind": kind, "index": index}
    return connection.execute(_HAS, values).first() is not None


def _request(row: Any) -> Request | None:
    if row is None:
        return None
    return Request(
        row.no, row.uid, row.person_no, row.kind, row.index, row.purpose, row.channel, row.sender_no,
        Condition(row.conditions), row.wording, row.language, row.actor, row.mail_digest, row.evidence_no,
        row.requested_at, row.expires_at, row.confirmed_at, row.event_no or 0,
    )  # fmt: skip


# Notices


@dataclass(frozen=True, slots=True)
class Unnoted:
    """A consent event for which nobody has said yet whether a notice is owed."""

    no: int
    person_no: int
    jurisdiction: str
    purpose: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of the result that is owed or was given. Times are UTC."""

    event_no: int
    person_no: int
    person_uid: bytes
    jurisdiction: str
    rule: str
    state: ConsentState
    kind: str
    purpose: str
    channel: str
    sender: str
    sender_no: int
    at: datetime
    due_at: datetime
    sent_at: datetime | None
    way: str


RESULT = "result"


def unnoted(connection: Connection, jurisdictions: Sequence[str], since: datetime) -> list[Unnoted]:
    """Give the events that people said to the house itself since a moment and that have no notice yet."""
    rows = connection.execute(_UNNOTED, {"places": list(jurisdictions), "since": since})
    return [Unnoted(*row) for row in rows]


def owe(connection: Connection, event_no: int, person_no: int, rule: str, due_at: datetime) -> None:
    """Note a notice that is owed; once is enough."""
    connection.execute(_OWE, {"event": event_no, "person": person_no, "rule": rule, "due": due_at})


def owed(connection: Connection, limit: int) -> list[Notice]:
    """List the notices that are owed, the most pressing first."""
    return [_notice(row) for row in connection.execute(_OWED, {"limit": limit})]


def unsent(connection: Connection, limit: int) -> list[Notice]:
    """Take notices that nobody has sent anywhere yet; they are ours until the transaction ends."""
    return [_notice(row) for row in connection.execute(_UNSENT, {"limit": limit})]


def route(connection: Connection, event_no: int, way: str, mail_no: int | None) -> None:
    """Note which way a notice is to go; it is owed until it has gone."""
    connection.execute(_ROUTE, {"event": event_no, "way": way, "mail": mail_no})


def settle(connection: Connection) -> None:
    """Call the notices given whose mail a server took; those whose mail was given up must go another way."""
    connection.execute(_WENT)
    connection.execute(_FELL)


def give(connection: Connection, event_no: int, at: datetime, way: str) -> int:
    """Note that a notice was given in another way; gives 1, or 0 where none was owed. Its letter, if it waits, goes."""
    connection.execute(_DROP_LETTER, {"event": event_no})
    return int(connection.execute(_GIVE, {"event": event_no, "at": at, "way": way}).rowcount)


def overdue(connection: Connection, now: datetime) -> tuple[int, int]:
    """Count the notices that are owed, and those of them whose time is over."""
    row = connection.execute(_OVERDUE, {"now": now}).one()
    return int(row.owed), int(row.overdue)


def _notice(row: Any) -> Notice:
    event, person, uid, place, rule, state, *rest = row
    return Notice(event, person, uid, place, rule, ConsentState(state), *rest)


_PEOPLE = text("""
SELECT p.no, p.uid, p.jurisdiction, p.kind FROM person p
WHERE p.no > :after AND (:all OR p.jurisdiction = ANY(CAST(:places AS text[]))) AND p.flags & 12 = 0
  AND EXISTS (SELECT 1 FROM consent c WHERE c.person_no = p.no AND c.state = 'given')
ORDER BY p.no LIMIT :page
""")
_LINES = text(
    "SELECT person_no, index, purpose, channel, sender_no, state, since, conditions, wording, source_no FROM consent"
    " WHERE person_no = ANY(CAST(:people AS bigint[])) ORDER BY person_no, since, index, purpose, channel, sender_no"
)
_DEALINGS = text(
    "SELECT person_no, party_no, kind, at FROM dealing WHERE person_no = ANY(CAST(:people AS bigint[])) ORDER BY at"
)
_FACTS = text("""
SELECT p.no, p.uid, p.jurisdiction, p.kind, p.language, p.time_zone, p.flags & :flags <> 0 OR EXISTS (
  SELECT 1 FROM identifier i WHERE i.person_no = p.no AND i.bits & :bits <> 0)
FROM person p WHERE p.no = :no
""")
_ASK = text(
    "INSERT INTO consent_request (uid, person_no, kind, index, purpose, channel, sender_no, conditions, wording,"
    " language, actor, mail_digest, evidence_no, requested_at, expires_at)"
    " VALUES (:uid, :person, :kind, :index, :purpose, :channel, :sender, :conditions, :wording, :language, :actor,"
    " :digest, :evidence, :requested, :expires)"
)
_REQUEST_COLUMNS = (
    "SELECT no, uid, person_no, kind, index, purpose, channel, sender_no, conditions, wording, language, actor,"
    " mail_digest, evidence_no, requested_at, expires_at, confirmed_at, event_no FROM consent_request"
)
_REQUEST = text(f"{_REQUEST_COLUMNS} WHERE uid = :uid")
_REQUEST_LOCKED = text(f"{_REQUEST_COLUMNS} WHERE uid = :uid FOR UPDATE")
_REQUESTS = text(f"{_REQUEST_COLUMNS} WHERE person_no = :person AND requested_at > :since ORDER BY no DESC")
_CONFIRM = text("UPDATE consent_request SET confirmed_at = :at, event_no = :event WHERE no = :no")
_HAS = text("SELECT 1 FROM identifier WHERE person_no = :person AND kind = :kind AND index = :index")
_UNNOTED = text("""
SELECT e.no, e.person_no, p.jurisdiction, e.purpose, e.channel, e.at
FROM consent_event e JOIN person p ON p.no = e.person_no
WHERE e.source_no = 0 AND e.received_at > :since AND p.jurisdiction = ANY(CAST(:places AS text[]))
  AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.event_no = e.no AND n.kind = 'result')
ORDER BY e.no
""")
_OWE = text(
    "INSERT INTO notice (event_no, kind, person_no, rule, due_at) VALUES (:event, 'result', :person, :rule, :due)"
    " ON CONFLICT DO NOTHING"
)
_NOTICES = """
SELECT n.event_no, n.person_no, p.uid, p.jurisdiction, n.rule, e.state, e.kind, e.purpose, e.channel,
       coalesce(s.name, ''), e.sender_no, e.at, n.due_at, n.sent_at, n.way
FROM notice n JOIN consent_event e ON e.no = n.event_no JOIN person p ON p.no = n.person_no
LEFT JOIN party s ON s.no = e.sender_no
WHERE n.sent_at IS NULL {which}ORDER BY n.due_at, n.event_no LIMIT :limit
"""
_OWED = text(_NOTICES.format(which=""))
_UNSENT = text(_NOTICES.format(which="AND n.way = '' ") + " FOR UPDATE OF n SKIP LOCKED")
_ROUTE = text("UPDATE notice SET way = :way, mail_no = :mail WHERE event_no = :event AND kind = 'result'")
_WENT = text(
    "UPDATE notice n SET sent_at = m.sent_at FROM mail_out m"
    " WHERE n.sent_at IS NULL AND m.no = n.mail_no AND m.state = 'sent'"
)
_FELL = text(
    "UPDATE notice n SET way = 'other', mail_no = NULL FROM mail_out m"
    " WHERE n.sent_at IS NULL AND m.no = n.mail_no AND m.state = 'failed'"
)
_GIVE = text(
    "UPDATE notice SET sent_at = :at, way = :way WHERE event_no = :event AND kind = 'result' AND sent_at IS NULL"
)
_DROP_LETTER = text(
    "DELETE FROM mail_out m USING notice n WHERE n.event_no = :event AND n.kind = 'result' AND n.sent_at IS NULL"
    " AND m.no = n.mail_no AND m.state = 'queued'"
)
_OVERDUE = text(
    "SELECT count(*) AS owed, count(*) FILTER (WHERE due_at < :now) AS overdue FROM notice WHERE sent_at IS NULL"
)
