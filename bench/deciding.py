"""Measures what the decision costs inside a release: of a real one, and on a page of people from everywhere.

The real release is timed from within, in a process of its own: under the packaged law, and under the same law with each
country's pack copied thrice under invented codes. The mixed page stands in memory; on it the same people are also
decided each by themselves. Must never count a decision that the page did not ask for.
"""

import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_uppercase
from typing import Any, NamedTuple

from bench.child import call
from bench.people import FIELDS
from bench.place import Place, settings
from bench.release import PURPOSE
from gateway.domain.bands import band, cutoffs, told_year, year_limits
from gateway.domain.cells import Cells, judged
from gateway.domain.decision import Decision, decide
from gateway.domain.grant import Grant
from gateway.domain.people import Consent, Dealing, Facts, Person, Reach, Snapshot, Source
from gateway.domain.plan import PAGE
from gateway.domain.requests import Ask, Party, Wish
from gateway.roles.enforcer import compile_grant
from gateway.store import bundles, parties
from policies.load import archive, load_bundle, restore
from policies.packs import Bundle
from policies.terms import Act, AudienceKind, Channel, ConsentState, DealingKind, FieldClass, SourceStatus

COPIES = 3
ROUNDS = 5
SOURCES = 8
LANDS = {"KR": 40, "DE": 15, "US": 10, "CN": 10, "TW": 5, "FR": 5, "GB": 5, "IR": 4, "JP": 4, "": 2}
"""Where the mixed page's people live, in hundredths; "" is unknown."""
_HERE = re.compile(r"^jurisdiction: (\w+)", re.MULTILINE)
_NO_COPY = re.compile(r"^(part_of|members|holidays):|^jurisdiction: strictest$", re.MULTILINE)


def measure(place: Place) -> dict[str, Any]:
    """Measure the decision inside a release of all people of the house, and on a mixed page.

    Returns:
        Microseconds a person and a cell, the share of a release, and ratios; each the best of `ROUNDS`.
    """
    packaged = load_bundle()
    grown = multiplied(packaged)
    ours, many = _released(place), _under(place, grown)
    grant = _grant(place, packaged)
    mixed, mixed_many = _mixed(grant, packaged), _mixed(grant, grown)
    return {
        **ours,
        "packs": len(packaged.packs),
        "packs_grown": len(grown.packs),
        "grown_us_person": many["us_person"],
        "grown_us_cell": many["us_cell"],
        "grown_ratio": round(many["us_person"] / ours["us_person"], 2),
        "to_alone": round(ours["us_cell"] / ours["us_person"]),  # each of these people decided anew costs a cell
        "mixed_cells_page": mixed["cells"],
        "mixed_us_cell": mixed["us_cell"],
        "mixed_us_person": mixed["us_person"],
        "mixed_alone_us_person": mixed["alone"],
        "mixed_grown_us_cell": mixed_many["us_cell"],
        "mixed_grown_ratio": round(mixed_many["us_cell"] / mixed["us_cell"], 2),
    }


