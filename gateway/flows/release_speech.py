"""How a release speaks: the granted classes of one person opened and spelled; the only plaintext of a release.

Must never open what the grant does not name, nor by way of a source that the decision does not list.
"""

from gateway.domain.cells import Cell
from gateway.domain.plan import Plan
from gateway.flows.gate import Gate
from gateway.store import facts
from gateway.store.facts import Row
from gateway.vault.disclose import csv_line, line, masked
from gateway.vault.seal import Opener
from gateway.vault.tokens import token_key


class Speaker:
    """Opens the granted classes of one person and spells the line; the only plaintext of a release."""

    def __init__(self, gate: Gate, plan: Plan) -> None:
        self._opener = Opener(gate.keyring, plan.classes)
        self._token = token_key(gate.keyring, plan.grant.caller.uid).token
        self._classes, self._plan = plan.classes, plan
        self._phones = frozenset({"phone"})

    def open(self, row: Row, cell: Cell) -> bytes:
        """Open what this cell may give of one person, and spell it."""
        chosen = cell.opens.get(row.places)
        if chosen is None:
            chosen = cell.opens[row.places] = self._choose(row.places, cell)
        blobs = row.blobs
        opened = self._opener.open(row.uid, row.wrapped, [(cls, source, blobs[at]) for cls, source, at in chosen])
        return self._spell(self._token(row.uid), cell, opened)

    def _choose(self, places: bytes, cell: Cell) -> list[tuple[str, int, slice]]:
        """Take, class by class, the blob of the best lawful source.

        The class that reaches the person is taken only from a source that asserts the identifier decided about.
        """
        reached = {reach.source for reach in cell.facts.reaches}
        rank = {source: place for place, source in enumerate(cell.decision.sources)}
        best: dict[int, tuple[int, tuple[str, int, slice]]] = {}
        for position, source, at in facts.spans(places):
            cls = self._classes[position]
            if source not in rank or (cls == self._plan.reach_class and source not in reached):
                continue
            if position not in best or rank[source] < best[position][0]:
                best[position] = (rank[source], (cls, source, at))
        return [best[position][1] for position in sorted(best)]

    def _spell(self, token: str, cell: Cell, fragments: list[bytes]) -> bytes:
        wish = self._plan.wish
        if wish.form == "csv":
            return csv_line(token, [b'"cell":%d' % cell.no, *fragments], ("cell", *wish.fields), self._phones)
        if self._plan.keep is not None:
            fragments = [masked(fragments, self._plan.keep)]
        return line(token, [b'"cell":%d' % cell.no, *fragments])


def noted(cell: Cell) -> dict[str, str]:
    """Tell of a cell let through under observation what the gate would have said: outcome and coarse code."""
    word = cell.decision.would_have
    return {"outcome": word.value, "code": cell.decision.noted} if word else {}
