"""Reads the cells that are words rather than identifiers: countries, languages, yes and no, categories, versions.

Each answer is a value of ours or nothing, with a code for the count. Must never guess: a word that is not known is no
consent and no country; and nothing that could name a person goes where values stand in clear.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from gateway.lists.errors import BadValue
from gateway.lists.letters import comparable, fold
from gateway.lists.normal import Order, birth_year, day, moment

T = TypeVar("T")

LONGEST_TEXT: Final = 200
_KEPT: Final = 20_000  # distinct cells remembered by one reader

# No "x": it ticks a box in German lists and says no in Korean ones.
_YES: Final = frozenset("y yes true 1 ja j ✓ ✔ √ 예 네 동의 동의함 o 是 同意 已同意 بله بلی آری موافق".split())  # noqa: SIM905
_NO: Final = frozenset("n no false 0 nein × 아니오 아니요 미동의 거부 否 不同意 未同意 不 خیر نه".split())  # noqa: SIM905
_METHODS: Final = {
    **dict.fromkeys(["웹사이트", "홈페이지", "网站", "網站", "وبسایت", "website", "webseite", "online"], "web"),
    **dict.fromkeys(["모바일앱", "앱", "应用", "應用程式", "اپلیکیشن"], "app"),
    **dict.fromkeys(["매장", "门店", "門市", "فروشگاه", "filiale", "store"], "shop"),
    **dict.fromkeys(["전화", "电话", "電話", "تلفن", "telefon"], "phone"),
    **dict.fromkeys(["서면", "书面", "書面", "کتبی", "schriftlich"], "paper"),
}
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8}){0,4}", re.IGNORECASE)
_REGION: Final = re.compile(r"[A-Z0-9]{1,3}")
_VERSION: Final = re.compile(r"[A-Za-z0-9._/:+-]{1,100}")
_METHOD: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")
_CATEGORY: Final = re.compile(r"[^\W\d_][\w &.,/+()'-]{0,59}")
_LONG_NUMBER: Final = re.compile(r"\d{5}|\d(?:[ ._-]?\d){6}")


class Bad(NamedTuple):
    """A cell that cannot be used, by its code."""

    code: str


class Day(NamedTuple):
    """A moment and the day that was written: UTC, and ISO 8601 in the list's own zone."""

    at: datetime
    day: str


def text(cell: str) -> str | Bad:
    """Clean a name or a line of an address: blanks collapsed, at most 200 characters."""
    plain = " ".join(cell.split())
    return plain if len(plain) <= LONGEST_TEXT else Bad("text_too_long")


def country(cell: str) -> str | Bad:
    """Read an ISO 3166-1 alpha-2 code; the name of a country is not guessed at."""
    code = unicodedata.normalize("NFKC", cell).strip().upper()
    return code if code in _countries() else Bad("country_unknown")


def language(cell: str) -> str | Bad:
    """Read a BCP 47 tag; its language comes back in lower case."""
    tag = fold(cell).strip().replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        return Bad("language_unknown")
    head, dash, rest = tag.partition("-")
    return head.lower() + dash + rest


def region(cell: str) -> str | Bad:
    """Read the second part of an ISO 3166-2 code."""
    code = fold(cell).strip().upper()
    return code if _REGION.fullmatch(code) else Bad("region_unknown")


def agreed(cell: str) -> bool | Bad:
    """Read yes or no in English, German, Korean, Chinese and Persian; empty is no."""
    word = comparable(cell)
    if word in _YES:
        return True
    return False if not word or word in _NO else Bad("consent_unclear")


def version(cell: str) -> str:
    """Read the version of a wording; a whole text becomes its SHA-256, so that no sentence stands in clear."""
    plain = unicodedata.normalize("NFC", " ".join(cell.split()))
    if not plain or (_VERSION.fullmatch(plain) and not _LONG_NUMBER.search(plain)):
        return plain
    return "sha256:" + hashlib.sha256(plain.encode()).hexdigest()


def method(cell: str) -> str | Bad:
    """Read how consent was given: one plain word, or one that we know in another language."""
    plain = comparable(cell)
    word = _METHODS.get(plain, plain).replace(" ", "_").replace("-", "_")
    return word if _METHOD.fullmatch(word) and not _LONG_NUMBER.search(word) else Bad("consent_method_no_word")


def category(cell: str) -> str | Bad:
    """Read a product category: a short word or two, nothing that could be an address or a number."""
    word = " ".join(cell.split())
    return word if _CATEGORY.fullmatch(word) and not _LONG_NUMBER.search(word) else Bad("category_unfit")


def year(cell: str) -> int | Bad:
    """Read a year of birth."""
    try:
        return birth_year(cell)
    except BadValue as error:
        return Bad(error.code)


class Dates:
    """Reads dates and moments of one list, each distinct cell once.

    Args:
        zone: IANA name of where they were written; "" is UTC.
        order: of day and month where the year comes last.
    """

    def __init__(self, zone: str, order: Order | None) -> None:
        self._zone: tzinfo = ZoneInfo(zone) if zone else UTC
        self._order = order
        self._days: dict[str, Day | Bad] = {}

    def __call__(self, cell: str) -> Day | Bad:
        """Read one date or moment; a date alone is its first moment."""
        if (known := self._days.get(cell)) is None:
            if len(self._days) >= _KEPT:
                self._days.clear()
            known = self._days[cell] = self._read(cell)
        return known

    def birth(self, cell: str) -> str | Bad:
        """Read a date of birth, as ISO 8601."""
        try:
            return day(cell, self._order).isoformat()
        except BadValue as error:
            return Bad(error.code)

    def _read(self, cell: str) -> Day | Bad:
        try:
            at = moment(cell, self._zone, self._order)
        except BadValue as error:
            return Bad(error.code)
        return Day(at, at.astimezone(self._zone).date().isoformat())


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """Read each distinct cell once; for columns of few values."""
    return lru_cache(maxsize=4096)(read)


def or_nothing(value: T | Bad, nothing: T, tally: Counter[str]) -> T:
    """Give the value, or count why there is none."""
    if isinstance(value, Bad):
        tally[f"dropped.{value.code}"] += 1
        return nothing
    return value


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """Read the codes of ISO 3166-1 from the time zone data that comes with the package."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#"))
