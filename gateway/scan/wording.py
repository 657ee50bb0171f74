"""Looks for words that are personal data: special categories, addresses, birth dates, names under a title.

The title of a column counts as the word next to the value. A column whose title names a kind (`titled`) has every cell
looked at, because a name or a postcode has no form that a pattern could ask for; of all other columns only the cells
that `WORTH_A_LOOK` matches. Names in running text are another matter: `gateway.scan.names`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from gateway.scan.births import births, names_birth, raw_births
from gateway.scan.gazetteer import names_person, titled_name
from gateway.scan.kinds import Kind
from gateway.scan.lexicon import CATEGORIES
from gateway.scan.likely import words_of
from gateway.scan.patterns import raw_any_of
from gateway.scan.places import RAW, names_address, places
from gateway.scan.special import named_by, special
from gateway.scan.titles import speaks_of_things
from gateway.scan.tongues import ARABIC, HAN, HANGUL, LATIN, LETTERS
from gateway.scan.trial import Trial

# Marks that nobody sees (a half-space only outside of Persian, where it is everywhere), full-width letters, and accents
# and Korean letters written apart: such a cell is looked at whatever it holds.
_HIDDEN: Final = (
    "[\u00ad\u061c\ufeff\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069Ａ-Ｚａ-ｚ\u0300-\u036f\u1100-\u11ff]",
    f"[^{LETTERS[ARABIC]}]\u200c",
    f"\u200c[^{LETTERS[ARABIC]}]",
)
_APART: Final = re.compile("[\u0300-\u036f\u1100-\u11ff]")
_CLUSTER: Final = re.compile("[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?|.[\u0300-\u036f]*", re.DOTALL)


_ADDRESSES: Final = "|".join(RAW)
_BIRTHS: Final = "|".join(raw_births())
SPECIAL, PLACE, BIRTH, TITLE = 1, 2, 4, 8
EVERYTHING: Final = SPECIAL | PLACE | BIRTH | TITLE
"""What to look for in a cell: special categories, addresses, birthdays, and what the title alone promises."""
ONLY: Final = {Kind.POSTAL_ADDRESS: PLACE, Kind.BIRTH_DATE: BIRTH}
"""Where these are expected, nobody need look for that alone."""


def _worth_a_look() -> dict[str, int]:
    """Make the patterns: one of them all would need more states than the engine keeps, and crawl."""
    words = [word for kind in CATEGORIES for part in ("phrases", "persons", "terms") for word in words_of(kind, part)]
    by_script = [raw_any_of(words, script) for script in (LATIN, ARABIC, HAN, HANGUL)]
    wanted = {"|".join(_HIDDEN): EVERYTHING, **dict.fromkeys(by_script, SPECIAL), _ADDRESSES: PLACE, _BIRTHS: BIRTH}
    return {f"(?is){pattern}": wants for pattern, wants in wanted.items()}


WORTH_A_LOOK: Final = _worth_a_look()
"""RE2 patterns for raw cells, and what to look for where they match: where `trials` finds something of that without the
help of a title, one of them does.
"""


@lru_cache(maxsize=4096)
def titled(title: str) -> bool:
    """Whether a title names a kind of words, so that every cell of its column is worth a look."""
    if speaks_of_things(title):
        return False
    return bool(named_by(title)) or names_birth(title) or names_address(title) or names_person(title)


def trials(text: str, title: str, wanted: int = EVERYTHING) -> list[Trial]:
    """Try everything in one flat cell of a column.

    Args:
        text: flat text.
        title: the column's, as written; "" for none.
        wanted: what `WORTH_A_LOOK` says of the raw cell; what the title names is looked for in any case.

    Returns:
        Candidates that passed, each with a score of its own; spans of different kinds may overlap.
    """
    if _APART.search(text) is None:
        return list(_every(text, title, wanted))
    whole, origins = _composed(text)
    return [
        trial._replace(start=origins[trial.start], end=origins[trial.end]) for trial in _every(whole, title, wanted)
    ]


def _every(text: str, title: str, wanted: int) -> Iterator[Trial]:
    if wanted & SPECIAL or named_by(title):
        yield from special(text, title)
    if wanted & PLACE or names_address(title):
        yield from places(text, title, shaped=bool(wanted & PLACE))
    if wanted & BIRTH or names_birth(title):
        yield from births(text, title)
    if names_person(title):
        yield from titled_name(text, title)


def _composed(text: str) -> tuple[str, list[int]]:
    """Join letters and the accents written apart from them; give the origin of each letter and of the end."""
    pieces: list[str] = []
    origins: list[int] = []
    for match in _CLUSTER.finditer(text):
        whole = unicodedata.normalize("NFC", match[0])
        pieces.append(whole)
        origins.extend([match.start()] * len(whole))
    return "".join(pieces), [*origins, len(text)]
