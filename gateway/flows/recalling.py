"""Read back what a tool was told of a person: the cell of the page or decision, exactly as it was put on record.

Must never judge anything again, and never take another question's answer for the one that was asked about.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from gateway.domain.grant import Caller
from gateway.domain.reasons import Decision, Reason, Step
from gateway.flows.subject import Named
from gateway.store import consents, decisions, people_lookup, releases
from gateway.store.people_lookup import Connection
from gateway.store.releases import PageRow
from policies.packs import Bundle
from policies.terms import Act, Channel, FieldClass, LineType, Outcome


@dataclass(frozen=True, slots=True)
class About:
    """What was asked. A line, category or class that is not said leaves it open, but one said exactly goes first."""

    act: Act
    purpose: str
    channel: Channel
    line: LineType | None = None
    category: str = ""
    classes: frozenset[FieldClass] = frozenset()


@dataclass(frozen=True, slots=True)
class Recalled:
    """One recorded answer: the page that holds it, its cell, and the question as it was put."""

    page: PageRow
    place: int
    cell: Mapping[str, Any] = field(repr=False)
    asked: Mapping[str, Any]

    @property
    def order(self) -> tuple[datetime, int, int]:
        """Where it stands in time; of one moment the one that was entered last."""
        return self.page.snapshot_at, self.page.inbox_no, self.place


def known_now(connection: Connection, who: Named) -> list[int]:
    """Give the numbers of all people whom a selector finds now."""
    if who.uid is not None:
        found = people_lookup.find(connection, who.uid, "", ())
        return [found.no] if found else []
    return [one.no for one in consents.everybody_with(connection, who.kind, [key.value for key in who.keys])]


def recalled(
    connection: Connection, caller: Caller, people: Sequence[int], about: About, at: datetime
) -> Recalled | None:
    """Give the newest answer about any of these people up to a moment (UTC), or None.

    Args:
        connection: a transaction.
        caller: the tool that asked.
        people: numbers.
        about: the question.
        at: the moment; an answer of exactly that moment counts.
    """
    told = [
        one
        for no in people
        for pages in (releases.pages_about, decisions.pages_about)
        for one in _newest(_answers(connection, pages(connection, caller.no, no, at), no), about)
    ]
    exactly = [one for one in told if _says(one.asked, about)]
    open_ended = not (about.line or about.category or about.classes)
    return max(exactly or (told if open_ended else []), key=lambda one: one.order, default=None)


def _newest(answers: Iterator[Recalled], about: About) -> Iterator[Recalled]:
    """Give the answers to questions like this one, newest first, up to the moment of the first to exactly this one."""
    found: datetime | None = None
    for one in answers:
        if found is not None and one.page.snapshot_at < found:
            return
        if _asks(one.asked, about):
            yield one
            found = one.page.snapshot_at if _says(one.asked, about) else found


def _answers(connection: Connection, pages: Iterator[PageRow], no: int) -> Iterator[Recalled]:
    wishes: dict[int, dict[str, Any]] = {}
    for page in pages:
        for place, cell in enumerate(releases.cells_of(page, no)):
            asked = cell.get("ask") or wishes.get(page.release_no) or releases.wish_of(connection, page.release_no)
            if "ask" not in cell:
                wishes[page.release_no] = asked
            yield Recalled(page, place, cell, asked)


def _asks(asked: Mapping[str, Any], about: About) -> bool:
    return (asked["act"], asked["purpose"], asked["channel"]) == (about.act, about.purpose, about.channel)


def _says(asked: Mapping[str, Any], about: About) -> bool:
    """Tell whether the question said the same line and category; classes are asked of the fields when they are told."""
    return (asked.get("line") or "", asked.get("category") or "") == (about.line or "", about.category)


def classes_of(asked: Mapping[str, Any], bundle: Bundle) -> frozenset[FieldClass]:
    """Give the classes of the fields that a release asked for; a question about one person asks for none."""
    return frozenset(bundle.fields[name].cls for name in asked.get("fields") or () if name in bundle.fields)


_REASON: Final = ("code", "step", "rule", "cite", "words", "remedy")


def as_recorded(cell: Mapping[str, Any], at: datetime) -> Decision:
    """Give the decision exactly as it was put on record; nothing is judged again."""
    return Decision(
        outcome=Outcome(cell["outcome"]),
        reasons=_reasons(cell["reasons"]),
        steps=tuple(
            Step(step["no"], step["title"], step["words"], Outcome(step["outcome"]), step["rule"], step["cite"])
            for step in cell["steps"]
        ),
        obligations=cell["obligations"],
        sources=tuple(cell["sources"]),
        not_before=datetime.fromisoformat(cell["not_before"]) if cell["not_before"] else None,
        valid_until=datetime.fromisoformat(cell["valid_until"]) if cell.get("valid_until") else at,
        remedy=cell["remedy"],
        rules=tuple(cell.get("rules", ())),
        overruled=_reasons(cell.get("overruled", ())),
    )


def _reasons(told: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(**{name: why[name] for name in _REASON}, outcome=Outcome(why["outcome"])) for why in told)
