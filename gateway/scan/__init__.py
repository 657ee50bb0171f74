"""The scan room: finds personal data in every cell of a list, and tells that a list was stolen.

It never stores or returns what it found, only where; it opens no socket, and loads a model only where a house asks.
"""

from gateway.scan.columns import MAY_HOLD, compare
from gateway.scan.findings import ColumnVerdict, Finding, Findings
from gateway.scan.kinds import Family, Kind
from gateway.scan.scanner import Scanner
from gateway.scan.telling import Told, is_identity, told_of

__all__ = [
    "MAY_HOLD", "ColumnVerdict", "Family", "Finding", "Findings", "Kind", "Scanner", "Told", "compare", "is_identity",
    "told_of",
]  # fmt: skip
