"""The acts that need four eyes, by name, and the one door to confirming, refusing and withdrawing them.

A new act is one line here. Must never hold an act that narrows: those need nobody's leave.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.domain.errors import NotFound
from gateway.flows import proposals
from gateway.flows.activation import ACTIVATE, ROLL_BACK
from gateway.flows.desk_acts import ACCEPT_LIST, ACCEPT_ROWS
from gateway.flows.gate import Gate
from gateway.flows.observing import OBSERVE
from gateway.flows.officers import Officer
from gateway.flows.proposals import Kind, Proposal, Standing
from gateway.flows.signing import SIGN_OFF
from gateway.flows.sources_approval import APPROVE

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.name: kind for kind in (ACTIVATE, ROLL_BACK, SIGN_OFF, OBSERVE, APPROVE, ACCEPT_LIST, ACCEPT_ROWS)}
)


def confirm(gate: Gate, officer: Officer, proposal: str, digest: str) -> Proposal:
    """Confirm a proposal by its public number and its digest (both hex); see `gateway.flows.proposals.confirm`."""
    return proposals.confirm(gate, KINDS, officer, _uid(proposal), digest)


def refuse(gate: Gate, officer: Officer, proposal: str) -> Proposal:
    """Refuse a proposal; see `gateway.flows.proposals.refuse`."""
    return proposals.refuse(gate, KINDS, officer, _uid(proposal))


def withdraw(gate: Gate, officer: Officer, proposal: str) -> Proposal:
    """Take a proposal back; see `gateway.flows.proposals.withdraw`."""
    return proposals.withdraw(gate, KINDS, officer, _uid(proposal))


def listed(gate: Gate, officer: Officer) -> list[Standing]:
    """List proposals; see `gateway.flows.proposals.listed`."""
    return proposals.listed(gate, KINDS, officer)


def shown(gate: Gate, officer: Officer, proposal: str) -> Standing:
    """Give one proposal; see `gateway.flows.proposals.shown`."""
    return proposals.shown(gate, KINDS, officer, _uid(proposal))


def _uid(proposal: str) -> bytes:
    try:
        return bytes.fromhex(proposal)
    except ValueError:
        raise NotFound("proposal_unknown", "A proposal is named by 32 hexadecimal digits.") from None
