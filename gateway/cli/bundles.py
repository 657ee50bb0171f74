"""`ostiary policy add|bundles|diff|propose|rollback|confirm|sign-off…` and `ostiary proposal`: change with eyes open.

Whoever proposes or confirms signs in as an officer; a password is never an argument. What narrows needs no officer.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import bundles_shown as shown
from gateway.cli.house import ACTOR, opened, read_file
from gateway.cli.speech import Json, answer, pairs, progress, table
from gateway.domain.errors import Invalid

if TYPE_CHECKING:
    from gateway.flows.gate import Gate
    from gateway.flows.officers import Officer
    from policies.packs import Bundle

As = Annotated[str, typer.Option("--officer", help="Name of the officer who acts; the password is asked for.")]
PasswordFile = Annotated[Path | None, typer.Option("--password-file", help="File that holds the officer's password.")]
Days = Annotated[int, typer.Option("--days", help="How many days to look back.")]
Digest = Annotated[str, typer.Argument(help="Digest of a kept bundle, or its first eight digits and more.")]
Named = Annotated[str, typer.Argument(metavar="PROPOSAL", help="The proposal's number, 32 hexadecimal digits.")]
Code = Annotated[str, typer.Argument(metavar="JURISDICTION", help="Code of the pack, as in KR.")]


def add(app: typer.Typer) -> None:
    """Put `ostiary proposal` on the program."""
    group = typer.Typer(no_args_is_help=True, help="What waits for a second officer.")
    group.command("list", epilog="Example: ostiary proposal list --officer anna")(list_proposals)
    group.command("show", epilog="Example: ostiary proposal show 4f… --officer anna")(show_proposal)
    group.command("confirm", epilog="Example: ostiary proposal confirm 4f… --digest 9b… --officer bela")(confirm)
    group.command("refuse", epilog="Example: ostiary proposal refuse 4f… --officer bela")(refuse)
    group.command("withdraw", epilog="Example: ostiary proposal withdraw 4f… --officer anna")(withdraw)
    app.add_typer(group, name="proposal")


def add_to(group: typer.Typer) -> None:
    """Put the commands about bundles and packs on `ostiary policy`."""
    group.command("add", epilog="Example: ostiary policy add ./policies")(add_bundle)
    group.command("bundles", epilog="Example: ostiary policy bundles --json")(bundles)
    group.command("diff", epilog="Example: ostiary policy diff ./policies --days 90 --csv change.csv")(diff)
    group.command("propose", epilog="Example: ostiary policy propose 8f2c41aa --officer anna")(propose)
    group.command("rollback", epilog="Example: ostiary policy rollback 8f2c41aa --officer anna")(rollback)
    group.command("confirm", epilog="Example: ostiary policy confirm 4f… --digest 9b… --officer bela")(confirm)
    group.command("sign-off", epilog="Example: ostiary policy sign-off KR --officer anna")(sign_off)
    group.command("revoke-sign-off", epilog="Example: ostiary policy revoke-sign-off KR")(revoke_sign_off)
    group.command("signed", epilog="Example: ostiary policy signed")(signed)


def add_to_tools(group: typer.Typer) -> None:
    """Put the commands about observation on `ostiary tool`."""
    group.command("observe", epilog="Example: ostiary tool observe newsletter --officer anna")(observe)
    group.command("enforce", epilog="Example: ostiary tool enforce newsletter")(enforce)
    group.command("shadow", epilog="Example: ostiary tool shadow newsletter --days 7")(shadow)


@contextmanager
def acting(name: str, password_file: Path | None) -> "Iterator[tuple[Gate, Officer]]":
    """Give the gateway and the officer who signs in for one command; the session ends with it.

    Raises:
        Invalid: `officer_missing`. Unauthenticated: `sign_in_wrong`. Refused: `too_many_attempts`.
    """
    if not name:
        raise Invalid("officer_missing", "Say who acts: --officer NAME. `ostiary officer add` makes an account.")
    if password_file is not None:
        password = read_file(password_file).decode("utf-8", "replace").rstrip("\r\n")
    else:
        password = str(typer.prompt(f"Password of {name}", hide_input=True, err=True))
    with opened() as gate:
        from gateway.flows.officers import sign_in, sign_out

        signed_in = sign_in(gate, name, password, ACTOR)
        try:
            yield gate, signed_in.officer
        finally:
            sign_out(gate, signed_in.session)


def add_bundle(
    folder: Annotated[Path, typer.Argument(help="A policies folder with its golden cases.")], as_json: Json = False
) -> None:
    """Keep a bundle, if it reads well and its golden cases hold. Nothing is in force by it."""
    with opened() as gate:
        from gateway.flows.activation import add_bundle as added

        made = added(gate, ACTOR, folder)
    facts = {"bundle": made.digest, "new": "yes" if made.new else "no", "cases": made.cases}
    answer(facts, as_json, lambda: pairs(facts))


def bundles(as_json: Json = False) -> None:
    """List the bundles of this house: digest, when each was in force, who proposed and confirmed it."""
    with opened() as gate:
        from gateway.flows.activation import bundles_kept

        told = [shown.bundle(each) for each in bundles_kept(gate)]
    answer(told, as_json, lambda: table(shown.BUNDLE, shown.bundle_rows(told), "No bundle is kept."))


def diff(
    new: Annotated[str, typer.Argument(metavar="FOLDER_OR_DIGEST", help="A policies folder, or a kept bundle.")],
    days: Days = 90,
    limit: Annotated[int, typer.Option("--limit", help="The most cells to ask again, newest first; 0 is all.")] = 0,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the table to this file.")] = None,
    as_json: Json = False,
) -> None:
    """Ask what was decided in the last days again under another bundle: who would gain or lose contact, by rule."""
    with opened() as gate, progress("asking again") as heard:
        from gateway.flows.policy_diff import difference

        found = difference(gate, _bundle(gate, new), days, limit, heard)
    if csv is not None:
        shown.write_csv(csv, found)
    answer(shown.difference(found), as_json, lambda: shown.print_difference(found))


def propose(
    digest: Digest, officer: As = "", password_file: PasswordFile = None, days: Days = 90, as_json: Json = False
) -> None:
    """Propose to put a kept bundle in force. The proposal is bound to what it would have changed."""
    _propose(digest, officer, password_file, days, as_json, back=False)


def rollback(
    digest: Digest, officer: As = "", password_file: PasswordFile = None, days: Days = 90, as_json: Json = False
) -> None:
    """Propose to go back to a bundle that was in force before."""
    _propose(digest, officer, password_file, days, as_json, back=True)


def _propose(digest: str, officer: str, password_file: Path | None, days: int, as_json: bool, *, back: bool) -> None:
    with acting(officer, password_file) as (gate, who), progress("asking again") as heard:
        from gateway.flows.activation import bundle_kept, propose_activation, propose_rollback
        from gateway.flows.policy_diff import difference

        found = difference(gate, bundle_kept(gate, digest), days, 0, heard)
        made = (propose_rollback if back else propose_activation)(gate, who, digest, found.figures())
    _tell(shown.proposal(made), as_json)


def sign_off(jurisdiction: Code, officer: As = "", password_file: PasswordFile = None, as_json: Json = False) -> None:
    """Propose to sign a pack of the bundle in force off, so that its unverified rules may widen."""
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.signing import propose_sign_off

        made = propose_sign_off(gate, who, jurisdiction)
    _tell(shown.proposal(made), as_json)


def revoke_sign_off(jurisdiction: Code, as_json: Json = False) -> None:
    """Take a pack's sign-off back, at once: it narrows."""
    with opened() as gate:
        from gateway.flows.signing import revoke_sign_off as revoked

        ended = revoked(gate, ACTOR, jurisdiction)
    _tell({"jurisdiction": jurisdiction, "ended": ended}, as_json)


