"""Identify a tool by its credential. Must never say whether it was the key's name or its secret that was wrong."""

from gateway.domain.errors import Unauthenticated
from gateway.domain.grant import Caller
from gateway.flows.gate import Gate
from gateway.identity.credentials import ApiKeyRecord, api_key_id, check_api_key
from gateway.store import parties
from gateway.store.parties import Credential
from gateway.store.people_lookup import Connection


def identify(gate: Gate, connection: Connection, credential: str) -> Caller:
    """Give the tool that this API key belongs to, as the transaction sees it.

    Raises:
        Unauthenticated: `credential_wrong`, `credential_expired`, `credential_revoked`.
    """
    return check(gate, credential, parties.credential(connection, api_key_id(credential)))


def check(gate: Gate, credential: str, found: Credential | None) -> Caller:
    """Prove a presented key against what was found for it, in constant time; see `identify`."""
    record = ApiKeyRecord(found.key_id, found.digest, found.expires_at) if found else None
    check_api_key(credential, record, gate.clock())
    if found is None or found.revoked_at is not None:
        raise Unauthenticated("credential_revoked", "This API key was withdrawn. Ask an administrator for another.")
    return found.caller
