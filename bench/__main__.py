"""`python -m bench [--people N] [part ...]`: measures on a private house, prints a table, writes bench/out/*.json.

Parts: release, decide, decisions, many, authzen, imports, workers, ledger, scan, accuracy; all of them when none is
named. A goal is a ratio of one run, never a figure that another machine would have to repeat. Must never report a part
that did not run.
"""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.place import Place
from bench.report import goals, table

_OUT = Path(__file__).parent / "out"


def _release(place: Place) -> dict[str, Any]:
    from bench import release

    return release.measure(place)


def _decisions(place: Place) -> dict[str, Any]:
    from bench import decisions

    return decisions.measure(place)


def _decide(place: Place) -> dict[str, Any]:
    from bench import deciding

    return deciding.measure(place)


def _many(place: Place) -> dict[str, Any]:
    from bench import many

    return many.measure(place)


def _authzen(place: Place) -> dict[str, Any]:
    from bench import authzen

    return authzen.measure(place)


def _imports(place: Place) -> dict[str, Any]:
    from bench import intake

    return intake.measure(place.gate, min(place.people, 20_000))


def _ledger(place: Place) -> dict[str, Any]:
    from bench import ledger

    return ledger.measure(place.url)


def _accuracy(_: Place) -> dict[str, Any]:
    from bench import accuracy

    return accuracy.figures()


def _scan(_: Place) -> dict[str, Any]:
    from bench import scan

    return scan.measure()


def _workers(place: Place) -> dict[str, Any]:
    from bench import workers

    return workers.measure(place, min(place.people, 100_000))


PARTS: dict[str, Callable[[Place], dict[str, Any]]] = {
    "release": _release,
    "decide": _decide,
    "decisions": _decisions,
    "many": _many,
    "authzen": _authzen,
    "imports": _imports,
    "workers": _workers,
    "ledger": _ledger,
    "scan": _scan,
    "accuracy": _accuracy,
}


def main() -> None:
    """Measure and print; a goal that was missed is said, and is not a failure of the program."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"one of {', '.join(PARTS)}; default: all")
    parser.add_argument("--people", type=int, default=100_000, help="people in the house (default: 100000)")
    given = parser.parse_args()
    if unknown := sorted(set(given.parts) - set(PARTS)):
        parser.error(f"there is no part {', '.join(unknown)}")
    if given.people < 1_000:
        parser.error("a release of fewer than 1000 people says nothing")
    _measure(given.parts or list(PARTS), given.people)


def _measure(parts: list[str], people: int) -> None:
    from bench.machine import machine
    from bench.place import place

    console = Console(stderr=True)
    with place(people, console.print) as house:
        result: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(house)}
        result["command"] = f"python -m bench --people {people} {' '.join(parts)}"
        result["parts"] = {}
        for part in parts:
            console.print(f"measuring {part} …")
            result["parts"][part] = PARTS[part](house)
    result["goals"] = goals(result["parts"])
    path = _OUT / ("bench.json" if parts == list(PARTS) else f"bench-{'-'.join(parts)}.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    Console().print(table(result))
    console.print(f"written to {path}")


if __name__ == "__main__":
    main()