def signed(as_json: Json = False) -> None:
    """List the sign-offs: pack, by whom, and whether each counts under the bundle in force."""
    with opened() as gate:
        from gateway.flows.signing import signed_off

        told = [shown.sign_off(each, counts) for each, counts in signed_off(gate)]
    columns = ("pack", "counts", "proposed by", "confirmed by", "at", "revoked")
    rows = [[str(each[name]) for name in ("jurisdiction", "counts", "signed_by", "confirmed_by", "at", "revoked_at")]
            for each in told]  # fmt: skip
    answer(told, as_json, lambda: table(columns, rows, "No pack is signed off."))


def observe(
    tool: Annotated[str, typer.Argument(help="Name of the tool.")],
    officer: As = "",
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Propose to put a tool under observation: what no law forbids outright is noted and let through."""
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.observing import propose_observe

        made = propose_observe(gate, who, tool)
    _tell(shown.proposal(made), as_json)


def enforce(tool: Annotated[str, typer.Argument(help="Name of the tool.")], as_json: Json = False) -> None:
    """Let the gate's word hold for a tool, at once."""
    with opened() as gate:
        from gateway.flows.observing import enforce as enforced

        changed = enforced(gate, ACTOR, tool)
    _tell({"tool": tool, "mode": "enforce", "changed": "yes" if changed else "no"}, as_json)


def shadow(
    tool: Annotated[str, typer.Argument(help="Name of the tool.")], days: Days = 7, as_json: Json = False
) -> None:
    """Show what enforcing would have changed for a tool, by rule."""
    with opened() as gate:
        from gateway.flows.observing import shadow_report

        found = shadow_report(gate, tool, days)
    answer(shown.shadow(found), as_json, lambda: shown.print_shadow(found))


def list_proposals(officer: As = "", password_file: PasswordFile = None, as_json: Json = False) -> None:
    """List proposals: open ones first, then the newest."""
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.widening import listed

        told = [shown.standing(each) for each in listed(gate, who)]
    rows = [[str(each[name]) for name in shown.PROPOSAL] for each in told]
    answer(told, as_json, lambda: table(shown.PROPOSAL, rows, "Nothing was proposed yet."))


def show_proposal(proposal: Named, officer: As = "", password_file: PasswordFile = None, as_json: Json = False) -> None:
    """Show one proposal with all that it would do."""
    with acting(officer, password_file) as (gate, who):
        from gateway.flows.widening import shown as standing

        told = shown.standing(standing(gate, who, proposal))
    _tell(told, as_json)


def confirm(
    proposal: Named,
    digest: Annotated[str, typer.Option("--digest", help="Digest of the proposal as you saw it.")] = "",
    officer: As = "",
    password_file: PasswordFile = None,
    as_json: Json = False,
) -> None:
    """Confirm a proposal: it is carried out. Without --digest it is shown first, and asked about."""
    with acting(officer, password_file) as (gate, who):
        from gateway.flows import widening

        made = widening.confirm(gate, who, proposal, digest or _seen(widening.shown(gate, who, proposal)))
    _tell(shown.proposal(made), as_json)


def refuse(proposal: Named, officer: As = "", password_file: PasswordFile = None, as_json: Json = False) -> None:
    """Refuse a proposal: nothing is done."""
    with acting(officer, password_file) as (gate, who):
        from gateway.flows import widening

        made = widening.refuse(gate, who, proposal)
    _tell(shown.proposal(made), as_json)


def withdraw(proposal: Named, officer: As = "", password_file: PasswordFile = None, as_json: Json = False) -> None:
    """Take back what one has proposed oneself."""
    with acting(officer, password_file) as (gate, who):
        from gateway.flows import widening

        made = widening.withdraw(gate, who, proposal)
    _tell(shown.proposal(made), as_json)


def _seen(standing: Any) -> str:
    """Show a proposal to the person at the terminal, and give its digest if they say yes."""
    if not sys.stdin.isatty():
        raise Invalid("digest_missing", "Say what you saw: --digest, as `ostiary proposal show` prints it.")
    pairs(shown.standing(standing))
    typer.confirm("Confirm exactly this?", abort=True, err=True)
    return str(standing.proposal.digest)


def _bundle(gate: "Gate", named: str) -> "Bundle":
    """Give a bundle by its folder, or by the digest of a kept one."""
    if Path(named).is_dir():
        from policies.load import load_bundle

        return load_bundle(Path(named))
    from gateway.flows.activation import bundle_kept

    return bundle_kept(gate, named)


def _tell(facts: dict[str, Any], as_json: bool) -> None:
    answer(facts, as_json, lambda: pairs(facts))
