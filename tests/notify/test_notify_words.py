"""The letters speak as the pages do: the same names for purposes and channels, the same languages, the same keys."""

import json
from pathlib import Path

import pytest

from gateway.notify import letters
from gateway.pages.languages import languages

FOLDER = Path(letters.__file__).parent / "words"


@pytest.mark.parametrize("code", letters.LANGUAGES)
def test_a_letter_names_things_as_the_page_does(code: str) -> None:
    words = json.loads((FOLDER / f"{code}.json").read_text("utf-8"))
    page = languages()[code]
    assert (words["purposes"], words["channels"], words["direction"]) == (
        page["purposes"], page["channels"], page["direction"],
    )  # fmt: skip


def test_all_languages_say_the_same_things() -> None:
    assert tuple(languages()) == letters.LANGUAGES
    shapes = set()
    for code in letters.LANGUAGES:
        words = json.loads((FOLDER / f"{code}.json").read_text("utf-8"))
        shapes.add((tuple(words), *(len(words[kind]) for kind in ("confirm", "given", "stopped"))))
    assert len(shapes) == 1
