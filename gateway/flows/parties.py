"""Register the legal entities and brands that collect, send and supply. Must never take a person for a party."""

from typing import Final

from audit.leaf import Entry
from gateway.domain.errors import Invalid
from gateway.domain.requests import Party
from gateway.flows.gate import Gate
from gateway.store import parties

_LONGEST_NAME: Final = 120
_COUNTRY_LETTERS: Final = 2


def register_party(gate: Gate, actor: str, name: str, country: str) -> Party:
    """Register a party.

    Args:
        gate: the gateway.
        actor: who registers it, as the ledger shall name him.
        name: printable, up to 120 characters; unique.
        country: where it is established, ISO 3166-1 alpha-2.

    Raises:
        Invalid: `party_name_unfit`, `country_unfit`. Conflict: `party_exists`.
    """
    if not 0 < len(name) <= _LONGEST_NAME or name != name.strip() or not name.isprintable() or '"' in name:
        raise Invalid("party_name_unfit", f"A party has a printable name of up to {_LONGEST_NAME} characters.")
    check_country(country)
    with gate.house.unit() as connection:
        party = parties.add_party(connection, name, country)
        gate.house.enter(connection, [Entry("party.registered", actor, {"name": name, "country": country})])
    # True now: the party is on file and in the ledger, both or neither.
    return party


def list_parties(gate: Gate) -> list[Party]:
    """List all parties by name."""
    with gate.house.unit() as connection:
        return parties.parties(connection)


def check_country(country: str) -> None:
    """Let an ISO 3166-1 alpha-2 code pass.

    Raises:
        Invalid: `country_unfit`.
    """
    if len(country) != _COUNTRY_LETTERS or not (country.isascii() and country.isupper()):
        raise Invalid("country_unfit", "Name the country as an ISO 3166 code of two capital letters.")
