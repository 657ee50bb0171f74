"""Draws the seven lists: 20,000 rows of invented people, each identifier's place known, hard negatives beside them.

Six in ten identifiers are written plainly, four in ten are hidden (`disguise.py`). The same bytes for the same seed and
the same Faker. Must never be told what the scan can find.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from faker import Faker

from bench.planted import benign
from bench.planted.disguise import PERSIAN, disguised
from bench.planted.drawn import makers, unchecked

LOCALES = ("en", "de", "fr", "fa", "zh-Hans", "zh-Hant", "ko")
ROWS = 20_000
HIDDEN = 0.4
_FAKER = {
    "en": "en_US",
    "de": "de_DE",
    "fr": "fr_FR",
    "fa": "fa_IR",
    "zh-Hans": "zh_CN",
    "zh-Hant": "zh_TW",
    "ko": "ko_KR",
}
_BORN = {
    "en": "%m/%d/%Y",
    "de": "%d.%m.%Y",
    "fr": "%d/%m/%Y",
    "zh-Hans": "%Y年%m月%d日",
    "zh-Hant": "%Y-%m-%d",
    "ko": "%Y.%m.%d",
}


@dataclass(frozen=True, slots=True)
class Planted:
    """One piece of personal data and where it stands.

    Attributes:
        column: title.
        row: from 0.
        kind: what it is, in the words of the scan's kinds.
        start, end: in the cell.
        way: plain, hidden (disguised), glued (letters touch it on a side) or told (a name within a sentence).
    """

    column: str
    row: int
    kind: str
    start: int
    end: int
    way: str


@dataclass(frozen=True, slots=True)
class PlantedList:
    """A list and what it holds.

    Attributes:
        locale: one of LOCALES.
        columns: cells by title, all of one length.
        truth: everything planted.
        harmless: titles of columns that hold nobody's data.
        titles: title by meaning (name, email, … notes).
    """

    locale: str
    columns: Mapping[str, Sequence[str]]
    truth: tuple[Planted, ...]
    harmless: frozenset[str]
    titles: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=8)
def words(locale: str) -> dict[str, Any]:
    """Read the sentences of a locale."""
    path = Path(__file__).parent / "words" / f"{locale}.yaml"
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def rows_of(locale: str) -> int:
    """Say how many rows a locale has: even shares of ROWS, the rest to the first."""
    share, rest = divmod(ROWS, len(LOCALES))
    return share + (LOCALES.index(locale) < rest)


def planted(locale: str, rows: int = 0, seed: int = 4) -> PlantedList:
    """Draw the list of a locale.

    Args:
        locale: one of LOCALES.
        rows: 0 for its share of the 20,000.
        seed: another seed is another list.

    Returns:
        The list, the same for the same arguments.
    """
    return _Drawing(locale, rows or rows_of(locale), seed).made()


def untitled(made: PlantedList) -> PlantedList:
    """Give the same list with titles that tell nothing: c1, c2 and so on."""
    named = {title: f"c{number}" for number, title in enumerate(made.columns, start=1)}
    return PlantedList(
        made.locale,
        {named[title]: cells for title, cells in made.columns.items()},
        tuple(replace(each, column=named[each.column]) for each in made.truth),
        frozenset(named[title] for title in made.harmless),
        {meaning: named[title] for meaning, title in made.titles.items()},
    )


def harmless_sentences(locale: str, count: int = 300, seed: int = 4) -> list[str]:
    """Draw sentences with numbers in them and nobody's data; none of their patterns stands in the lists."""
    rng = Random(f"held/{locale}/{seed}")
    patterns = words(locale)["held"]
    return [benign.fill(rng, patterns[number % len(patterns)]) for number in range(count)]


