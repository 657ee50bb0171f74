"""The console's languages: which one an officer reads, and how a sentence is said in it.

The English sentence is the key. A language is a folder of words/ with one JSON file per feature, {English: theirs}; all
files of a folder are one vocabulary. What has an id (titles of the policies, reasons, refusals) stands by it: see
`gateway.console.named`. What has no words there is said in English, never left out. Must never guess a language from
where somebody seems to be, nor repeat a value unescaped.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from markupsafe import Markup, escape

from gateway.console.named import Named, read
from gateway.domain.errors import Invalid, Ostiary

ENGLISH: Final = "en"
_NAMES: Final = {ENGLISH: "English", "fa": "فارسی"}
_RIGHT_TO_LEFT: Final = frozenset({"fa"})
_FOLDER: Final = Path(__file__).parent / "words"
_TREATMENT: Final = "treatment"
_REASONS: Final = "reasons"
_REFUSALS: Final = "refusals"
_TITLES: Final = frozenset({"title", "means"})
_WORDS: Final = frozenset({"word", "state"})
"""Names in a form that stand for titles of the policies, and for words of ours; what any other holds stays as is."""
_CODE: Final = 2
"""Letters of a country's code."""
_ISOLATE: Final = ("\u2068", "\u2069")
"""First strong isolate and its end: bdi for places where no element may stand, such as titles and pictures."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the console.

    Attributes:
        code: BCP 47 tag.
        name: the language's name in itself.
        direction: `ltr` or `rtl`.
        sentences: what is said, by the English sentence; empty for English.
        by_id: what is said of that which has an id; empty for English.
    """

    code: str
    name: str
    direction: str
    sentences: Mapping[str, str] = field(repr=False, default_factory=dict)
    by_id: Named = field(repr=False, default_factory=Named)

    def t(self, english: str, /, **values: Any) -> Markup:
        """Say a sentence.

        Args:
            english: the sentence in English, with {names} for what is put in.
            values: what is put in; numbers get their thin spaces, text is escaped, markup stays markup.
        """
        said = escape(self.sentences.get(english, english))
        return said.format(**{name: self._put(value) for name, value in values.items()}) if values else said

    def tn(self, n: int, one: str, many: str, /, **values: Any) -> Markup:
        """Say a sentence with a number: `one` if {n} is 1, else `many`."""
        return self.t(one if n == 1 else many, n=n, **values)

    def word(self, word: str) -> str:
        """Give a word of ours as people read it: `registration_form` becomes `registration form` or what it is here."""
        plain = word.replace("_", " ")
        said = self.sentences.get(plain) or self.sentences.get(plain.capitalize())
        kind, _, country = plain.rpartition(" ")
        if not said and len(country) == _CODE and kind in self.sentences:  # such as `national id kr`
            return f"{self.sentences[kind]} ({country.upper()})"
        return said or self._halves(plain) or self.isolated(plain)

    def told(self, english: str, code: str = "") -> Markup:
        """Say a sentence that was made elsewhere; one that has no words here stays English, and says so.

        Args:
            english: the sentence.
            code: of a refusal: its words stand in the list `refusals`, or, whatever it says, under `[code]`.
        """
        if self.code == ENGLISH or english in self.sentences:
            return self.t(english)
        general = self.t(f"[{code}]") if f"[{code}]" in self.sentences else None
        return self._found(_REFUSALS, code, english) or general or _foreign(english)

    def named(self, english: str, list_: str, id_: str) -> Markup:
        """Say what has an id: a title of the policies, by its list; English if the house says something else there."""
        return self._found(list_, id_, english) or self.told(english)

    def why(self, english: str, code: str = "", rule: str = "") -> Markup:
        """Say a reason: by the row of the policies that decided, or by the reason's own code."""
        return self._found(_TREATMENT, rule, english) or self.named(english, _REASONS, code)

    @property
    def comma(self) -> str:
        """What stands between two things that are counted up."""
        return "، " if self.direction == "rtl" else ", "

    def isolated(self, text: str) -> str:
        """Keep text of the other direction from turning what stands around it."""
        return text if self.direction == "ltr" else text.join(_ISOLATE)

    def _halves(self, plain: str) -> str:
        """Say a word that is made of two of ours: `hold batch health`, the treatment and the kind."""
        words = plain.split(" ")
        pairs = ((" ".join(words[:at]), " ".join(words[at:])) for at in range(len(words) - 1, 0, -1))
        both = next((pair for pair in pairs if all(half in self.sentences for half in pair)), ())
        return ": ".join(self.sentences[half] for half in both)

    def _found(self, list_: str, id_: str, english: str) -> Markup | None:
        found = self.by_id.find(list_, id_, english)
        if found is None:
            return None
        theirs, inside = found
        return escape(theirs).format(**{name: self._inside(name, text) for name, text in inside.items()})

    def _inside(self, name: str, text: str) -> str:
        """Say what stood in the place of a name of a form."""
        if name in _TITLES:
            return self.by_id.titles.get(text) or self.isolated(text)
        return self.word(text) if name in _WORDS else self.isolated(text)

    def _put(self, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return number(value)
        return self.isolated(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def languages() -> Mapping[str, Language]:
    """Give all languages by tag, in the order of the menu.

    Raises:
        Ostiary: `words_differ`: two files of one language say the same sentence differently.
    """
    return {
        code: Language(code, name, _direction(code), _sentences(code), read(_FOLDER / code / "by_id"))
        for code, name in _NAMES.items()
    }


def language_of(request: Request, cookie: str) -> Language:
    """Give the language for a visit: the one chosen, else the first that the browser asks for, else English."""
    first = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
    wishes = (request.cookies.get(cookie, ""), first.strip().lower().partition("-")[0])
    return languages()[next((wish for wish in wishes if wish in _NAMES), ENGLISH)]


def chosen(word: str) -> str:
    """Give the tag that a form chose.

    Raises:
        Invalid: `language_unknown`.
    """
    if word not in _NAMES:
        raise Invalid("language_unknown", "Choose one of the languages of the list.")
    return word


def number(value: int) -> str:
    """Give a whole number with thin spaces between the thousands: 48 213."""
    return f"{value:,}".replace(",", "\u202f")


def _foreign(english: str) -> Markup:
    return Markup('<span lang="en" dir="ltr">{}</span>').format(english)


def _direction(code: str) -> str:
    return "rtl" if code in _RIGHT_TO_LEFT else "ltr"


def _sentences(code: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for english, theirs in _pairs(code):
        if found.setdefault(english, theirs) != theirs:
            raise Ostiary("words_differ", f"words/{code} says a sentence in two ways: {english}")
    return found


def _pairs(code: str) -> Iterator[tuple[str, str]]:
    for file in sorted((_FOLDER / code).glob("*.json")):
        yield from json.loads(file.read_text("utf-8")).items()
