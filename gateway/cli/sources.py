"""`ostiary source`: register where data comes from, and say whether it may be used."""

from typing import Annotated

import typer

from gateway.cli import canaries, sources_more, templates
from gateway.cli.house import ACTOR, moment, opened
from gateway.cli.showing import moment as spelled
from gateway.cli.sources_more import defaults_of, pairs_of, reckoned, shown, told
from gateway.cli.speech import Json, answer, pairs, table
from policies.terms import AudienceKind

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
    group.command("submit", epilog="Example: ostiary source submit 'Autumn form'")(submit)
    group.command("approve", epilog="Example: ostiary source approve 'Autumn form'")(approve)
    group.command("suspend", epilog="Example: ostiary source suspend 'Autumn form'")(suspend)
    group.command("revoke", epilog="Example: ostiary source revoke 'Autumn form' --dry-run")(revoke)
    sources_more.add_to_source(group)
    templates.add(group)
    canaries.add(group)
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
                     ' language, sender, date_order, calendar, branch, wording, notice=true, conditions=["written"].'),
    ] = None,
    supplier: Annotated[str, typer.Option("--supplier", help="Party that it came from, if not the collector.")] = "",
    contract: Annotated[str, typer.Option("--contract", help="Version of the contract with the supplier.")] = "",
    notice: Annotated[str, typer.Option("--notice", help="Version of the notice that people were shown.")] = "",
    origin: Annotated[str, typer.Option("--origin", help="Where the data is from, if from another country.")] = "",
    answers: Annotated[
        list[str] | None, typer.Option("--answer", metavar="QUESTION=ANSWER", help="An answer of due diligence.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it as a draft; `source submit` hands it in.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Register a source. It waits for approval."""
    defaults = defaults_of(default or [])
    with opened() as gate:
        from gateway.flows.sources import SourceWish, register_source

        row = register_source(gate, ACTOR, SourceWish(
            name, kind, collector, country, audience, moment(collected), moment(expires), tuple(evidence or ()),
            tuple(named or ()), defaults, supplier, contract, notice, origin, pairs_of(answers or [], "answer"),
        ), draft=draft)  # fmt: skip
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
        from gateway.flows.sources_view import questions_of

        row, history, questions = source(gate, name), source_history(gate, name), questions_of(gate, name)
    facts = told(row)
    events = [{"at": at.isoformat(), "what": what, "by": by} for at, what, by in history]
    asked = [
        {"question": one.id, "ask": one.ask, "answers": list(one.answers), "answer": said} for one, said in questions
    ]

    def readable() -> None:
        pairs(facts)
        if asked:
            rows = [(one.id, one.ask, said or f"({', '.join(one.answers) or 'open'})") for one, said in questions]
            table(("\nquestion", "asked", "answer"), rows, "")
        table(("\nwhen", "what", "by"), [(spelled(at), what, by) for at, what, by in history], "")

    answer({**facts, "questions": asked, "history": events}, as_json, readable)


def submit(name: Name, as_json: Json = False) -> None:
    """Hand a draft in, once its questions are answered."""
    _become("submit_source", name, as_json)


def approve(name: Name, as_json: Json = False) -> None:
    """Let a source be used, alone; officers do it by two in the console.

    What it lacks in evidence still quarantines its lists.
    """
    _become("approve_source", name, as_json)


def suspend(name: Name, as_json: Json = False) -> None:
    """Silence a source until it is approved again."""
    _become("suspend_source", name, as_json)


def revoke(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; the numbers are told all the same.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell who and what would be affected.")] = False,
    as_json: Json = False,
) -> None:
    """Silence a source for ever, and every value that it asserts, at once; says first what that means."""
    with opened() as gate:
        from gateway.flows.sources import revoke_source
        from gateway.flows.sources_effect import effect_of_revoking

        effect = effect_of_revoking(gate, ACTOR, name)
        numbers = reckoned(effect)
        if dry_run:
            answer({"name": name, "status": effect.status, "effect": numbers}, as_json, lambda: shown(effect))
            return
        if not (yes or as_json):
            shown(effect)
            typer.confirm("Silence it for good?", abort=True)
        row = revoke_source(gate, ACTOR, name)
    facts = {"name": row.source.name, "status": row.source.status.value}
    answer({**facts, "effect": numbers}, as_json, lambda: pairs(facts))


def _become(flow: str, name: str, as_json: bool) -> None:
    with opened() as gate:
        from gateway.flows import sources

        row = getattr(sources, flow)(gate, ACTOR, name)
    facts = {"name": row.source.name, "status": row.source.status.value}
    answer(facts, as_json, lambda: pairs(facts))
