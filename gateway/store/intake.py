"""Stores what one chunk of a list becomes: keys, sealed blobs, identifiers, dealings, consents.

People who are new get theirs by binary COPY straight into the tables; people on file by statements over arrays that
only add or narrow. SQLAlchemy has no COPY, so both go through the driver's own cursor. Must never lift a bit, and
never leave an identifier of a source beside a blob of the same source that holds another value.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString, NamedTuple

from sqlalchemy import Connection

from gateway.store import intake_copy as pack
from gateway.store import suppressions
from gateway.store.intake_send import Target, copy
from gateway.store.snapshots import cursor


class KeyRow(NamedTuple):
    """The wrapped data key of a new person."""

    person_no: int
    wrapped: bytes


class SealedRow(NamedTuple):
    """One blob: what one source asserts of one class of one person."""

    person_no: int
    cls: str
    blob: bytes


class IdentifierRow(NamedTuple):
    """One identifier of one person, with its suppression hash and narrowing bits."""

    person_no: int
    kind: str
    blind_index: bytes
    version: int
    suppress: bytes
    bits: int


class DealingRow(NamedTuple):
    """The latest dealing of one kind and category with one party."""

    person_no: int
    party_no: int
    kind: str
    category: str
    at: datetime
    notice: bool


class ConsentRow(NamedTuple):
    """A consent or a withdrawal of a new person; see `gateway.store.consents.Event`."""

    person_no: int
    kind: str
    blind_index: bytes
    state: str
    purpose: str
    channel: str
    sender_no: int
    conditions: int
    wording: str
    language: str
    method: str
    at: datetime


def suppressed(connection: Connection, kind: str, hashes: Sequence[bytes]) -> dict[bytes, int]:
    """Give the narrowing bits of those hashes that are suppressed; see `suppressions.hits`, whose answer this is.

    Few of thousands are: the first question, in binary form, finds which; `hits` says what holds for them.
    """
    if not hashes:
        return {}
    suppressions.hits(connection, kind, hashes[:1])  # from here on none can be added until this transaction ends
    suspects = cursor(connection).execute(_SUSPECTS, {"kind": kind, "hashes": list(hashes)}).fetchall()
    return suppressions.hits(connection, kind, [row[0] for row in suspects])


def add_keys(target: Target, rows: Sequence[KeyRow]) -> None:
    """Keep the data keys of new people."""
    if rows:
        people, wrapped = zip(*rows, strict=True)
        copy(target, _KEYS, [pack.each(pack.int8, people), *pack.raws(wrapped)])


def add_sealed(target: Target, source_no: int, rows: Sequence[SealedRow]) -> None:
    """Keep the blobs of new people."""
    if rows:
        people, classes, blobs = zip(*rows, strict=True)
        copy(target, _SEALED, [
            pack.few(pack.int8, people), pack.few(pack.words, classes), pack.same(pack.int8, source_no),
            pack.each(pack.raw, blobs),
        ])  # fmt: skip


def put_sealed(connection: Connection, source_no: int, rows: Sequence[SealedRow]) -> None:
    """Put blobs of people on file in place of what this source said before; other sources' blobs stay."""
    if rows:
        people, classes, blobs = map(list, zip(*rows, strict=True))
        values = {"people": people, "classes": classes, "blobs": blobs, "source": source_no}
        cursor(connection).execute(_PUT_SEALED, values)


def add_identifiers(target: Target, source_no: int, rows: Sequence[IdentifierRow]) -> None:
    """Keep the identifiers of new people."""
    if rows:
        people, kinds, indexes, versions, suppress, bits = zip(*rows, strict=True)
        copy(target, _IDENTIFIERS, [
            pack.few(pack.int8, people), pack.few(pack.words, kinds), *pack.raws(indexes),
            pack.same(pack.int8, source_no), pack.few(pack.int2, versions), *pack.raws(suppress),
            pack.few(pack.int4, bits),
        ])  # fmt: skip


def put_identifiers(connection: Connection, source_no: int, rows: Sequence[IdentifierRow]) -> None:
    """Put identifiers of people on file: bits only grow, and what this source said before of the kind goes."""
    if not rows:
        return
    people, kinds, indexes, versions, suppress, bits = map(list, zip(*rows, strict=True))
    values = {
        "people": people, "kinds": kinds, "indexes": indexes, "versions": versions, "suppress": suppress,
        "bits": bits, "source": source_no,
    }  # fmt: skip
    found = cursor(connection)
    found.execute(_FORGET_IDENTIFIERS, values)
    found.execute(_PUT_IDENTIFIERS, values)


def put_dealings(connection: Connection, source_no: int, rows: Sequence[DealingRow]) -> None:
    """Keep the latest dealing of each kind and category; an older one changes nothing."""
    if not rows:
        return
    people, parties, kinds, categories, moments, notices = map(list, zip(*rows, strict=True))
    cursor(connection).execute(_PUT_DEALINGS, {
        "people": people, "parties": parties, "kinds": kinds, "categories": categories, "moments": moments,
        "notices": notices, "source": source_no,
    })  # fmt: skip


def add_dealings(target: Target, source_no: int, rows: Sequence[DealingRow]) -> None:
    """Keep the dealings of new people, one of each kind and category."""
    if rows:
        people, parties, kinds, categories, moments, notices = zip(*rows, strict=True)
        copy(target, _DEALINGS, [
            pack.few(pack.int8, people), pack.few(pack.int8, parties), pack.few(pack.words, kinds),
            pack.few(pack.words, categories), pack.few(pack.moment, moments), pack.few(pack.truth, notices),
            pack.same(pack.int8, source_no),
        ])  # fmt: skip


