"""Measures lists that workers take: rows a second by one and by two, and the memory of a worker as lists grow.

Each list is staged, then taken by processes of their own that opened the house before the clock began; every cell is
scanned, every row stored. The figure is end to end without the staging, which the importing process does. Memory is
that of a worker after a short and after a long list: chunks are of one size, so a longer list must not need more.
Where the database runs on the same cores, two workers cannot be twice one: `most_two_to_one` is what they would be if
no core ever waited, from the CPU that workers and database together spent.
"""

import resource
import secrets
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench import child
from bench import intake as lists
from bench.place import Place, server_cpu, settings
from gateway import wiring
from gateway.flows.intake import Wish, bring
from gateway.flows.intake_work import work_on
from gateway.scan import Scanner

_WAIT = 0.01


def measure(place: Place, rows: int) -> dict[str, Any]:
    """Take a list with one worker, another of the same size with two, and a short one for the memory.

    Args:
        place: a house that may be written to.
        rows: of each list.
    """
    with tempfile.TemporaryDirectory(prefix="ostiary-bench-") as folder:
        short = _taken(place, Path(folder), rows // 10, 1)
        one = _taken(place, Path(folder), rows, 1)
        two = _taken(place, Path(folder), rows, 2)
    return {
        "rows": rows,
        "one_rows_per_second": round(rows / one["seconds"]),
        "two_rows_per_second": round(rows / two["seconds"]),
        "two_to_one": round(one["seconds"] / two["seconds"], 2),
        "most_two_to_one": round(one["seconds"] / ((two["cpu"] + two["server_cpu"]) / 2), 2),
        "worker_cpu_us": round(two["cpu"] / rows * 1e6, 1),
        "server_cpu_us": round(two["server_cpu"] / rows * 1e6, 1),
        "rows_per_cpu_second": round(rows / (one["cpu"] + one["stage_cpu"])),
        "stage_rows_per_second": round(rows / one["stage"]),
        "rss_short_mb": short["rss_mb"],
        "rss_long_mb": one["rss_mb"],
    }


def _taken(place: Place, folder: Path, rows: int, workers: int) -> dict[str, float]:
    """Stage a list and let so many workers take it."""
    name = f"workers {secrets.token_hex(4)}"
    lists.register(place.gate, name)
    path = lists.written(folder / f"{name}.csv", rows, name, "newsletter-1")
    began, spent = time.perf_counter(), time.process_time()
    uid = bring(place.gate, "bench", name, path, Wish({})).batch
    stage, stage_cpu = time.perf_counter() - began, time.process_time() - spent
    go = folder / f"{name}.go"
    with ThreadPoolExecutor(workers) as pool:
        given = {"folder": str(place.folder), "uid": uid, "go": str(go)}
        ready = [pool.submit(child.call, "bench.workers:labour", **given, number=no) for no in range(workers)]
        while sum(Path(f"{go}{no}").exists() for no in range(workers)) < workers:
            time.sleep(_WAIT)
        before, began_at = server_cpu(place.url), time.time()
        go.touch()
        done = [each.result() for each in ready]
    assert all(each["state"] == "finished" for each in done)
    return {
        "seconds": max(each["ended_at"] for each in done) - began_at, "stage": stage, "stage_cpu": stage_cpu,
        "cpu": sum(each["cpu"] for each in done), "server_cpu": server_cpu(place.url) - before,
        "rss_mb": max(each["rss_mb"] for each in done),
    }  # fmt: skip


def labour(folder: str, uid: str, go: str, number: int) -> dict[str, Any]:
    """Be a worker: open the house, wait for the word, take the list, say what it took."""
    chosen = settings(Path(folder))
    with wiring.open_worker(chosen) as (gate, _):
        Scanner().scan({"warm": ["anna@example.com"]})  # a worker that has run before has its libraries in memory
        Path(f"{go}{number}").touch()
        while not Path(go).exists():
            time.sleep(_WAIT)
        before = resource.getrusage(resource.RUSAGE_SELF)
        batch = work_on(gate, bytes.fromhex(uid))
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"state": batch.state, "ended_at": time.time(), "cpu": cpu, "rss_mb": child.rss_mb()}
