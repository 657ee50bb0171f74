"""`ostiary receipts`: consents as records that other systems read, and theirs read here. Must never print whom."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.house import (
    ACTOR,
    Email,
    EmailDigest,
    ExternalId,
    OfSource,
    Phone,
    PhoneDigest,
    opened,
    read_file,
    selector,
)
from gateway.cli.speech import Json, answer, pairs
from gateway.domain.errors import Invalid


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="Consent records as ISO/IEC TS 27560 and W3C DPV have them.")
    group.command("export", epilog="Example: ostiary receipts export --email - --out receipt.jsonld")(export)
    group.command("import", epilog="Example: ostiary receipts import records.jsonld --source Partner")(bring)
    app.add_typer(group, name="receipts")


def export(
    email: Email = "", phone: Phone = "", email_sha256: EmailDigest = "", phone_sha256: PhoneDigest = "",
    external_id: ExternalId = "", source: OfSource = "",
    out: Annotated[Path | None, typer.Option("--out", help="The new file; without it, standard output.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Give one JSON-LD receipt of all that a person said. It names the person by number only."""
    who = selector(source, email=email, phone=phone, email_sha256=email_sha256, phone_sha256=phone_sha256,
                   external_id=external_id)  # fmt: skip
    if out is not None and out.exists():
        raise Invalid("file_exists", "That file exists already. Choose another name.")
    with opened() as gate:
        from gateway.flows.receipts import export_receipt

        made = json.dumps(export_receipt(gate, ACTOR, who), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        sys.stdout.write(made)
        return
    try:
        out.touch(mode=0o600, exist_ok=False)
        out.write_text(made, encoding="utf-8")
    except OSError as error:
        raise Invalid("file_unwritable", f"That file cannot be written: {error.strerror}.") from None
    answer({"file": str(out)}, as_json, lambda: typer.echo(str(out)))


def bring(
    file: Annotated[Path, typer.Argument(help="A JSON-LD file of consent records.")],
    source: Annotated[str, typer.Option("--source", help="Name of the registered source that tells.")],
    as_json: Json = False,
) -> None:
    """Take in records of another system: withdrawn there denies here; given there is a claim of the source."""
    content = read_file(file)
    with opened() as gate:
        from gateway.flows.receipts_in import import_receipts

        made = import_receipts(gate, ACTOR, source, content)
    facts = {"records": made.records, **made.counts, "inbox": made.leaf}
    answer({"records": made.records, "counts": dict(made.counts), "inbox": made.leaf}, as_json, lambda: pairs(facts))
