"""Measures single questions by AuthZEN beside the same questions by `/v1/decisions`, at one connection and at many.

Both are asked of one server by the same client, in turn, for the same time. Must never compare other questions.
"""

import random
from typing import Any

import orjson

from bench.child import call
from bench.place import Place
from bench.serving import serving

CONNECTIONS = (1, 32)
SECONDS = 3.0
ROUNDS = 4
QUESTIONS = 2_000
PURPOSE = "marketing.own.newsletter"


def measure(place: Place) -> dict[str, Any]:
    """Measure both routes.

    Returns:
        By route and number of connections: the best of `ROUNDS` in answers a second and in median latency; and how many
        times as fast AuthZEN is, the lesser of the two.
    """
    routes = {"decisions": ("/v1/decisions", _decision), "authzen": ("/access/v1/evaluation", _evaluation)}
    rng = random.Random(1)
    emails = [f"person{rng.randrange(place.people)}@example.com" for _ in range(QUESTIONS)]
    told: dict[str, Any] = {}
    with serving("gateway", place) as port:
        for count in CONNECTIONS:
            runs: dict[str, list[dict[str, Any]]] = {name: [] for name in routes}
            for at in range(ROUNDS + 1):
                for name, (path, spell) in routes.items():
                    bodies = [orjson.dumps(spell(email)).decode() for email in emails]
                    run = _asked(place, port, path, bodies, count, SECONDS if at else 0.5)
                    runs[name] += [run] if at else []  # the first warms up
            told |= _told(runs, count)
    told["to_decisions"] = min(told[f"to_decisions_{count}"] for count in CONNECTIONS)
    return told


def _asked(place: Place, port: int, path: str, bodies: list[str], count: int, seconds: float) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {place.key}"}
    load = {"path": path, "headers": headers, "bodies": bodies, "connections": count, "seconds": seconds}
    return call("bench.load:once", port=port, **load)


def _told(runs: dict[str, list[dict[str, Any]]], count: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, each in runs.items():
        told[f"{name}_{count}_per_s"] = round(max(run["per_s"] for run in each))
        told[f"{name}_{count}_p50_ms"] = round(min(run["p50_ms"] for run in each), 2)
        told[f"{name}_{count}_p99_ms"] = round(min(run["p99_ms"] for run in each), 1)
    told[f"to_decisions_{count}"] = round(told[f"authzen_{count}_per_s"] / told[f"decisions_{count}_per_s"], 2)
    return told


def _decision(email: str) -> dict[str, Any]:
    return {"asks": [{"person": {"email": email}, "purpose": PURPOSE, "channel": "email"}]}


def _evaluation(email: str) -> dict[str, Any]:
    return {
        "subject": {"type": "tool", "id": "bench"},
        "action": {"name": "contact", "properties": {"purpose": PURPOSE, "channel": "email"}},
        "resource": {"type": "person", "id": email, "properties": {"by": "email"}},
    }
