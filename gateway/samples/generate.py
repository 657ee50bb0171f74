"""Writes the sample lists: `python -m gateway.samples.generate [FOLDER]`.

Needs Faker, which only a development environment has; the lists themselves are part of the package. Must
never write different bytes for the same Faker version.
"""

import csv
import io
import sys
from collections.abc import Iterable
from pathlib import Path

from gateway.samples.catalogue import FOLDER, SAMPLES
from gateway.samples.people import draw
from gateway.samples.rows import WRITERS, Row

_FORMS = {each.file: (each.encoding, each.delimiter) for each in SAMPLES}
_WRITTEN_AS = {"cp949": "euc_kr", "cp950": "big5", "cp1252": "latin-1"}


def generate(folder: Path = FOLDER) -> list[Path]:
    """Write all lists.

    Args:
        folder: where to; made if missing.

    Returns:
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    people = {country: draw(country) for country in ("KR", "DE", "IR", "TW", "US", "GB", "CN")}
    written = []
    for name, rows in WRITERS.items():
        encoding, delimiter = _FORMS.get(name, ("utf-8", ","))
        path = folder / name
        path.write_bytes(_encoded(_text(rows(people), delimiter), encoding))
        written.append(path)
    return written


def _text(rows: Iterable[Row], delimiter: str) -> str:
    """Lay out rows as spreadsheets do, with CRLF."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def _encoded(text: str, encoding: str) -> bytes:
    """Encode strictly: a letter outside the encoding stops the script. UTF-16 gets its mark."""
    if encoding == "utf-16-le":
        return b"\xff\xfe" + text.encode("utf-16-le")
    return text.encode(_WRITTEN_AS.get(encoding, encoding))


if __name__ == "__main__":
    for path in generate(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        sys.stdout.write(f"{path}  {path.stat().st_size} bytes\n")
