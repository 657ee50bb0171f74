"""Makes the cells of exports safe to open in a spreadsheet.

A cell that begins like a formula would be one, in the program of whoever opens the file: it could call out with what
stands beside it. Such a cell gets an apostrophe in front, as spreadsheets themselves mark text. Must never change a
plain number: a telephone number with its plus sign is no formula.
"""

import re
from typing import Final

# OWASP, "CSV Injection"; the full-width signs count as signs where the program speaks Chinese or Japanese.
_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[ .,-]?[0-9]+)*")


def safe_cell(text: str) -> str:
    """Give a cell in the form in which no spreadsheet computes it.

    Args:
        text: what the cell says.

    Returns:
        The same text; with an apostrophe in front if it begins with a sign of formulas (blanks before it do not help)
        and is no plain number. Doing it twice is doing it once.
    """
    begins = text.startswith(_BEGINS) or text.lstrip().startswith(_BEGINS)
    return f"'{text}" if begins and not _NUMBER.fullmatch(text) else text
