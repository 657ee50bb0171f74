"""What the rows of a source's lists share, as its registration says it: kept as JSON with the source.

Must never stand in for what a row says itself, and never widen: a default fills an empty cell, and a consent column
means only the purpose and channels that were said here beforehand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta, Struct

from gateway.domain.errors import Invalid
from gateway.lists.normal import Calendar, Order
from policies.packs import Bundle
from policies.terms import AudienceKind, Channel, Condition

_Country = Annotated[str, Meta(pattern="^([A-Z]{2})?$")]
_CLAIMS: dict[str, tuple[Channel, ...]] = {
    "consent_email": (Channel.EMAIL,),
    "consent_sms": (Channel.SMS,),
    "consent_post": (Channel.POST,),
    "consent_voice": (Channel.VOICE_LIVE,),
    "consent_at": (),
}


class Defaults(Struct, frozen=True, forbid_unknown_fields=True):
    """The shared facts of a source's lists.

    Attributes:
        country: where people live whose row names no country, ISO 3166-1 alpha-2; "" is unknown.
        region: ISO 3166-2 without the country, for the same people.
        time_zone: IANA name: where times without an offset were written, and the time zone of the same people.
        language: BCP 47 tag.
        branch: the branch that looks after these people.
        phone_region: country in which a number without + is read; "" takes the row's country.
        date_order: order of day and month where the year comes last; "" asks for dates that say it themselves.
        calendar: in which their dates are written; "" is the Gregorian one. A list may say another.
        sender: name of the party that consents and dealings are with; "" takes the collector.
        purpose: node of the purpose tree that a consent column stands for; "" lets no consent in.
        channels: what each consent column stands for, where it is not the channel of its name; `consent_at` with
            channels makes the time alone a consent on these.
        conditions: how every consent was given: night, written, separate, named_recipient, double_opt_in.
        wording: version of the text that was agreed to, where no column says it.
        notice: whether a free refusal was offered when the data was collected (soft opt-in).
        category: product category of dealings, where no column says it.
        by_person: whether people entered the data themselves; set from the source's kind.
    """

    country: _Country = ""
    region: Annotated[str, Meta(pattern="^[A-Z0-9]{0,3}$")] = ""
    time_zone: str = ""
    language: Annotated[str, Meta(pattern="^([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4})?$")] = ""
    branch: Annotated[str, Meta(pattern="^[^\\x00-\\x1f\\x7f@]{0,60}$")] = ""
    phone_region: _Country = ""
    date_order: Literal["", "ymd", "dmy", "mdy"] = ""
    calendar: Literal["", Calendar] = ""
    sender: str = ""
    purpose: str = ""
    channels: dict[str, list[Channel]] = {}
    conditions: list[str] = []
    wording: Annotated[str, Meta(pattern="^[A-Za-z0-9._/:+-]{0,100}$")] = ""
    notice: bool = False
    category: Annotated[str, Meta(pattern="^[^\\x00-\\x1f\\x7f@]{0,60}$")] = ""
    by_person: bool = False

    @property
    def order(self) -> Order | None:
        """The order of day and month as the lists room takes it."""
        return self.date_order or None

    def stands_for(self, column: str) -> tuple[Channel, ...]:
        """Give the channels that a consent column stands for."""
        return tuple(self.channels.get(column, _CLAIMS[column]))

    def flags(self) -> Condition:
        """Give the conditions as flags."""
        total = Condition.NONE
        for word in self.conditions:
            total |= Condition[word.upper()]
        return total


@dataclass(frozen=True, slots=True)
class Shared:
    """Defaults with the source's own facts, resolved for one import."""

    defaults: Defaults
    source_no: int
    source_name: str
    kind: AudienceKind
    sender_no: int
    sender_name: str
    conditions: Condition
    evidence: frozenset[str]


def read_defaults(raw: Mapping[str, Any], bundle: Bundle) -> Defaults:
    """Read and check the defaults of a source.

    Raises:
        Invalid: `defaults_wrong`, `purpose_unknown`, `time_zone_unknown`, `condition_unknown`.
    """
    try:
        found = msgspec.convert(dict(raw), Defaults)
    except msgspec.ValidationError as error:
        raise Invalid("defaults_wrong", f"The defaults of the source cannot be read: {error}.") from None
    if found.purpose and found.purpose not in bundle.purposes.nodes:
        raise Invalid("purpose_unknown", f"Name one of the purposes: {', '.join(sorted(bundle.purposes.nodes))}.")
    if found.time_zone and found.time_zone not in available_timezones():
        raise Invalid("time_zone_unknown", "Name the time zone as in Europe/Berlin.")
    if not set(found.channels) <= set(_CLAIMS):
        raise Invalid("defaults_wrong", f"Channels are said for these columns: {', '.join(_CLAIMS)}.")
    known = {condition.name.lower() for condition in Condition if condition.name}
    if not set(found.conditions) <= known:
        raise Invalid("condition_unknown", f"Conditions are: {', '.join(sorted(known))}.")
    return found
