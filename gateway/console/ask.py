"""May I? An officer asks what the gate would say about one person, and sees every step of the answer.

Must never put an identifier into an address or back onto a page in clear: it comes in a form, and is shown masked.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from gateway.console.door import Door, Visit, status_of
from gateway.domain.errors import Invalid, NotFound, Ostiary
from gateway.domain.grounds import at_place
from gateway.domain.masking import masked_email, masked_phone
from gateway.domain.requests import Selector
from gateway.flows.explain import explain
from gateway.flows.gate import Gate
from gateway.flows.inspect import place_of
from gateway.flows.overview import Choices, choices_of
from policies.terms import Act, Channel, FieldClass, LineType

KINDS: Final = (
    ("email", "E-mail address"),
    ("phone", "Phone number, as +82…"),
    ("email_sha256", "SHA-256 of an e-mail address"),
    ("phone_sha256", "SHA-256 of a phone number"),
    ("external_id", "A source's own id"),
)
_TITLES: Final = {"allow": "Yes, it may", "hold": "Not now", "deny": "No, it may not"}
_WORDS: Final = {"allow": "Allow", "hold": "Hold", "deny": "Deny"}


@dataclass(frozen=True, slots=True)
class Question:
    """The form as it was sent. `value` is personal data: it never reaches a template."""

    kind: str = "email"
    value: str = field(default="", repr=False)
    source: str = ""
    tool: str = ""
    purpose: str = "marketing.own"
    channel: str = "email"
    act: str = "contact"
    at: str = ""
    category: str = ""
    line: str = ""
    classes: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any]:
        """Give what may stand on a page again: everything but the value."""
        names = ("kind", "source", "tool", "purpose", "channel", "act", "at", "category", "line", "classes")
        return {name: getattr(self, name) for name in names}

    def masked(self) -> str:
        """Give the value as an officer may see it, or what kind of value it was."""
        match self.kind:
            case "email":
                return masked_email(self.value.strip()) or "an e-mail address"
            case "phone":
                return masked_phone(self.value.strip()) or "a phone number"
        return dict(KINDS).get(self.kind, "somebody")


@dataclass(frozen=True, slots=True)
class _Desk:
    """An officer who may ask, and what there is to ask about."""

    visit: Visit
    choices: Choices


def add(router: APIRouter, door: Door) -> None:
    """Put the question form on the router."""

    @router.get("/ask")
    def form(request: Request) -> Response:
        visit = door.visit(request)
        return _form(_Desk(visit, choices_of(door.gate, visit.officer)), Question())

    @router.post("/ask")
    def ask(
        request: Request,
        kind: Annotated[str, Form()] = "",
        value: Annotated[str, Form()] = "",
        source: Annotated[str, Form()] = "",
        tool: Annotated[str, Form()] = "",
        purpose: Annotated[str, Form()] = "",
        channel: Annotated[str, Form()] = "",
        act: Annotated[str, Form()] = "",
        at: Annotated[str, Form()] = "",
        category: Annotated[str, Form()] = "",
        line: Annotated[str, Form()] = "",
        classes: Annotated[tuple[str, ...], Form()] = (),
        csrf: Annotated[str, Form()] = "",
    ) -> Response:
        visit = door.visit_form(request, csrf)
        asked = Question(kind, value, source, tool, purpose, channel, act, at, category.strip(), line, classes)
        desk = _Desk(visit, choices_of(door.gate, visit.officer))  # refuses a role that may not ask, before the answer
        try:
            return _answer(door.gate, desk, asked)
        except (Invalid, NotFound) as refusal:
            return _form(desk, asked, refusal)


def _answer(gate: Gate, desk: _Desk, asked: Question) -> Response:
    selector = Selector(asked.kind, asked.value.strip(), asked.source)
    answer = explain(
        gate,
        desk.visit.officer.actor,
        selector,
        asked.tool,
        asked.purpose,
        _channel(asked.channel),
        _act(asked.act),
        _moment(asked.at),
        asked.category,
        _line(asked.line),
        _classes(asked.classes),
    )
    outcome = answer.decision.outcome.value
    return _page(
        desk,
        asked,
        title=_TITLES[outcome],
        answer=answer,
        decision=answer.decision,
        outcome=outcome,
        said=_WORDS[outcome],
        who=asked.masked(),
        duties=duties_of(answer.decision.obligations),
        place=place_of(gate, answer.entry) if answer.entry else None,
        grounds={ground.no: ground for ground in answer.grounds},
        told_at=partial(at_place, zone=ZoneInfo(answer.zone)),
    )


def _form(desk: _Desk, asked: Question, refusal: Ostiary | None = None) -> Response:
    status = 200 if refusal is None else status_of(refusal)
    title = "May I reach this person?" if refusal is None else "This cannot be answered"
    return _page(desk, asked, status, title=title, answer=None, refusal=refusal)


def _page(desk: _Desk, asked: Question, status: int = 200, **values: Any) -> Response:
    values.setdefault("refusal", None)
    return desk.visit.page(
        "ask.html",
        "ask",
        status,
        asked=asked.shown(),
        kinds=KINDS,
        choices=desk.choices,
        channels=[channel.value for channel in Channel],
        lines=[line.value for line in LineType],
        classes=[cls.value for cls in FieldClass],
        **values,
    )


def duties_of(obligations: Any) -> list[tuple[str, str]]:
    """Give obligations as pairs of words: lists joined, yes and no written out."""
    return [(name.replace("_", " "), _spelled(value)) for name, value in obligations.items()]


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_spelled, value))
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_spelled(item)}" for name, item in value.items())
    return str(value)


def _channel(word: str) -> Channel:
    if word not in set(Channel):
        raise Invalid("channel_unknown", "Choose one of the channels of the list.")
    return Channel(word)


def _act(word: str) -> Act:
    if word not in set(Act):
        raise Invalid("act_unknown", "Ask about disclosing or about contacting.")
    return Act(word)


def _line(word: str) -> LineType | None:
    if word and word not in set(LineType):
        raise Invalid("line_unknown", "Choose one of the line types of the list, or none.")
    return LineType(word) if word else None


def _classes(words: tuple[str, ...]) -> frozenset[FieldClass]:
    if not set(words) <= set(FieldClass):
        raise Invalid("class_unknown", "Choose from the classes of the list.")
    return frozenset(FieldClass(word) for word in words)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("moment_unfit", "Write the moment as 2026-11-22T08:00, in UTC.") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
