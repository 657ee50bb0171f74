"""A message as it would go out. Its text may hold a name: it is looked at, and never kept or repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.terms import AudienceKind, Channel, LineType


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it would go out.

    `countries` are those of its readers (ISO 3166-1 alpha-2; "" is unknown and gets the strictest pack). `headers` are
    those of an e-mail. `first_contact` says that the reader has not heard from this sender before.
    """

    text: str
    channel: Channel
    purpose: str
    countries: tuple[str, ...]
    sender_name: str
    sender_country: str
    subject: str = ""
    line: LineType | None = None
    kind: AudienceKind = AudienceKind.B2C
    headers: Mapping[str, str] = field(default_factory=dict)
    sender_address: str = ""
    sender_id: str = ""
    from_number: str = ""
    first_contact: bool = False
