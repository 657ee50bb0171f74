"""Measures the scan from CSV bytes beside stock Presidio cell by cell and beside its physical floor, in one run.

The list has six columns (name, e-mail, phone, national id, address, notes) in six locales; three notes in ten hold
an identifier. In the plain list the columns of identifiers are written as people write them, in the hidden one four in
ten are disguised: full-width or Persian digits, marks that nobody sees, odd grouping (`bench.planted`). Stock Presidio
is its `AnalyzerEngine` without a model and with the recognisers that it loads by itself, but the one that needs a
model; its e-mail recogniser is kept from asking the network, which favours it. The floor is Arrow reading the CSV and
one pass of one pattern over all cells. Rates are rows a second of CPU, "a core": other work on the machine does not
blur them. Must never measure a chunk that was scanned before with what that left behind.
"""

import io
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from bench.planted.lists import planted
from gateway.flows.collecting import rare_collection
from gateway.flows.scanning import expected_of
from gateway.lists.headers import propose
from gateway.lists.reader import CHUNK_ROWS
from gateway.scan import ColumnVerdict, Scanner

ROWS = 10_000
STOCK = 300
_DRAWN = 6  # rows for one whose identifiers are all written plainly
_LOCALES = ("en", "de", "fa", "zh-Hans", "zh-Hant", "ko")
_TITLES = ("name", "email", "phone", "national_id", "address", "notes")
_REPEATS = 3


def measure(rows: int = ROWS, stock: int = STOCK) -> dict[str, Any]:
    """Scan the plain list declared as its titles say and declared by nobody, then the hidden one, then the others.

    Args:
        rows: of each list.
        stock: how many of the plain one stock Presidio is given.

    Returns:
        Rows a second of CPU of each, and how they compare.
    """
    plain, hidden = listed(rows, plain=True), listed(rows, plain=False)
    _scan(listed(120, plain=False, seed=5), declared=True)  # imports and compiled patterns
    declared, undeclared, disguised = (
        rows / _best(partial(_scan, written, declared=how))
        for written, how in ((plain, True), (plain, False), (hidden, True))
    )
    floor = rows / _best(partial(_floor, plain))
    slow = stock / _stock(_read(plain).slice(0, stock))
    return {
        "rows": rows,
        "stock_rows": stock,
        "rows_per_second": round(declared),
        "undeclared_rows_per_second": round(undeclared),
        "hidden_rows_per_second": round(disguised),
        "stock_rows_per_second": round(slow, 1),
        "floor_rows_per_second": round(floor),
        "to_stock": round(declared / slow, 1),
        "undeclared_to_stock": round(undeclared / slow, 1),
        "to_floor": round(declared / floor, 4),
    }


def listed(rows: int, *, plain: bool, seed: int = 4) -> bytes:
    """Draw a list, the locales by turns, as CSV in UTF-8.

    Args:
        rows: how many.
        plain: whether identifiers in columns of their own are written plainly.
        seed: another seed is another list.
    """
    share = rows // len(_LOCALES)
    drawn = [_of_locale(locale, share, plain, seed) for locale in _LOCALES]
    columns = [[row[at] for some in zip(*drawn, strict=True) for row in some] for at in range(len(_TITLES))]
    written = io.BytesIO()
    pyarrow.csv.write_csv(pa.table(dict(zip(_TITLES, columns, strict=True))), written)
    return written.getvalue()


def _of_locale(locale: str, share: int, plain: bool, seed: int) -> list[tuple[str, ...]]:
    """Draw the rows of one locale."""
    made = planted(locale, share * (_DRAWN if plain else 1), seed)
    titles = [made.titles[title] for title in _TITLES]
    own = {made.titles[title] for title in ("email", "phone", "national_id")}
    disguised = {each.row for each in made.truth if each.column in own and each.way != "plain"} if plain else set()
    rows = zip(*(made.columns[title] for title in titles), strict=True)
    return [row for number, row in enumerate(rows) if number not in disguised][:share]


def _scan(written: bytes, *, declared: bool) -> int:
    """Scan a list in the chunks of an import; give how much was found."""
    table, scanner = _read(written), Scanner()
    expected = expected_of(propose(table.column_names)) if declared else {}
    priors: dict[str, ColumnVerdict] = {}
    found = 0
    with rare_collection():  # as an import does
        for start in range(0, len(table), CHUNK_ROWS):
            chunk = table.slice(start, CHUNK_ROWS)
            findings = scanner.scan(
                {title: chunk.column(title) for title in table.column_names}, expected=expected, priors=priors
            )
            priors = priors or findings.columns
            found += len(findings.found) + sum(sum(kinds.values()) for kinds in findings.expected.values())
    return found


def _read(written: bytes) -> Any:
    text = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(_TITLES, pa.string()), strings_can_be_null=False)
    return pyarrow.csv.read_csv(io.BytesIO(written), convert_options=text)


def _floor(written: bytes) -> int:
    """Read the list and look once at every cell."""
    table = _read(written)
    return sum(pc.sum(pc.match_substring_regex(table.column(title), r"[0-9]{6}")).as_py() for title in _TITLES)


def _stock(table: Any) -> float:
    """Give CPU seconds of stock Presidio over every cell of a table."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    settings = {"nlp_engine_name": "no_op", "models": [{"lang_code": "en", "model_name": "none"}]}
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")  # it needs a model
    engine = AnalyzerEngine(
        registry=registry, nlp_engine=NlpEngineProvider(nlp_configuration=settings).create_engine(),
        supported_languages=["en"],
    )  # fmt: skip
    cells = [cell for title in _TITLES for cell in table.column(title).to_pylist()]
    engine.analyze(text=cells[0], language="en")
    return _timed(lambda: [engine.analyze(text=cell, language="en") for cell in cells if cell])


def _best(work: Callable[[], object]) -> float:
    return min(_timed(work) for _ in range(_REPEATS))


def _timed(work: Callable[[], object]) -> float:
    """Give the CPU seconds of this process that some work takes, those of its threads included."""
    began = time.process_time()
    work()
    return time.process_time() - began
