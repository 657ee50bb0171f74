"""`ostiary policy`: the law as data: check a folder of it, run its cases, show a country as a table, list its words."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import bundles, policy_cases, policy_matrix
from gateway.cli.house import opened
from gateway.cli.showing import number
from gateway.cli.speech import Json, answer, pairs, table

if TYPE_CHECKING:
    from gateway.flows.words import Words

Folder = Annotated[Path | None, typer.Argument(help="A policies folder; without it, the one in the package.")]


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="The law as data.")
    group.command("check", epilog="Example: ostiary policy check ./policies")(check)
    group.command("test", epilog="Example: ostiary policy test ./policies")(policy_cases.run_tests)
    group.command("matrix", epilog="Example: ostiary policy matrix --jurisdiction KR --format html --out kr.html")(
        policy_matrix.matrix
    )
    group.command("purposes", epilog="Example: ostiary policy purposes")(purposes)
    group.command("fields", epilog="Example: ostiary policy fields --json")(fields)
    group.command("sources", epilog="Example: ostiary policy sources")(sources)
    bundles.add_to(group)
    app.add_typer(group, name="policy")


def check(folder: Folder = None, as_json: Json = False) -> None:
    """Read a policies folder as the gateway would: what each pack holds today, or the first thing wrong by line."""
    from datetime import UTC, datetime

    from gateway.domain.matrix import counts_of
    from policies.load import PACKAGED, load_bundle

    bundle = load_bundle(folder or PACKAGED)
    today = datetime.now(UTC)
    packs = [counts_of(bundle, code, today) for code in sorted(bundle.packs)]
    facts = {
        "bundle": bundle.digest, "files": len(bundle.files), "purposes": len(bundle.purposes.nodes),
        "fields": len(bundle.fields), "source kinds": len(bundle.sources),
        "jurisdictions": ", ".join(sorted(bundle.packs)),
        "rules": sum(each.own for each in packs), "rules of retention": len(bundle.retention),
    }  # fmt: skip

    def readable() -> None:
        pairs(facts)
        columns = ("pack", "#rules", "#inherited", "#unverified", "#pending", "#in force today")
        rows = [
            (each.code, *map(number, (each.own, each.inherited, each.unverified, each.pending, each.in_force)))
            for each in packs
        ]
        table(columns, rows, "")

    answer(facts | {"packs": [asdict(each) for each in packs]}, as_json, readable)


def purposes(as_json: Json = False) -> None:
    """List the purposes in force."""
    found = _words().purposes
    told = [{"id": one.id, "title": one.title, "iri": one.iri} for one in found]
    answer(told, as_json, lambda: table(("purpose", "title"), [(one.id, one.title) for one in found], ""))


def fields(as_json: Json = False) -> None:
    """List the fields in force: their class, and whether a filter may use them."""
    found = _words().fields
    told = [
        {"name": one.name, "class": one.cls, "type": one.type, "filterable": one.filterable, "title": one.title}
        for one in found
    ]
    rows = [(one.name, one.cls, one.type, "yes" if one.filterable else "", one.title) for one in found]
    answer(told, as_json, lambda: table(("field", "class", "type", "filter", "title"), rows, ""))


def sources(as_json: Json = False) -> None:
    """List the kinds of sources in force, and the evidence that each needs."""
    found = _words().sources
    told = [
        {"kind": one.kind, "title": one.title, "cite": one.cite, "forbidden": one.forbidden,
         "evidence": list(one.evidence), "essential": list(one.essential)}
        for one in found
    ]  # fmt: skip
    rows = [(one.kind, "never lawful" if one.forbidden else ", ".join(one.evidence), one.title) for one in found]
    answer(told, as_json, lambda: table(("kind", "evidence", "title"), rows, ""))


def _words() -> "Words":
    with opened() as gate:
        from gateway.flows.words import words_in_force

        return words_in_force(gate)
