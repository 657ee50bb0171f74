"""The scan room: finds personal data in columns that nobody declared, and tells that a list was stolen.

It never stores or returns what it found, only where; it opens no socket and loads no model.
"""

from gateway.scan.kinds import Kind
from gateway.scan.scanner import ColumnVerdict, Finding, Findings, Scanner

__all__ = ["ColumnVerdict", "Finding", "Findings", "Kind", "Scanner"]
