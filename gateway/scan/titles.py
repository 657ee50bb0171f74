"""Reads what the title of a column names, in all languages of the lexicon at once.

Camel case, underscores and half-spaces are understood. Must never take part of a Latin word for the word: "surname"
names a person, "filename" a thing.
"""

import re
from functools import cache

from gateway.scan.kinds import Kind
from gateway.scan.lexicon import LANGUAGES, lexicon, lists
from gateway.scan.patterns import any_of
from gateway.scan.tongues import ARABIC, HAN, HANGUL, LATIN, folded

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PARTING = re.compile(r"[\s_./\\|:*#()\[\]0-9-]+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")


@cache
def title_matches(title: str, part: str) -> bool:
    """Say whether a title has a word of a list.

    Args:
        title: as written.
        part: `name`, `address`, `birth`, `things` of the columns, or `titles.<category>`, `weak_titles.<category>`.
    """
    return any(pattern.search(plain_title(title)) for pattern in _patterns(part))


def speaks_of_things(title: str) -> bool:
    """Say whether a title is about a product, a firm or a file and not about a person."""
    return title_matches(title, "things")


def plain_title(title: str) -> str:
    """Part camel case and fold: words with one blank between them."""
    parted = _CAMEL.sub(" ", _UNSEEN.sub("", title))
    return _PARTING.sub(" ", folded(parted)).strip()


@cache
def _patterns(part: str) -> tuple[re.Pattern[str], ...]:
    words = _words(part)
    made = (any_of(words, script) for script in (LATIN, ARABIC, HAN, HANGUL))
    return tuple(re.compile(pattern) for pattern in made if pattern)


def _words(part: str) -> list[str]:
    if "." not in part:
        return list(lists("columns")[part])
    kind, _, category = part.partition(".")
    return [word for language in LANGUAGES for word in getattr(lexicon(language).categories[Kind(category)], kind)]
