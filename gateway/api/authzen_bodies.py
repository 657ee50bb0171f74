"""The bodies of the AuthZEN Authorization API 1.0: strict in what they name, deaf to members that nobody knows.

Numbers are not names, nothing is not a name, and no value is ever put into a message.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
import orjson

from gateway.api.bodies import decoded
from gateway.domain.errors import Invalid
from gateway.domain.requests import PersonAsk, Selector
from policies.terms import Act, Channel, LineType

MOST: Final = 10_000
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
_SELECTORS: Final = frozenset({"token", "email", "phone", "email_sha256", "phone_sha256", "external_id"})


class Semantic(StrEnum):
    """How a batch is gone through (AuthZEN 1.0, section 7.1.2.1)."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"


class SubjectBody(msgspec.Struct):
    """Who asks: a tool, by its name."""

    type: Name
    id: Name
    properties: dict[str, Any] = {}


class ActionPropertiesBody(msgspec.Struct):
    """For what, and how."""

    purpose: Name
    channel: Channel
    line: LineType | None = None
    category: str = ""
    campaign: str = ""


class ActionBody(msgspec.Struct):
    """What is asked: `disclose` or `contact`."""

    name: Act
    properties: ActionPropertiesBody


class ResourcePropertiesBody(msgspec.Struct):
    """By what the person is named, and for an external id within which source."""

    by: Name = "token"
    source: str = ""


class ResourceBody(msgspec.Struct):
    """The person."""

    type: Name
    id: Name
    properties: ResourcePropertiesBody = msgspec.field(default_factory=ResourcePropertiesBody)


class EvaluationBody(msgspec.Struct):
    """One question."""

    subject: SubjectBody
    action: ActionBody
    resource: ResourceBody
    context: dict[str, Any] = {}

    def asked(self) -> tuple[str, PersonAsk]:
        """Give the tool's name and its question.

        Raises:
            Invalid: `subject_type`, `resource_type`, `selector_unknown`.
        """
        if self.subject.type != "tool":
            raise Invalid("subject_type", "A subject here is a tool: type `tool`, its name as id.")
        if self.resource.type != "person":
            raise Invalid("resource_type", "A resource here is a person: type `person`.")
        by, of = self.resource.properties, self.action.properties
        if by.by not in _SELECTORS:
            raise Invalid("selector_unknown", f"Name a person by one of: {', '.join(sorted(_SELECTORS))}.")
        who = Selector(by.by, self.resource.id, by.source)
        ask = PersonAsk(who, self.action.name, of.purpose, of.channel, of.line, of.category, of.campaign)
        return self.subject.id, ask


class OptionsBody(msgspec.Struct):
    """How a batch is gone through."""

    evaluations_semantic: Semantic = Semantic.EXECUTE_ALL


class EvaluationsBody(msgspec.Struct):
    """Many questions; what stands at the top stands for each that does not say it itself."""

    subject: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    action: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    resource: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    context: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    evaluations: list[msgspec.Raw] = []
    options: OptionsBody = msgspec.field(default_factory=OptionsBody)


EVALUATION: Final = msgspec.json.Decoder(EvaluationBody)
EVALUATIONS: Final = msgspec.json.Decoder(EvaluationsBody)
_MEMBERS: Final = ("subject", "action", "resource", "context")
_OWN: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def asked(raw: bytes) -> tuple[str, PersonAsk]:
    """Read one question.

    Raises:
        Invalid: as `decoded` and `EvaluationBody.asked`.
    """
    return decoded(raw, EVALUATION).asked()


def items(body: EvaluationsBody) -> Sequence[bytes]:
    """Give each question of a batch as a body of its own, with what the top says laid under it.

    Raises:
        Invalid: `asks_count`.
    """
    if len(body.evaluations) > MOST:
        raise Invalid("asks_count", f"Send at most {MOST} evaluations at a time.")
    above = {name: told for name in _MEMBERS if isinstance(told := getattr(body, name), msgspec.Raw)}
    return [_laid(above, bytes(one)) for one in body.evaluations]


def _laid(above: dict[str, msgspec.Raw], one: bytes) -> bytes:
    """Lay one question over what the top says: a member of its own replaces the one above whole (section 7.1.1)."""
    try:
        own = _OWN.decode(one)
    except msgspec.MsgspecError:
        return one  # no mapping: read by itself, it is refused by itself
    return orjson.dumps({name: orjson.Fragment(bytes(told)) for name, told in {**above, **own}.items()})
