"""`ostiary source answer`, `change`, `evidence`, and how a source is told in numbers. Must never print a person."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.house import ACTOR, moment, opened, read_file
from gateway.cli.speech import Json, answer, pairs, table
from gateway.domain.errors import Invalid

if TYPE_CHECKING:
    from gateway.flows.overview import SourceRow
    from gateway.flows.sources_effect import Effect

Name = Annotated[str, typer.Argument(help="Name of the source.")]


def add_to_source(group: typer.Typer) -> None:
    """Put the commands on the group `source`."""
    group.command(
        "change", epilog="Example: ostiary source change 'Autumn form' --drop-evidence consent_time --contract C-7/3"
    )(change)
    group.command("answer", epilog="Example: ostiary source answer 'Leads' consent_how own_form")(answer_one)
    group.command(
        "evidence", epilog="Example: ostiary source evidence 'Autumn form' --kind consent_wording wording.pdf"
    )(evidence)


def change(
    name: Name,
    kind: Annotated[str | None, typer.Option("--kind", help="Another kind of source.")] = None,
    collector: Annotated[str | None, typer.Option("--collector", help="Another party that collected.")] = None,
    supplier: Annotated[str | None, typer.Option("--supplier", help="Another party that it came from.")] = None,
    contract: Annotated[str | None, typer.Option("--contract", help="Version of the contract.")] = None,
    notice: Annotated[str | None, typer.Option("--notice", help="Version of the notice.")] = None,
    expires: Annotated[str | None, typer.Option("--expires", help="Until when; empty for no end.")] = None,
    evidence: Annotated[list[str] | None, typer.Option("--evidence", help="A word more.")] = None,
    drop: Annotated[list[str] | None, typer.Option("--drop-evidence", help="A word that no longer holds.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Say something else of a source. What may widen sends it back to be approved; what narrows holds at once."""
    said = {"kind": kind, "collector": collector, "supplier": supplier, "contract": contract, "notice": notice}
    changes: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    if expires is not None:
        changes["expires_at"] = moment(expires)
    with opened() as gate:
        from gateway.flows.sources_change import change_source, wish_of

        if evidence or drop:
            words = (set(wish_of(gate, name).evidence) | set(evidence or ())) - set(drop or ())
            changes["evidence"] = tuple(sorted(words))
        row = change_source(gate, ACTOR, name, **changes)
    answer(told(row), as_json, lambda: pairs(told(row)))


def answer_one(
    name: Name,
    question: Annotated[str, typer.Argument(help="The question's word; `ostiary source show` lists them.")],
    said: Annotated[str, typer.Argument(metavar="ANSWER", help="One of its words, or up to 60 plain characters.")],
    as_json: Json = False,
) -> None:
    """Answer a question of due diligence. Of an answer that names a person nothing is kept."""
    with opened() as gate:
        from gateway.flows.sources_change import answer_question

        answer_question(gate, ACTOR, name, question, said)
    facts = {"name": name, "question": question, "answered": "yes"}
    answer(facts, as_json, lambda: pairs(facts))


def evidence(
    name: Name,
    file: Annotated[Path, typer.Argument(help="The file, up to 10 MiB.")],
    kind: Annotated[str, typer.Option("--kind", help="What it shows, a word of evidence.")],
    as_json: Json = False,
) -> None:
    """Keep a file of evidence, sealed and under its digest. A new word waits for approval."""
    content = read_file(file)
    with opened() as gate:
        from gateway.flows.sources import source
        from gateway.flows.sources_change import add_evidence

        proof = add_evidence(gate, ACTOR, name, kind, content)
        status = source(gate, name).source.status.value
    facts = {"name": name, "kind": kind, "digest": proof.digest.hex(), "status": status}
    answer(facts, as_json, lambda: pairs(facts))


def told(row: "SourceRow") -> dict[str, Any]:
    """Give a source as plain values."""
    found = row.source
    return {
        "name": found.name, "kind": found.kind, "status": found.status.value, "collector": row.collector,
        "supplier": row.supplier, "country": row.collected_in, "origin": row.origin or row.collected_in,
        "audience": found.audience.value, "contract": row.contract, "notice": row.notice,
        "collected_at": found.collected_at.isoformat() if found.collected_at else "",
        "expires_at": found.expires_at.isoformat() if found.expires_at else "",
        "evidence": ", ".join(sorted(found.evidence)), "version": row.version,
    }  # fmt: skip


def reckoned(effect: "Effect") -> dict[str, Any]:
    """Give what a revocation silences as plain numbers."""
    found = effect.carried
    return {
        "people": found.people, "people_with_no_other_source": found.only, "values": found.values,
        "identifiers": found.identifiers, "consents": found.consents, "dealings": found.dealings,
        "lists": found.lists, "releases": effect.releases,
        "tools": [{"tool": one.tool, "releases": one.releases, "people": one.people} for one in effect.tools],
    }  # fmt: skip


def shown(effect: "Effect") -> None:
    """Print what a revocation silences."""
    numbers = reckoned(effect)
    numbers.pop("tools")
    pairs({name.replace("_", " "): str(count) for name, count in numbers.items()})
    rows = [(one.tool, str(one.releases), str(one.people)) for one in effect.tools]
    table(("\ntool that was told", "#releases", "#people"), rows, "\nNo tool was told of its people.")


def defaults_of(given: list[str]) -> dict[str, Any]:
    """Read `key=value` pairs; a value that is JSON (true, a list) is taken as such, anything else as text.

    Raises:
        Invalid: `default_unfit`.
    """
    defaults: dict[str, Any] = {}
    for key, value in pairs_of(given, "default").items():
        try:
            defaults[key] = json.loads(value)
        except ValueError:
            defaults[key] = value
    return defaults


def pairs_of(given: list[str], option: str) -> dict[str, str]:
    """Read `key=value` pairs.

    Raises:
        Invalid: `default_unfit`, `answer_unfit`.
    """
    found: dict[str, str] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals or key in found:
            raise Invalid(f"{option}_unfit", f"Write each --{option} as key=value, each key once.")
        found[key] = value
    return found
