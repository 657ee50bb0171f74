"""The ledger in PostgreSQL: entering, integrating, reading, searching, checking, exporting.

The only part of `audit` that speaks to a database, beside its tables. Must never be needed to verify an
export.
"""

from audit.ledger.checking import verify_database
from audit.ledger.export import export_directory
from audit.ledger.inbox import enter, enter_raw
from audit.ledger.reading import (
    LeafRow,
    checkpoint,
    consistency,
    entries,
    inclusion,
    leaf,
    leaf_of,
    receipt,
    size,
    tile,
)
from audit.ledger.search import search
from audit.ledger.sequencer import Lag, Sequencer

__all__ = [
    "Lag",
    "LeafRow",
    "Sequencer",
    "checkpoint",
    "consistency",
    "enter",
    "enter_raw",
    "entries",
    "export_directory",
    "inclusion",
    "leaf",
    "leaf_of",
    "receipt",
    "search",
    "size",
    "tile",
    "verify_database",
]
