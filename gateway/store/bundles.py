"""The bundles of policy files: kept for ever by digest, one in force. Must never change the text of one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from gateway.domain.errors import Conflict, NotFound

_SHORTEST = 8
"""The fewest digits of a digest that may stand for it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A bundle that is kept: whether it is in force, and each time it was put in force, newest first."""

    digest: str
    in_force: bool
    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A time in force (UTC): who proposed it ("" if the program itself did), who confirmed it; `to` None is today."""

    begun: datetime
    to: datetime | None
    proposed_by: str
    confirmed_by: str


def add(connection: Connection, digest: str, content: bytes) -> bool:
    """Keep a bundle; the same digest again changes nothing. Say whether it is new."""
    return connection.execute(_ADD, {"digest": digest, "text": content}).rowcount == 1


def activate(
    connection: Connection,
    digest: str,
    actor: str,
    at: datetime,
    proposed_by: str = "",
    proposal_no: int | None = None,
) -> None:
    """Put a kept bundle in force from `at` (UTC), end the one that was, and keep who did it."""
    connection.execute(_END, {"at": at, "digest": digest})
    connection.execute(_BEGIN, {"at": at, "digest": digest, "actor": actor})
    by = {"digest": digest, "proposal": proposal_no, "proposed": proposed_by, "confirmed": actor, "at": at}
    connection.execute(_TERM, by)


def in_force(connection: Connection) -> str | None:
    """Give the digest in force, or None on a new house."""
    return connection.execute(_IN_FORCE).scalar_one_or_none()


def held_in_force(connection: Connection) -> str | None:
    """Give the digest in force and keep it so until the transaction ends, so that one activation follows another."""
    return connection.execute(_HELD).scalar_one_or_none()


def whole_digest(connection: Connection, start: str) -> str:
    """Give the one kept digest that begins so.

    Raises:
        NotFound: `bundle_unknown`. Conflict: `bundle_ambiguous`.
    """
    fits = start.lower() if len(start) >= _SHORTEST and start.isalnum() and start.isascii() else ""
    found = list(connection.execute(_BY_START, {"start": fits}).scalars()) if fits else []
    if not found:
        raise NotFound("bundle_unknown", "No bundle of that digest is kept. `ostiary policy bundles` lists them.")
    if len(found) > 1:
        raise Conflict("bundle_ambiguous", "Several bundles begin so. Give more digits.")
    return str(found[0])


def listed(connection: Connection) -> list[Kept]:
    """List all kept bundles: the newest put in force first, those that never were at the end."""
    terms: dict[str, list[Term]] = {}
    for row in connection.execute(_TERMS):
        terms.setdefault(row.digest, []).append(Term(row.at, row.to, row.proposed_by, row.confirmed_by))
    kept = [Kept(row.digest, row.in_force, tuple(terms.get(row.digest, ()))) for row in connection.execute(_ALL)]
    order = {digest: place for place, digest in enumerate(terms)}
    return sorted(kept, key=lambda each: (order.get(each.digest, len(order)), each.digest))


_ADD = text("INSERT INTO bundle (digest, text) VALUES (:digest, :text) ON CONFLICT DO NOTHING")
_END = text(
    "UPDATE bundle SET in_force_to = :at WHERE in_force_to IS NULL AND in_force_from IS NOT NULL AND digest <> :digest"
)
_BEGIN = text("UPDATE bundle SET in_force_from = :at, in_force_to = NULL, signed_by = :actor WHERE digest = :digest")
_TERM = text(
    "INSERT INTO bundle_activation (digest, proposal_no, proposed_by, confirmed_by, at)"
    " VALUES (:digest, :proposal, :proposed, :confirmed, :at)"
)
_IN_FORCE = text("SELECT digest FROM bundle WHERE in_force_from IS NOT NULL AND in_force_to IS NULL")
_HELD = text("SELECT digest FROM bundle WHERE in_force_from IS NOT NULL AND in_force_to IS NULL FOR UPDATE")
_BY_START = text("SELECT digest FROM bundle WHERE starts_with(digest, :start) ORDER BY digest LIMIT 2")
_ALL = text("SELECT digest, in_force_from IS NOT NULL AND in_force_to IS NULL AS in_force FROM bundle")
_TERMS = text(
    "SELECT digest, at, lead(at) OVER (ORDER BY no) AS to, proposed_by, confirmed_by"
    " FROM bundle_activation ORDER BY no DESC"
)