def multiplied(bundle: Bundle) -> Bundle:
    """Give the law with each country's pack copied `COPIES` times under codes that ISO 3166 leaves to users."""
    codes = iter(["AA", *(f"X{letter}" for letter in ascii_uppercase), *(f"Q{letter}" for letter in "MNOPQRSTUVWXYZ")])
    files = dict(bundle.files)
    for name, text in bundle.files.items():
        if not name.startswith("jurisdictions/") or _NO_COPY.search(text):
            continue
        own = _HERE.search(text)
        calendar = f"\nholidays: {own[1]}" if own and own[1] in bundle.holidays.calendars else ""
        for _, code in zip(range(COPIES), codes, strict=False):
            files[f"jurisdictions/{code.lower()}.yaml"] = _HERE.sub(f"jurisdiction: {code}{calendar}", text)
    return restore(json.dumps(files, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


def _under(place: Place, bundle: Bundle) -> dict[str, Any]:
    """Measure a release while another law is in force, and put the house's own back."""
    with place.gate.house.unit() as connection:
        before = bundles.in_force(connection)
        bundles.add(connection, bundle.digest, archive(bundle))
        bundles.activate(connection, bundle.digest, "bench", datetime.now(UTC))
    try:
        return _released(place)
    finally:
        with place.gate.house.unit() as connection:
            bundles.activate(connection, str(before), "bench", datetime.now(UTC))


def _released(place: Place) -> dict[str, Any]:
    runs = [call("bench.deciding:once", folder=str(place.folder), key=place.key) for _ in range(ROUNDS)]
    return min(runs, key=lambda run: float(run["us_person"]))


def once(folder: str, key: str) -> dict[str, Any]:
    """Release to /dev/null and time the decisions within; the body of a process of its own."""
    from gateway import wiring
    from gateway.flows import release_pages
    from gateway.flows.release import open_release

    decided = vars(release_pages)["observed"] = _Timed(vars(release_pages)["observed"])
    wish = Wish(Act.DISCLOSE, PURPOSE, Channel.EMAIL, "", FIELDS)
    with wiring.open_gate(settings(Path(folder))) as gate, Path("/dev/null").open("wb") as sink:
        began = time.perf_counter()
        sink.writelines(open_release(gate, key, wish).lines())
        took = time.perf_counter() - began
        with gate.house.unit() as connection:
            rows = connection.exec_driver_sql(_PAGES).all()
    people = sum(cell["count"] for row in rows for cell in row.cells)
    return {
        "people": people,
        "cells_page": round(decided.calls / len(rows), 1),
        "us_cell": round(decided.seconds / decided.calls * 1e6, 1),
        "us_person": round(decided.seconds / people * 1e6, 3),
        "release_us_person": round(took / people * 1e6, 2),
        "share": round(decided.seconds / took, 4),
    }


_PAGES = "SELECT cells FROM release_page WHERE release_no = (SELECT max(no) FROM release)"


class _Timed:
    """A function that counts its calls and their time."""

    def __init__(self, function: Callable[..., Decision]) -> None:
        self._function = function
        self.calls, self.seconds = 0, 0.0

    def __call__(self, *asked: Any) -> Decision:
        began = time.perf_counter()
        decision = self._function(*asked)
        self.seconds += time.perf_counter() - began
        self.calls += 1
        return decision


def _grant(place: Place, bundle: Bundle) -> Grant:
    with place.gate.house.unit() as connection:
        return compile_grant(parties.tool(connection, "bench"), bundle)


def _mixed(grant: Grant, bundle: Bundle) -> dict[str, Any]:
    """Decide a mixed page as a release does, each round anew; then some of its people each by themselves."""
    grant = replace(grant, bundle=bundle.digest)
    rounds = [_page(grant, bundle) for _ in range(ROUNDS)]
    spent, cells = min(rounds)
    at, (ask, snapshot) = datetime.now(UTC), _asked(bundle, datetime.now(UTC))
    rows = _people(bundle, at, 1_000)
    began = time.perf_counter()
    for row in rows:
        decide(ask, grant, row.facts, snapshot, bundle, at)
    alone = (time.perf_counter() - began) / len(rows)
    return {
        "cells": cells,
        "us_cell": round(spent / cells * 1e6, 1),
        "us_person": round(spent / PAGE * 1e6, 2),
        "alone": round(alone * 1e6, 1),
    }


def _page(grant: Grant, bundle: Bundle) -> tuple[float, int]:
    at = datetime.now(UTC)
    ask, snapshot = _asked(bundle, at)
    timed = _Timed(decide)
    cells = Cells(lambda known: timed(ask, grant, known, snapshot, bundle, at))
    for row, cell in judged(_people(bundle, at, PAGE), cells):
        cell.people.append(row.no)
    return timed.seconds, len(cells.all)


def _asked(bundle: Bundle, at: datetime) -> tuple[Ask, Snapshot]:
    """Give a Korean sender's wish for e-mail addresses, and sources of many countries and kinds."""
    ask = Ask(Act.DISCLOSE, PURPOSE, Channel.EMAIL, Party(1, "Bench Seoul", "KR"), "KR", classes=_CLASSES)
    kinds, lands = ("registration_form", "order", "preference_page"), [*LANDS]
    sources = {no: _source(bundle, no, kinds[no % len(kinds)], lands[no], at) for no in range(1, SOURCES)}
    return ask, Snapshot(sources, {}, frozenset(bundle.packs), None)


_CLASSES = frozenset({FieldClass.EMAIL, FieldClass.IDENTITY})


def _source(bundle: Bundle, no: int, kind: str, country: str, at: datetime) -> Source:
    evidence = frozenset({*bundle.sources[kind].evidence, "age_gate"})
    collected = at - timedelta(days=40 * no)
    named = frozenset((1,))
    return Source(
        no, f"s{no}", kind, SourceStatus.APPROVED, 1, country, AudienceKind.B2C, collected, None, evidence, named
    )


class _Row(NamedTuple):
    no: int
    uid: bytes
    facts: Facts


def _people(bundle: Bundle, at: datetime, count: int) -> list[_Row]:
    """Make people of every country by chance, the same each time; equal facts are the same object, as in a page."""
    rng, alike, years = random.Random(7), dict[Facts, Facts](), year_limits(bundle, at)
    lands = rng.choices([*LANDS], [*LANDS.values()], k=count)
    made = (_facts(bundle, at, rng, country, years) for country in lands)
    return [_Row(no, b"", alike.setdefault(facts, facts)) for no, facts in enumerate(made, 1)]


def _facts(bundle: Bundle, at: datetime, rng: random.Random, country: str, years: tuple[int, int]) -> Facts:
    ago = cutoffs(bundle, country, at)
    kind = rng.choices([AudienceKind.B2C, AudienceKind.B2B, AudienceKind.UNKNOWN], (80, 15, 5))[0]
    zone = bundle.pack(country).time_zones[0] if rng.random() < 0.9 else ""
    year = told_year(rng.randrange(1940, 2008), years) if rng.random() < 0.7 else 0
    reaches = tuple(Reach(no) for no in sorted(rng.sample(range(1, SOURCES), rng.choice((1, 1, 1, 1, 2)))))
    said = rng.choices([ConsentState.GIVEN, ConsentState.WITHDRAWN, None], (68, 17, 15))[0]
    since, bought = (band(ago, at - timedelta(days=rng.uniform(1, 1_500))) for _ in range(2))
    consents = (Consent(said, "marketing.own", since, 1),) if said else ()
    dealings = (Dealing(DealingKind.PURCHASE, "", bought, True),) if rng.random() < 0.1 else ()
    return Facts(Person(country, "", zone, kind, year), reaches, consents, dealings)
