"""What revoking a source would do, counted before anybody does it. Must never show a person, and changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.lawfulness import source_stands
from gateway.flows.gate import Gate
from gateway.flows.sources import By, acting
from gateway.store import source_effect, sources
from gateway.store.source_effect import Carried, Told

__all__ = ["Carried", "Effect", "Told", "effect_of_revoking"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What falls silent with a source, and who was told of its people and has to hear of it.

    `carried.only` are the people that no other lawful source reaches: nobody may write to them afterwards. `tools` are
    those that were given or allowed people of it, with the releases that did.
    """

    source: str
    status: str
    carried: Carried
    tools: Sequence[Told]

    @property
    def releases(self) -> int:
        """The releases that gave people of it away."""
        return sum(each.releases for each in self.tools)


def effect_of_revoking(gate: Gate, by: By, name: str) -> Effect:
    """Count what revoking a source would silence.

    Args:
        gate: the gateway.
        by: who asks.
        name: of the source.

    Returns:
        Counts of one snapshot. Another source counts as lawful if it stands now, whatever its purpose.

    Raises:
        NotFound: `source_unknown`. Refused: `role_may_not`.
    """
    with gate.house.snapshot() as connection:
        acting(gate, connection, by, "source.read")
        row = sources.source(connection, name)
        bundle, now = gate.house.bundle(connection), gate.clock()
        others = [
            each.source.no
            for each in sources.sources(connection)
            if each.source.no != row.source.no and source_stands(each.source, bundle, now)
        ]
        carried = source_effect.carried(connection, row.source.no, others)
        return Effect(name, row.source.status.value, carried, source_effect.told(connection, row.source.no))
