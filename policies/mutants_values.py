"""How one written value can be changed a little: a day, a minute, a word for its neighbour, an item left out.

Must never know a country or a rule; an unknown key is changed by the type of its value, so that new words need nothing
here.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final, TypeAlias

Change: TypeAlias = tuple[str, tuple[str | int, ...], Any]


class Drop(Enum):
    """The mark of what is taken out; the same one in every process."""

    DROP = "drop"


DROP: Final = Drop.DROP

LESS_A_DAY = "-1D"
"""Ends a period that is a day shorter than it says; the language has no word for it, so only a runner reads it."""

_period = re.compile(r"P(?:([0-9]{1,3})Y)?(?:([0-9]{1,3})M)?(?:([0-9]{1,3})W)?(?:([0-9]{1,4})D)?")
_clock = re.compile(r"([0-9]{2}):([0-9]{2})")
_day_minutes = 24 * 60
_flips = {
    "hold": ("deny",),
    "deny": ("hold",),
    "the_day_before": ("the_same_day",),
    "the_same_day": ("the_day_before",),
    "any": ("similar",),
    "similar": ("any", "same"),
    "same": ("similar",),
}
_dealings = ("purchase", "inquiry", "activity")
_singles = frozenset({"otherwise", "due", "category"})


def changes(key: str, value: Any, *, of: dict[str, Any], name: str = "") -> Iterator[Change]:
    """Give every change of one value.

    Args:
        key: the key that it stands under.
        value: as read from the file.
        of: the mapping that holds the key, for what depends on a neighbour.
        name: the keys above and this one, dotted; "" at the top of a rule.

    Returns:
        What was done in words, the path below the value, and what comes there (`DROP` takes it out).
    """
    name = name or key
    if key == "need":
        yield from _to(name, value, _models(value))
    elif key == "consent" and isinstance(value, str):
        yield from _to(name, value, [one for one in _models(value) if one not in ("opt_out", "ban")])
        yield f"{name} {value} dropped", (), DROP
    elif key == "tool_country":
        yield from _swapped(name, value)
        yield from _mapping(name, value)
    elif isinstance(value, dict):
        yield from _mapping(name, value)
    elif key == "act" and ("local_hours" in of or "local_days" in of):
        return  # hours are for contacts alone, whatever the act says
    elif isinstance(value, list):
        yield from _hours(name, value) if key == "local_hours" else _items(name, value, of)
    else:
        yield from _scalar(name, key, value, of)


def _mapping(name: str, value: dict[str, Any]) -> Iterator[Change]:
    if name.count(".") == 1 and name.startswith("when."):
        yield f"{name} dropped", (), DROP
    for key, item in value.items():
        for change, path, new in changes(key, item, of=value, name=f"{name}.{key}"):
            yield change, (key, *path), new


def _items(name: str, value: list[Any], of: dict[str, Any]) -> Iterator[Change]:
    if len(value) == 1:
        yield from _last(name, value[0], of)
        return
    for at, item in enumerate(value):
        yield f"{name} - {item}", (at,), DROP
    if name.startswith("when.") and name.count(".") == 1:
        yield f"{name} dropped", (), DROP


def _last(name: str, item: Any, of: dict[str, Any]) -> Iterator[Change]:
    """Change a list of one: without it the key goes, but a dealing must be of some kind."""
    only = name.count(".") > 1 and len(of) == 1  # the mapping around it, dropped, says the same
    if name == "when.dealing.kind":
        yield from _to(name, item, [one for one in _dealings if one != item])
    elif name != "relax" and not only:
        yield f"{name} {item} dropped", (), DROP


def _hours(name: str, value: list[str]) -> Iterator[Change]:
    for at, text in enumerate(value):
        minutes = _minutes(text)
        for step in (-1, 1):
            moved = minutes + step
            if 0 <= moved <= _day_minutes:
                new = f"{moved // 60:02d}:{moved % 60:02d}"
                yield f"{name} {text} -> {new}", (at,), new
    yield f"{name} dropped", (), DROP


def _minutes(text: str) -> int:
    found = _clock.fullmatch(text)
    return int(found[1]) * 60 + int(found[2]) if found else 0


def _swapped(name: str, value: dict[str, Any]) -> Iterator[Change]:
    if len(value) == 1:
        ((key, item),) = value.items()
        other = "outside" if key == "among" else "among"
        yield f"{name}.{key} -> {other}", (), {other: item}


def _scalar(name: str, key: str, value: Any, of: dict[str, Any]) -> Iterator[Change]:
    if isinstance(value, bool):
        yield f"{name} {str(value).lower()} dropped", (), DROP
    elif isinstance(value, int):
        yield from _to(name, value, [value - 1, value + 1])
    elif isinstance(value, date):
        yield from _to(name, value, [value - timedelta(days=1), value + timedelta(days=1)])
    elif isinstance(value, str):
        yield from _word(name, key, value, of)
    if isinstance(value, (int, str)) and not isinstance(value, bool) and name.startswith("oblige."):
        yield f"{name} dropped", (), DROP


def _word(name: str, key: str, value: str, of: dict[str, Any]) -> Iterator[Change]:
    if _period.fullmatch(value) and value != "P":
        yield from _to(name, value, _periods(value))
        if key == "within" and len(of) > 1:
            yield f"{name} {value} dropped", (), DROP
    elif key in _singles or value in ("hold", "deny"):
        yield from _to(name, value, _flips.get(value, ()))
    elif name.startswith("oblige."):
        yield f"{name} text changed", (), f"{value}~"
    elif key == "name" and name == "register.name":
        yield f"{name} {value} -> {value}0", (), f"{value}0"
    else:
        yield from _last(name, value, of)


def _periods(text: str) -> list[str]:
    """Give a period a day shorter and longer; in months or years also a month."""
    found = _period.fullmatch(text)
    years, months, weeks, days = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    whole, left = 12 * years + months, 7 * weeks + days
    if not whole:
        return [f"P{each}D" for each in (left - 1, left + 1) if each]
    ended = f"{left}D" if left else ""
    shorter = [f"P{whole - 1}M{ended}"] if whole > 1 else []
    return [f"{text}{LESS_A_DAY}", f"P{whole}M{left + 1}D", *shorter, f"P{whole + 1}M{ended}"]


def _models(need: str) -> list[str]:
    """Give the neighbours of a model: each of its conditions left out, and one that asks for more."""
    if need in ("nothing", "opt_out"):
        return ["opt_in"]
    if need == "ban":
        return ["opt_in"]
    conditions = [part for part in need.removeprefix("opt_in").split("_") if part]
    if not conditions:
        return ["opt_out", "opt_in_separate", "ban"]
    fewer = ["_".join(("opt_in", *(each for each in conditions if each != left))) for left in conditions]
    return [*fewer, "ban"]


def _to(name: str, value: Any, others: Any) -> Iterator[Change]:
    for other in others:
        yield f"{name} {value} -> {other}", (), other
