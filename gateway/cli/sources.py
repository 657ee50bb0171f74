"""`ostiary source`: register where data comes from, and say whether it may be used."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.house import ACTOR, moment, opened
from gateway.cli.showing import moment as spelled
from gateway.cli.speech import Json, answer, pairs, table
from gateway.domain.errors import Invalid
from policies.terms import AudienceKind

if TYPE_CHECKING:
    from gateway.flows.overview import SourceRow

Name = Annotated[str, typer.Argument(help="Name of the source.")]


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="Where data comes from.")
    group.command(
        "add",
        epilog="Example: ostiary source add 'Autumn form' --kind registration_form --collector 'Example Ltd'"
        " --country KR --evidence notice_version --evidence consent_wording --evidence consent_time"
        " --default purpose=marketing.own",
    )(add_source)
    group.command("list", epilog="Example: ostiary source list --json")(list_sources)
    group.command("show", epilog="Example: ostiary source show 'Autumn form'")(show)
    group.command("approve", epilog="Example: ostiary source approve 'Autumn form'")(approve)
    group.command("suspend", epilog="Example: ostiary source suspend 'Autumn form'")(suspend)
    group.command("revoke", epilog="Example: ostiary source revoke 'Autumn form'")(revoke)
    app.add_typer(group, name="source")


def add_source(
    name: Name,
    kind: Annotated[str, typer.Option("--kind", help="Kind of source; `ostiary policy sources` lists them.")],
    collector: Annotated[str, typer.Option("--collector", help="Party that collected.")],
    country: Annotated[str, typer.Option("--country", help="Where it was collected, ISO 3166 alpha-2.")],
    audience: Annotated[AudienceKind, typer.Option("--audience", help="Who its people are.")] = AudienceKind.B2C,
    collected: Annotated[str, typer.Option("--collected", help="Since when, as 2026-01-31T00:00:00+09:00.")] = "",
    expires: Annotated[str, typer.Option("--expires", help="Until when it may be used.")] = "",
    evidence: Annotated[list[str] | None, typer.Option("--evidence", help="What is on file, by its word.")] = None,
    named: Annotated[list[str] | None, typer.Option("--named", help="Party that the notice names.")] = None,
    default: Annotated[
        list[str] | None,
        typer.Option("--default", metavar="KEY=VALUE", help="What its rows share: purpose, country, time_zone,"
                     ' language, sender, date_order, branch, wording, notice=true, conditions=["written"].'),
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Register a source. It waits for approval."""
    defaults = defaults_of(default or [])
    with opened() as gate:
        from gateway.flows.sources import SourceWish, register_source

        row = register_source(gate, ACTOR, SourceWish(
            name, kind, collector, country, audience, moment(collected), moment(expires), tuple(evidence or ()),
            tuple(named or ()), defaults,
        ))  # fmt: skip
    answer(told(row), as_json, lambda: pairs(told(row)))


def list_sources(as_json: Json = False) -> None:
    """List all sources."""
    with opened() as gate:
        from gateway.flows.sources import list_sources as listed

        rows = [told(row) for row in listed(gate)]
    names = ("name", "kind", "status", "collector", "country")
    answer(rows, as_json, lambda: table(names, [[str(row[name]) for name in names] for row in rows], "No source yet."))


def show(name: Name, as_json: Json = False) -> None:
    """Show a source and what happened to it."""
    with opened() as gate:
        from gateway.flows.sources import source, source_history

        row, history = source(gate, name), source_history(gate, name)
    facts = told(row)
    events = [{"at": at.isoformat(), "what": what, "by": by} for at, what, by in history]

    def readable() -> None:
        pairs(facts)
        table(("\nwhen", "what", "by"), [(spelled(at), what, by) for at, what, by in history], "")

    answer({**facts, "history": events}, as_json, readable)


def approve(name: Name, as_json: Json = False) -> None:
    """Let a source be used. What it lacks in evidence still quarantines its lists."""
    _become("approve_source", name, as_json)


def suspend(name: Name, as_json: Json = False) -> None:
    """Silence a source until it is approved again."""
    _become("suspend_source", name, as_json)


def revoke(name: Name, as_json: Json = False) -> None:
    """Silence a source for ever, and every value that it asserts, at once."""
    _become("revoke_source", name, as_json)


def told(row: "SourceRow") -> dict[str, Any]:
    """Give a source as plain values."""
    found = row.source
    return {
        "name": found.name, "kind": found.kind, "status": found.status.value, "collector": row.collector,
        "country": found.country, "audience": found.audience.value,
        "collected_at": found.collected_at.isoformat() if found.collected_at else "",
        "expires_at": found.expires_at.isoformat() if found.expires_at else "",
        "evidence": ", ".join(sorted(found.evidence)), "version": row.version,
    }  # fmt: skip


def defaults_of(given: list[str]) -> dict[str, Any]:
    """Read `key=value` pairs; a value that is JSON (true, a list) is taken as such, anything else as text.

    Raises:
        Invalid: `default_unfit`.
    """
    defaults: dict[str, Any] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals or key in defaults:
            raise Invalid("default_unfit", "Write each --default as key=value, each key once.")
        try:
            defaults[key] = json.loads(value)
        except ValueError:
            defaults[key] = value
    return defaults


def _become(flow: str, name: str, as_json: bool) -> None:
    with opened() as gate:
        from gateway.flows import sources

        row = getattr(sources, flow)(gate, ACTOR, name)
    facts = {"name": row.source.name, "status": row.source.status.value}
    answer(facts, as_json, lambda: pairs(facts))
