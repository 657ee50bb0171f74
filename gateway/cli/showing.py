"""How longer answers look on a terminal: an import's report, an explanation, a serving house. Pure printing.

Must never print a value of a list: the report it is given holds none.
"""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from gateway.cli.speech import table
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.domain.reasons import Decision, Step
    from gateway.flows.explain import Explanation
    from gateway.flows.intake_report import Report

_FUNNEL: Final = (
    ("row.new", "new people"), ("row.joined", "joined to people known already"),
    ("row.merged_in_list", "repeated within the list"), ("row.quarantined", "kept sealed, waiting for a cure"),
)  # fmt: skip


def served(settings: Settings) -> None:
    """Say where a house is served."""
    sys.stderr.write(f"Serving on {settings.base}  (console: {settings.base}/console, API: {settings.base}/docs)\n")


def report(told: "Report") -> None:
    """Print an import's report: the verdict with its reasons, what became of every row, what each column was."""
    sys.stdout.write(
        f"{told.verdict.value.upper()}  {told.source}" + ("  (imported before)" if told.repeated else "") + "\n"
    )
    law = ""
    for reason in told.reasons:
        law, before = _law(reason.rule, reason.cite), law
        sys.stdout.write(f"  {reason.words}\n" + (f"    {law}\n" if law and law != before else ""))
    if told.cure_until:
        sys.stdout.write(f"  It can be cured until {moment(datetime.fromisoformat(told.cure_until))}.\n")
    sys.stdout.write("\n")
    table(("#rows", ""), [(number(count), words) for words, count in _funnel(told)], "No row was read.")
    _columns(told)
    sys.stdout.write(f"\nbatch {told.batch or '(dry run)'}, file {short(told.digest)}, {told.seconds:.1f} s\n")


def _funnel(told: "Report") -> Iterator[tuple[str, int]]:
    if told.read:
        yield "read", told.read
    yield from ((words, told.counts[name]) for name, words in _FUNNEL if told.counts.get(name))
    yield from ((f"refused: {spoken(reason)}", count) for reason, count in told.refused.items())
    yield from ((f"values left out: {spoken(code)}", count) for code, count in told.dropped.items())
    if marked := told.counts.get("suppressed.marked"):
        yield "marked by a suppression of one channel, purpose or sender", marked
    if given := told.counts.get("consent.given"):
        yield "consents given", given
    if withdrawn := told.counts.get("consent.withdrawn"):
        yield "consents withdrawn", withdrawn
    yield from ((f"claimed consents that do not count: {spoken(why)}", count) for why, count in told.ignored.items())


def _columns(told: "Report") -> None:
    found = {
        name: ", ".join(f"{spoken(kind)} ({number(n)})" for kind, n in of.items()) for name, of in told.found.items()
    }
    names = [*told.columns, *(name for name in found if name not in told.columns)]
    rows = [(name, told.columns.get(name, "") or "not taken in", found.get(name, "")) for name in names]
    if rows:
        sys.stdout.write("\n")
        table(("column", "taken for", "personal data found in it, not taken in"), rows, "")


def explanation(told: "Explanation") -> None:
    """Print an explanation: the outcome, each step with its law, and the smallest change that would allow it."""
    decision = told.decision
    sys.stdout.write(_headline(decision) + "\n\n")
    said = [(str(step.no), step.title, step.words, _law(step.rule, step.cite)) for step in _told(decision)]
    for no, title, words, law in said:
        sys.stdout.write(f"  {no} {title:<11}  {words}\n")
        if law:
            sys.stdout.write(f"                 {law}\n")
    if decision.remedy:
        sys.stdout.write(f"\n  It would be allowed: with {decision.remedy}.\n")
    sys.stdout.write(f"\n  bundle {short(told.bundle)}, {_recorded(told)}\n")


def _headline(decision: "Decision") -> str:
    until = f" until {moment(decision.not_before)}" if decision.not_before else ""
    return f"{decision.outcome.value.upper()}{until}"


def _told(decision: "Decision") -> "Iterator[Step]":
    """Give the steps up to the one that decided; an officer reads the rest with --json."""
    allowed = decision.outcome.value == "allow"
    for step in decision.steps:
        if allowed or step.title != "duties":
            yield step


def _recorded(told: "Explanation") -> str:
    if told.recorded and told.entry is not None:
        return f"told to {told.tool} on {moment(told.at)}, recorded as entry {number(told.entry)} of the ledger's inbox"
    return f"decided for {moment(told.at)}; that you asked is in the ledger"


def decided(decision: "Decision") -> dict[str, Any]:
    """Give a decision as plain values for JSON."""
    return {
        "outcome": decision.outcome.value,
        "reasons": [
            {"code": why.code, "step": why.step, "rule": why.rule, "cite": why.cite, "words": why.words}
            for why in decision.reasons
        ],
        "steps": [
            {"no": step.no, "title": step.title, "outcome": step.outcome.value, "words": step.words, "rule": step.rule,
             "cite": step.cite}
            for step in decision.steps
        ],
        "obligations": dict(decision.obligations),
        "not_before": decision.not_before.isoformat() if decision.not_before else None,
        "valid_until": decision.valid_until.isoformat(),
        "remedy": decision.remedy,
    }  # fmt: skip


def duties(obligations: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give obligations as pairs of words."""
    return [(spoken(name), "yes" if value is True else str(value)) for name, value in obligations.items()]


def number(value: int) -> str:
    """Give a whole number with spaces between the thousands: 48 213."""
    return f"{value:,}".replace(",", " ")


def moment(at: datetime) -> str:
    """Give a moment in UTC, as people read it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def short(digest: str) -> str:
    """Give a long digest shortened in the middle."""
    return f"{digest[:6]}…{digest[-4:]}"


def spoken(word: str) -> str:
    """Give a word of ours as people read it."""
    return word.replace("_", " ")


def _law(rule: str, cite: str) -> str:
    return "  ".join(part for part in (rule, cite) if part)
