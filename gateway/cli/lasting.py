"""`ostiary consent due|reconfirm|request|proof`, `ostiary notices`, `ostiary mail`: consent that lasts as the law says.

Must never print an address; a link is printed only to whoever asks for it on the house's own machine.
"""

import csv
import io
import re
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.house import (
    ACTOR,
    Email,
    EmailDigest,
    ExternalId,
    OfSource,
    Phone,
    PhoneDigest,
    Token,
    moment,
    opened,
    read_file,
    selector,
)
from gateway.cli.speech import Json, answer, pairs, say, table
from gateway.domain.errors import Invalid, NotFound
from gateway.domain.exported import safe_cell

Purpose = Annotated[str, typer.Option("--purpose", help="A purpose of the tree.")]
Way = Annotated[str, typer.Option("--channel", help="A channel.")]
Sender = Annotated[str, typer.Option("--sender", help="The party it is given to.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="Write the list to this new file, as CSV.")]
_PERIOD = re.compile(r"P(\d{1,4})([DWM])")
_DAYS = {"D": 1, "W": 7, "M": 31}


def add(app: typer.Typer) -> None:
    """Put the commands on the program."""
    notices = typer.Typer(no_args_is_help=True, help="Notices of the result that a law asks for.")
    notices.command("due", epilog="Example: ostiary notices due --csv due.csv")(notices_due)
    notices.command("send", epilog="Example: ostiary notices send")(notices_send)
    notices.command("given", epilog="Example: ostiary notices given 17 18 --way letter")(notices_given)
    app.add_typer(notices, name="notices")
    mail = typer.Typer(no_args_is_help=True, help="Letters that wait to go out.")
    mail.command("list", epilog="Example: ostiary mail list")(mail_list)
    mail.command("send", epilog="Example: ostiary mail send")(mail_send)
    app.add_typer(mail, name="mail")


def add_to_consent(group: typer.Typer) -> None:
    """Put the commands on the group `consent`."""
    group.command("due", epilog="Example: ostiary consent due --jurisdiction KR --within P60D")(due)
    group.command(
        "reconfirm",
        epilog="Example: ostiary consent reconfirm --email - --purpose marketing.own --channel email --sender Hanbit"
        " --evidence form.json",
    )(reconfirm)
    group.command(
        "request",
        epilog="Example: ostiary consent request --email - --purpose marketing.own --sender Hanbit --show-link",
    )(request)
    group.command("proof", epilog="Example: ostiary consent proof --email - --out proof.zip")(proof)


def due(
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", help="A pack or country; without it, all.")] = "",
    within: Annotated[str, typer.Option("--within", help="How far to look ahead: P60D, P8W, P2M.")] = "P60D",
    file: Csv = None,
    as_json: Json = False,
) -> None:
    """List the consents that lapse soon, or have lapsed, under the law where their people live."""
    days = _period(within)
    with opened() as gate:
        from gateway.flows.reconfirming import due_consents

        found = [_plain(asdict(one)) for one in due_consents(gate, ACTOR, jurisdiction, days)]
    if file is not None:
        _write(file, found)
    rows = [
        (one["last"], "over" if one["lapsed"] else "due", one["person"], one["purpose"], one["channel"], one["sender"],
         one["rule"], one["confirmed_by"])
        for one in found
    ]  # fmt: skip
    columns = ("last day", "", "person", "purpose", "channel", "sender", "rule", "kept alive by")
    answer(found, as_json, lambda: table(columns, rows, "Nothing falls due in that time."))


def reconfirm(
    purpose: Purpose, channel: Way, sender: Sender,
    evidence: Annotated[Path, typer.Option("--evidence", help="The person's own word, that proves it.")],
    email: Email = "", phone: Phone = "", email_sha256: EmailDigest = "", phone_sha256: PhoneDigest = "",
    external_id: ExternalId = "", source: OfSource = "",
    method: Annotated[str, typer.Option("--method", help="How it was: web_form, call, reply.")] = "reconfirmed",
    evidence_kind: Annotated[str, typer.Option("--evidence-kind", help="A word for it.")] = "form",
    at: Annotated[str, typer.Option("--at", help="When, as 2026-05-03T10:00:00+02:00; else now.")] = "",
    idempotency_key: Annotated[str, typer.Option("--idempotency-key", help="Repeating does nothing again.")] = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Record that a person confirmed a consent. It then lasts anew; silence confirms nothing."""
    who = selector(source, email=email, phone=phone, email_sha256=email_sha256, phone_sha256=phone_sha256,
                   external_id=external_id)  # fmt: skip
    proof_of_it = read_file(evidence)
    with opened() as gate:
        from gateway.flows.reconfirming import Again
        from gateway.flows.reconfirming import reconfirm as confirmed

        told = confirmed(gate, ACTOR, Again(
            who, purpose, channel, sender, proof_of_it, method, evidence_kind, moment(at), idempotency_key or None,
        ))  # fmt: skip
    facts = {"effective": told.effective.value, "events": len(told.events), "inbox": told.leaf}
    answer(facts, as_json, lambda: pairs(facts))


def request(
    purpose: Purpose, sender: Sender, email: Email = "", phone: Phone = "", email_sha256: EmailDigest = "",
    phone_sha256: PhoneDigest = "", external_id: ExternalId = "", source: OfSource = "", channel: Way = "email",
    condition: Annotated[list[str] | None, typer.Option("--condition", help="separate, explicit, …")] = None,
    wording: Annotated[str, typer.Option("--wording", help="Version of the text agreed to, as newsletter-3/ko.")] = "",
    language: Annotated[str, typer.Option("--language", help="Language of the letter; else the person's.")] = "",
    evidence: Annotated[Path | None, typer.Option("--evidence", help="What shows that they asked for it.")] = None,
    show_link: Annotated[bool, typer.Option("--show-link", help="Print the link, for trying it out.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Ask a person by mail to confirm a consent (double opt-in). The letter waits in the outbox until mail is sent."""
    from gateway.cli.consents import conditions_of

    who = selector(source, email=email, phone=phone, email_sha256=email_sha256, phone_sha256=phone_sha256,
                   external_id=external_id)  # fmt: skip
    shown = read_file(evidence) if evidence else None
    with opened() as gate:
        from gateway.flows.requesting import RequestWish, ask_to_confirm

        made = ask_to_confirm(gate, ACTOR, RequestWish(
            who, purpose, sender, channel, conditions_of(condition or []), wording, language, shown,
        ))  # fmt: skip
    facts = {"request": made.uid.hex(), "expires": made.expires_at.isoformat(), "again": made.again}
    answer(facts | ({"link": made.link} if show_link else {}), as_json, lambda: pairs(
        facts | ({"link": made.link} if show_link else {})
    ))  # fmt: skip


def proof(
    out: Annotated[Path, typer.Option("--out", help="The new ZIP file to write.")],
    email: Email = "", phone: Phone = "", email_sha256: EmailDigest = "", phone_sha256: PhoneDigest = "",
    external_id: ExternalId = "", source: OfSource = "", token: Token = "",
    tool: Annotated[str, typer.Option("--tool", help="The tool that the token belongs to.")] = "",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Pack all that proves what one person said: events, wording, evidence, ledger receipts. It is itself on record."""
    who = selector(source, email=email, phone=phone, email_sha256=email_sha256, phone_sha256=phone_sha256,
                   external_id=external_id, token=token)  # fmt: skip
    if out.exists():
        raise Invalid("file_exists", "That file exists already. Choose another name.")
    with opened() as gate:
        from gateway.flows.proof import export_proof, write_proof

        made = export_proof(gate, ACTOR, who, tool=tool)
        write_proof(made, out)
    facts = {"file": str(out), "person": made.person, "events": made.events, "entries": made.entries,
             "events without an entry of their own": made.missing}  # fmt: skip
    answer(facts, as_json, lambda: pairs(facts))


def notices_due(file: Csv = None, as_json: Json = False) -> None:
    """List the notices that are owed, the most pressing first. One that no mail can carry is marked `other`."""
    with opened() as gate:
        from gateway.flows.notices import due_notices

        found = [_plain(asdict(one)) for one in due_notices(gate)]
    if file is not None:
        _write(file, found)
    rows = [
        (one["due_at"], "OVERDUE" if one["overdue"] else "owed", str(one["event"]), one["person"], one["state"],
         one["purpose"], one["channel"], one["rule"], one["way"] or "not sent yet")
        for one in found
    ]  # fmt: skip
    columns = ("due by", "", "#event", "person", "said", "purpose", "channel", "rule", "way")
    answer(found, as_json, lambda: table(columns, rows, "No notice is owed."))


def notices_send(as_json: Json = False) -> None:
    """Write the notices that are owed into the outbox; mark those whom no mail may reach for another way."""
    with opened() as gate:
        from gateway.flows.notices import send_notices

        made = send_notices(gate, ACTOR)
    facts = asdict(made)
    answer(facts, as_json, lambda: pairs(facts))


def notices_given(
    events: Annotated[list[int], typer.Argument(help="Numbers of the events that people were told of.")],
    way: Annotated[str, typer.Option("--way", help="How: letter, phone, text.")],
    as_json: Json = False,
) -> None:
    """Note that notices were given in another way than by our mail."""
    with opened() as gate:
        from gateway.flows.notices import give_otherwise

        facts = {"given": give_otherwise(gate, ACTOR, events, way)}
    if not facts["given"]:
        raise NotFound("notice_unknown", "None of those is owed any more. `ostiary notices due` lists what is.")
    answer(facts, as_json, lambda: pairs(facts))


def mail_list(as_json: Json = False) -> None:
    """Say how many letters wait, went out, or were given up; nothing of whom they are to."""
    from gateway.settings import from_environment

    with opened() as gate:
        from gateway.flows.outbox import outbox

        found = outbox(gate)
    told = {"counts": dict(found.counts), "newest": [_plain(asdict(one)) for one in found.newest],
            "server": bool(from_environment().mail)}  # fmt: skip
    rows = [(str(one.no), one.kind, one.state, str(one.attempts), f"{one.next_at:%Y-%m-%d %H:%M}", one.fault)
            for one in found.newest]  # fmt: skip
    if not told["server"]:
        say(_HOW)
    columns = ("#no", "kind", "state", "#attempts", "next", "fault")
    answer(told, as_json, lambda: table(columns, rows, "The outbox is empty."))


def mail_send(as_json: Json = False) -> None:
    """Send what waits in the outbox. `ostiary serve` does so by itself where a mail server is named."""
    from gateway.settings import from_environment

    settings = from_environment()
    with opened() as gate:
        from gateway import wiring
        from gateway.flows.outbox import outbox, send_waiting

        post = wiring.post_of(settings)
        if post is None:
            say(_HOW)
            facts: dict[str, Any] = {"sent": 0, "put_off": 0, "given_up": 0}
        else:
            facts = asdict(send_waiting(gate, post))
        facts["waiting"] = outbox(gate, 1).counts.get("queued", 0)
    answer(facts, as_json, lambda: pairs(facts))


_HOW = (
    "No mail server is named, so nothing is sent. Set OSTIARY_SMTP_HOST and OSTIARY_SMTP_FROM (and USER, PASSWORD, "
    "PORT, TLS), then `ostiary mail send`."
)


def _period(text: str) -> int:
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise Invalid("period_unfit", "Write a period as P60D, P8W or P2M.")
    return int(found[1]) * _DAYS[found[2]]


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, (date, datetime)) else value for name, value in facts.items()}


def _cell(value: Any) -> Any:
    return safe_cell(value) if isinstance(value, str) else value


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write a list to a new file that only its owner can read."""
    text = io.StringIO()
    if rows:
        made = csv.DictWriter(text, rows[0].keys())
        made.writeheader()
        made.writerows(
            {name: _cell(" ".join(v) if isinstance(v, (tuple, list)) else v) for name, v in row.items()} for row in rows
        )
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
    except FileExistsError:
        raise Invalid("file_exists", "That file exists already. Choose another name.") from None
    except OSError as error:
        raise Invalid("file_unwritable", f"That file cannot be written: {error.strerror}.") from None
    sys.stderr.write(f"wrote {len(rows)} lines\n")
