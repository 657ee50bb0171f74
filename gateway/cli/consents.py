"""`ostiary consent` and `ostiary link`: what a person said, and the link by which a person says no.

Must never print the identifier that it was told.
"""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import lasting
from gateway.cli.house import (
    ACTOR,
    Email,
    EmailDigest,
    ExternalId,
    OfSource,
    Phone,
    PhoneDigest,
    moment,
    opened,
    read_file,
    selector,
)
from gateway.cli.speech import Json, answer, pairs
from gateway.domain.errors import Invalid
from policies.terms import Condition, ConsentState

Purpose = Annotated[str, typer.Option("--purpose", help="A purpose; a stop reaches all below it.")]
Way = Annotated[str, typer.Option("--channel", help="A channel, or * for all (only to stop).")]
Sender = Annotated[str, typer.Option("--sender", help="The party it was said to; without it, all (only to stop).")]


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    group = typer.Typer(no_args_is_help=True, help="What people said.")
    group.command(
        "record",
        epilog="Example: ostiary consent record --email - --state withdrawn --purpose marketing --method call",
    )(record)
    lasting.add_to_consent(group)
    app.add_typer(group, name="consent")
    app.command(epilog="Example: ostiary link --email - --purpose marketing.own.newsletter --channel email")(link)


def record(
    state: Annotated[ConsentState, typer.Option("--state", help="given, withdrawn or objected.")],
    purpose: Purpose,
    method: Annotated[str, typer.Option("--method", help="How it was said: web_form, call, letter, reply.")],
    email: Email = "", phone: Phone = "", email_sha256: EmailDigest = "", phone_sha256: PhoneDigest = "",
    external_id: ExternalId = "", source: OfSource = "", channel: Way = "*", sender: Sender = "",
    condition: Annotated[list[str] | None, typer.Option("--condition", help="night, written, separate, …")] = None,
    wording: Annotated[str, typer.Option("--wording", help="Version of the text agreed to, as newsletter-3/ko.")] = "",
    language: Annotated[str, typer.Option("--language", help="Language of that text.")] = "",
    at: Annotated[str, typer.Option("--at", help="When it was said, as 2026-05-03T10:00:00+02:00; else now.")] = "",
    evidence: Annotated[Path | None, typer.Option("--evidence", help="Proof of it; a consent needs one.")] = None,
    evidence_kind: Annotated[str, typer.Option("--evidence-kind", help="A word for it.")] = "form",
    idempotency_key: Annotated[str, typer.Option("--idempotency-key", help="Repeating does nothing again.")] = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Record a consent, a withdrawal or an objection. It holds at once. Narrowing needs no proof, widening does."""
    who = selector(source, email=email, phone=phone, email_sha256=email_sha256, phone_sha256=phone_sha256,
                   external_id=external_id)  # fmt: skip
    proof = read_file(evidence) if evidence else None
    with opened() as gate:
        from gateway.flows.consent import ConsentWish
        from gateway.flows.consent import record as recorded

        told = recorded(gate, ACTOR, ConsentWish(
            who, state, purpose, method, channel, sender, conditions_of(condition or []), wording, language, moment(at),
            proof, evidence_kind, idempotency_key or None,
        ))  # fmt: skip
    facts = {"effective": told.effective.value, "events": len(told.events), "suppressions": told.suppressions,
             "inbox": told.leaf}  # fmt: skip
    answer(facts, as_json, lambda: pairs(facts))


def link(
    purpose: Purpose, email: Email = "", phone: Phone = "", email_sha256: EmailDigest = "",
    phone_sha256: PhoneDigest = "", external_id: ExternalId = "", source: OfSource = "", channel: Way = "*",
    sender: Sender = "", as_json: Json = False,
) -> None:  # fmt: skip
    """Print the opt-out link of one person, for a letter or after a call."""
    who = selector(source, email=email, phone=phone, email_sha256=email_sha256, phone_sha256=phone_sha256,
                   external_id=external_id)  # fmt: skip
    with opened() as gate:
        from gateway.flows.linking import make_link

        made = make_link(gate, ACTOR, who, purpose, channel, sender)
    answer({"link": made}, as_json, lambda: typer.echo(made))


def conditions_of(words: list[str]) -> Condition:
    """Give conditions as flags.

    Raises:
        Invalid: `condition_unknown`.
    """
    conditions = Condition.NONE
    for word in words:
        if word.upper() not in Condition.__members__:
            known = ", ".join(name.lower() for name in Condition.__members__)
            raise Invalid("condition_unknown", f"Conditions are: {known}.")
        conditions |= Condition[word.upper()]
    return conditions
