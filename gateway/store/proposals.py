"""Proposals of widening acts: what was proposed never changes, only how it ended. Statements in, `Proposal` out.

Must never hold personal data: a payload is words, digests and numbers, and stands in the ledger too.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, text

from gateway.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal. Times are UTC.

    Attributes:
        no: joins.
        uid: what goes outside, 16 bytes.
        kind: which act it proposes.
        about: what the act is about (a bundle's digest, a jurisdiction, a tool): one is open for each at a time.
        digest: SHA-256 (hex) of the canonical payload; whoever confirms sends it back.
        payload: all that the act will do, as plain values.
        state: open, confirmed, refused, withdrawn or expired.
        alone: nobody but its proposer could confirm it when it was made: the single-officer mode, with its delay.
        proposed_by: an actor of the ledger.
        proposed_at: when.
        not_before: nobody may confirm it earlier.
        expires_at: nobody may confirm it from then on.
        settled_by: who ended it, "" while it is open.
        settled_at: when it ended.
    """

    no: int
    uid: bytes
    kind: str
    about: str
    digest: str
    payload: Mapping[str, Any]
    state: str
    alone: bool
    proposed_by: str
    proposed_at: datetime
    not_before: datetime
    expires_at: datetime
    settled_by: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal that is about to be made; see `Proposal`."""

    kind: str
    about: str
    digest: str
    payload: Mapping[str, Any]
    alone: bool
    proposed_by: str
    proposed_at: datetime
    not_before: datetime
    expires_at: datetime


def make(connection: Connection, draft: Draft) -> Proposal | None:
    """Keep a proposal; None if one of the same kind about the same thing is open already."""
    values = {name: getattr(draft, name) for name in Draft.__slots__ if name != "payload"}
    values |= {"uid": secrets.token_bytes(16), "payload": orjson.dumps(draft.payload).decode()}
    row = connection.execute(_MAKE, values).mappings().one_or_none()
    return _proposal(row) if row else None


def open_about(connection: Connection, kind: str, about: str) -> Proposal | None:
    """Give the proposal of a kind about a thing that is open, locked, or None."""
    row = connection.execute(_OPEN, {"kind": kind, "about": about}).mappings().one_or_none()
    return _proposal(row) if row else None


def locked(connection: Connection, uid: bytes) -> Proposal:
    """Give a proposal and hold it until the transaction ends, so that it ends once.

    Raises:
        NotFound: `proposal_unknown`.
    """
    return _found(connection.execute(_LOCKED, {"uid": uid}).mappings().one_or_none())


def by_uid(connection: Connection, uid: bytes) -> Proposal:
    """Give a proposal.

    Raises:
        NotFound: `proposal_unknown`.
    """
    return _found(connection.execute(_BY_UID, {"uid": uid}).mappings().one_or_none())


def settle(connection: Connection, no: int, state: str, actor: str, at: datetime) -> Proposal:
    """End a proposal that is open and give it as it is then; one that has ended is a bug of the caller."""
    values = {"no": no, "state": state, "actor": actor, "at": at}
    return _proposal(connection.execute(_SETTLE, values).mappings().one())


def overdue(connection: Connection, at: datetime) -> list[Proposal]:
    """Give the open proposals whose time is over, locked."""
    return [_proposal(row) for row in connection.execute(_OVERDUE, {"at": at}).mappings()]


def newest(connection: Connection, limit: int = 200) -> list[Proposal]:
    """List proposals, open ones first, then the newest."""
    return [_proposal(row) for row in connection.execute(_NEWEST, {"limit": limit}).mappings()]


def others(connection: Connection, actor: str) -> list[tuple[str, str]]:
    """Give name and role of every active officer but the one whom the ledger knows as `actor`."""
    return [(row.name, row.role) for row in connection.execute(_OTHERS, {"actor": actor})]


def _found(row: RowMapping | None) -> Proposal:
    if row is None:
        raise NotFound("proposal_unknown", "There is no such proposal. `ostiary proposal list` lists them.")
    return _proposal(row)


def _proposal(row: RowMapping) -> Proposal:
    return Proposal(**{name: row[name] for name in Proposal.__slots__})


_COLUMNS = ", ".join(Proposal.__slots__)
_DRAFTED = ", ".join(name for name in Draft.__slots__ if name != "payload")
_VALUES = ", ".join(f":{name}" for name in Draft.__slots__ if name != "payload")
_MAKE = text(
    f"INSERT INTO proposal (uid, payload, {_DRAFTED}) VALUES (:uid, cast(:payload AS jsonb), {_VALUES})"
    f" ON CONFLICT (kind, about) WHERE state = 'open' DO NOTHING RETURNING {_COLUMNS}"
)
_OPEN = text(f"SELECT {_COLUMNS} FROM proposal WHERE kind = :kind AND about = :about AND state = 'open' FOR UPDATE")
_LOCKED = text(f"SELECT {_COLUMNS} FROM proposal WHERE uid = :uid FOR UPDATE")
_BY_UID = text(f"SELECT {_COLUMNS} FROM proposal WHERE uid = :uid")
_SETTLE = text(
    "UPDATE proposal SET state = :state, settled_by = :actor, settled_at = :at"
    f" WHERE no = :no AND state = 'open' RETURNING {_COLUMNS}"
)
_OVERDUE = text(f"SELECT {_COLUMNS} FROM proposal WHERE state = 'open' AND expires_at <= :at ORDER BY no FOR UPDATE")
_NEWEST = text(f"SELECT {_COLUMNS} FROM proposal ORDER BY (state = 'open') DESC, no DESC LIMIT :limit")
_OTHERS = text("SELECT name, role FROM officer WHERE active AND 'officer:' || name <> :actor ORDER BY name")
