"""The words of the scan, one file a language: what a category is called, who is spoken of, and what is harmless.

A list is one string, words parted by commas, so that YAML cannot take `no` for a truth value. A word may end in `*`
(any letters may follow) or `=` (no ending at all); otherwise a few endings of its language may follow. Must never hold
the name of a living person or of a customer.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from gateway.scan.kinds import Kind

LANGUAGES: Final = ("en", "de", "fr", "fa", "zh-Hans", "zh-Hant", "ko")
CATEGORIES: Final = (
    Kind.HEALTH,
    Kind.BELIEF,
    Kind.POLITICS,
    Kind.TRADE_UNION,
    Kind.SEX_LIFE,
    Kind.ETHNICITY,
    Kind.BIOMETRIC,
    Kind.GENETIC,
    Kind.CRIMINAL,
)
_FOLDER: Final = Path(__file__).parent
_loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """One special category in one language.

    Attributes:
        titles: names of columns that hold nothing else.
        weak_titles: names of columns that may hold it beside other things.
        terms: conditions and institutions; they count where the text says whose they are.
        persons: words that say it of somebody by themselves ("diabetic").
        phrases: groups of words that say it of somebody without a term ("was diagnosed").
    """

    titles: Words = ()
    weak_titles: Words = ()
    terms: Words = ()
    persons: Words = ()
    phrases: Words = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language.

    Attributes:
        people: words that say that a person is spoken of.
        attributing: words that join a person and a term ("has", "is").
        benign: words that make a thing of a term ("catalogue").
        negators: words that deny it.
        categories: by kind.
    """

    people: Words
    attributing: Words
    benign: Words
    negators: Words
    categories: dict[Kind, Category]


@cache
def lexicon(language: str) -> Lexicon:
    """Read the words of a language (BCP 47 tag out of `LANGUAGES`), once."""
    read = _read(f"{language}.yaml")
    categories = {
        kind: Category(**{part: _words(text) for part, text in read[kind.value].items()}) for kind in CATEGORIES
    }
    common = {part: _words(read[part]) for part in ("people", "attributing", "benign", "negators")}
    return Lexicon(**common, categories=categories)


@cache
def lists(name: str) -> dict[str, Words]:
    """Read a file of plain lists: `columns`, `names`, `months`; once."""
    return {part: _words(text) for part, text in _read(f"{name}.yaml").items()}


def _words(text: str) -> Words:
    return tuple(dict.fromkeys(word for part in text.split(",") if (word := " ".join(part.split()))))


def _read(file: str) -> dict[str, Any]:
    return dict(yaml.load((_FOLDER / file).read_text("utf-8"), Loader=_loader))  # noqa: S506  a safe loader