class _Drawing:
    """One list while it is drawn."""

    def __init__(self, locale: str, rows: int, seed: int) -> None:
        self.locale, self.rows, self.words = locale, rows, words(locale)
        self.rng = Random(f"planted/{locale}/{seed}")
        self.fake = Faker(_FAKER[locale])
        self.fake.seed_instance(f"planted/{locale}/{seed}")
        self.truth: list[Planted] = []
        self.makers = makers(self.rng, locale)

    def made(self) -> PlantedList:
        titles: dict[str, str] = self.words["titles"]
        columns = {titles["name"]: self._whole(titles["name"], "name", self._name)}
        for meaning in self.makers:
            columns[titles[meaning]] = self._identifiers(titles[meaning], meaning)
        columns[titles["address"]] = self._whole(titles["address"], "postal_address", self._address)
        columns[titles["birth_date"]] = self._whole(titles["birth_date"], "birth_date", self._born)
        columns[titles["notes"]] = [self._note(titles["notes"], row) for row in range(self.rows)]
        columns[titles["special"]] = [self._special(titles["special"], row) for row in range(self.rows)]
        for title in benign.COLUMNS:
            columns[title] = benign.column(self.rng, title, self.rows, self.locale)
        return PlantedList(self.locale, columns, tuple(self.truth), frozenset(benign.COLUMNS), titles)

    def _whole(self, title: str, kind: str, make: Callable[[], str]) -> list[str]:
        """Fill a column whose every cell is of one kind."""
        cells = [make() for _ in range(self.rows)]
        self.truth.extend(Planted(title, row, kind, 0, len(cell), "plain") for row, cell in enumerate(cells))
        return cells

    def _identifiers(self, title: str, meaning: str) -> list[str]:
        """Fill a column of identifiers; three in a hundred cells are empty."""
        cells = []
        for row in range(self.rows):
            if self.rng.random() < 0.03:
                cells.append("")
                continue
            kind, text, way = self._written(meaning)
            self.truth.append(Planted(title, row, kind, 0, len(text), way))
            cells.append(text)
        return cells

    def _written(self, meaning: str) -> tuple[str, str, str]:
        kind, text = self.makers[meaning]()
        if self.rng.random() >= HIDDEN:
            return kind, text, "plain"
        hidden = disguised(self.rng, text, kind, self.locale)
        return kind, hidden, "plain" if hidden == text else "hidden"

    def _note(self, title: str, row: int) -> str:
        """Four notes in ten hide an identifier, some two; one in twenty names somebody; the others are harmless."""
        chance = self.rng.random()
        if chance < 0.25:
            return ""
        if chance < 0.55:
            return benign.fill(self.rng, self.rng.choice(self.words["benign"]))
        if chance < 0.6:
            return self._someone(title, row)
        note = self._told(title, row, "")
        return self._told(title, row, note + " / ") if chance > 0.95 else note

    def _told(self, title: str, row: int, before: str) -> str:
        """Write one identifier into a sentence behind what the note says already."""
        kind, text, way = self._written(self.rng.choice(list(self.makers)))
        frame = self._frame(kind, text)
        at = len(before) + frame.index("{v}")
        note = before + frame.replace("{v}", text)
        around = note[at - 1 : at] + note[at + len(text) : at + len(text) + 1]
        if any(letter.isalpha() for letter in around):
            way = "glued" if way == "plain" else "hidden"
        self.truth.append(Planted(title, row, kind, at, at + len(text), way))
        return note

    def _someone(self, title: str, row: int) -> str:
        """Name somebody in a sentence."""
        frame, name = str(self.rng.choice(self.words["named"])), self._name()
        at = frame.index("{n}")
        self.truth.append(Planted(title, row, "name", at, at + len(name), "told"))
        return frame.replace("{n}", name)

    def _frame(self, kind: str, text: str) -> str:
        """Choose a sentence: what nobody could tell from an order number is always named."""
        bare = self.words["bare"].get(kind, ())
        if bare and self.rng.random() < 0.5 and not unchecked(kind, text):
            return str(self.rng.choice(bare))
        named = "national_id_tw" if kind == "resident_id_tw" else kind
        word = str(self.rng.choice(self.words["words"][named]))
        gap = " " if word[-1].isascii() and word[-1].isalnum() else ""
        return str(self.rng.choice(self.words["frames"])).replace("{w}{v}", f"{{w}}{gap}{{v}}").replace("{w}", word)

    def _special(self, title: str, row: int) -> str:
        """One remark in six tells of health, belief and so on."""
        if self.rng.random() > 0.16:
            return benign.fill(self.rng, self.rng.choice(self.words["benign"]))
        kind = self.rng.choice(list(self.words["special"]))
        text = str(self.rng.choice(self.words["special"][kind]))
        self.truth.append(Planted(title, row, kind, 0, len(text), "plain"))
        return text

    def _name(self) -> str:
        if self.locale.startswith(("zh", "ko")):
            return str(self.fake.last_name() + self.fake.first_name())
        return f"{self.fake.first_name()} {self.fake.last_name()}"

    def _address(self) -> str:
        return str(self.fake.address()).replace("\n", ", ")

    def _born(self) -> str:
        day = date(1940, 1, 1) + timedelta(days=self.rng.randrange(24_000))
        if self.locale == "fa":  # the Persian year begins in March; the day does not matter here
            return f"{day.year - 621}/{day.month:02d}/{min(day.day, 29):02d}".translate(PERSIAN)
        return day.strftime(_BORN[self.locale])
