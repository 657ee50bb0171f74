"""Suppression: keyed hashes of identifiers with a scope, and the narrowing bits they leave on identifiers.

Holds no person: it survives import and erasure and beats every consent. Must never lift anything.

`add` and `hits` exclude each other through an advisory lock that lasts as long as the transaction: an import
chunk that asked `hits` and then stores its identifiers cannot miss a suppression that is added meanwhile;
that one waits for the chunk and marks what it stored. Whoever takes this lock and locks persons too takes
this one first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from gateway.domain.errors import Invalid
from policies.terms import Channel, Scope

STORAGE, ALL, PARTIAL = 1, 2, 4
REGISTERED = 1 << 24
"""The narrowing bit of an identifier that is, or was, on a national register."""

_FIRST_CHANNEL = 8
LOCK_KEY = 0x6F73_7469_7375_7070  # "ostisupp"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One identifier that must not be used, and how far.

    Attributes:
        kind: identifier kind.
        hash: keyed hash of the identifier, 16 bytes; one `Suppression` for each live key version.
        scope: what it stops; `channel`, `purpose` and `sender` need theirs below.
        channel: for `channel`; with `purpose` it narrows the scope, "" for all.
        purpose: for `purpose`: this node and all below.
        sender_no: for `sender`; with `purpose` it narrows the scope, 0 for all.
        reason: a word.
        actor: who asked for it.
    """

    kind: str
    hash: bytes
    scope: Scope
    reason: str
    actor: str
    channel: str = ""
    purpose: str = ""
    sender_no: int = 0

    def __post_init__(self) -> None:
        """Refuse a scope that lacks what it is about."""
        lacks = {
            Scope.CHANNEL: not self.channel, Scope.PURPOSE: not self.purpose, Scope.SENDER: not self.sender_no,
        }  # fmt: skip
        if lacks.get(self.scope, False):
            raise Invalid("scope_incomplete", f"A suppression of scope {self.scope} names its {self.scope}.")

    @property
    def bits(self) -> int:
        """The narrowing bits that it leaves on identifiers."""
        match self.scope:
            case Scope.STORAGE:
                return STORAGE
            case Scope.ALL:
                return ALL
            case Scope.CHANNEL:
                return channel_bit(Channel(self.channel))
            case _:
                return PARTIAL


def channel_bit(channel: Channel) -> int:
    """Give the narrowing bit of a channel."""
    return _FIRST_CHANNEL << list(Channel).index(channel)


def add(connection: Connection, suppressions: Sequence[Suppression]) -> int:
    """Suppress, and mark every identifier with such a hash, in the caller's transaction.

    What stands already stays as it is, with its first reason.

    Returns:
        How many were new.
    """
    if not suppressions:
        return 0
    connection.execute(_ADDING, {"key": LOCK_KEY})
    new = connection.execute(_ADD, _columns(suppressions)).rowcount
    connection.execute(_MARK, _marks(suppressions))
    return int(new)


def hits(connection: Connection, kind: str, hashes: Sequence[bytes]) -> dict[bytes, int]:
    """Look up many hashes at once.

    Call it in a READ COMMITTED transaction, the same one that stores the identifiers: until it ends nothing
    can be suppressed that this answer does not know.

    Args:
        connection: that transaction.
        kind: identifier kind.
        hashes: suppression hashes, 16 bytes each; of all live key versions.

    Returns:
        The narrowing bits of each hash that is suppressed or on a national register; others are absent.
    """
    if not hashes:
        return {}
    connection.execute(_HITTING, {"key": LOCK_KEY})
    found: dict[bytes, int] = {}
    for row in connection.execute(_HITS, {"kind": str(kind), "hashes": list(hashes)}):
        found[row.hash] = found.get(row.hash, 0) | _bits(row.scope, row.channel)
    for row in connection.execute(_ON_REGISTER, {"hashes": list(hashes)}):
        found[row.hash] = found.get(row.hash, 0) | REGISTERED
    return found


def stored_with(connection: Connection, kind: str, indexes: Sequence[bytes]) -> list[bytes]:
    """Give the suppression hashes that are stored with identifiers of these blind indexes.

    They are of the wide form; who names an identifier by its digest cannot know it.
    """
    if not indexes:
        return []
    found = connection.execute(_STORED, {"kind": str(kind), "indexes": list(indexes)})
    return [bytes(row.suppress) for row in found]


def follow(connection: Connection, pairs: Sequence[tuple[bytes, bytes]]) -> None:
    """Let what is suppressed under one hash be suppressed under another of the same identifier too.

    Decisions look up the hash that is stored with an identifier; a suppression may have been added by digest, by an
    older version of the key or before there was a wide form. This only narrows.

    Args:
        connection: the transaction that holds the lock of `hits`.
        pairs: the hash that was hit, and the one that is stored.
    """
    if not pairs:
        return
    hit, stored = zip(*pairs, strict=True)
    new = connection.execute(_FOLLOW, {"hit": list(hit), "stored": list(stored)}).all()
    if new:
        bits = [_bits(row.scope, row.channel) for row in new]
        connection.execute(
            _MARK, {"kinds": [row.kind for row in new], "hashes": [row.hash for row in new], "bits": bits}
        )


