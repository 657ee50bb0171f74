"""`ostiary lint`: look at a message before it goes out."""

import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.house import opened
from gateway.cli.speech import REFUSED, USAGE, Json, answer, complaint, table
from gateway.domain.lint import Report
from gateway.domain.message import Message
from policies.terms import AudienceKind, Channel, LineType


def add(app: typer.Typer) -> None:
    """Put the command on the program."""
    app.command(epilog="Example: ostiary lint offer.txt --channel sms --country KR --country US --sender Hanbit")(lint)


def lint(
    file: Annotated[Path, typer.Argument(help="The message as UTF-8 text, or a whole e-mail (.eml); - reads stdin.")],
    channel: Annotated[Channel, typer.Option("--channel", help="How it goes out.")],
    country: Annotated[list[str], typer.Option("--country", help="Country of readers, such as KR; several times.")],
    sender: Annotated[str, typer.Option("--sender", help="The party that sends.")],
    purpose: Annotated[str, typer.Option("--purpose", help="Why.")] = "marketing.own.offers",
    subject: Annotated[str, typer.Option("--subject", help="Subject, if the file is not a whole e-mail.")] = "",
    line: Annotated[
        LineType | None, typer.Option("--line", help="Line type, where a country tells them apart.")
    ] = None,
    kind: Annotated[AudienceKind, typer.Option("--kind", help="Who reads it.")] = AudienceKind.B2C,
    address: Annotated[str, typer.Option("--address", help="The sender's postal address, to be looked for.")] = "",
    sender_id: Annotated[str, typer.Option("--sender-id", help="Sender id or header of a text.")] = "",
    from_number: Annotated[str, typer.Option("--from-number", help="The number it comes from.")] = "",
    first_contact: Annotated[bool, typer.Option("--first-contact", help="The readers never heard from it.")] = False,
    as_json: Json = False,
) -> None:
    """Say what a message lacks for the laws of its readers, by rule and citation. Exit code 4: something is missing."""
    text, told_subject, headers = _read(file)
    message = Message(
        text=text, channel=channel, purpose=purpose, countries=tuple(country), sender_name="", sender_country="",
        subject=subject or told_subject, line=line, kind=kind, headers=headers, sender_address=address,
        sender_id=sender_id, from_number=from_number, first_contact=first_contact,
    )  # fmt: skip
    with opened() as gate:
        from gateway.flows.linting import lint_as_officer

        linted = lint_as_officer(gate, sender, message)
    answer(_spelled(linted.report, linted.bundle), as_json, lambda: _print(linted.report))
    if linted.report.findings:
        raise typer.Exit(REFUSED)


def _read(file: Path) -> tuple[str, str, dict[str, str]]:
    """Give text, subject and headers of a file."""
    try:
        raw = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        words = "The file cannot be read. Give a UTF-8 text, or - to read what is piped in."
        raise typer.Exit(complaint("file_unreadable", words, False, USAGE)) from error
    if file.suffix != ".eml":
        return raw, "", {}
    mail = message_from_bytes(raw.encode(), policy=policy.default)
    body = mail.get_body(("plain", "html"))
    text = str(body.get_content()) if body is not None else ""
    return text, str(mail["subject"] or ""), {name: str(value) for name, value in mail.items()}


def _spelled(report: Report, bundle: str) -> dict[str, object]:
    names = ("code", "country", "duty", "rule", "cite", "words", "remedy")
    beyond = [dict(zip(("country", "duty", "rule", "cite"), each, strict=True)) for each in report.beyond]
    findings = [{name: getattr(each, name) for name in names} for each in report.findings]
    return {"clean": not findings, "findings": findings, "beyond_the_text": beyond, "bundle": bundle}


def _print(report: Report) -> None:
    rows = [(f.country or "all", f.code, f.words, f.remedy, f"{f.rule}: {f.cite}") for f in report.findings]
    table(("country", "", "what", "mend it: ", "rule"), rows, "Nothing is missing that a text can show.")
    if report.beyond:
        duties = sorted({f"{duty} ({country})" for country, duty, _, _ in report.beyond})
        typer.echo(f"Beyond the text, to be kept all the same: {', '.join(duties)}.")
