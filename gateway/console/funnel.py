"""The import funnel as server-drawn SVG: what came in, what became of it. Pure; no style, no script, no colour alone.

Drawn twice, for a desk and for a phone, because a picture that is scaled down cannot be read; the page shows one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from gateway.console.words import number

_WIDE: Final = 880
_LABEL: Final = 248
_ROW: Final = 36
_SMALL: Final = 288
_TALL: Final = 52


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar: what it counts, how many, and its kind (allow, hold, deny, or "" where it is no verdict)."""

    label: str
    count: int
    kind: str = ""


def funnel(stages: Sequence[Stage], title: str, description: str) -> Markup:
    """Draw the funnel.

    Args:
        stages: from the widest to the narrowest, then what was left out.
        title: what the picture shows.
        description: what it says, in one sentence.
    """
    most = max([stage.count for stage in stages] or [0]) or 1
    wide = Markup("").join(_wide_bar(at, stage, most) for at, stage in enumerate(stages))
    small = Markup("").join(_small_bar(at, stage, most) for at, stage in enumerate(stages))
    axis = Markup('<line class="axis" x1="{0}" y1="0" x2="{0}" y2="{1}"/>').format(_LABEL, _ROW * len(stages))
    return _svg("wide", _WIDE, _ROW * len(stages), title, description, axis + wide) + _svg(
        "small", _SMALL, _TALL * len(stages), title, description, small
    )


def _svg(name: str, width: int, height: int, title: str, description: str, body: Markup) -> Markup:
    return Markup(
        '<svg class="{0}" viewBox="0 0 {1} {2}" role="img" aria-labelledby="funnel-{0}-t funnel-{0}-d">'
        '<title id="funnel-{0}-t">{3}</title><desc id="funnel-{0}-d">{4}</desc>{5}</svg>'
    ).format(name, width, height, title, description, body)


def _wide_bar(at: int, stage: Stage, most: int) -> Markup:
    room = _WIDE - _LABEL - 96  # what is left for a bar beside its label and its number
    width = _width(stage.count, most, room)
    middle = at * _ROW + _ROW // 2
    return Markup(
        '<text class="soft" x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect class="bar {}" x="{}" y="{}" width="{}" height="20" rx="2"/><text x="{}" y="{}">{}</text>'
    ).format(
        _LABEL - 12,
        middle + 5,
        stage.label,
        stage.kind,
        _LABEL + 1,
        middle - 10,
        width,
        _LABEL + width + 10,
        middle + 5,
        number(stage.count),
    )


def _small_bar(at: int, stage: Stage, most: int) -> Markup:
    top = at * _TALL
    return Markup(
        '<text class="soft" x="0" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect class="bar {}" x="0" y="{}" width="{}" height="14" rx="2"/>'
    ).format(
        top + 16,
        stage.label,
        _SMALL,
        top + 16,
        number(stage.count),
        stage.kind,
        top + 24,
        _width(stage.count, most, _SMALL),
    )


def _width(count: int, most: int, room: int) -> int:
    """Give a bar's width; whatever is there at all can be seen."""
    return max(2 if count else 0, round(room * count / most))
