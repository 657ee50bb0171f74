"""Speaks Presidio: the one fused recogniser, and an engine without a language model.

One recogniser that looks once replaces one per country that each look again; it is called directly for
columns, and through `AnalyzerEngine` for single texts, beside whatever recognisers a house adds. Must never
import Presidio before a scan is wanted (it takes two seconds), nor load a recogniser that asks the network
(its e-mail one does).
"""

import logging
from functools import lru_cache
from typing import Any

from gateway.scan.kinds import Kind
from gateway.scan.letters import flat
from gateway.scan.trials import trials

_LANGUAGE = "en"  # Presidio wants one; nothing here depends on it
_SAYS_NO = 0.0
_BY_CHECK, _BY_FORM = 0.6, 0.95


@lru_cache(maxsize=1)
def fused() -> Any:
    """Build the recogniser, once.

    Returns:
        A Presidio `EntityRecognizer`. Its `analyze(text, entities, nlp_artifacts)` gives candidates that
        failed their check too, with score 0, because columns are judged by how many fail.
    """
    # Presidio logs the names of what it loads at INFO; nothing of that concerns the house's log.
    logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    known = {"recognizer_name": "OstiaryFusedRecogniser"}

    class FusedRecogniser(EntityRecognizer):  # type: ignore[misc, unused-ignore]  # untyped base
        """Cards, accounts, national numbers, phones, addresses and stored passwords in one look."""

        def load(self) -> None:
            """Nothing to load."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any) -> list[Any]:  # noqa: ARG002  Presidio's
            """Find candidates in one text; spans point into it as it came."""
            shape = flat(text)
            wanted = set(entities)
            results = []
            for trial in trials(shape.text):
                if trial.kind not in wanted:
                    continue
                score = (_BY_FORM if trial.certain else _BY_CHECK) if trial.passed else _SAYS_NO
                start, end = shape.span(trial.start, trial.end)
                results.append(RecognizerResult(trial.kind.value, start, end, score, recognition_metadata=known))
            return results

    return FusedRecogniser(supported_entities=[kind.value for kind in Kind], name=known["recognizer_name"])


@lru_cache(maxsize=1)
def engine() -> Any:
    """Build a Presidio `AnalyzerEngine` with the fused recogniser only, once.

    Returns:
        The engine; it has no model, no predefined recogniser and opens no socket.
    """
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    settings = {"nlp_engine_name": "no_op", "models": [{"lang_code": _LANGUAGE, "model_name": "none"}]}
    nothing = NlpEngineProvider(nlp_configuration=settings).create_engine()
    registry = RecognizerRegistry(recognizers=[fused()], supported_languages=[_LANGUAGE])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=nothing,
        supported_languages=[_LANGUAGE],
        default_score_threshold=_BY_CHECK / 2,
    )
