"""Parties, tools and their credentials. Statements in, `Party` and `Caller` out; must never see a secret in clear."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, text
from sqlalchemy.exc import IntegrityError

from gateway.domain.errors import Conflict, NotFound
from gateway.domain.grant import Caller, Mode
from gateway.domain.requests import Party
from policies.terms import Channel


@dataclass(frozen=True, slots=True)
class ToolRecord:
    """What is said of a tool when it is registered; empty `jurisdictions` and `branches` mean no row limit."""

    name: str
    role: str
    sender: str
    country: str
    purposes: Sequence[str]
    channels: Sequence[str]
    fields: Sequence[str]
    jurisdictions: Sequence[str] = ()
    branches: Sequence[str] = ()


def add_party(connection: Connection, name: str, country: str) -> Party:
    """Register a party.

    Raises:
        Conflict: `party_exists`.
    """
    try:
        no = connection.execute(_ADD_PARTY, {"uid": secrets.token_bytes(16), "name": name, "country": country})
    except IntegrityError as error:
        raise Conflict("party_exists", f"A party named {name} is registered already.") from error
    return Party(no.scalar_one(), name, country)


def party(connection: Connection, name: str) -> Party:
    """Give a party by its name.

    Raises:
        NotFound: `party_unknown`.
    """
    row = connection.execute(_PARTY, {"name": name}).one_or_none()
    if row is None:
        raise NotFound("party_unknown", "No party has that name. `ostiary party list` lists them.")
    return Party(*row)


def party_by_no(connection: Connection, no: int) -> Party:
    """Give a party by its number; a wrong number is a bug."""
    return Party(*connection.execute(_PARTY_NO, {"no": no}).one())


def parties(connection: Connection) -> list[Party]:
    """List all parties by name."""
    return [Party(*row) for row in connection.execute(_PARTIES)]


def add_tool(connection: Connection, record: ToolRecord) -> Caller:
    """Register a tool and give it as the caller it will be.

    Raises:
        Conflict: `tool_exists`. NotFound: `party_unknown`.
    """
    sender = party(connection, record.sender)
    values = {
        "uid": secrets.token_bytes(16),
        "name": record.name,
        "role": record.role,
        "sender": sender.no,
        "country": record.country,
        "purposes": list(record.purposes),
        "channels": list(record.channels),
        "fields": list(record.fields),
        "jurisdictions": list(record.jurisdictions),
        "branches": list(record.branches),
    }
    try:
        connection.execute(_ADD_TOOL, values)
    except IntegrityError as error:
        raise Conflict("tool_exists", f"A tool named {record.name} is registered already.") from error
    return tool(connection, record.name)


def tool(connection: Connection, name: str) -> Caller:
    """Give a tool by its name.

    Raises:
        NotFound: `tool_unknown`.
    """
    row = connection.execute(_TOOL_BY_NAME, {"name": name}).mappings().one_or_none()
    if row is None:
        raise NotFound("tool_unknown", "No tool has that name. `ostiary tool list` lists them.")
    return _caller(row)


def tools(connection: Connection) -> list[Caller]:
    """List all tools by name."""
    return [_caller(row) for row in connection.execute(_TOOLS).mappings()]


def tool_now(connection: Connection, no: int) -> Caller:
    """Give a tool by its number, as this transaction sees it: a tool switched off mid-release is seen off."""
    return _caller(connection.execute(_TOOL_BY_NO, {"no": no}).mappings().one())


def set_mode(connection: Connection, no: int, mode: Mode) -> bool:
    """Set how the gate treats a tool; say whether that changed. Streams that run see it with their next page."""
    return connection.execute(_SET_MODE, {"no": no, "mode": mode.value}).rowcount == 1


def add_credential(connection: Connection, tool_no: int, key_id: str, digest: bytes, expires: datetime | None) -> None:
    """Keep the digest of a new API key."""
    connection.execute(_ADD_CREDENTIAL, {"key": key_id, "tool": tool_no, "digest": digest, "expires": expires})


@dataclass(frozen=True, slots=True)
class Credential:
    """A kept API key: its digest and until when it counts (UTC)."""

    key_id: str
    digest: bytes
    expires_at: datetime | None
    revoked_at: datetime | None
    caller: Caller


def credential(connection: Connection, key_id: str) -> Credential | None:
    """Give a credential and its tool, or None."""
    return credentials(connection, [key_id]).get(key_id)


def credentials(connection: Connection, key_ids: Sequence[str]) -> dict[str, Credential]:
    """Give the credentials that exist of these, with their tools."""
    rows = connection.execute(_CREDENTIALS, {"keys": list(key_ids)}).mappings()
    return {
        row["key_id"]: Credential(row["key_id"], row["digest"], row["expires_at"], row["revoked_at"], _caller(row))
        for row in rows
    }


def _caller(row: RowMapping) -> Caller:
    return Caller(
        no=row["no"],
        uid=row["uid"],
        name=row["name"],
        role=row["role"],
        country=row["country"],
        sender=row["sender_no"],
        jurisdictions=frozenset(row["jurisdictions"]),
        branches=frozenset(row["branches"]),
        purposes=frozenset(row["purposes"]),
        channels=frozenset(Channel(word) for word in row["channels"]),
        fields=frozenset(row["fields"]),
        version=row["version"],
        active=row["active"],
        mode=Mode(row["mode"]),
    )


_COLUMNS = """t.no, t.uid, t.name, t.role, t.sender_no, t.country, t.purposes, t.channels, t.fields,
    t.jurisdictions, t.branches, t.active, t.version, t.mode"""
_ADD_PARTY = text("INSERT INTO party (uid, name, country) VALUES (:uid, :name, :country) RETURNING no")
_PARTY = text("SELECT no, name, country FROM party WHERE name = :name")
_PARTY_NO = text("SELECT no, name, country FROM party WHERE no = :no")
_PARTIES = text("SELECT no, name, country FROM party ORDER BY name")
_ADD_TOOL = text(
    "INSERT INTO tool (uid, name, role, sender_no, country, purposes, channels, fields, jurisdictions, branches)"
    " VALUES (:uid, :name, :role, :sender, :country, :purposes, :channels, :fields, :jurisdictions, :branches)"
)
_TOOL_BY_NAME = text(f"SELECT {_COLUMNS} FROM tool t WHERE t.name = :name")
_TOOL_BY_NO = text(f"SELECT {_COLUMNS} FROM tool t WHERE t.no = :no")
_TOOLS = text(f"SELECT {_COLUMNS} FROM tool t ORDER BY t.name")
_SET_MODE = text("UPDATE tool SET mode = :mode, version = version + 1 WHERE no = :no AND mode <> :mode")
_ADD_CREDENTIAL = text(
    "INSERT INTO credential (key_id, tool_no, digest, expires_at) VALUES (:key, :tool, :digest, :expires)"
)
_CREDENTIALS = text(
    f"SELECT c.key_id, c.digest, c.expires_at, c.revoked_at, {_COLUMNS} FROM credential c"
    " JOIN tool t ON t.no = c.tool_no"
    " WHERE c.key_id = ANY(:keys)"
)
