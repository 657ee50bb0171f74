"""Writes the list that the scan is timed on: six columns, six locales in turn, notes that now and then hide a number.

The list of the reference measurement: name, email, phone, national_id, address, notes in en, de, fa, zh-Hans, zh-Hant
and ko, every cell distinct as far as people are. `python -m bench.scan_list PATH [ROWS]` writes it as CSV. The same
bytes for the same number of rows. Must never hold a real person's data: everything is drawn at random.
"""

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.planted.lists import planted

TITLES = ("name", "email", "phone", "national_id", "address", "notes")
LOCALES = ("en", "de", "fa", "zh-Hans", "zh-Hant", "ko")


def columns(rows: int, seed: int = 1) -> dict[str, list[str]]:
    """Draw the list by column.

    Args:
        rows: how many; locales take turns row by row.
        seed: another seed is another list.

    Returns:
        Cells by title, all of one length.
    """
    made = list(_rows(rows, seed))
    return {title: [row[at] for row in made] for at, title in enumerate(TITLES)}


def _rows(rows: int, seed: int) -> Iterator[tuple[str, ...]]:
    share = -(-rows // len(LOCALES))
    lists = [planted(locale, rows=share, seed=seed) for locale in LOCALES]
    for number in range(rows):
        each, row = lists[number % len(LOCALES)], number // len(LOCALES)
        yield tuple(each.columns[each.titles[title]][row] for title in TITLES)


def write(path: Path, rows: int, seed: int = 1) -> int:
    """Write the list as CSV in UTF-8.

    Args:
        path: where to; overwritten.
        rows: as for `columns`.
        seed: likewise.

    Returns:
        Size in bytes.
    """
    path.write_bytes(data(rows, seed))
    return path.stat().st_size


def data(rows: int, seed: int = 1) -> bytes:
    """Give the list as the bytes of a CSV file in UTF-8, header first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(TITLES)
    writer.writerows(_rows(rows, seed))
    return out.getvalue().encode()


if __name__ == "__main__":
    size = write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
    print(f"{sys.argv[1]}  {size} bytes")
