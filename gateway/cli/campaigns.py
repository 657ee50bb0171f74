"""`ostiary campaign`: one effort of one sender, its dates, its tools, and its place in the order."""

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.house import ACTOR, moment, opened
from gateway.cli.showing import number
from gateway.cli.speech import Json, answer, pairs, say, table
from gateway.domain.errors import Invalid

if TYPE_CHECKING:
    from gateway.domain.campaigns import Campaign, OwnCap
    from gateway.flows.campaigns import CampaignRow, CampaignView

Words = list[str] | None
Name = Annotated[str, typer.Argument(help="Name of the campaign.")]


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="Campaigns: dates, tools, caps, and who goes before whom.")
    group.command(
        "add",
        epilog="Example: ostiary campaign add 'Autumn sale' --sender 'Example Ltd' --purpose marketing.own.offers"
        " --channel email --tool newsletter --from 2026-12-01T00:00:00+09:00 --until 2026-12-24T00:00:00+09:00",
    )(add_campaign)
    group.command("list", epilog="Example: ostiary campaign list --json")(list_all)
    group.command("show", epilog="Example: ostiary campaign show 'Autumn sale'")(show)
    group.command("pause", epilog="Example: ostiary campaign pause 'Autumn sale'")(pause)
    group.command("resume", epilog="Example: ostiary campaign resume 'Autumn sale'")(resume)
    group.command("end", epilog="Example: ostiary campaign end 'Autumn sale'")(end)
    app.add_typer(group, name="campaign")


def add_campaign(
    name: Annotated[str, typer.Argument(help="Its name, a short word or two; questions and releases name it.")],
    sender: Annotated[str, typer.Option("--sender", help="Party that it is of; its tools send for that party.")],
    purpose: Annotated[str, typer.Option("--purpose", help="Why; what lies under it is covered.")],
    starts: Annotated[str, typer.Option("--from", help="When it begins, as 2026-12-01T00:00:00+09:00.")],
    until: Annotated[str, typer.Option("--until", help="When it is over.")],
    channel: Annotated[Words, typer.Option("--channel", help="A channel that it goes by.")] = None,
    tool: Annotated[Words, typer.Option("--tool", help="A tool that works for it.")] = None,
    priority: Annotated[int, typer.Option("--priority", help="1 goes first, 9 last.")] = 5,
    contacts: Annotated[int, typer.Option("--cap", help="At most so many contacts with one person; 0 is no cap.")] = 0,
    days: Annotated[int, typer.Option("--days", help="Within so many days.")] = 30,
    as_json: Json = False,
) -> None:
    """Register a campaign as a draft. `ostiary campaign resume` starts it."""
    begins, ends = moment(starts), moment(until)
    if begins is None or ends is None:
        raise Invalid("moment_unfit", "Write moments as 2026-05-03T10:00:00+02:00.")
    with opened() as gate:
        from gateway.flows.campaigns import CampaignWish, register_campaign

        wish = CampaignWish(
            name, sender, purpose, channel or [], tool or [], begins, ends, priority, _cap(contacts, days)
        )
        made = register_campaign(gate, ACTOR, wish)
    say("It is a draft. `ostiary campaign resume` starts it.")
    answer(_told(made), as_json, lambda: pairs(_told(made)))


def list_all(as_json: Json = False) -> None:
    """List all campaigns."""
    with opened() as gate:
        from gateway.flows.campaigns import list_campaigns

        rows = [_row(row) for row in list_campaigns(gate)]
    names = ("name", "state", "priority", "sender", "purpose", "starts_at", "ends_at")
    shown = [[str(row[name]) for name in names] for row in rows]
    answer(rows, as_json, lambda: table(names, shown, "No campaign yet."))


def show(name: Name, as_json: Json = False) -> None:
    """Show a campaign: dates, tools, slots taken, collisions."""
    with opened() as gate:
        from gateway.flows.campaigns import show_campaign

        told = _view(show_campaign(gate, name))
    answer(told, as_json, lambda: _shown(told))


def pause(name: Name, as_json: Json = False) -> None:
    """Pause a campaign: from the next answer on, nothing may be asked in its name, and it holds no slots."""
    with opened() as gate:
        from gateway.flows.campaigns import CampaignState, put

        made = put(gate, ACTOR, name, CampaignState.PAUSED)
    answer(_told(made), as_json, lambda: pairs(_told(made)))


def resume(name: Name, as_json: Json = False) -> None:
    """Start a draft, or go on with a paused campaign."""
    with opened() as gate:
        from gateway.flows.campaigns import CampaignState, put

        made = put(gate, ACTOR, name, CampaignState.RUNNING)
    answer(_told(made), as_json, lambda: pairs(_told(made)))


def end(name: Name, as_json: Json = False) -> None:
    """End a campaign for good."""
    with opened() as gate:
        from gateway.flows.campaigns import CampaignState, put

        made = put(gate, ACTOR, name, CampaignState.ENDED)
    answer(_told(made), as_json, lambda: pairs(_told(made)))


def _cap(contacts: int, days: int) -> "OwnCap | None":
    from gateway.domain.campaigns import OwnCap

    if contacts == 0:
        return None
    if not 0 < days <= 366:  # noqa: PLR2004  a leap year; `timedelta` has an end of its own
        raise Invalid("campaign_cap", "A cap is 1 to 1000 contacts within up to 366 days.")
    return OwnCap(contacts, timedelta(days=days))


def _told(campaign: "Campaign") -> dict[str, Any]:
    from gateway.domain.campaigns import told

    made = told(campaign)
    cap = made["cap"]
    return made | {
        "channels": ", ".join(made["channels"]),
        "cap": f"{cap['contacts']} in {cap['hours'] // 24} days" if cap else "none",
        "starts_at": campaign.starts_at.astimezone(UTC).isoformat(),
        "created_by": campaign.created_by,
    }


def _row(row: "CampaignRow") -> dict[str, Any]:
    return _told(row.campaign) | {"sender": row.sender, "tools": ", ".join(row.tools)}


def _view(view: "CampaignView") -> dict[str, Any]:
    slots = view.slots
    collisions = [
        {"at": each.at.isoformat(), "winner": each.winner, "loser": each.loser, "channel": each.channel,
         "people": each.people}
        for each in view.collisions
    ]  # fmt: skip
    return _row(view.row) | {
        "contacts": slots.contacts, "people": slots.people, "slots_held": slots.held, "collisions": collisions,
    }  # fmt: skip


def _shown(told: dict[str, Any]) -> None:
    pairs({name: value for name, value in told.items() if name != "collisions"})
    rows = [
        (each["at"], each["winner"], each["loser"] or "no campaign", each["channel"], number(each["people"]))
        for each in told["collisions"]
    ]
    if rows:
        table(("when", "went before", "gave way", "channel", "#people"), rows, "")
