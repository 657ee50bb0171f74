"""A person who was asked to confirm, for the tests of the confirmation pages."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import text

from gateway.domain.requests import Selector
from gateway.flows.requesting import RequestWish, ask_to_confirm

if TYPE_CHECKING:
    from tests.pages.conftest import Household

OFFERS = "marketing.own.offers"


def asked(household: "Household", purpose: str = OFFERS) -> str:
    """Ask the household's person to confirm; gives the link on the running server."""
    gate = replace(household.gate, origin=household.origin)
    version, index = gate.lookup.index("email", "maria@example.com")[0]
    suppress = gate.lookup.suppression_index("email", "maria@example.com")[0].value
    with gate.house.unit() as connection:
        connection.execute(
            text(
                "INSERT INTO identifier (person_no, kind, index, source_no, index_version, suppress)"
                " VALUES (:no, 'email', :index, 1, :version, :suppress) ON CONFLICT DO NOTHING"
            ),
            {"no": household.no, "index": index, "version": version, "suppress": suppress},
        )
        sender = connection.execute(text("SELECT name FROM party")).scalar_one()
    wish = RequestWish(Selector("email", "maria@example.com"), purpose, sender, wording="offers-1")
    return ask_to_confirm(gate, "officer", wish).link
