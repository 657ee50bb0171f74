"""Bundles of policies: added by whoever runs the house, put in force by two officers, rolled back the same way.

Must never put in force what was not confirmed, what this program cannot read, or what was looked at beside another
bundle than the one in force now. A bundle is added only if its golden cases hold; a bad one leaves everything as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from audit.leaf import Entry, Json
from gateway.domain.cases import CaseResult, run_cases
from gateway.domain.coverage import check_agreement
from gateway.domain.errors import Conflict, Invalid
from gateway.domain.retention_cases import KeepingResult, run_keeping
from gateway.domain.treatment_cases import FindingResult, run_findings
from gateway.flows.gate import Gate
from gateway.flows.officers import Officer
from gateway.flows.proposals import Kind, Proposal, propose
from gateway.store import bundles
from gateway.store.bundles import Kept
from gateway.store.people_lookup import Connection
from policies.golden import load_cases
from policies.load import archive, load_bundle
from policies.packs import Bundle
from policies.refusal import PolicyRefused
from policies.retaining import load_keeping
from policies.treating import load_findings

__all__ = [
    "ACTIVATE",
    "ROLL_BACK",
    "Added",
    "Kept",
    "add_bundle",
    "bundle_kept",
    "bundles_kept",
    "installed",
    "propose_activation",
    "propose_rollback",
]

_Result: TypeAlias = CaseResult | FindingResult | KeepingResult

_TOLD: Final = 20
"""Failing cases that a refusal names."""


@dataclass(frozen=True, slots=True)
class Added:
    """A bundle that is kept now: its digest, whether it is new to the house, how many cases hold under it."""

    digest: str
    new: bool
    cases: int


def add_bundle(gate: Gate, actor: str, folder: Path) -> Added:
    """Keep the bundle of a policies folder. Nothing is in force by it.

    Args:
        gate: the gateway.
        actor: who adds it.
        folder: as `policies.load.load_bundle`, with its golden cases under `cases/`.

    Raises:
        PolicyRefused: a file is wrong; file, line and how to mend it.
        Invalid: `cases_missing`, `cases_fail` (which, with file and line).
    """
    bundle = load_bundle(folder)
    cases = _proven(bundle, folder)
    with gate.house.unit() as connection:
        new = bundles.add(connection, bundle.digest, archive(bundle))
        if new:
            body: dict[str, Json] = {"bundle": bundle.digest, "files": len(bundle.files), "cases": cases}
            gate.house.enter(connection, [Entry("bundle.added", actor, body)])
    # True now: the text is kept by its digest, and the law is what it was.
    return Added(bundle.digest, new, cases)


def propose_activation(gate: Gate, officer: Officer, digest: str, seen: Mapping[str, Json] | None = None) -> Proposal:
    """Propose to put a kept bundle in force; one that was in force before is rolled back to.

    Args:
        gate: the gateway.
        officer: who proposes.
        digest: of the bundle, or its first eight digits and more.
        seen: the figures of the difference that the officer looked at; the confirmation is bound to them.

    Raises:
        NotFound: `bundle_unknown`. Conflict: `bundle_ambiguous`, `bundle_in_force`. Invalid: `bundle_unreadable`.
        Refused: `role_may_not`.
    """
    whole, previous, before = _looked_up(gate, digest)
    payload: dict[str, Json] = {"bundle": whole, "previous": previous, "seen": dict(seen or {})}
    return propose(gate, officer, ROLL_BACK if before else ACTIVATE, whole, payload)


def propose_rollback(gate: Gate, officer: Officer, digest: str, seen: Mapping[str, Json] | None = None) -> Proposal:
    """Propose to go back to a bundle that was in force before; as `propose_activation`.

    Raises:
        Conflict: `never_in_force`.
    """
    if not _looked_up(gate, digest)[2]:
        raise Conflict("never_in_force", "That bundle was never in force. `ostiary policy propose` activates it.")
    return propose_activation(gate, officer, digest, seen)


def bundles_kept(gate: Gate) -> Sequence[Kept]:
    """List the bundles that the house keeps, with each time they were in force."""
    with gate.house.unit() as connection:
        return bundles.listed(connection)


def bundle_kept(gate: Gate, digest: str) -> Bundle:
    """Give a kept bundle by its digest, or by eight digits and more of its beginning.

    Raises:
        NotFound: `bundle_unknown`. Conflict: `bundle_ambiguous`. Invalid: `bundle_unreadable`.
    """
    with gate.house.unit() as connection:
        return _read(gate, connection, bundles.whole_digest(connection, digest))


def _proven(bundle: Bundle, folder: Path) -> int:
    """Count the golden cases of a folder, all of which hold."""
    try:
        cases = load_cases(folder / "cases")
        check_agreement(cases)
        results = run_cases(cases, bundle)
    except ValueError as error:
        raise Invalid("cases_fail", str(error)) from error
    if not results:
        raise Invalid("cases_missing", "The folder has no golden case under `cases`. Write what the law shall answer.")
    looked = run_findings(load_findings(folder), bundle)
    kept = run_keeping(load_keeping(folder), bundle)
    every: list[_Result] = [*results, *looked, *kept]
    count = len(every)
    wrong = [each for each in every if each.differences]
    if wrong:
        told = "; ".join(map(_told, wrong[:_TOLD]))
        message = f"{len(wrong)} of {count} cases do not hold. Mend the rule or the case: {told}"
        raise Invalid("cases_fail", message, failing=len(wrong), cases=count)
    return count


def _told(result: _Result) -> str:
    return f"{result.case.file}:{result.case.line} {result.case.name}: {', '.join(result.differences)}"


def _looked_up(gate: Gate, digest: str) -> tuple[str, str, bool]:
    """Give the whole digest, the digest in force, and whether the bundle was in force before."""
    with gate.house.unit() as connection:
        whole = bundles.whole_digest(connection, digest)
        _read(gate, connection, whole)
        kept = {each.digest: each for each in bundles.listed(connection)}
        if kept[whole].in_force:
            raise Conflict("bundle_in_force", "That bundle is in force already.")
        return whole, bundles.in_force(connection) or "", bool(kept[whole].terms)


def _read(gate: Gate, connection: Connection, digest: str) -> Bundle:
    try:
        return gate.house.bundle_by_digest(connection, digest)
    except PolicyRefused as refused:
        where = f"{refused.file}:{refused.line}"
        message = f"This version of Ostiary cannot read that bundle: {where}: {refused.message}"
        raise Invalid("bundle_unreadable", message) from refused


def _activate(gate: Gate, connection: Connection, proposal: Proposal) -> None:
    digest, previous = proposal.about, str(proposal.payload["previous"])
    if bundles.held_in_force(connection) != previous:
        message = "Another bundle was put in force since this was proposed. Propose anew, and look at the difference."
        raise Conflict("bundle_changed", message)
    _read(gate, connection, digest)
    if proposal.settled_at is None:
        raise RuntimeError("a bundle is put in force by a settled proposal only")
    bundles.activate(
        connection, digest, proposal.settled_by, proposal.settled_at, proposal.proposed_by, proposal.no
    )  # fmt: skip
    body: dict[str, Json] = {
        "bundle": digest,
        "previous": previous,
        "proposal": proposal.uid.hex(),
        "proposed_by": proposal.proposed_by,
        "confirmed_by": proposal.settled_by,
        "single_officer": proposal.alone,
        "rollback": proposal.kind == ROLL_BACK.name,
    }
    gate.house.enter(connection, [Entry("bundle.activated", proposal.settled_by, body)])


_MAY_PROPOSE: Final = ("policy.propose", "policy.sign")
ACTIVATE: Final = Kind("policy.activate", "Put a bundle in force", _MAY_PROPOSE, "policy.sign", _activate)
ROLL_BACK: Final = Kind("policy.rollback", "Go back to an earlier bundle", _MAY_PROPOSE, "policy.sign", _activate)


def installed(gate: Gate, actor: str) -> tuple[Added, str | None]:
    """Keep the packaged bundle; on a house without a law put it in force.

    Returns:
        The packaged bundle, and the digest that was in force before, None on a new house.
    """
    packaged = load_bundle()
    with gate.house.unit() as connection:
        before = bundles.in_force(connection)
        new = bundles.add(connection, packaged.digest, archive(packaged))
        if before is None:
            bundles.activate(connection, packaged.digest, actor, gate.clock())
            gate.house.enter(connection, [Entry("policy.activated", actor, {"bundle": packaged.digest})])
        elif new:
            gate.house.enter(connection, [Entry("bundle.added", actor, {"bundle": packaged.digest})])
    # True now: the law in force is what it was, or the packaged one where there was none.
    return Added(packaged.digest, new, 0), before
