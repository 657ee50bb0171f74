"""A tool brings a list: identify it, see that its role may, then take the list in as anybody's."""

from collections.abc import Mapping
from pathlib import Path

from gateway.domain.grant import Caller
from gateway.flows.gate import Gate
from gateway.flows.identify import identify
from gateway.flows.intake import receive
from gateway.flows.intake_report import Report
from gateway.roles.enforcer import officer_may


def may_bring(gate: Gate, credential: str) -> Caller:
    """Give the tool if it may bring lists; asked before a byte of the upload is kept.

    Raises:
        Unauthenticated: no such tool. Refused: `act_not_granted`, its role does not bring lists.
    """
    with gate.house.unit() as connection:
        caller = identify(gate, connection, credential)
        officer_may(caller.role, "import.run", gate.house.bundle(connection))
    return caller


def bring(
    gate: Gate,
    credential: str,
    source: str,
    path: Path,
    overrides: Mapping[str, str],
    encoding: str | None,
    delimiter: str | None,
    *,
    dry_run: bool = False,
) -> Report:
    """Take in a list that a tool brought; see `gateway.flows.intake.receive`."""
    caller = may_bring(gate, credential)
    return receive(gate, caller.name, source, path, overrides, encoding, delimiter, dry_run=dry_run)
