"""Measures a release: the project, a naive build of the same job, and the floor; in turn, so that noise falls on all.

Every side runs in a process of its own and gives people to /dev/null. Must never count a person who was not given.
"""

import http.client
import sys
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from pyroaring import BitMap
from sqlalchemy import text

from bench import floor, naive_release
from bench.child import call, rss_mb
from bench.people import FIELDS
from bench.place import Place, server_cpu, settings
from bench.serving import serving
from gateway.domain.requests import Wish
from policies.terms import Act, Channel

NAIVE = 1_500
ROUNDS = 3
FEW = 250_000  # above this many people one round is long enough
PURPOSE = "marketing.own.newsletter"


def measure(place: Place) -> dict[str, Any]:
    """Measure a release of all people of the house.

    Returns:
        Microseconds a disclosed person of each side (wall and CPU), ratios, and the releasing process's memory in MB.
    """
    key = naive_release.prepare(place.url, NAIVE, lambda email: sha256(email.encode()).digest())
    ours = [_project(place)]
    floor.prepare(place.plain_url, _disclosed(place))
    floors = [call("bench.floor:once", folder=str(place.folder), url=place.plain_url)]
    for _ in range(1, ROUNDS if place.people <= FEW else 1):
        ours.append(_project(place))
        floors.append(call("bench.floor:once", folder=str(place.folder), url=place.plain_url))
    naive = call("bench.naive_release:once", url=place.url, key=key)
    return _told(place, ours, floors, naive) | {"http_per_s": _over_http(place)}


def _told(
    place: Place, ours: list[dict[str, Any]], floors: list[dict[str, Any]], naive: dict[str, Any]
) -> dict[str, Any]:
    us, floor_us = _mean(ours, "us"), _mean(floors, "us")
    return {
        "people": place.people,
        "disclosed": ours[0]["people"],
        "project_per_s": round(1e6 / us),
        "naive_per_s": round(1e6 / naive["us"]),
        "floor_per_s": round(1e6 / floor_us),
        "project_us": round(us, 2),
        "project_cpu_us": round(_mean(ours, "cpu_us"), 2),
        "project_server_cpu_us": round(_mean(ours, "server_us"), 2),
        "naive_us": round(naive["us"], 1),
        "naive_people": naive["people"],
        "floor_us": round(floor_us, 2),
        "floor_copy_us": round(_mean(floors, "copy_us"), 2),
        "floor_crypto_us": round(_mean(floors, "crypto_us"), 2),
        "to_naive": round(naive["us"] / us, 1),
        "to_floor": round(floor_us / us, 2),
        "stored_floor_us": round(_mean(floors, "stored_us"), 2),
        "to_stored_floor": round(_mean(floors, "stored_us") / us, 2),
        "cpu_to_floor_cpu": round(_mean(floors, "cpu_us") / _mean(ours, "cpu_us"), 2),
        "rss_start_mb": round(max(one["rss_start"] for one in ours), 1),
        "rss_first_page_mb": round(max(one["rss_first"] for one in ours), 1),
        "rss_peak_mb": round(max(one["rss_peak"] for one in ours), 1),
    }


def _mean(runs: Iterable[dict[str, Any]], name: str) -> float:
    values = [run[name] for run in runs]
    return float(sum(values)) / len(values)


def _project(place: Place) -> dict[str, Any]:
    before = server_cpu(place.url)
    run = call("bench.release:once", folder=str(place.folder), key=place.key)
    return run | {"server_us": (server_cpu(place.url) - before) / run["people"] * 1e6}


def once(folder: str, key: str) -> dict[str, Any]:
    """Release to /dev/null; the body of the process whose memory counts."""
    from gateway import wiring
    from gateway.flows.release import open_release

    wish = Wish(Act.DISCLOSE, PURPOSE, Channel.EMAIL, "", FIELDS)
    with wiring.open_gate(settings(Path(folder))) as gate, Path("/dev/null").open("wb") as sink:
        start, first, last = rss_mb("VmRSS"), 0.0, b""
        wall, cpu = time.perf_counter(), time.process_time()
        for piece in open_release(gate, key, wish).lines():
            sink.write(piece)
            first, last = first or rss_mb("VmRSS"), piece
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        people = orjson.loads(last)["receipt"]["people"]
    return {
        "people": people,
        "us": wall / people * 1e6,
        "cpu_us": cpu / people * 1e6,
        "rss_start": start,
        "rss_first": first,
        "rss_peak": rss_mb(),
    }


def _disclosed(place: Place) -> list[int]:
    """Read from the record who was given, so that the floor works on exactly these people."""
    with place.gate.house.unit() as connection:
        rows = connection.execute(_NEWEST).all()
    return sorted(
        number
        for cells, bitmaps in rows
        for cell, packed in zip(cells, bitmaps, strict=True)
        if cell["available"]
        for number in BitMap.deserialize(packed)
    )


_NEWEST = text("SELECT cells, bitmaps FROM release_page WHERE release_no = (SELECT max(release_no) FROM release_page)")


def _over_http(place: Place) -> int:
    """Give people a second through uvicorn on 127.0.0.1, for information."""
    body = orjson.dumps({"purpose": PURPOSE, "channel": "email", "fields": list(FIELDS)})
    headers = {"Authorization": f"Bearer {place.key}", "Content-Type": "application/json"}
    with serving("gateway", place) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        began = time.perf_counter()
        connection.request("POST", "/v1/releases", body, headers)
        answer = connection.getresponse()
        tail = b""
        while piece := answer.read(1 << 18):
            tail = (tail + piece)[-100_000:]
        took = time.perf_counter() - began
        connection.close()
    if answer.status != http.client.OK:
        sys.stderr.write(tail.decode())
        raise RuntimeError(f"the release over HTTP was answered with {answer.status}")
    return round(int(orjson.loads(tail.splitlines()[-1])["receipt"]["people"]) / took)
