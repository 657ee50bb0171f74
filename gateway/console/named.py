"""Words that have an id: titles of the policies, reasons, refusals. By id, each beside the English it was made from.

A file of words/<language>/by_id/ is one list: {id: {English: theirs}}. The English stands beside it because a house may
write policies of its own: where it says something else under the same id, nobody's translation speaks for it. English
with {names} is a form: what stands in the place of a name is put in again. Pure but for reading the files.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

_SHAPES: Final = {"n": r"\d+", "day": r"\d{4}-\d\d-\d\d"}
"""What a name of a form stands for, where it is not any text."""
_NAME: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Named:
    """One language's words by list and id.

    Attributes:
        lists: {list: {id: {English: theirs}}}.
        titles: theirs by English, of all that is no form; for what stands inside a form.
    """

    lists: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def find(self, list_: str, id_: str, english: str) -> tuple[str, Mapping[str, str]] | None:
        """Give theirs and what is to be put in; None if this English has no words under this id."""
        said = self.lists.get(list_, {}).get(id_, {})
        if english in said and "{" not in english:
            return said[english], {}
        for form, theirs in said.items():
            met = _pattern(form).fullmatch(english) if "{" in form else None
            if met:
                return theirs, met.groupdict()
        return None


def read(folder: Path) -> Named:
    """Read the lists of a language; a language without any has none."""
    lists = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))}
    pairs = (pair for by_id in lists.values() for said in by_id.values() for pair in said.items())
    return Named(lists, {english: theirs for english, theirs in pairs if "{" not in english})


@cache
def _pattern(form: str) -> re.Pattern[str]:
    parts = _NAME.split(form)  # text, name, text, name, ...
    made = (
        re.escape(part) if at % 2 == 0 else f"(?P<{part}>{_SHAPES.get(part, '.+?')})" for at, part in enumerate(parts)
    )
    return re.compile("".join(made), re.DOTALL)
