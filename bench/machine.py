"""Says what a figure was measured on: a figure without its machine means nothing."""

import os
import platform
import time
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg

from bench.place import Place

_WRITES = 200


def machine(place: Place) -> dict[str, Any]:
    """Give the machine, the versions, the database's durability, and how often a second its disk is forced."""
    with psycopg.connect(place.plain_url) as connection:
        found = connection.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'),"
            " current_setting('shared_buffers'), current_setting('data_checksums')"
        ).fetchone()
    assert found is not None
    names = ("postgresql", "fsync", "synchronous_commit", "shared_buffers", "data_checksums")
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        **dict(zip(names, found, strict=True)),
        "fdatasync_per_s": _forced(place.folder / "fsync.bin"),
        "load_1_5_15": [round(load, 1) for load in os.getloadavg()],
    }


def _cpu() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _forced(path: Path) -> int:
    """Write 8 KiB and force it to the disk, again and again: the bound on commits of one writer."""
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    force = getattr(os, "fdatasync", os.fsync)
    try:
        began = time.perf_counter()
        for _ in range(_WRITES):
            os.pwrite(file, b"\0" * 8192, 0)
            force(file)
        return round(_WRITES / (time.perf_counter() - began))
    finally:
        os.close(file)
        path.unlink()
