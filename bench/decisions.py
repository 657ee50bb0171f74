"""Measures point decisions over HTTP: the project, a naive build, and a bare ASGI application, in turn.

One question a request by e-mail address, 32 kept connections, every answer of project and naive build durable before it
is given. Must never compare two loads: all three are asked by the same client for the same time.
"""

import random
from hashlib import sha256
from typing import Any

import orjson

from bench import naive_release
from bench.child import call
from bench.naive_decisions import API_KEY
from bench.place import Place, server_cpu
from bench.serving import serving

CONNECTIONS = 32
SECONDS = 4.0
ROUNDS = 3
QUESTIONS = 2_000
NAIVE = 1_500


def measure(place: Place) -> dict[str, Any]:
    """Measure all three, each `ROUNDS` times.

    Returns:
        Decisions a second of each, latencies in milliseconds, ratios; the first round warms up and is not counted.
    """
    naive_release.prepare(place.url, NAIVE, lambda email: sha256(email.encode()).digest())
    loads = _loads(place)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in loads}
    with serving("gateway", place) as ours, serving("naive", place) as naive, serving("bare", place) as bare:
        ports = {"gateway": ours, "naive": naive, "bare": bare}
        for name, load in loads.items():
            call("bench.load:once", port=ports[name], seconds=1.0, **load)
        for _ in range(ROUNDS):
            for name, load in loads.items():
                before = server_cpu(place.url)
                run = call("bench.load:once", port=ports[name], seconds=SECONDS, **load)
                spent = server_cpu(place.url) - before
                runs[name].append(run | {"server_us": spent / (run["per_s"] * SECONDS) * 1e6})
    return _told(runs)


def _loads(place: Place) -> dict[str, dict[str, Any]]:
    rng = random.Random(1)
    ours = [
        {"asks": [{"person": {"email": f"person{rng.randrange(place.people)}@example.com"}, **_ASKED}]}
        for _ in range(QUESTIONS)
    ]
    theirs = [{"email": f"person{rng.randrange(NAIVE)}@example.com", **_ASKED} for _ in range(QUESTIONS)]
    shared = {"path": "/v1/decisions", "connections": CONNECTIONS}
    gateway = {"headers": {"Authorization": f"Bearer {place.key}"}, "bodies": _spelled(ours), **shared}
    naive = {"headers": {"Authorization": f"Bearer {API_KEY}"}, "bodies": _spelled(theirs), **shared}
    return {"gateway": gateway, "naive": naive, "bare": gateway}


_ASKED = {"purpose": "marketing.own.newsletter", "channel": "email"}


def _spelled(asks: list[dict[str, Any]]) -> list[str]:
    return [orjson.dumps(ask).decode() for ask in asks]


def _told(runs: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    rates = {name: sum(run["per_s"] for run in each) / len(each) for name, each in runs.items()}
    told: dict[str, Any] = {"connections": CONNECTIONS}
    for name, each in runs.items():
        told[f"{name}_per_s"] = round(rates[name])
        told[f"{name}_p50_ms"] = round(_middle([run["p50_ms"] for run in each]), 1)
        told[f"{name}_p99_ms"] = round(_middle([run["p99_ms"] for run in each]), 1)
        told[f"{name}_max_ms"] = round(max(run["max_ms"] for run in each), 1)
    told["gateway_server_cpu_us"] = round(_middle([run["server_us"] for run in runs["gateway"]]))
    told["client_cpu_us"] = round(_middle([run["client_cpu_us"] for run in runs["gateway"]]))
    told["to_naive"] = round(rates["gateway"] / rates["naive"], 1)
    told["to_bare"] = round(rates["gateway"] / rates["bare"], 2)
    told["p99_ms"] = told["gateway_p99_ms"]
    return told


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
