"""The import funnel as server-drawn SVG: what came in, what became of it. Pure; no style, no script, no colour alone.

Drawn twice, for a desk and for a phone, because a picture that is scaled down cannot be read; the page shows one. In a
language that is written from right to left it is drawn from right to left, and its words anchor at the same ends.
"""

from collections.abc import Callable, Sequence
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


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A picture's width and the side it is read from; places are counted from that side."""

    width: int
    direction: str

    def at(self, place: int, width: int = 0) -> int:
        """Give the x of something that begins `place` from the reading side and is `width` wide."""
        return place if self.direction == "ltr" else self.width - place - width


def funnel(stages: Sequence[Stage], title: str, description: str, direction: str = "ltr") -> Markup:
    """Draw the funnel.

    Args:
        stages: from the widest to the narrowest, then what was left out.
        title: what the picture shows.
        description: what it says, in one sentence.
        direction: `ltr` or `rtl`, as the words are written.
    """
    most = max([stage.count for stage in stages] or [0]) or 1
    wide, small = _Sheet(_WIDE, direction), _Sheet(_SMALL, direction)
    tall = _ROW * len(stages)
    axis = Markup('<line class="axis" x1="{0}" y1="0" x2="{0}" y2="{1}"/>').format(wide.at(_LABEL), tall)
    return _svg("wide", wide, tall, title, description, axis + _bars(_wide_bar, wide, stages, most)) + _svg(
        "small", small, _TALL * len(stages), title, description, _bars(_small_bar, small, stages, most)
    )


def _bars(
    draw: Callable[[_Sheet, int, Stage, int], Markup], sheet: _Sheet, stages: Sequence[Stage], most: int
) -> Markup:
    return Markup("").join(draw(sheet, row, stage, most) for row, stage in enumerate(stages))


def _svg(name: str, sheet: _Sheet, height: int, title: str, description: str, body: Markup) -> Markup:
    return Markup(
        '<svg class="{0}" viewBox="0 0 {1} {2}" direction="{3}" role="img" aria-labelledby="funnel-{0}-t funnel-{0}-d">'
        '<title id="funnel-{0}-t">{4}</title><desc id="funnel-{0}-d">{5}</desc>{6}</svg>'
    ).format(name, sheet.width, height, sheet.direction, title, description, body)


def _wide_bar(sheet: _Sheet, row: int, stage: Stage, most: int) -> Markup:
    room = _WIDE - _LABEL - 96  # what is left for a bar beside its label and its number
    width = _width(stage.count, most, room)
    middle = row * _ROW + _ROW // 2
    return Markup(
        '<text class="soft" x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect class="bar {}" x="{}" y="{}" width="{}" height="20" rx="2"/><text x="{}" y="{}">{}</text>'
    ).format(
        sheet.at(_LABEL - 12),
        middle + 5,
        stage.label,
        stage.kind,
        sheet.at(_LABEL + 1, width),
        middle - 10,
        width,
        sheet.at(_LABEL + width + 10),
        middle + 5,
        number(stage.count),
    )


def _small_bar(sheet: _Sheet, row: int, stage: Stage, most: int) -> Markup:
    top = row * _TALL
    width = _width(stage.count, most, _SMALL)
    return Markup(
        '<text class="soft" x="{}" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect class="bar {}" x="{}" y="{}" width="{}" height="14" rx="2"/>'
    ).format(
        sheet.at(0),
        top + 16,
        stage.label,
        sheet.at(_SMALL),
        top + 16,
        number(stage.count),
        stage.kind,
        sheet.at(0, width),
        top + 24,
        width,
    )


def _width(count: int, most: int, room: int) -> int:
    """Give a bar's width; whatever is there at all can be seen."""
    return max(2 if count else 0, round(room * count / most))
