"""Reads and normalises one chunk while the one before it is being stored.

Must never store two chunks at once or out of order, nor hold more than two.
"""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from gateway.flows.gate import Gate
from gateway.flows.intake_chunk import Prepared, prepared, store_chunk
from gateway.flows.intake_keep import Run
from gateway.flows.intake_rows import Rows
from gateway.lists.reader import Chunk

_COLLECT_EVERY: Final = 200_000


def store_all(gate: Gate, run: Run, rows: Rows, chunks: Iterable[Chunk]) -> Counter[str]:
    """Store chunks, each on a second thread while the next one is read and normalised on this one.

    One more thread is enough: the database works on its own core while these do the arithmetic.

    Args:
        gate: the gateway.
        run: the import.
        rows: reads the rows of this list.
        chunks: those that are not yet stored, in order.

    Returns:
        The counts of all of them.

    Raises:
        As `store_chunk`, and whatever reading the chunks raises; chunks before it are stored whole.
    """
    total: Counter[str] = Counter()
    pending: Future[Counter[str]] | None = None
    with _rare_collection(), ThreadPoolExecutor(1, thread_name_prefix="intake") as storing:
        for chunk in chunks:
            ready = _prepare(rows, chunk)
            total.update(pending.result() if pending else {})
            pending = storing.submit(store_chunk, gate, run, ready)
        total.update(pending.result() if pending else {})
    return total


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Let the cycle collector run seldom: a chunk is half a million live values without a cycle, looked at in vain."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _COLLECT_EVERY), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)  # of a server as seldom as now: there, imports may overlap (gateway.app)


def _prepare(rows: Rows, chunk: Chunk) -> Prepared:
    tally: Counter[str] = Counter()
    claims = rows.claims(chunk.row_nos, chunk.rows, tally)
    tally["row.read"] += len(chunk.rejected)
    tally.update(f"row.refused.{each.reason}" for each in chunk.rejected)
    return prepared(chunk.number, claims, tally)
