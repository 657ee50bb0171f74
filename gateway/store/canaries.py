"""Canaries: made, planted, met. Statements in, plain values out; must never see an address, only keyed hashes."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Planted:
    """One planting: the canary's number, the party it was given to, in what, and when (UTC)."""

    canary_no: int
    party: str
    party_no: int
    planted_in: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """A canary in a list that came in: its number, the list's source, the batch's uid, and when (UTC)."""

    canary_no: int
    source: str
    met_in: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Canary:
    """A canary by its number; `uid` is what goes outside."""

    no: int
    uid: bytes
    made_at: datetime


def add(connection: Connection, hash_: bytes, actor: str, at: datetime) -> Canary | None:
    """Keep a canary; None if that address is one already."""
    values = {"uid": secrets.token_bytes(16), "hash": hash_, "actor": actor, "at": at}
    row = connection.execute(_ADD, values).one_or_none()
    return Canary(*row) if row else None


def plant(connection: Connection, canary_no: int, party_no: int, planted_in: str, actor: str, at: datetime) -> None:
    """Note that a canary was given to a party."""
    values = {"canary": canary_no, "party": party_no, "in": planted_in, "actor": actor, "at": at}
    connection.execute(_PLANT, values)


def by_uid(connection: Connection, uid: bytes) -> Canary | None:
    """Give a canary by its uid."""
    row = connection.execute(_BY_UID, {"uid": uid}).one_or_none()
    return Canary(*row) if row else None


def is_any(connection: Connection) -> bool:
    """Say whether there is any."""
    return bool(connection.execute(_ANY).scalar_one())


def found(connection: Connection, hashes: Sequence[bytes]) -> list[Canary]:
    """Give the canaries among these suppression hashes, the oldest first."""
    if not hashes:
        return []
    return [Canary(*row) for row in connection.execute(_FOUND, {"hashes": list(hashes)})]


def note(connection: Connection, canary_no: int, source_no: int, met_in: bytes, at: datetime) -> bool:
    """Note that a list brought a canary; False if that is noted already."""
    values = {"canary": canary_no, "source": source_no, "in": met_in, "at": at}
    return bool(connection.execute(_NOTE, values).rowcount)


def canaries(connection: Connection) -> list[Canary]:
    """Give all canaries, the oldest first."""
    return [Canary(*row) for row in connection.execute(_ALL)]


def plantings(connection: Connection, canary_nos: Sequence[int]) -> list[Planted]:
    """Give where these canaries were planted, the oldest first."""
    return [Planted(*row) for row in connection.execute(_PLANTINGS, {"nos": list(canary_nos)})]


def sightings(connection: Connection, canary_nos: Sequence[int]) -> list[Sighting]:
    """Give the lists that brought these canaries, the oldest first."""
    return [Sighting(*row) for row in connection.execute(_SIGHTINGS, {"nos": list(canary_nos)})]


_ANY = text("SELECT EXISTS (SELECT 1 FROM canary)")
_ADD = text(
    "INSERT INTO canary (uid, hash, actor, made_at) VALUES (:uid, :hash, :actor, :at)"
    " ON CONFLICT (hash) DO NOTHING RETURNING no, uid, made_at"
)
_PLANT = text(
    "INSERT INTO canary_planted (canary_no, party_no, planted_in, actor, at) VALUES (:canary, :party, :in, :actor, :at)"
)
_BY_UID = text("SELECT no, uid, made_at FROM canary WHERE uid = :uid")
_FOUND = text("SELECT no, uid, made_at FROM canary WHERE hash = ANY(CAST(:hashes AS bytea[])) ORDER BY no")
_NOTE = text(
    "INSERT INTO canary_met (canary_no, source_no, met_in, at) VALUES (:canary, :source, :in, :at)"
    " ON CONFLICT ON CONSTRAINT uq_canary_met_once DO NOTHING"
)
_ALL = text("SELECT no, uid, made_at FROM canary ORDER BY no")
_PLANTINGS = text(
    "SELECT c.canary_no, p.name, p.no, c.planted_in, c.at FROM canary_planted c JOIN party p ON p.no = c.party_no"
    " WHERE c.canary_no = ANY(CAST(:nos AS bigint[])) ORDER BY c.no"
)
_SIGHTINGS = text(
    "SELECT m.canary_no, coalesce(s.name, ''), m.met_in, m.at"
    " FROM canary_met m LEFT JOIN source s ON s.no = m.source_no"
    " WHERE m.canary_no = ANY(CAST(:nos AS bigint[])) ORDER BY m.no"
)
