"""Change with eyes open: the bundles of the house, and what another one would have changed for the people on record.

Must never change the law: an officer proposes here, and a second one confirms (`gateway.console.proposals`). Bundles
come in by the command line; a page only shows what is kept.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from gateway.console.door import Door
from gateway.console.funnel import Stage
from gateway.console.page import PREFIX
from gateway.console.words import counted
from gateway.domain.errors import Invalid
from gateway.flows import activation, widening
from gateway.flows.officers import require_now
from gateway.flows.policy_diff import DIMENSIONS, Difference, Line, difference

DAYS: Final = 90
MOST_CELLS: Final = 10_000
"""What a page asks again: two or three seconds. The command line asks everything."""
_DRAWN: Final = 6


def add(router: APIRouter, door: Door) -> None:
    """Put the room on the router."""

    @router.get("/change")
    def bundles(request: Request) -> Response:
        visit = door.visit(request)
        require_now(door.gate, visit.officer, "policy.read")
        standing = widening.listed(door.gate, visit.officer)
        waiting = [one for one in standing if one.state == "open"]
        title = f"{counted(len(waiting), 'proposal waits', 'proposals wait')}" if waiting else "The law as it stands"
        kept = activation.bundles_kept(door.gate)
        return visit.page("change.html", "change", title=title, bundles=kept, waiting=waiting, all=len(standing))

    @router.get("/change/{digest}")
    def change(request: Request, digest: str, days: str = str(DAYS)) -> Response:
        visit = door.visit(request)
        require_now(door.gate, visit.officer, "policy.read")
        found = _difference(door, digest, _days(days))
        open_one = [
            one
            for one in widening.listed(door.gate, visit.officer)
            if one.state == "open" and one.proposal.about == found.new
        ]
        return visit.page(
            "difference.html",
            "change",
            title=_title(found),
            found=found,
            days=_days(days),
            stages=_stages(found),
            tables=_tables(found),
            standing=open_one[0] if open_one else None,
            in_force=found.old == found.new,
            may_propose=bool({"policy.propose", "policy.sign"} & visit.allowed),
        )

    @router.post("/change/{digest}/propose")
    def propose(request: Request, digest: str, csrf: Annotated[str, Form()] = "") -> Response:
        visit = door.visit_form(request, csrf)
        seen = _difference(door, digest, DAYS).figures()
        made = activation.propose_activation(door.gate, visit.officer, digest, seen)
        return RedirectResponse(f"{PREFIX}/proposals/{made.uid.hex()}", 303)


def _difference(door: Door, digest: str, days: int) -> Difference:
    return difference(door.gate, activation.bundle_kept(door.gate, digest), days, MOST_CELLS)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):  # noqa: PLR2004  ten years
        raise Invalid("days_unfit", "Look back over a number of days, such as 90.")
    return int(text)


def _title(found: Difference) -> str:
    if found.old == found.new:
        return "This is the law in force"
    if not (found.gain or found.lose or found.cannot_tell):
        return "Nobody would gain or lose contact"
    gained, lost = (counted(many, "person", "people") for many in (found.gain, found.lose))
    return f"{gained} would gain contact, {lost} would lose it"


def _stages(found: Difference) -> list[Stage]:
    """Draw the whole first, then the rules that change most."""
    stages = [
        Stage("Would gain contact", found.gain, "allow"),
        Stage("Would lose contact", found.lose, "deny"),
        Stage("Cannot be told", found.cannot_tell, "hold"),
    ]
    for line in [line for line in found.lines if line.dimension == "rule"][:_DRAWN]:
        if line.gain:
            stages.append(Stage(f"gain, {line.value}", line.gain, "allow"))
        if line.lose:
            stages.append(Stage(f"lose, {line.value}", line.lose, "deny"))
    return stages


def _tables(found: Difference) -> list[tuple[str, Sequence[Line]]]:
    by = {name: [line for line in found.lines if line.dimension == name] for name in DIMENSIONS}
    return [(name, by[name]) for name in ("rule", "tool", "purpose", "channel", "jurisdiction") if by[name]]