def add_consents(target: Target, source_no: int, actor: str, at: datetime, rows: Sequence[ConsentRow]) -> None:
    """Append the events of new people, and their standing: at most one row for each key of the standing.

    Args:
        target: the chunk's transaction.
        source_no: who asserts it.
        actor: who imports.
        at: when it was received, UTC.
        rows: given and withdrawn; of two under one key the caller keeps the one that stands.
    """
    if not rows:
        return
    people, kinds, indexes, states, purposes, channels, senders, conditions, wordings, languages, methods, moments = (
        zip(*rows, strict=True)
    )
    covers = [index if state == "given" else b"" for index, state in zip(indexes, states, strict=True)]
    said = list(zip(states, purposes, channels, senders, conditions, wordings, languages, methods, strict=True))
    copy(target, _EVENTS, [
        pack.few(pack.int8, people), pack.few(pack.words, kinds), *pack.raws(indexes),
        pack.together(_SAID, said), pack.same(pack.int8, source_no), pack.nothing(), pack.same(pack.words, actor),
        pack.few(pack.moment, moments), pack.same(pack.moment, at),
    ])  # fmt: skip
    about = list(zip(purposes, channels, senders, states, strict=True))
    how = list(zip(conditions, wordings, strict=True))
    copy(target, _STANDING, [
        pack.few(pack.int8, people), *pack.raws(covers), pack.together(_ABOUT, about),
        pack.few(pack.moment, moments), pack.together(_HOW, how), pack.same(pack.int8, source_no),
    ])  # fmt: skip


_SAID = (
    pack.words, pack.words, pack.words, pack.int8, pack.int4, pack.words, pack.words, pack.words,
)  # fmt: skip
_ABOUT = (pack.words, pack.words, pack.int8, pack.words)
_HOW = (pack.int4, pack.words)
_SUSPECTS: LiteralString = (
    "SELECT s.hash FROM suppression s WHERE s.kind = %(kind)s AND s.hash = ANY(%(hashes)b::bytea[])"
    " UNION SELECT e.hash FROM register_entry e WHERE e.hash = ANY(%(hashes)b::bytea[])"
)
_KEYS: LiteralString = "COPY person_key (person_no, wrapped) FROM STDIN (FORMAT BINARY)"
_SEALED: LiteralString = "COPY sealed (person_no, class, source_no, blob) FROM STDIN (FORMAT BINARY)"
_IDENTIFIERS: LiteralString = (
    "COPY identifier (person_no, kind, index, source_no, index_version, suppress, bits) FROM STDIN (FORMAT BINARY)"
)
_DEALINGS: LiteralString = (
    "COPY dealing (person_no, party_no, kind, category, at, notice, source_no) FROM STDIN (FORMAT BINARY)"
)
_EVENTS: LiteralString = (
    "COPY consent_event (person_no, kind, index, state, purpose, channel, sender_no, conditions, wording, language,"
    " method, source_no, evidence_no, actor, at, received_at) FROM STDIN (FORMAT BINARY)"
)
_STANDING: LiteralString = (
    "COPY consent (person_no, index, purpose, channel, sender_no, state, since, conditions, wording, source_no)"
    " FROM STDIN (FORMAT BINARY)"
)
_PUT_SEALED: LiteralString = """
INSERT INTO sealed (person_no, class, source_no, blob)
SELECT s.person_no, s.class, %(source)s, s.blob
FROM unnest(%(people)b::bigint[], %(classes)b::text[], %(blobs)b::bytea[]) AS s(person_no, class, blob)
ON CONFLICT (person_no, class, source_no) DO UPDATE SET blob = excluded.blob
"""
_FORGET_IDENTIFIERS: LiteralString = """
DELETE FROM identifier i
USING unnest(%(people)b::bigint[], %(kinds)b::text[], %(indexes)b::bytea[]) AS n(person_no, kind, index)
WHERE i.person_no = n.person_no AND i.kind = n.kind AND i.source_no = %(source)s AND i.index <> n.index
"""
_PUT_IDENTIFIERS: LiteralString = """
INSERT INTO identifier AS i (person_no, kind, index, source_no, index_version, suppress, bits)
SELECT n.person_no, n.kind, n.index, %(source)s, n.version, n.suppress, n.bits
FROM unnest(%(people)b::bigint[], %(kinds)b::text[], %(indexes)b::bytea[], %(versions)b::smallint[],
            %(suppress)b::bytea[], %(bits)b::int[]) AS n(person_no, kind, index, version, suppress, bits)
ON CONFLICT (person_no, kind, index, source_no) DO UPDATE SET bits = i.bits | excluded.bits
WHERE i.bits | excluded.bits <> i.bits
"""
_PUT_DEALINGS: LiteralString = """
INSERT INTO dealing AS d (person_no, party_no, kind, category, at, notice, source_no)
SELECT n.person_no, n.party_no, n.kind, n.category, n.at, n.notice, %(source)s
FROM unnest(%(people)b::bigint[], %(parties)b::bigint[], %(kinds)b::text[], %(categories)b::text[],
            %(moments)b::timestamptz[], %(notices)b::boolean[]) AS n(person_no, party_no, kind, category, at, notice)
ON CONFLICT (person_no, party_no, kind, category) DO UPDATE
SET at = excluded.at, notice = excluded.notice, source_no = excluded.source_no
WHERE excluded.at > d.at
"""
