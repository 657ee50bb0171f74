"""How longer answers look on a terminal: an import's report, an explanation, a serving house. Pure printing.

Must never print a value of a list: the report it is given holds none.
"""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from gateway.cli.speech import plain, table
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.domain.grounds import Ground
    from gateway.domain.reasons import Decision, Step
    from gateway.flows.explain import Explanation
    from gateway.flows.intake_report import Report

_MARGIN: Final = " " * 17
_UNDER_WAY: Final = ("staging", "scanning", "storing")
_STOPPED: Final = {
    "paused": "nobody goes on with it until `ostiary imports resume {}`.",
    "cancelled": "what was not stored is deleted. Import the file again to take it in after all.",
    "purged": "its time to cure is over, and its rows are deleted. Import the file again once its source is in order.",
}
_WIDTH: Final = 24
_FUNNEL: Final = (
    ("row.new", "new people"), ("row.joined", "joined to people known already"),
    ("row.merged_in_list", "repeated within the list"), ("row.quarantined", "kept sealed, waiting for a cure"),
    ("row.held", "held for an officer: `ostiary quarantine list`"),
)  # fmt: skip


def served(settings: Settings) -> None:
    """Say where a house is served."""
    sys.stderr.write(f"Serving on {settings.base}  (console: {settings.base}/console, API: {settings.base}/docs)\n")


def report(told: "Report") -> None:
    """Print an import's report: the verdict with its reasons, what became of every row, what each column was."""
    if told.state in _UNDER_WAY:
        sys.stdout.write(f"ON ITS WAY  {told.source}: {number(told.rows)} rows are staged ({told.state})\n")
        sys.stdout.write(f"  Workers go on with it; ask again by `ostiary imports show {told.batch}`.\n")
        return
    if told.state in _STOPPED:
        sys.stdout.write(f"{told.state.upper()}  {told.source}: {_STOPPED[told.state].format(told.batch)}\n")
    else:
        again = "  (imported before)" if told.repeated else ""
        sys.stdout.write(f"{told.verdict.value.upper()}  {told.source}{again}\n")
    law = ""
    for reason in told.reasons:
        law, before = _law(reason.rule, reason.cite), law
        sys.stdout.write(f"  {reason.words}\n" + (f"    {law}\n" if law and law != before else ""))
    if told.cure_until:
        sys.stdout.write(f"  It can be cured until {moment(datetime.fromisoformat(told.cure_until))}.\n")
    sys.stdout.write("\n")
    rows = [(number(count), _bar(count, told.read), words) for words, count in _funnel(told)]
    table(("#rows", "", ""), rows, "No row was read.")
    _calendars(told)
    _columns(told)
    sys.stdout.write(f"\nbatch {told.batch or '(dry run)'}, file {short(told.digest)}, {told.seconds:.1f} s\n")


def _bar(count: int, whole: int) -> str:
    """Draw a share of all rows, so that the funnel is seen before it is read."""
    return "█" * max(1, round(_WIDTH * min(count, whole) / whole)) if whole and count else ""


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


def _calendars(told: "Report") -> None:
    """Say how dates are read whose calendar nobody said."""
    for calendar, n in told.unsaid.items():
        sys.stdout.write(
            f"\n{number(n)} dates may be in the calendar `{calendar}`. If so, say it: --calendar {calendar},"
        )
        sys.stdout.write(f" or with the source, --default calendar={calendar}.\n")


def _columns(told: "Report") -> None:
    found = {
        name: ", ".join(f"{spoken(kind)} ({number(n)})" for kind, n in of.items()) for name, of in told.found.items()
    }
    names = [*told.columns, *(name for name in found if name not in told.columns)]
    rows = [(name, told.columns.get(name, "") or "not taken in", found.get(name, "")) for name in names]
    if rows:
        sys.stdout.write("\n")
        table(("column", "taken for", "personal data that nobody declared there"), rows, "")


def explanation(told: "Explanation") -> None:
    """Print an explanation: the outcome, each step with its facts and law, and the smallest change that allows it."""
    decision, grounds = told.decision, {ground.no: ground for ground in told.grounds}
    sys.stdout.write(_headline(told) + "\n\n")
    for step in _told(decision):
        sys.stdout.write(f"  {step.no} {step.title:<11}  {step.words}\n")
        ground = grounds.get(step.no)
        sys.stdout.writelines(f"{_MARGIN}- {fact}\n" for fact in (ground.facts if ground else ()))
        laws = [f"{law.id}  {law.title}: {law.cite}" for law in (ground.laws if ground else ())]
        sys.stdout.writelines(f"{_MARGIN}{law}\n" for law in laws or ([step.cite] if step.cite else []))
    _remedy(told)
    if told.note:
        sys.stdout.write(f"\n  {told.note}\n")
    sys.stdout.write(f"\n  bundle {short(told.bundle)}, {_recorded(told)}\n")


def _remedy(told: "Explanation") -> None:
    ways, words = (told.remedy.ways if told.remedy else ()), told.remedy_words
    if ways:
        sys.stdout.write("\n  It would be allowed, if\n")
        said = [f"{way.words} (by {', '.join(way.rules)})" for way in ways]
        sys.stdout.write("\n".join(f"  {'or' if at else '  '} {one}" for at, one in enumerate(said)) + "\n")
    elif words:
        sys.stdout.write(f"\n  What would allow it: {words}.\n")


def _headline(told: "Explanation") -> str:
    from gateway.domain.grounds import at_place

    decision = told.decision
    until = f" until {at_place(decision.not_before, ZoneInfo(told.zone))}" if decision.not_before else ""
    noted = f"\nobserved only: enforced, it would be {decision.would_have.value.upper()}" if decision.would_have else ""
    return f"{decision.outcome.value.upper()}{until}{noted}"


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


def explained(told: "Explanation") -> dict[str, Any]:
    """Give an explanation as plain values for JSON; `code` is what the tool is told."""
    decision, remedy = told.decision, told.remedy
    steps = {ground.no: ground for ground in told.grounds}
    return {
        "outcome": decision.outcome.value,
        "code": told.code,
        "reasons": [
            {"code": why.code, "step": why.step, "rule": why.rule, "cite": why.cite, "words": why.words}
            for why in decision.reasons
        ],
        "steps": [
            {"no": step.no, "title": step.title, "outcome": step.outcome.value, "words": step.words, "rule": step.rule,
             "cite": step.cite, **_ground(steps.get(step.no))}
            for step in decision.steps
        ],
        "obligations": dict(decision.obligations),
        "not_before": decision.not_before.isoformat() if decision.not_before else None,
        "valid_until": decision.valid_until.isoformat(),
        "time_zone": told.zone,
        "remedy": told.remedy_words,
        "ways": [{"changes": [change.words for change in way.changes], "rules": list(way.rules)}
                 for way in (remedy.ways if remedy else ())],
        "tool": told.tool,
        "at": told.at.isoformat(),
        "bundle": told.bundle,
        "entry": told.entry,
        "recorded": told.recorded,
        "note": told.note,
    }  # fmt: skip


def _ground(ground: "Ground | None") -> dict[str, Any]:
    if ground is None:
        return {}
    laws = [{"id": law.id, "title": law.title, "cite": law.cite} for law in ground.laws]
    return {"facts": list(ground.facts), "laws": laws}


def duties(obligations: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give obligations as pairs of words."""
    return [(spoken(name), plain(value)) for name, value in obligations.items()]


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
