"""How the console writes numbers, moments, digests and verdicts. Pure; every function gives safe HTML or plain text.

Each takes the language to write in, and English if none is said. Digits stay Latin in every language: tables, digests
and citations are compared with what tools and files say.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from markupsafe import Markup

from gateway.console.languages import ENGLISH, Language, languages, number
from gateway.domain.calendars import persian

__all__ = ["counted", "day", "digest", "lasted", "moment", "number", "opening", "spoken", "verdict"]

_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "allow": ("allow", "✓"),
    "accept": ("allow", "✓"),
    "accepted": ("allow", "✓"),
    "approved": ("allow", "✓"),
    "verified": ("allow", "✓"),
    "done": ("allow", "✓"),
    "hold": ("hold", "⏸"),
    "quarantine": ("hold", "⏸"),
    "quarantined": ("hold", "⏸"),
    "paused": ("hold", "⏸"),
    "submitted": ("hold", "⏸"),
    "draft": ("hold", "⏸"),
    "suspended": ("hold", "⏸"),
    "deny": ("deny", "✕"),
    "refuse": ("deny", "✕"),
    "refused": ("deny", "✕"),
    "revoked": ("deny", "✕"),
    "broken": ("deny", "✕"),
}
_DONE: Final = {"accept": "accepted", "quarantine": "quarantined", "refuse": "refused"}
_SHORT: Final = 12
_PERSIAN_DAYS: Final = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
_PERSIAN_MONTHS: Final = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip


def english() -> Language:
    """Give the language of whoever chose none."""
    return languages()[ENGLISH]


def moment(at: datetime | None, nothing: str = "not yet", *, language: Language | None = None) -> Markup:
    """Give a moment (UTC) with its weekday and zone, machine-readable too."""
    if at is None:
        return _nothing(nothing, language)
    tongue, time = language or english(), f"{at:%H:%M:%S} UTC"
    form = Markup('<time datetime="{}">{}</time>')
    if tongue.code == "fa":
        # Digits after Persian letters would count as Arabic ones and drag the zone along: the time stands apart.
        return form.format(at.isoformat(), Markup("{}، <bdi>{}</bdi>").format(_written(at.date(), tongue), time))
    return form.format(at.isoformat(), f"{_written(at.date(), tongue)}, {time}")


def day(at: datetime | None, nothing: str = "no date", *, language: Language | None = None) -> Markup:
    """Give the day of a moment (UTC)."""
    if at is None:
        return _nothing(nothing, language)
    return Markup('<time datetime="{}">{}</time>').format(at.date().isoformat(), _written(at.date(), language))


def digest(value: str, what: str = "digest", *, language: Language | None = None) -> Markup:
    """Give a long digest shortened in the middle; whole in its title and for the copy button."""
    short = value if len(value) <= _SHORT else f"{value[:6]}…{value[-4:]}"
    form = Markup('<bdi class="digest" title="{}" data-copy="{}" data-what="{}">{}</bdi>')
    return form.format(value, value, (language or english()).t(what), short)


def verdict(word: str, said: str = "", *, language: Language | None = None) -> Markup:
    """Give a verdict: its shape, its word, its colour; a word that is no verdict stays plain."""
    kind, shape = _SHAPES.get(word, ("plain", "·"))
    form = Markup('<span class="verdict {}"><span aria-hidden="true">{}</span> {}</span>')
    return form.format(kind, shape, said or spoken(_DONE.get(word, word), language=language))


def spoken(word: str, *, language: Language | None = None) -> str:
    """Give a word of ours as people read it: `registration_form` becomes `registration form`."""
    return (language or english()).word(word)


def opening(text: str) -> str:
    """Give a text with a capital at its head, the rest as it is: a country's code stays in capitals."""
    return text[:1].upper() + text[1:]


def counted(count: int, one: str, many: str) -> str:
    """Give "1 list waits" or "3 lists wait"; in pages of several languages `Language.tn` does it."""
    return f"{number(count)} {one if count == 1 else many}"


def lasted(seconds: float, *, language: Language | None = None) -> str:
    """Give a stretch of time in the unit that fits: 40 ms, 12 s, 3 min, 5 h."""
    tongue = language or english()
    if seconds < 1:
        return tongue.t("{n} ms", n=max(0, round(seconds * 1000)))
    for size, one, form in ((60, 1, "{n} s"), (3600, 60, "{n} min"), (86_400, 3600, "{n} h")):
        if seconds < size:
            return tongue.t(form, n=round(seconds / one))
    return tongue.tn(round(seconds / 86_400), "{n} day", "{n} days")


def _nothing(said: str, language: Language | None) -> Markup:
    return Markup('<span class="soft">{}</span>').format((language or english()).t(said))


def _written(at: date, language: Language | None) -> str:
    if language is None or language.code != "fa":
        return f"{at:%a} {at.day} {at:%b %Y}"
    year, month, number_of_day = persian(at)
    return f"{_PERSIAN_DAYS[at.weekday()]} {number_of_day} {_PERSIAN_MONTHS[month - 1]} {year}"
