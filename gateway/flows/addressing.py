"""Find the address that a letter to somebody may go to. Must never give one that is stopped, or keep one."""

import orjson

from gateway.domain.errors import Unavailable
from gateway.flows.gate import Gate
from gateway.store import addressees, lasting
from gateway.store.lasting import Facts
from gateway.store.people_lookup import Connection
from gateway.vault.seal import Opener
from policies.terms import FieldClass


def address_of(gate: Gate, connection: Connection, facts: Facts) -> str:
    """Give a person's e-mail address as the latest approved source has it, "" if there is none that may be used."""
    found = addressees.addressee(connection, facts.uid, FieldClass.EMAIL.value)
    if facts.quiet or found is None or not found.blob or not found.wrapped:
        return ""
    try:
        blobs = [(FieldClass.EMAIL.value, found.source_no, found.blob)]
        (fragment,) = Opener(gate.keyring, [FieldClass.EMAIL.value]).open(facts.uid, found.wrapped, blobs)
    except Unavailable:
        return ""
    return str(orjson.loads(b"{" + fragment + b"}").get("email", ""))


def facts_of(connection: Connection, person_no: int) -> Facts | None:
    """Give what of a person matters to a letter, None once they are gone."""
    return lasting.facts(connection, person_no)
