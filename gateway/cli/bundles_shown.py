"""How the command line shows bundles, proposals, differences and shadows. Must never act, nor name a person."""

import csv
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.cli.showing import number
from gateway.cli.speech import pairs, table
from gateway.domain.exported import safe_cell

if TYPE_CHECKING:
    from gateway.flows.activation import Kept
    from gateway.flows.observing import ShadowReport
    from gateway.flows.policy_diff import Difference
    from gateway.flows.proposals import Proposal, Standing
    from gateway.flows.signing import SignOff

BUNDLE: Final = ("bundle", "in force", "from", "to", "proposed by", "confirmed by")
PROPOSAL: Final = ("proposal", "kind", "about", "state", "proposed_by", "proposed_at", "not_before", "expires_at")
_LINE: Final = ("dimension", "value", "cite", "gain", "lose", "cannot_tell")


def bundle(kept: "Kept") -> dict[str, Any]:
    """Give a kept bundle as plain values."""
    terms = [
        {
            "from": _at(term.begun),
            "to": _at(term.to),
            "proposed_by": term.proposed_by,
            "confirmed_by": term.confirmed_by,
        }
        for term in kept.terms
    ]
    return {"bundle": kept.digest, "in_force": kept.in_force, "terms": terms}


def bundle_rows(told: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Give a row for each time that a bundle was in force, and one for a bundle that never was."""
    never = {"from": "never", "to": "", "proposed_by": "", "confirmed_by": ""}
    return [
        [one["bundle"], "yes" if one["in_force"] and at == 0 else "", *term.values()]
        for one in told
        for at, term in enumerate(one["terms"] or [never])
    ]


def proposal(made: "Proposal") -> dict[str, Any]:
    """Give a proposal as plain values."""
    return {
        "proposal": made.uid.hex(), "kind": made.kind, "about": made.about, "state": made.state,
        "digest": made.digest, "payload": dict(made.payload), "proposed_by": made.proposed_by,
        "single_officer": "yes: one officer alone, after a delay" if made.alone else "no",
        "proposed_at": _at(made.proposed_at), "not_before": _at(made.not_before), "expires_at": _at(made.expires_at),
        "settled_by": made.settled_by, "settled_at": _at(made.settled_at),
    }  # fmt: skip


def standing(one: "Standing") -> dict[str, Any]:
    """Give a proposal as an officer sees it."""
    now = {"state": one.state, "in_the_way": one.against.message if one.against else ""}
    return {**proposal(one.proposal), **(now if one.state == "open" else {"state": one.state})}


def sign_off(one: "SignOff", counts: bool) -> dict[str, Any]:
    """Give a sign-off as plain values."""
    told = asdict(one)
    return {**told, "at": _at(one.at), "revoked_at": _at(one.revoked_at), "counts": "yes" if counts else "no"}


def difference(found: "Difference") -> dict[str, Any]:
    """Give a difference as plain values."""
    return {**asdict(found), "since": _at(found.since)}


def print_difference(found: "Difference") -> None:
    """Print who would gain and who would lose, then the same by tool, purpose, channel, country and rule."""
    pairs({
        "in force": found.old, "new": found.new, "since": _at(found.since),
        "asked again": f"{number(found.cells)} cells of {number(found.pages)} pages"
        + ("" if found.whole else ", the newest only"),
        "people": number(found.people), "would gain contact": number(found.gain),
        "would lose contact": number(found.lose), "both, at times": number(found.both),
        "cannot tell": number(found.cannot_tell),
        **({"not measured": ", ".join(found.unmeasured)} if found.unmeasured else {}),
    })  # fmt: skip
    rows = [
        [line.dimension, line.value, *map(number, (line.gain, line.lose, line.cannot_tell)), line.cite]
        for line in found.lines
    ]
    table(("by", "", "#gain", "#lose", "#cannot tell", "citation"), rows, "Nobody would gain or lose contact.")


def write_csv(path: Path, found: "Difference") -> None:
    """Write the lines of a difference as CSV in UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(_LINE)
        writer.writerows(map(_safe, (getattr(line, name) for name in _LINE)) for line in found.lines)


def _safe(cell: str | int) -> str | int:
    return safe_cell(cell) if isinstance(cell, str) else cell


def shadow(found: "ShadowReport") -> dict[str, Any]:
    """Give a shadow report as plain values."""
    return {**asdict(found), "since": _at(found.since)}


def print_shadow(found: "ShadowReport") -> None:
    """Print what enforcing would have changed."""
    pairs({
        "tool": found.tool, "mode": found.mode, "since": _at(found.since), "answers": number(found.answers),
        "let through": number(found.let_through), "people": number(found.people),
    })  # fmt: skip
    rows = [
        [line.would_have, line.code, line.rule, number(line.answers), number(line.people), line.cite]
        for line in found.lines
    ]
    columns = ("would have", "code", "rule", "#answers", "#people", "citation")
    table(columns, rows, "Nothing was let through that enforcing would stop.")


def _at(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
