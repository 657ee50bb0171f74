"""Consent records and receipts as ISO/IEC TS 27560:2023 has them, in the words of the W3C Data Privacy Vocabulary.

The shape is that of the community group's guide (https://w3id.org/dpv/guides/consent-27560): one `dpv:ConsentRecord`
for each purpose, channel and sender that a person spoke of, with every status in the order in which it was indicated.
Must never hold a name or an address: the subject is the reference that the reader knows the person by. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from policies.packs import PurposeTree
from policies.terms import Condition, ConsentState

CONTEXT: Final = (
    "https://w3id.org/dpv",
    {
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "loc": "https://w3id.org/dpv/loc#",
        "schema": "https://schema.org/",
        "ostiary": "urn:ostiary:terms:",
    },
)
RECORD: Final = "https://w3id.org/dpv/schema/dpv-27560#record"
RECEIPT: Final = "https://w3id.org/dpv/schema/dpv-27560#receipt"

STATUS: Final = {
    ConsentState.GIVEN: "dpv:ConsentGiven",
    ConsentState.WITHDRAWN: "dpv:ConsentWithdrawn",
    ConsentState.OBJECTED: "dpv:ConsentRefused",
}
NARROWS: Final = {
    "dpv:ConsentWithdrawn": ConsentState.WITHDRAWN,
    "dpv:ConsentRevoked": ConsentState.WITHDRAWN,
    "dpv:ConsentInvalidated": ConsentState.WITHDRAWN,
    "dpv:ConsentRefused": ConsentState.OBJECTED,
}
"""Statuses that deny here, whoever tells of them."""
GIVES: Final = frozenset({"dpv:ConsentGiven", "dpv:RenewedConsentGiven"})
SAYS_NOTHING: Final = frozenset(
    {"dpv:ConsentUnknown", "dpv:ConsentRequested", "dpv:ConsentRequestDeferred", "dpv:ConsentExpired"}
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing that a person said, as a record shows it.

    Attributes:
        no: number of the event.
        sender, country: the party it was said to; "" is every sender of the house.
        source: who asserts it, "" for the person.
        evidence: digest of what proves it (hex), "" for nothing.
        at: when it was said (aware).
    """

    no: int
    state: ConsentState
    purpose: str
    channel: str
    sender: str
    country: str
    conditions: Condition
    wording: str
    language: str
    method: str
    source: str
    evidence: str
    at: datetime


def receipt(subject: str, house: str, made_at: datetime, spoken: Iterable[Spoken], tree: PurposeTree) -> dict[str, Any]:
    """Build one receipt with all records of a person.

    Args:
        subject: how the reader knows the person.
        house: the log's name, as publisher.
        made_at: now (aware).
        spoken: what the person said, in any order.
        tree: the purposes in force, for their terms and titles.
    """
    by_matter: dict[tuple[str, str, str], list[Spoken]] = {}
    for one in sorted(spoken, key=lambda one: (one.at, one.no)):
        by_matter.setdefault((one.purpose, one.channel, one.sender), []).append(one)
    return {
        "@context": list(CONTEXT),
        "@id": f"urn:ostiary:receipt:{subject}",
        "@type": "dpv:ConsentReceipt",
        "dct:identifier": subject,
        "dct:conformsTo": RECEIPT,
        "dct:created": moment(made_at),
        "dct:publisher": house,
        "dpv:hasRecordOfActivity": [record(subject, said, tree) for _, said in sorted(by_matter.items())],
    }


def record(subject: str, said: Sequence[Spoken], tree: PurposeTree) -> dict[str, Any]:
    """Build the record of one matter: one purpose, channel and sender.

    Args:
        subject: how the reader knows the person.
        said: everything on this matter, oldest first; at least one.
        tree: the purposes in force.
    """
    last = said[-1]
    name = f"{subject}:{last.purpose}:{last.channel}:{min(one.no for one in said)}"
    node = tree.nodes.get(last.purpose)
    return {
        "@id": f"urn:ostiary:consent:{name}",
        "@type": "dpv:ConsentRecord",
        "dct:identifier": name,
        "dct:conformsTo": RECORD,
        "dpv:hasDataSubject": {"@id": f"urn:ostiary:person:{subject}", "@type": "dpv:DataSubject"},
        "dpv:hasDataController": _controller(last),
        "dpv:hasLegalBasis": "dpv:Consent",
        "dpv:hasProcess": [
            {
                "@type": "dpv:Process",
                "dpv:hasPurpose": [node.iri if node else "https://w3id.org/dpv#Purpose"],
                "dct:title": node.title if node else last.purpose,
                "ostiary:purpose": last.purpose,
                "ostiary:channel": last.channel,
                "dpv:hasConsentStatus": [_status(one) for one in said],
            }
        ],
    }


def _controller(one: Spoken) -> dict[str, Any]:
    named: dict[str, Any] = {"@type": "dpv:DataController", "dpv:hasName": one.sender or "*"}
    return {**named, "dpv:hasCountry": f"loc:{one.country}"} if one.country else named


def _status(one: Spoken) -> dict[str, Any]:
    """Spell one status; what there is nothing to say of is left out."""
    notice = {"@type": "dpv:ConsentNotice", "dct:hasVersion": one.wording, "dct:language": one.language}
    spelled: dict[str, Any] = {
        "@type": [STATUS[one.state]],
        "dct:identifier": str(one.no),
        "dpv:isIndicatedBy": "dpv:DataSubject",
        "dpv:isIndicatedAtTime": moment(one.at),
        "dpv:hasIndicationMethod": one.method,
        "dpv:hasNotice": {key: value for key, value in notice.items() if value} if one.wording else "",
        "dct:source": one.source,
        "ostiary:evidence": f"sha256:{one.evidence}" if one.evidence else "",
        "ostiary:conditions": conditions(one.conditions),
    }
    return {key: value for key, value in spelled.items() if value}


def conditions(given: Condition) -> list[str]:
    """Name conditions by our words."""
    return [one.name.lower() for one in Condition if one and one in given and one.name]


def flags(words: Iterable[str]) -> Condition:
    """Give the conditions that are named; a word that we do not know says nothing."""
    total = Condition.NONE
    for word in words:
        total |= Condition.__members__.get(word.upper(), Condition.NONE)
    return total


def moment(at: datetime) -> str:
    """Write a moment in UTC, exactly: a record that comes back must not be earlier than what it tells of."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def purposes_meant(tree: PurposeTree, iris: Iterable[str], own: str) -> tuple[str, ...]:
    """Say which of our purposes a record speaks of.

    Args:
        tree: the purposes in force.
        iris: the record's purposes, as terms of DPV, full or with their prefix.
        own: our own word for it, "" if it gives none.

    Returns:
        The one that it names in our own words, or every purpose with one of these terms that lies under no other such:
        a term that stands for several means all of them when it narrows.
    """
    if own:
        return (own,) if own in tree.nodes else ()
    wanted = {f"https://w3id.org/dpv#{iri.removeprefix('dpv:')}" if iri.startswith("dpv:") else iri for iri in iris}
    meant = [node for node in tree.nodes.values() if node.iri in wanted]
    names = {node.id for node in meant}
    return tuple(sorted(node.id for node in meant if not names & set(node.chain[1:])))
