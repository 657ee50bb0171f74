"""Campaigns: who wants to reach whom, when, and who goes before whom. Must never show a person, only how many."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from gateway.console.door import Door
from gateway.console.funnel import Stage
from gateway.console.lists import Sorter, ordered
from gateway.console.words import counted
from gateway.domain.campaigns import CampaignState
from gateway.flows.campaigns import CampaignView, rows_for, view_for

_DAYS: Final = 14
_BY: Final[dict[str, Sorter]] = {
    "name": lambda line: line[0].campaign.name.casefold(),
    "state": lambda line: list(CampaignState).index(line[0].campaign.state),
    "priority": lambda line: line[0].campaign.priority,
    "begins": lambda line: line[0].campaign.starts_at,
    "ends": lambda line: line[0].campaign.ends_at,
    "contacts": lambda line: line[1].contacts,
    "held": lambda line: line[1].held,
}


def add(router: APIRouter, door: Door) -> None:
    """Put the campaigns room on the router."""

    @router.get("/campaigns")
    def campaigns(request: Request, sort: str = "priority", order: str = "up") -> Response:
        visit = door.visit(request)
        rows = rows_for(door.gate, visit.officer)
        shown = ordered(rows, _BY, sort, order)
        return visit.page("campaigns.html", "campaigns", title=_title(rows), rows=shown, sort=sort, order=order)

    @router.get("/campaigns/{name}")
    def campaign(request: Request, name: str) -> Response:
        visit = door.visit(request)
        view = view_for(door.gate, visit.officer, name)
        now = door.gate.clock()
        return visit.page(
            "campaign.html", "campaigns", title=view.row.campaign.name, view=view, now=now, stages=stages_of(view, now)
        )


def stages_of(view: CampaignView, now: datetime) -> list[Stage]:
    """Give the campaign's last days up to now or its end (UTC), one bar a day; none before it begins."""
    campaign = view.row.campaign
    last = min(now, campaign.ends_at - timedelta(microseconds=1)).date()
    first = max(campaign.starts_at.date(), last - timedelta(days=_DAYS - 1))
    made = dict(view.days)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    return [Stage(_day(day), made.get(day, 0)) for day in days]


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _title(rows: Sequence[tuple[Any, Any]]) -> str:
    if not rows:
        return "No campaign is registered yet"
    running = sum(row.campaign.state is CampaignState.RUNNING for row, _ in rows)
    return f"{running} of {counted(len(rows), 'campaign', 'campaigns')} {'runs' if running == 1 else 'run'}"
