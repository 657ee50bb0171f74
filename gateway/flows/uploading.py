"""An officer brings a list from the console in two steps: the file, then what its columns mean.

Steps:
    1 receive   bytes               -> a private file that lies in the data folder, known by a number nobody can guess
    2 propose   number              -> Proposed      (columns, what each is taken for by title or cells; no cell)
                                       or Parts      (several sheets or files: which one? then once more)
    3 begin     source, mapping     -> uid           (staged, sealed; the workers go on; the file is gone)
What nobody confirms is deleted after an hour, when the next file comes or at night. The two steps reach the same
machine, or the second finds nothing. Must never leave a file behind that was taken in, nor give a cell of one.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Final

from gateway.domain.errors import NotFound
from gateway.flows.gate import Gate
from gateway.flows.intake import Wish, bring
from gateway.flows.intake_control import uid_of
from gateway.flows.officers import Officer, require_now
from gateway.flows.typed_columns import TypedColumn, look_at
from gateway.lists.errors import PartUnsure
from gateway.lists.headers import Field
from gateway.lists.reader import open_list

FIELDS: Final[Sequence[str]] = tuple(field.value for field in Field)
"""What a column can mean."""
WAITS: Final = timedelta(hours=1)
_GUARDED: Final = frozenset({Field.NATIONAL_ID, Field.PASSWORD_HASH})
_NUMBER: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a list looks like before it is taken in.

    Attributes:
        number: of the file that waits.
        format, encoding: how it was read.
        columns: each as it is typed, in the file's order, with the field that is chosen unless somebody chooses
            another; "" is a column that nobody would keep, and so is one that only a person may declare.
    """

    number: str
    format: str
    encoding: str
    columns: Sequence[tuple[TypedColumn, str]]


@dataclass(frozen=True, slots=True)
class Parts:
    """Several sheets of a workbook or files of an archive, of which one is the list.

    Attributes:
        number: of the file that waits.
        sheets: whether they are sheets; else they are files.
        choices: what names each one to us, and its own name; "" for a name that looks like data.
    """

    number: str
    sheets: bool
    choices: Sequence[tuple[str, str]]


@contextmanager
def received(gate: Gate, officer: Officer) -> Iterator[tuple[str, IO[bytes]]]:
    """Give a number and an open file for what comes in; a file that breaks off is deleted.

    Raises:
        Refused: `role_may_not`.
    """
    require_now(gate, officer, "import.run")
    sweep(gate)
    number = secrets.token_hex(16)
    place = _folder(gate) / number
    place.touch(mode=0o600, exist_ok=False)
    try:
        with place.open("wb") as file:
            yield number, file
    except BaseException:
        place.unlink(missing_ok=True)
        raise


def proposed(gate: Gate, officer: Officer, number: str, encoding: str = "", sheet: str = "") -> Proposed | Parts:
    """Say what the columns of a file that waits would be taken for. A file that cannot be read is deleted.

    Returns:
        The columns; or what there is to choose from, where the file holds several lists.

    Raises:
        Refused: `role_may_not`. NotFound: `upload_unknown`.
        ListRefused, EncodingUnsure: the file; see `gateway.lists`.
    """
    require_now(gate, officer, "import.run")
    place = _place(gate, number)
    try:
        look = look_at(place, encoding, "", sheet)
    except PartUnsure as unsure:
        return _parts(number, sheet, unsure)
    except Exception:
        place.unlink(missing_ok=True)
        raise
    columns = [(each, "" if each.field in _GUARDED else each.field) for each in look.columns]
    return Proposed(number, look.format, look.encoding, columns)


def begin(
    gate: Gate,
    officer: Officer,
    number: str,
    source: str,
    fields: Mapping[int, str],
    encoding: str = "",
    sheet: str = "",
    calendar: str = "",
) -> bytes:
    """Take a list in as far as staged and leave the rest to the workers.

    Args:
        gate: the gateway.
        officer: who imports.
        number: of the file that waits.
        source: name of a registered source.
        fields: what each column means, by its place in the file from 0; "" is nothing.
        encoding: as the file was read before.
        sheet: as the file was read before.
        calendar: in which its dates are written; see `Wish`.

    Returns:
        The import's uid. The same file from the same source again has the same one.

    Raises:
        Refused: `role_may_not`, `source_not_approved`. NotFound: `upload_unknown`, `source_unknown`.
        ListRefused, MappingRefused: the file or its mapping; the file waits on, so that another mapping may be given.
    """
    require_now(gate, officer, "import.run")
    place = _place(gate, number)
    titles = open_list(place, encoding or None, sheet=sheet or None).columns
    said = {title: fields.get(at) or Field.IGNORE.value for at, title in enumerate(titles)}
    report = bring(gate, officer.actor, source, place, Wish(said, encoding, "", sheet, calendar=calendar))
    # True now: the list is staged, or refused and on file as that. A crash before the next line leaves a file that the
    # sweep takes away.
    place.unlink(missing_ok=True)
    return uid_of(report.batch)


def sweep(gate: Gate) -> None:
    """Delete files that nobody confirmed in time."""
    oldest = gate.clock().timestamp() - WAITS.total_seconds()
    for place in _folder(gate).iterdir():
        if place.stat().st_mtime < oldest:
            place.unlink(missing_ok=True)


def _parts(number: str, sheet: str, unsure: PartUnsure) -> Parts:
    """Say what there is to choose from; a sheet within a file of an archive is named behind the file."""
    before = f"{sheet.partition('!')[0]}!" if sheet else ""
    choices = [(f"{before}{at}", name) for at, name in enumerate(unsure.parts, 1)]
    return Parts(number, unsure.code == "sheet_unsure", choices)


def _place(gate: Gate, number: str) -> Path:
    place = _folder(gate) / number
    if not _NUMBER.fullmatch(number) or not place.is_file():
        raise NotFound("upload_unknown", "No file of that number waits. Choose the file again.")
    return place


def _folder(gate: Gate) -> Path:
    gate.data.mkdir(parents=True, exist_ok=True)
    folder = gate.data / "incoming"
    for each in (folder, folder / "console"):
        each.mkdir(mode=0o700, exist_ok=True)  # one by one: `parents` would open the upper one to all
    return folder / "console"
