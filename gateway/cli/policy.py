"""`ostiary policy`: the law as data: check a folder of it, run its cases, list its words."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.house import opened
from gateway.cli.showing import number
from gateway.cli.speech import REFUSED, Json, answer, pairs, table

if TYPE_CHECKING:
    from gateway.flows.words import Words

Folder = Annotated[Path | None, typer.Argument(help="A policies folder; without it, the one in the package.")]


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="The law as data.")
    group.command("check", epilog="Example: ostiary policy check ./policies")(check)
    group.command("test", epilog="Example: ostiary policy test ./policies")(run_tests)
    group.command("purposes", epilog="Example: ostiary policy purposes")(purposes)
    group.command("fields", epilog="Example: ostiary policy fields --json")(fields)
    group.command("sources", epilog="Example: ostiary policy sources")(sources)
    app.add_typer(group, name="policy")


def check(folder: Folder = None, as_json: Json = False) -> None:
    """Read a policies folder as the gateway would, and name the first thing wrong by file and line."""
    from policies.load import PACKAGED, load_bundle

    bundle = load_bundle(folder or PACKAGED)
    facts = {
        "bundle": bundle.digest, "files": len(bundle.files), "purposes": len(bundle.purposes.nodes),
        "fields": len(bundle.fields), "source kinds": len(bundle.sources),
        "jurisdictions": ", ".join(sorted(bundle.packs)),
        "rules": sum(len(pack.rules) for pack in bundle.packs.values()),
    }  # fmt: skip
    answer(facts, as_json, lambda: pairs(facts))


def run_tests(folder: Folder = None, as_json: Json = False) -> None:
    """Run the golden cases of a policies folder through the decision. Exit code 4 if one differs."""
    from gateway.domain.cases import run_cases
    from policies.golden import load_cases
    from policies.load import PACKAGED, load_bundle

    top = folder or PACKAGED
    results = run_cases(load_cases(top / "cases"), load_bundle(top))
    wrong = [
        (f"{one.case.file}:{one.case.line}", one.case.name, "; ".join(one.differences))
        for one in results
        if one.differences
    ]
    told = {
        "cases": len(results),
        "differing": [dict(zip(("at", "case", "differs"), row, strict=True)) for row in wrong],
    }
    answer(told, as_json, lambda: table(("at", "case", "differs"), wrong, f"All {number(len(results))} cases hold."))
    if wrong:
        raise typer.Exit(REFUSED)


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
