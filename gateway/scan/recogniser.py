"""Speaks Presidio: the one fused recogniser, and an engine without a language model.

One recogniser that looks once replaces one per country that each look again. Columns are looked at by `look` alone,
which the recogniser calls too; single texts go through `AnalyzerEngine`, beside whatever recognisers a house adds.
Must never import Presidio before it is wanted (it takes two seconds), nor load a recogniser that asks the network
(its e-mail one does).
"""

import logging
from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from gateway.scan import gates, trials, wording
from gateway.scan.candidates import Candidate, alone, candidates, titled
from gateway.scan.identifiers.together import Judged
from gateway.scan.kinds import Kind
from gateway.scan.letters import Flat, flat

LANGUAGE = "en"  # Presidio wants one; nothing here depends on it
_THRESHOLD = 0.3
_NONE: Final[Mapping[str, Judged]] = MappingProxyType({})
_FEW = 3  # a column declared to hold any identity number names none of them


def look(
    shape: Flat, title: str, expected: Collection[Kind] = (), *, numbers: int = gates.EVERYTHING,
    words: int = wording.EVERYTHING, known: Mapping[str, Judged] = _NONE,
) -> list[Candidate]:  # fmt: skip
    """Look at one cell once.

    Args:
        shape: the cell made flat.
        title: of its column; "" for none.
        expected: kinds that the column was declared to hold.
        numbers: which detectors of numbers, addresses and credentials look; 0 for none.
        words: what the detector of words looks for; 0 for nothing.
        known: judgements of runs of digits made beforehand; of others they are made here.

    Returns:
        Candidates with their places in the cell as it came, failed ones included: columns are judged by how many fail.
    """
    tried = trials.trials(shape.text, known, numbers) if numbers else []
    if words:
        tried = tried + wording.trials(shape.text, title, words)
    if not tried:
        return []
    few = named_by_declaration(expected)
    return candidates(shape, tried, lambda kind: kind in few or titled(title, kind))


def named_by_declaration(expected: Collection[Kind]) -> Collection[Kind]:
    """Give the kinds that a declaration names as a title would: those of a column that holds one thing or two."""
    return expected if len(expected) <= _FEW else ()


@lru_cache(maxsize=1)
def fused() -> Any:
    """Build the recogniser, once.

    Returns:
        A Presidio `EntityRecognizer`. Its `analyze(text, entities, nlp_artifacts)` gives what passes its check, or
        would need a word beside it and has one.
    """
    # Presidio logs the names of what it loads at INFO; nothing of that concerns the house's log.
    logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    known = {"recognizer_name": "OstiaryFusedRecogniser"}

    class FusedRecogniser(EntityRecognizer):  # type: ignore[misc, unused-ignore]  # untyped base
        """Cards, accounts, national numbers, phones, addresses, stored passwords and sensitive words in one look."""

        def load(self) -> None:
            """Nothing to load."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[Any]:  # noqa: ARG002  Presidio's
            """Find what one text holds; spans point into it as it came."""
            wanted = set(entities)
            return [
                RecognizerResult(each.kind.value, each.start, each.end, score, recognition_metadata=known)
                for each in look(flat(text), "")
                if each.kind in wanted and (score := alone(each)) > 0
            ]

    return FusedRecogniser(supported_entities=[kind.value for kind in Kind], name=known["recognizer_name"])


@lru_cache(maxsize=1)
def engine() -> Any:
    """Build a Presidio `AnalyzerEngine` with the fused recogniser only, once.

    Returns:
        The engine; it has no model, no predefined recogniser and opens no socket.
    """
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    settings = {"nlp_engine_name": "no_op", "models": [{"lang_code": LANGUAGE, "model_name": "none"}]}
    nothing = NlpEngineProvider(nlp_configuration=settings).create_engine()
    registry = RecognizerRegistry(recognizers=[fused()], supported_languages=[LANGUAGE])
    return AnalyzerEngine(
        registry=registry, nlp_engine=nothing, supported_languages=[LANGUAGE], default_score_threshold=_THRESHOLD
    )
