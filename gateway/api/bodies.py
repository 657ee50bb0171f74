"""The JSON bodies that tools send, checked strictly: unknown members, wrong kinds and unknown words are refused.

Must never let a value of the body into a message: only its place.
"""

import re
from datetime import date, datetime
from typing import Annotated, Final, TypeVar

import msgspec

from gateway.domain.errors import Invalid
from gateway.domain.message import Message
from gateway.domain.requests import PersonAsk, Predicate, Selector, Wish
from policies.terms import Act, AudienceKind, Channel, ConsentState, LineType

Text = Annotated[str, msgspec.Meta(max_length=400)]
Word = Annotated[str, msgspec.Meta(max_length=100)]
_PLACE: Final = re.compile(r" - at `\$([A-Za-z0-9_\[\].…]*)`$")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class PersonBody(msgspec.Struct, forbid_unknown_fields=True):
    """One way to name a person; exactly one member (external_id goes with source)."""

    email: Text | None = None
    phone: Text | None = None
    email_sha256: Text | None = None
    phone_sha256: Text | None = None
    token: Text | None = None
    external_id: Text | None = None
    source: Word = ""

    def selector(self) -> Selector:
        """Give the selector.

        Raises:
            Invalid: `selector_count`.
        """
        values = msgspec.structs.astuple(self)
        if values.count(None) == len(_SELECTORS) - 1:
            for kind, value in zip(_SELECTORS, values, strict=False):
                if value is not None:
                    return Selector(kind, value, self.source)
        raise Invalid("selector_count", f"Name the person in exactly one way: {', '.join(_SELECTORS)}.")


_SELECTORS: Final = PersonBody.__struct_fields__[:-1]


class AskBody(msgspec.Struct, forbid_unknown_fields=True):
    """One question about one person."""

    person: PersonBody
    purpose: Word
    channel: Channel
    act: Act = Act.CONTACT
    line: LineType | None = None
    category: Word = ""
    campaign: Word = ""
    id: Text = ""

    def ask(self) -> PersonAsk:
        """Give the question."""
        selector = self.person.selector()
        return PersonAsk(selector, self.act, self.purpose, self.channel, self.line, self.category, self.campaign)


class DecisionsBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /v1/decisions`."""

    asks: list[AskBody]


class PredicateBody(msgspec.Struct, forbid_unknown_fields=True):
    """One filter; dates are YYYY-MM-DD."""

    field: Word
    op: Word = "eq"
    value: str | int | list[str | int] = ""

    def predicate(self) -> Predicate:
        """Give the predicate."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return Predicate(self.field, self.op, tuple(_dated(value) for value in values))


def _dated(value: str | int) -> str | int | date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise Invalid("predicate_value", "There is no such day.") from None
    return value


class ReleaseBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /v1/releases`."""

    purpose: Word
    channel: Channel
    fields: list[Word]
    act: Act = Act.DISCLOSE
    sender: Word = ""
    where: list[PredicateBody] = []
    category: Word = ""
    line: LineType | None = None
    limit: int = 0
    sample: float = 1.0
    holdout: float = 0.0
    seed: Word = ""
    format: Word = "ndjson"
    dry_run: bool = False
    campaign: Word = ""
    grades: list[int] = []
    best_first: bool = False

    def wish(self) -> Wish:
        """Give the wish."""
        return Wish(
            act=self.act,
            purpose=self.purpose,
            channel=self.channel,
            sender=self.sender,
            fields=tuple(self.fields),
            where=tuple(item.predicate() for item in self.where),
            category=self.category,
            line=self.line,
            limit=self.limit,
            sample=self.sample,
            holdout=self.holdout,
            seed=self.seed,
            form=self.format,
            dry_run=self.dry_run,
            campaign=self.campaign,
            grades=tuple(self.grades),
            best_first=self.best_first,
        )


class AcknowledgeBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /v1/releases/{uid}/acknowledgements`: the last page received whole."""

    page: int


class MessageBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /v1/messages/lint`. `countries` are those of the readers; "" is unknown and gets the strictest law."""

    text: Annotated[str, msgspec.Meta(max_length=200_000)]
    channel: Channel
    purpose: Word
    countries: list[Word]
    subject: Text = ""
    line: LineType | None = None
    kind: AudienceKind = AudienceKind.B2C
    headers: dict[str, str] = {}
    sender_address: Text = ""
    sender_id: Word = ""
    from_number: Word = ""
    first_contact: bool = False

    def message(self) -> Message:
        """Give the message; its sender is the tool's own."""
        return Message(
            text=self.text,
            channel=self.channel,
            purpose=self.purpose,
            countries=tuple(self.countries),
            sender_name="",
            sender_country="",
            subject=self.subject,
            line=self.line,
            kind=self.kind,
            headers=self.headers,
            sender_address=self.sender_address,
            sender_id=self.sender_id,
            from_number=self.from_number,
            first_contact=self.first_contact,
        )


class EvidenceBody(msgspec.Struct, forbid_unknown_fields=True):
    """What proves a consent: a form submission, a recording's transcript, a mail. Sealed; `content` is text."""

    kind: Word
    content: Annotated[str, msgspec.Meta(max_length=100_000)]


class ConsentBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /v1/consents`. `at` is when the person said it, with an offset; `channel` "*" only to say no."""

    person: PersonBody
    state: ConsentState
    purpose: Word
    channel: Word
    sender: Word = ""
    conditions: list[Word] = []
    wording: Word = ""
    language: Word = ""
    method: Word = "api"
    at: datetime | None = None
    evidence: EvidenceBody | None = None


B = TypeVar("B")


def decoded(raw: bytes, decoder: msgspec.json.Decoder[B]) -> B:
    """Decode a body.

    Raises:
        Invalid: `malformed`, naming the place and nothing of the value.
    """
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        found = _PLACE.search(str(error))
        where = (
            f"`{found[1].lstrip('.')}` is missing, unknown or of the wrong kind"
            if found and found[1]
            else ("The body is not JSON of the expected shape")
        )
        raise Invalid("malformed", f"{where}. See /docs.") from None


DECISIONS = msgspec.json.Decoder(DecisionsBody)
RELEASE = msgspec.json.Decoder(ReleaseBody)
ACKNOWLEDGE = msgspec.json.Decoder(AcknowledgeBody)
CONSENT = msgspec.json.Decoder(ConsentBody)
MESSAGE = msgspec.json.Decoder(MessageBody)
