"""Marks the scan on the planted lists and writes docs/scan-accuracy.md: `python -m bench.accuracy`.

20,000 rows in seven languages, scanned undeclared as whole columns. Identifiers have goals; words (names, addresses,
birth dates, special categories) are told as they are. Must never leave out a kind that did badly.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from bench.planted.lists import LOCALES, ROWS, harmless_sentences, planted, untitled
from bench.planted.marks import Mark, Marks, is_identifier, marked, pooled
from gateway.scan import Scanner
from gateway.scan.names import Names

RECALL, PRECISION, BENIGN, SENTENCES = 0.98, 0.97, 0.005, 0.01
PAGE = Path(__file__).parents[1] / "docs" / "scan-accuracy.md"
_INTRO = """# How right the scan is

Written by `python -m bench.accuracy`; `tests/scan/test_scan_accuracy.py` and `test_scan_benign.py` hold it to its
goals.

{rows:,} rows of invented people in seven languages (`bench/planted`, drawn from a seed), 26 harmless columns beside
them on every list: order numbers of 9 to 16 digits, random and rising, parcels, devices (valid IMEIs), products (valid
EAN-13), times in seconds and milliseconds, prices, invoices, dates, UUIDs, versions, coordinates. Every column is
scanned as if nobody had declared it, under a title in the language of the list. Four identifiers in ten are hidden:
digits of other scripts, full-width letters, marks that nobody sees, odd blanks and hyphens. *Glued*: a letter (Han,
Hangul, Persian) touches the number in a note. The generator's arithmetic is apart from the scan's; numbers that nobody
could tell from an order number stand in a note only beside a word that names them.

