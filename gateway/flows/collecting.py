"""Lets Python's cycle collector run seldom where half a million live values would be looked at in vain."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SELDOM: Final = 200_000


@contextmanager
def rare_collection() -> Iterator[None]:
    """Let the cycle collector run seldom until the block ends."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], SELDOM), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)  # of a server as seldom as now: there, imports may overlap (gateway.app)
