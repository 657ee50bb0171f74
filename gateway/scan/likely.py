"""Tells cheaply of which special categories a text may speak, before the patterns of `special` look.

Of each word of the lexicon the piece that tells is looked for where the text has how it begins. Must never leave out a
category of which a pattern would find a word (a property test holds both together).
"""

import re
from collections import defaultdict
from functools import cache
from itertools import pairwise
from typing import Final

from gateway.scan.kinds import Kind
from gateway.scan.lexicon import CATEGORIES, LANGUAGES, Category, lexicon
from gateway.scan.patterns import script_of, spellings, telling
from gateway.scan.tongues import ARABIC, LATIN, folded

PARTS: Final = ("phrases", "persons", "terms")
_LATIN_KEY, _LATIN_BEGUN, _KEY = 3, 5, 2
_APART = re.compile("[\\s\\u0654]+")  # blanks and the hamza above, which are written or not
_WORD = re.compile("[0-9a-zß-öø-ɏ]+")


def likely(plain: str, script: str) -> set[Kind]:
    """Give the categories whose words may stand in a folded text: a few look-ups instead of nine long patterns."""
    text = plain if script == LATIN else _APART.sub("", plain)
    beginnings = _beginnings(script)
    found: set[Kind] = set()
    begun: set[Kind] = set()
    for piece in _pieces(text, script) & beginnings.keys():
        for whole, kind in beginnings[piece]:
            (found if whole in text else begun).add(kind)
    return found | {kind for kind in begun - found if _joined(text, script, kind)}


def _pieces(text: str, script: str) -> set[str]:
    """Give how the words of a text begin; of scripts that need no blanks, any two letters."""
    if script == LATIN:
        return {word[:_LATIN_KEY] for word in _WORD.findall(text)}
    return {first + second for first, second in pairwise(text)}


def _joined(text: str, script: str, kind: Kind) -> bool:
    """Whether a word with a hyphen may stand in a text without it ("hivpositiv").

    It counts only beside five letters with which another word of its category begins.
    """
    if not any(stem in text for stem in _glued(script).get(kind, ())):
        return False
    begun = {word[:size] for word in _WORD.findall(text) for size in range(2, _LATIN_BEGUN + 1)}
    return any(piece[:_LATIN_BEGUN] in begun for _, piece, of in _telling(script) if of is kind)


@cache
def _telling(script: str) -> tuple[tuple[str, str, Kind], ...]:
    """Give the words of a script, folded, each with the piece of it that tells and its category."""
    found: list[tuple[str, str, Kind]] = []
    for kind in CATEGORIES:
        for word in spellings(word for part in PARTS for word in words_of(kind, part)):
            if script_of(word) == script:
                plain = folded(word)
                found.append((plain, telling(plain) if script in {LATIN, ARABIC} else plain.replace(" ", ""), kind))
    return tuple(found)


@cache
def _beginnings(script: str) -> dict[str, tuple[tuple[str, Kind], ...]]:
    """Map how the telling pieces of a script begin to the pieces and their categories."""
    found: defaultdict[str, dict[tuple[str, Kind], None]] = defaultdict(dict)
    for _, piece, kind in _telling(script):
        whole = _bare(piece)
        found[whole[: _LATIN_KEY if script == LATIN else _KEY]][whole, kind] = None
    return {key: tuple(wholes) for key, wholes in found.items()}


@cache
def _glued(script: str) -> dict[Kind, tuple[str, ...]]:
    """Give by category the telling pieces of Latin words that have a hyphen, which not everybody writes."""
    found: defaultdict[Kind, dict[str, None]] = defaultdict(dict)
    for plain, piece, kind in _telling(script):
        if script == LATIN and "-" in plain:
            found[kind][_bare(piece)] = None
    return {kind: tuple(wholes) for kind, wholes in found.items()}


def _bare(piece: str) -> str:
    """Leave out the marks of the lexicon, and what a pattern leaves out too."""
    return _APART.sub("", piece.rstrip("=*")).replace("\u200c", "")


def words_of(kind: Kind, part: str) -> list[str]:
    """Give a part of a category in all languages; English words are used in all of them."""
    categories: list[Category] = [lexicon(language).categories[kind] for language in LANGUAGES]
    return [word for category in categories for word in getattr(category, part)]