@dataclass(frozen=True, slots=True)
class Stop:
    """What a suppression of scope `purpose` says of one person who has the suppressed identifier."""

    person_no: int
    kind: str
    purpose: str
    channel: str
    sender_no: int


def stops_of(connection: Connection, hashes: Sequence[bytes]) -> list[Stop]:
    """Give the people who have one of these suppressed identifiers and are not yet stopped as a person.

    A stop of somebody unknown could mark one identifier only; once that person is on file it is theirs altogether.
    """
    return [Stop(*row) for row in connection.execute(_STOPS, {"hashes": list(hashes)})]


def _bits(scope: str, channel: str) -> int:
    known = {Scope.STORAGE: STORAGE, Scope.ALL: ALL}
    return channel_bit(Channel(channel)) if scope == Scope.CHANNEL else known.get(Scope(scope), PARTIAL)


def _columns(suppressions: Sequence[Suppression]) -> dict[str, object]:
    return {
        "kinds": [str(one.kind) for one in suppressions],
        "hashes": [one.hash for one in suppressions],
        "scopes": [one.scope.value for one in suppressions],
        "channels": [str(one.channel) for one in suppressions],
        "purposes": [one.purpose for one in suppressions],
        "senders": [one.sender_no for one in suppressions],
        "reasons": [one.reason for one in suppressions],
        "actors": [one.actor for one in suppressions],
    }


def _marks(suppressions: Sequence[Suppression]) -> dict[str, object]:
    return {
        "kinds": [str(one.kind) for one in suppressions],
        "hashes": [one.hash for one in suppressions],
        "bits": [one.bits for one in suppressions],
    }


_ADDING = text("SELECT pg_advisory_xact_lock(:key)")
_HITTING = text("SELECT pg_advisory_xact_lock_shared(:key)")
_ADD = text("""
INSERT INTO suppression (kind, hash, scope, channel, purpose, sender_no, reason, actor)
SELECT * FROM unnest(
  CAST(:kinds AS text[]), CAST(:hashes AS bytea[]), CAST(:scopes AS text[]), CAST(:channels AS text[]),
  CAST(:purposes AS text[]), CAST(:senders AS bigint[]), CAST(:reasons AS text[]), CAST(:actors AS text[]))
ON CONFLICT ON CONSTRAINT uq_suppression_what DO NOTHING
""")
_STORED = text("SELECT DISTINCT suppress FROM identifier WHERE kind = :kind AND index = ANY(CAST(:indexes AS bytea[]))")
_FOLLOW = text("""
INSERT INTO suppression (kind, hash, scope, channel, purpose, sender_no, reason, actor, at)
SELECT DISTINCT ON (x.kind, p.stored, x.scope, x.channel, x.purpose, x.sender_no)
  x.kind, p.stored, x.scope, x.channel, x.purpose, x.sender_no, x.reason, x.actor, x.at
FROM unnest(CAST(:hit AS bytea[]), CAST(:stored AS bytea[])) AS p(hit, stored) JOIN suppression x ON x.hash = p.hit
ORDER BY x.kind, p.stored, x.scope, x.channel, x.purpose, x.sender_no, x.no
ON CONFLICT ON CONSTRAINT uq_suppression_what DO NOTHING
RETURNING kind, hash, scope, channel
""")
_MARK = text("""
UPDATE identifier i SET bits = i.bits | m.bits
FROM (SELECT kind, hash, bit_or(bits) AS bits
      FROM unnest(CAST(:kinds AS text[]), CAST(:hashes AS bytea[]), CAST(:bits AS int[])) AS u(kind, hash, bits)
      GROUP BY kind, hash) m
WHERE i.kind = m.kind AND i.suppress = m.hash AND i.bits & m.bits <> m.bits
""")
_STOPS = text("""
SELECT DISTINCT i.person_no, x.kind, x.purpose, x.channel, x.sender_no
FROM suppression x JOIN identifier i ON i.kind = x.kind AND i.suppress = x.hash
WHERE x.scope = 'purpose' AND x.hash = ANY(CAST(:hashes AS bytea[])) AND NOT EXISTS (
  SELECT 1 FROM consent c WHERE c.person_no = i.person_no AND c.index = ''::bytea AND c.purpose = x.purpose
    AND c.channel = coalesce(nullif(x.channel, ''), '*') AND c.sender_no = x.sender_no AND c.state <> 'given')
ORDER BY 1
""")
_ON_REGISTER = text(
    "SELECT DISTINCT e.hash FROM register_entry e JOIN register_snapshot s ON s.no = e.snapshot_no"
    " WHERE s.state = 'current' AND e.hash = ANY(CAST(:hashes AS bytea[]))"
)
_HITS = text(
    "SELECT DISTINCT hash, scope, channel FROM suppression WHERE kind = :kind AND hash = ANY(CAST(:hashes AS bytea[]))"
)
