"""A tool brings a list: identify it, see that its role may, then take the list in as anybody's."""

from pathlib import Path

from gateway.domain.errors import NotFound
from gateway.domain.grant import Caller
from gateway.flows import intake, intake_control
from gateway.flows.gate import Gate
from gateway.flows.identify import identify
from gateway.flows.intake import Wish, receive_as
from gateway.flows.intake_report import Report
from gateway.flows.typed_columns import ListLook, look_at
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


def bring(gate: Gate, credential: str, source: str, path: Path, wish: Wish, *, dry_run: bool = False) -> Report:
    """Take in a list that a tool brought, to its end; see `gateway.flows.intake.receive`."""
    caller = may_bring(gate, credential)
    return receive_as(gate, caller.name, source, path, wish, dry_run=dry_run)


def stage(gate: Gate, credential: str, source: str, path: Path, wish: Wish) -> Report:
    """Stage a list that a tool brought and leave the rest to the workers; see `gateway.flows.intake.bring`."""
    caller = may_bring(gate, credential)
    return intake.bring(gate, caller.name, source, path, wish)


def look(gate: Gate, credential: str, path: Path, wish: Wish) -> ListLook:
    """Say what the columns of a list would be taken for; nothing is taken in. See `gateway.flows.typed_columns`.

    Raises:
        Unauthenticated. Refused: `act_not_granted`. ListRefused, EncodingUnsure: the file; see `gateway.lists`.
    """
    may_bring(gate, credential)
    return look_at(path, wish.encoding, wish.delimiter, wish.sheet)


def report_of(gate: Gate, credential: str, number: str) -> Report:
    """Give a tool the report of a list that it brought, as far as it is.

    Raises:
        Unauthenticated. NotFound: `import_unknown`, also for a list that somebody else brought.
    """
    caller = may_bring(gate, credential)
    report = intake_control.report_of(gate, intake_control.uid_of(number))
    if report.actor != caller.name:
        raise NotFound("import_unknown", "No import of yours has that number.")
    return report
