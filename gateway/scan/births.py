"""Finds dates of birth: a date that a title or a word right before it calls one.

Common, solar Hijri (1300 to 1430) and Minguo years. A date that nobody calls a birthday is none: most dates of a list
say when something was ordered.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from gateway.scan.kinds import Kind
from gateway.scan.lexicon import lists
from gateway.scan.patterns import any_of, raw_any_of
from gateway.scan.titles import speaks_of_things, title_matches
from gateway.scan.tongues import ARABIC, HAN, HANGUL, LATIN, folded
from gateway.scan.trial import Trial

TITLED, SAID, YEAR_ONLY = 0.9, 0.85, 0.7

_YEAR: Final = r"(?:1[89]\d\d|20\d\d|1[34]\d\d)"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMBERED: Final = re.compile(r"\d\d")
_YEAR_BORN: Final = re.compile(
    rf"(?<!\d)(?:(?:{_YEAR}|\d\d)년\s?생|{_YEAR}年(?:{_MONTH}月(?:{_DAY}日)?)?\s?出?生(?!产|產|效|活))"
)
_DIGITS: Final = "0-9٠-٩۰-۹０-９"


def births(text: str, title: str) -> Iterator[Trial]:
    """Find dates of birth in one flat cell.

    Args:
        text: flat text.
        title: the column's.

    Returns:
        Trials with a score.
    """
    plain = folded(text)
    if names_birth(title):
        yield from _titled(plain)
        return
    if _NUMBERED.search(plain) is None:
        return
    for word in _born().finditer(plain):
        behind = plain[word.end() : word.end() + 40]
        gap = re.match(r"[\s:：(은는이가=~*は度年度-]{0,8}(?:(?:on|am|le|en|in|im|the|den|در|به|روز)\s)?\s?", behind)
        at = word.end() + (gap.end() if gap else 0)
        if match := _date().match(plain, at) or _year_only().match(plain, at):
            yield Trial(Kind.BIRTH_DATE, *match.span(), passed=True, score=SAID)
    if "生" in plain or "생" in plain:
        for match in _YEAR_BORN.finditer(plain):
            yield Trial(Kind.BIRTH_DATE, *match.span(), passed=True, score=SAID)


def names_birth(title: str) -> bool:
    """Whether a title says that its column holds birthdays."""
    return title_matches(title, "birth") and not speaks_of_things(title)


def _titled(plain: str) -> Iterator[Trial]:
    dates = list(_date().finditer(plain))
    for match in dates:
        yield Trial(Kind.BIRTH_DATE, *match.span(), passed=True, score=TITLED)
    filled = plain.strip()
    if not dates and _short().fullmatch(filled):
        yield Trial(Kind.BIRTH_DATE, 0, len(plain), passed=True, score=YEAR_ONLY)


@cache
def _date() -> re.Pattern[str]:
    """Make the pattern of a whole date in any calendar and order."""
    latin, persian = (any_of(lists("months")[part], script) for part, script in (("latin", LATIN), ("persian", ARABIC)))
    year_first = rf"{_YEAR}(?P<a>[-/.])\s?{_MONTH}(?P=a)\s?{_DAY}"
    day_first = (
        rf"(?:{_DAY}(?P<b>[-/.])\s?{_MONTH}(?P=b)\s?|{_MONTH}(?P<c>[-/.])\s?{_DAY}(?P=c)\s?)(?:{_YEAR}|\d\d(?!\d))"
    )
    words = (
        rf"{_DAY}(?:st|nd|rd|th|er)?\.?\s?(?:of\s)?{latin}\.?,?\s?{_YEAR}|{latin}\.?\s{_DAY}(?:st|nd|rd|th)?,?\s{_YEAR}"
    )
    iranian = rf"{_DAY}\s?{persian}\s?(?:ماه\s?)?(?:سال\s)?{_YEAR}"
    east = rf"(?:{_YEAR}|\d\d|(?:民國|民国|民)\s?\d{{1,3}})\s?[年년]\s?{_MONTH}\s?[月월](?:\s?{_DAY}\s?[日일號号])?"
    minguo = rf"(?:民國|民国|民)\s?\d{{1,3}}[-/.]{_MONTH}[-/.]{_DAY}"
    packed = r"(?:1[89]|20|1[34])\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    return re.compile(
        rf"(?<!\d)(?:{year_first}|{packed}|{day_first}|{words}|{iranian}|{east}|{minguo})(?!\d)|{latin}\s{_DAY},\s{_YEAR}"
    )


@cache
def _short() -> re.Pattern[str]:
    """Make the pattern of what stands for a birthday only under a title: six digits, Minguo, day and month."""
    return re.compile(
        rf"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|\d{{2,3}}[-/.]{_MONTH}[-/.]{_DAY}|{_DAY}[-/.]{_MONTH}\.?|{_YEAR}\s?[年년]?생?"
        rf"|{_MONTH}\s?[月월]\s?{_DAY}\s?[日일]"
    )


@cache
def _year_only() -> re.Pattern[str]:
    return re.compile(rf"(?<!\d){_YEAR}(?!\d)")


@cache
def _born() -> re.Pattern[str]:
    return re.compile("|".join(any_of(words, script) for words, script in _born_words()))


def _born_words() -> list[tuple[tuple[str, ...], str]]:
    months = lists("months")
    return [
        (months["born"], LATIN),
        (months["born_persian"], ARABIC),
        (months["born_han"], HAN),
        (months["born_hangul"], HANGUL),
    ]


def raw_births() -> list[str]:
    """Give the RE2 patterns that a raw cell with a birthday matches: a word of birth, then a digit or a month."""
    before = [f"(?:{raw_any_of(words, script)}).*[{_DIGITS}]" for words, script in _born_words()]
    return [*before, rf"[{_DIGITS}]年.*生|[{_DIGITS}]\s?년\s?생"]
