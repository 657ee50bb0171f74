"""The words of the customer pages, one file a language, and which of them somebody gets.

Must never guess a language from where somebody seems to be.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from gateway.domain.errors import Ostiary

FALLBACK: Final = "en"
_FOLDER: Final = Path(__file__).parent / "words"
_ORDER: Final = ("en", "de", "ko", "zh-Hans", "zh-Hant", "fa")
_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})
"""Subtags after `zh` that stand for traditional characters."""
_MOST: Final = 20
"""Languages looked at in an Accept-Language header."""

Words = Mapping[str, Any]


@cache
def languages() -> dict[str, Words]:
    """Give all words by BCP 47 tag, in the order of the language menu.

    Raises:
        Ostiary: `words_differ`: a file lacks a key that the English one has, or has one more.
    """
    found = {code: json.loads((_FOLDER / f"{code}.json").read_text("utf-8")) for code in _ORDER}
    wanted = _shape(found[FALLBACK])
    for code, words in found.items():
        if _shape(words) != wanted:
            raise Ostiary("words_differ", f"words/{code}.json does not have the same keys as words/{FALLBACK}.json.")
    return found


def choose(*wishes: str) -> str:
    """Give the first language that we have among wishes, best first; each is a BCP 47 tag or "".

    Args:
        wishes: what was asked for by link, then the person's language, then what the browser accepts.
    """
    return next((code for wish in wishes if (code := _ours(wish))), FALLBACK)


def accepted(header: str) -> list[str]:
    """Give the tags of an Accept-Language header, best first (RFC 9110, 12.5.4); what is malformed is left out."""
    weighed = [weight for part in header.split(",")[:_MOST] if (weight := _weigh(part)) and weight[1] > 0]
    return [tag for tag, _ in sorted(weighed, key=lambda pair: -pair[1])]


def _weigh(part: str) -> tuple[str, float] | None:
    tag, _, weight = part.strip().partition(";")
    name, _, value = weight.strip().partition("=")
    if not weight:
        return tag, 1.0
    try:
        return (tag.strip(), float(value)) if name.strip() == "q" else None
    except ValueError:
        return None


def _ours(wish: str) -> str:
    primary, *rest = wish.lower().replace("_", "-").split("-")
    if primary == "zh":
        return "zh-Hant" if _TRADITIONAL & set(rest) else "zh-Hans"
    return primary if primary in languages() else ""


def _shape(words: Words) -> set[str]:
    return set(_keys(words, ""))


def _keys(value: Any, path: str) -> Iterator[str]:
    """Give the path of every value; lists count by their length."""
    match value:
        case dict():
            for key, item in value.items():
                yield from _keys(item, f"{path}/{key}")
        case list():
            yield f"{path}[{len(value)}]"
        case _:
            yield path
