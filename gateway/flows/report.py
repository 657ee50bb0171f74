"""A tool reports what a person said to it: identify the tool, then record it as any other consent event."""

from gateway.flows.consent import ConsentReceipt, ConsentWish, record
from gateway.flows.gate import Gate
from gateway.flows.identify import identify


def report(gate: Gate, credential: str, wish: ConsentWish) -> ConsentReceipt:
    """Record what a tool reports.

    Args:
        gate: the gateway.
        credential: the tool's API key.
        wish: what was said.

    Raises:
        Unauthenticated, and as `gateway.flows.consent.record`.
    """
    with gate.house.unit() as connection:
        caller = identify(gate, connection, credential)
    return record(gate, caller.name, wish, caller)
