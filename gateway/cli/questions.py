"""`ostiary decide` and `ostiary explain`: one person, asked as a tool or as an officer.

Must never print the identifier that it was asked about.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import showing
from gateway.cli.house import (
    ACTOR,
    Email,
    EmailDigest,
    ExternalId,
    KeyFile,
    OfSource,
    Phone,
    PhoneDigest,
    Token,
    moment,
    opened,
    read_key,
    selector,
)
from gateway.cli.speech import HELD, REFUSED, Json, answer, table
from gateway.domain.errors import Ostiary
from policies.terms import Act, Channel, FieldClass, LineType, Outcome

if TYPE_CHECKING:
    from gateway.flows.decide import Answers

Purpose = Annotated[str, typer.Option("--purpose", help="Why; `ostiary policy purposes` lists them.")]
Way = Annotated[Channel, typer.Option("--channel", help="How.")]
What = Annotated[Act, typer.Option("--act", help="contact: a message goes out now; disclose: data goes to the tool.")]
Category = Annotated[str, typer.Option("--category", help="Product category advertised (soft opt-in).")]
Line = Annotated[LineType | None, typer.Option("--line", help="Line type, if the law tells them apart.")]
Classes = Annotated[
    list[FieldClass] | None, typer.Option("--class", help="A class of fields that a release asks for; repeat it.")
]
_ENDS = {Outcome.ALLOW: 0, Outcome.HOLD: HELD, Outcome.DENY: REFUSED}


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    app.command(
        epilog="Example: ostiary decide --key-file key --email - --purpose marketing.own.newsletter --channel email"
    )(decide)
    app.command(
        epilog="Example: ostiary explain --email - --tool newsletter --purpose marketing.own.newsletter --channel sms"
    )(explain)


def decide(
    key_file: KeyFile, purpose: Purpose, channel: Way, email: Email = "", phone: Phone = "",
    email_sha256: EmailDigest = "", phone_sha256: PhoneDigest = "", token: Token = "", external_id: ExternalId = "",
    source: OfSource = "", act: What = Act.CONTACT, category: Category = "",
    line: Annotated[LineType | None, typer.Option("--line", help="Line type, if the law tells them apart.")] = None,
    campaign: Annotated[str, typer.Option("--campaign", help="One of the tool's running campaigns.")] = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Ask as a tool: may we, now? Exit code 0: allowed, 3: not now, 4: no. It is on record before it is given."""
    who = selector(source, email=email, phone=phone, email_sha256=email_sha256, phone_sha256=phone_sha256, token=token,
                   external_id=external_id)  # fmt: skip
    key = read_key(key_file)
    with opened() as gate:
        from gateway.domain.requests import PersonAsk
        from gateway.flows.decide import Request, decide_batch

        (told,) = decide_batch(gate, [Request(key, [PersonAsk(who, act, purpose, channel, line, category, campaign)])])
    if isinstance(told, Ostiary):
        raise told
    answer(_spelled(told), as_json, lambda: _print(told))
    raise typer.Exit(_ENDS[told.answers[0].outcome])


def explain(
    tool: Annotated[str, typer.Option("--tool", help="Name of the tool.")],
    purpose: Purpose, channel: Way, email: Email = "", phone: Phone = "",
    email_sha256: EmailDigest = "", phone_sha256: PhoneDigest = "", token: Token = "", external_id: ExternalId = "",
    source: OfSource = "", act: What = Act.CONTACT, category: Category = "", line: Line = None, classes: Classes = None,
    at: Annotated[str, typer.Option("--at", help="What the tool was told then, as 2026-05-03T10:00:00+02:00.")] = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Ask as an officer: what would this tool be told of this person, and why? Shows every step with its law."""
    who = selector(source, email=email, phone=phone, email_sha256=email_sha256, phone_sha256=phone_sha256, token=token,
                   external_id=external_id)  # fmt: skip
    then = moment(at)
    with opened() as gate:
        from gateway.flows.explain import explain as explained

        asked_for = frozenset(classes or ())
        told = explained(gate, ACTOR, who, tool, purpose, channel, act, then, category, line, asked_for)
    answer(showing.explained(told), as_json, lambda: showing.explanation(told))


def _spelled(told: "Answers") -> dict[str, Any]:
    one = told.answers[0]
    value: dict[str, Any] = {"outcome": one.outcome.value, "code": one.code, "bundle": told.bundle,
                             "inbox": told.inbox_no}  # fmt: skip
    if one.decision is not None:
        value["obligations"] = dict(one.decision.obligations)
        value["valid_until"] = one.decision.valid_until.isoformat()
        value["not_before"] = one.decision.not_before.isoformat() if one.decision.not_before else None
    return value


def _print(told: "Answers") -> None:
    one = told.answers[0]
    until = f" until {showing.moment(one.decision.not_before)}" if one.decision and one.decision.not_before else ""
    typer.echo(f"{one.outcome.value.upper()}{until}  {one.code}")
    if one.decision is not None and one.decision.obligations:
        table(("duty", ""), showing.duties(one.decision.obligations), "")
    typer.echo(f"bundle {showing.short(told.bundle)}, recorded as entry {told.inbox_no} of the ledger's inbox")
