"""Give out the log as anybody may read it: checkpoint and hash tiles; entry bundles only to auditors.

Must never show an entry to somebody who is not an auditor, and never a tile that no checkpoint covers.
"""

import re
from typing import Final

from gateway.domain.errors import NotFound
from gateway.flows.gate import Gate
from gateway.store import ledger

_TILE: Final = re.compile(r"(\d{1,2})/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


def checkpoint(gate: Gate) -> bytes:
    """Give the latest signed checkpoint (C2SP tlog-checkpoint)."""
    with gate.house.unit() as connection:
        return ledger.checkpoint(connection)


def tile(gate: Gate, path: str) -> bytes:
    """Give a hash tile by its C2SP path after `tile/`, such as `0/x001/234` or `0/000.p/7`.

    Raises:
        NotFound: `entry_unknown`.
    """
    level, index, width = _placed(path)
    with gate.house.unit() as connection:
        return ledger.tile(connection, level, index, width)


def entries(gate: Gate, path: str) -> bytes:
    """Give an entry bundle by its C2SP path after `tile/entries/`; the door has proved an auditor.

    Raises:
        NotFound: `entry_unknown`.
    """
    _, index, width = _placed(f"0/{path}")
    with gate.house.unit() as connection:
        return ledger.entries(connection, index, width)


def _placed(path: str) -> tuple[int, int, int | None]:
    found = _TILE.fullmatch(path)
    if found is None or int(found[3] or 1) > 255:  # noqa: PLR2004  tlog-tiles: a partial tile has 1 to 255
        raise NotFound("entry_unknown", "There is no such tile.")
    index = int("".join(part.removeprefix("x") for part in found[2].split("/")))
    return int(found[1]), index, int(found[3]) if found[3] else None