Found: right kind and at least 80 % of its letters covered, score 0.5 or more. Right: share of the findings of a kind
that stand on one planted. Family: found as some kind of the same family. Goals: found ≥ {recall}, right ≥ {precision}
for each identifier in each language. **Bold** is below its goal.
"""


@lru_cache(maxsize=1)
def whole() -> dict[str, Marks]:
    """Mark all lists; once in a process."""
    scanner = Scanner()
    return {locale: marked(planted(locale), scanner) for locale in LOCALES}


@lru_cache(maxsize=1)
def without_titles() -> dict[str, Marks]:
    """Mark other, shorter lists whose titles tell nothing; once in a process."""
    scanner = Scanner()
    return {locale: marked(untitled(planted(locale, rows=500, seed=5)), scanner) for locale in LOCALES}


@lru_cache(maxsize=1)
def names_within() -> dict[str, tuple[float, str]]:
    """Look for names in the notes of 1,000 rows a language with the models that are installed.

    Returns:
        By locale the share found and how they are looked for: model, rules or none.
    """
    names, told = Names(), {}
    for locale in LOCALES:
        made = planted(locale, rows=1_000)
        title = made.titles["notes"]
        notes = replace(made, columns={title: made.columns[title]}, harmless=frozenset())
        notes = replace(notes, truth=tuple(each for each in made.truth if each.column == title))
        found = marked(notes, Scanner(names=names, latin=locale)).kinds["name"]
        told[locale] = (found.recall, names.coverage()[locale])
    return told


def said_of_sentences(locale: str, title: str = "text") -> list[str]:
    """Give the harmless sentences in which the scan sees an identifier."""
    sentences = harmless_sentences(locale)
    found = Scanner().scan({title: sentences}).found
    return [sentences[row] for row in sorted({each.row for each in found if is_identifier(each.kind.value)})]


def figures() -> dict[str, Any]:
    """Give the figures that a bench run keeps."""
    every = [(locale, kind, m) for locale, marks in whole().items() for kind, m in marks.identifiers().items()]
    total = pooled({f"{locale}/{kind}": m for locale, kind, m in every})
    bare = pooled(
        {f"{locale}/{kind}": m for locale, marks in without_titles().items() for kind, m in marks.identifiers().items()}
    )
    names = {f"names_found_{each}": _round(whole()[each].kinds["name"].recall_of("plain") or 0) for each in LOCALES}
    within = {f"names_found_in_notes_{each}": _round(recall) for each, (recall, _) in names_within().items()}
    return {
        "rows": sum(marks.rows for marks in whole().values()),
        "cells_of_table": len(every),
        "cells_below_goal": sum(m.recall < RECALL or m.precision < PRECISION for _, _, m in every),
        "identifiers_found": _round(total.recall),
        "identifiers_found_hidden": _round(total.recall_of("hidden") or 0),
        "identifiers_found_glued": _round(total.recall_of("glued") or 0),
        "identifiers_right": _round(total.precision),
        "identifiers_found_without_titles": _round(bare.recall),
        "harmless_columns_typed": sum(len(marks.typed) for marks in whole().values()),
        **names,
        **within,
    }


def page() -> str:
    """Write the page."""
    head = _INTRO.format(rows=ROWS, recall=RECALL, precision=PRECISION)
    return "\n".join([head, *_identifiers(), *_untitled(), *_words(), *_harmless(), ""])


def _identifiers() -> Iterator[str]:
    yield "## Identifiers\n"
    yield "| list | kind | planted | found | plain | hidden | glued | family | right |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|"
    for locale, marks in whole().items():
        for kind, each in marks.identifiers().items():
            ways = " | ".join(_figure(each.recall_of(way), RECALL) for way in ("plain", "hidden", "glued"))
            found, right = _figure(each.recall, RECALL), _figure(each.precision, PRECISION)
            family = _figure(each.family / each.planted)
            yield f"| {locale} | {kind} | {each.planted:,} | {found} | {ways} | {family} | {right} |"
        if strays := marks.strays():
            told = ", ".join(f"{kind} {said}" for kind, said in strays.items())
            yield f"| {locale} | *said, and nowhere on the list* | | | | | | | {told} |"
    yield ""


def _untitled() -> Iterator[str]:
    yield "## Without titles\n"
    yield "500 other rows a language under the titles c1, c2, …: all identifiers, and what is missed most. No goal.\n"
    yield "| list | found | right | least found | harmless columns typed |"
    yield "|---|--:|--:|---|---|"
    for locale, marks in without_titles().items():
        each = marks.identifiers()
        total, least = pooled(each), min(each, key=lambda kind: each[kind].recall)
        typed = ", ".join(sorted(marks.typed.values())) or "none"
        low = f"{least} {_figure(each[least].recall)}"
        yield f"| {locale} | {_figure(total.recall)} | {_figure(total.precision)} | {low} | {typed} |"
    yield ""


def _words() -> Iterator[str]:
    yield "## Names, addresses, birth dates, special categories\n"
    yield "No goal. Cells of columns; a remark counts as found when a word of it is.\n"
    yield "| list | kind | planted | found | right |"
    yield "|---|---|--:|--:|--:|"
    for locale, marks in whole().items():
        for kind, each in _in_order(marks):
            found = _figure(each.recall_of("plain"))
            yield f"| {locale} | {kind} | {each.planted:,} | {found} | {_figure(each.precision)} |"
    yield "\nNames within sentences (notes of 1,000 rows), with the extras of a development machine:\n"
    yield "| list | looked for by | found |"
    yield "|---|---|--:|"
    for locale, (recall, how) in names_within().items():
        yield f"| {locale} | {how} | {_figure(recall)} |"
    yield ""


def _in_order(marks: Marks) -> Iterator[tuple[str, Mark]]:
    for kind, each in sorted(marks.kinds.items()):
        if each.planted and not is_identifier(kind):
            yield kind, each


def _harmless() -> Iterator[str]:
    yield "## Harmless columns and sentences\n"
    yield "Cells with a finding of any kind, of all cells of a column: the worst column of each list. Sentences:"
    yield "300 a language with dates, prices and numbers named as orders, parcels or products, in patterns that no list"
    yield "holds.\n"
    yield "| list | columns typed as something | worst column | cells | sentences with an identifier |"
    yield "|---|---|---|--:|--:|"
    for locale, marks in whole().items():
        typed = ", ".join(f"{title} as {kind}" for title, kind in marks.typed.items()) or "none"
        worst = max(marks.benign, key=marks.benign.__getitem__, default="")
        share = f"{marks.benign.get(worst, 0) / marks.rows:.2%}"
        yield f"| {locale} | {typed} | {worst or 'none'} | {share} | {len(said_of_sentences(locale))} of 300 |"


def _figure(value: float | None, goal: float = 0.0) -> str:
    if value is None:
        return ""
    written = f"{int(value * 1000) / 1000:.3f}"  # never rounded up to a goal
    return f"**{written}**" if value < goal else written


def _round(value: float) -> float:
    return int(value * 10_000) / 10_000


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    for name, value in figures().items():
        print(f"{name.replace('_', ' ')}: {value:,}")
    print(f"written to {PAGE}")
