"""Register marketing tools and give them API keys.

A tool may ask for what its role may, narrowed to its own lists. Must never keep or show a key twice: what the house
keeps is a digest, and whoever loses a key gets another one.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from audit.leaf import Entry
from gateway.domain.errors import Invalid
from gateway.domain.grant import Caller
from gateway.flows.gate import Gate
from gateway.flows.parties import check_country
from gateway.identity.credentials import new_api_key
from gateway.roles.enforcer import allows, powers_of
from gateway.store import parties
from gateway.store.parties import ToolRecord
from policies.packs import Bundle
from policies.terms import Channel

__all__ = ["ToolRecord", "issue_key", "list_tools", "register_tool"]

# No colon: the ledger tells a tool `anna` from an officer `officer:anna` by it.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


def register_tool(gate: Gate, actor: str, record: ToolRecord) -> Caller:
    """Register a tool; it has no key yet.

    Args:
        gate: the gateway.
        actor: who registers it, as the ledger shall name him.
        record: what is said of it; `sender` is the name of a registered party.

    Raises:
        Invalid: `tool_name_unfit`, `country_unfit`, `role_unknown`, `purpose_unknown`, `channel_unknown`,
            `field_unknown`. NotFound: `party_unknown`. Conflict: `tool_exists`.
    """
    if not _NAME.fullmatch(record.name):
        raise Invalid("tool_name_unfit", "A tool's name has 1 to 60 letters, digits, dots or hyphens.")
    for country in (record.country, *record.jurisdictions):
        check_country(country)
    with gate.house.unit() as connection:
        _check_words(record, gate.house.bundle(connection))
        tool = parties.add_tool(connection, record)
        gate.house.enter(connection, [Entry("tool.registered", actor, _said(tool, record))])
    # True now: the tool is on file and in the ledger, both or neither; without a key it can ask for nothing.
    return tool


def issue_key(gate: Gate, actor: str, tool: str, expires_at: datetime | None = None) -> str:
    """Give a tool one more API key: the plain key, to be shown once.

    Args:
        gate: the gateway.
        actor: who issues it.
        tool: name of the tool.
        expires_at: until when it counts (aware), None for ever.

    Raises:
        NotFound: `tool_unknown`. Invalid: `time_without_zone`.
    """
    plain, record = new_api_key(expires_at)
    with gate.house.unit() as connection:
        caller = parties.tool(connection, tool)
        parties.add_credential(connection, caller.no, record.key_id, record.digest, expires_at)
        body = {"tool": caller.uid.hex(), "key": record.key_id, "expires": expires_at.isoformat() if expires_at else ""}
        gate.house.enter(connection, [Entry("tool.key_issued", actor, body)])
    # True now: the digest is kept. A crash here leaves a key that nobody holds; another one can be issued.
    return plain


def list_tools(gate: Gate) -> list[Caller]:
    """List all tools by name."""
    with gate.house.unit() as connection:
        return parties.tools(connection)


def _check_words(record: ToolRecord, bundle: Bundle) -> None:
    if not powers_of(record.role, bundle).acts and not allows(record.role, "office:import.run", "do", bundle):
        message = "No tool can have that role. Tools have: marketing, branch, analytics; intake brings lists only."
        raise Invalid("role_unknown", message)
    _known("purpose_unknown", record.purposes, bundle.purposes.nodes)
    _known("channel_unknown", record.channels, list(Channel))
    _known("field_unknown", record.fields, bundle.fields)


def _known(code: str, given: Iterable[str], known: Iterable[str]) -> None:
    if not set(given) <= set(known):
        raise Invalid(code, f"That is not one of: {', '.join(sorted(known))}.")


def _said(tool: Caller, record: ToolRecord) -> dict[str, str | list[str]]:
    return {
        "tool": tool.uid.hex(), "name": record.name, "role": record.role, "sender": record.sender,
        "country": record.country, "purposes": sorted(record.purposes), "channels": sorted(record.channels),
        "fields": sorted(record.fields), "jurisdictions": sorted(record.jurisdictions),
        "branches": sorted(record.branches),
    }  # fmt: skip
