"""Look at a message before it goes out: what the laws of its readers want in it, and what is missing.

Nothing is decided about anybody and nothing is kept: a message is read, told about, and forgotten.

Steps:
  1 sender    a tool writes as its own sender; an officer names one
  2 check     the purpose, the countries, the length
  3 lint      under the bundle in force, at this moment
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from gateway.domain.errors import Invalid
from gateway.domain.lint import Report, lint
from gateway.domain.message import Message
from gateway.domain.requests import Party
from gateway.flows.gate import Gate
from gateway.flows.identify import identify
from gateway.store import parties
from policies.packs import Bundle

LONGEST: Final = 200_000
COUNTRIES: Final = 60
_COUNTRY: Final = re.compile(r"[A-Z]{2}|")


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found, and the digest of the bundle it was looked at under."""

    report: Report
    bundle: str


def lint_as_tool(gate: Gate, credential: str, message: Message) -> Linted:
    """Look at a tool's message; the sender is the tool's own, whatever the message says.

    Raises:
        Unauthenticated: as `identify`.
        Invalid: as `lint_as_officer`.
    """
    with gate.house.snapshot() as connection:
        sender = parties.party_by_no(connection, identify(gate, connection, credential).sender)  # 1
        return _linted(gate, gate.house.bundle(connection), sender, message)


def lint_as_officer(gate: Gate, sender: str, message: Message) -> Linted:
    """Look at a message that a party would send.

    Args:
        gate: the gateway.
        sender: name of a registered party.
        message: as it would go out.

    Raises:
        NotFound: `party_unknown`.
        Invalid: `purpose_unknown`, `country_unfit`, `countries_count`, `message_too_long`, `message_empty`.
    """
    with gate.house.snapshot() as connection:
        party = parties.party(connection, sender)  # 1
        return _linted(gate, gate.house.bundle(connection), party, message)


def _linted(gate: Gate, bundle: Bundle, sender: Party, message: Message) -> Linted:
    _check(bundle, message)  # 2
    named = replace(message, sender_name=sender.name, sender_country=sender.country)
    return Linted(lint(named, bundle, gate.clock()), bundle.digest)  # 3


def _check(bundle: Bundle, message: Message) -> None:
    if not bundle.purposes.chain(message.purpose):
        raise Invalid("purpose_unknown", "There is no such purpose. `ostiary policy purposes` lists them.")
    if not 0 < len(message.countries) <= COUNTRIES:
        raise Invalid("countries_count", f"Name 1 to {COUNTRIES} countries of the readers.")
    if not all(_COUNTRY.fullmatch(country) for country in message.countries):
        raise Invalid("country_unfit", "A country is two capital letters (ISO 3166-1), such as KR; unknown is empty.")
    if not message.text.strip():
        raise Invalid("message_empty", "There is no text to look at.")
    if len(message.text) > LONGEST:
        raise Invalid("message_too_long", f"A text here has at most {LONGEST} characters.")
