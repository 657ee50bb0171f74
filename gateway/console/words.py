"""How the console writes numbers, moments, digests and verdicts. Pure; every function gives safe HTML or plain text."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from markupsafe import Markup

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


def number(value: int) -> str:
    """Give a whole number with thin spaces between the thousands: 48 213."""
    return f"{value:,}".replace(",", "\u202f")


def moment(at: datetime | None, nothing: str = "not yet") -> Markup:
    """Give a moment (UTC) with its weekday and zone, machine-readable too."""
    if at is None:
        return Markup('<span class="soft">{}</span>').format(nothing)
    spoken = f"{at:%a} {at.day} {at:%b %Y}, {at:%H:%M:%S} UTC"
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), spoken)


def day(at: datetime | None, nothing: str = "no date") -> Markup:
    """Give the day of a moment (UTC)."""
    if at is None:
        return Markup('<span class="soft">{}</span>').format(nothing)
    spoken = f"{at:%a} {at.day} {at:%b %Y}"
    return Markup('<time datetime="{}">{}</time>').format(at.date().isoformat(), spoken)


def digest(value: str, what: str = "digest") -> Markup:
    """Give a long digest shortened in the middle; whole in its title and for the copy button."""
    short = value if len(value) <= _SHORT else f"{value[:6]}…{value[-4:]}"
    form = Markup('<bdi class="digest" title="{}" data-copy="{}" data-what="{}">{}</bdi>')
    return form.format(value, value, what, short)


def verdict(word: str, said: str = "") -> Markup:
    """Give a verdict: its shape, its word, its colour; a word that is no verdict stays plain."""
    kind, shape = _SHAPES.get(word, ("plain", "·"))
    form = Markup('<span class="verdict {}"><span aria-hidden="true">{}</span> {}</span>')
    return form.format(kind, shape, said or spoken(_DONE.get(word, word)))


def spoken(word: str) -> str:
    """Give a word of ours as people read it: `registration_form` becomes `registration form`."""
    return word.replace("_", " ")


def counted(count: int, one: str, many: str) -> str:
    """Give "1 list waits" or "3 lists wait"."""
    return f"{number(count)} {one if count == 1 else many}"


def lasted(seconds: float) -> str:
    """Give a stretch of time in the unit that fits: 40 ms, 12 s, 3 min, 5 h."""
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))} ms"
    for size, unit in ((60, "s"), (3600, "min"), (86_400, "h")):
        if seconds < size:
            return f"{round(seconds / (1 if unit == 's' else 60 if unit == 'min' else 3600))} {unit}"
    return counted(round(seconds / 86_400), "day", "days")
