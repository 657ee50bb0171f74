"""The letters of the house, in the languages of its pages. Plain text: they carry no picture, no pixel, no offer.

Must never hold marketing: a request to confirm says what was asked for, by whom, and how to say yes, and nothing else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("en", "de", "ko", "zh-Hans", "zh-Hant", "fa")
_TRADITIONAL: Final = frozenset({"hant", "tw", "hk", "mo"})
_FOLDER: Final = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter without its recipient. `text` may hold a sealed link: personal data."""

    subject: str
    text: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class About:
    """What a letter speaks of.

    Attributes:
        sender: name of the party, "" for every sender of the house.
        purposes: the purpose and its ancestors, nearest first; the first that has words is named.
        title: the purpose's own title, for one without words.
        channel: a channel, or "*".
        date: the day it was said, YYYY-MM-DD.
        link: address of a page, "" for none.
        days: how long the page can be used.
        reference: number of the event on record.
    """

    sender: str
    purposes: Sequence[str]
    title: str
    channel: str
    date: str
    link: str = ""
    days: int = 0
    reference: int = 0


def compose(kind: str, language: str, about: About) -> Letter:
    """Write a letter.

    Args:
        kind: `confirm`, `given` or `stopped`.
        language: BCP 47; one that we have not becomes English.
        about: what it speaks of.
    """
    code = chosen(language)
    words = _words(code)
    purpose = next((words["purposes"][one] for one in about.purposes if one in words["purposes"]), about.title)
    facts = {
        "sender": _line(about.sender or words["every_sender"]), "purpose": purpose,
        "channel": words["channels"].get(about.channel, about.channel), "date": about.date, "link": about.link,
        "days": about.days, "reference": about.reference,
    }  # fmt: skip
    paragraphs: Sequence[str] = words[kind]
    text = "\n\n".join(paragraph.format(**facts) for paragraph in paragraphs) + "\n"
    return Letter(str(words[f"{kind}_subject"]).format(**facts), text, code)


def chosen(language: str) -> str:
    """Give the language of ours that is nearest to a BCP 47 tag."""
    primary, *rest = language.lower().replace("_", "-").split("-")
    if primary == "zh":
        return "zh-Hant" if _TRADITIONAL & set(rest) else "zh-Hans"
    return primary if primary in LANGUAGES else LANGUAGES[0]


@cache
def _words(code: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((_FOLDER / f"{code}.json").read_text("utf-8"))
    return found


def _line(text: str) -> str:
    """Keep a name on its line: a line break would begin another header."""
    return " ".join(text.split())
