"""Runs one measured piece of work in a process of its own, so that no side inherits another's memory or warm-up.

Must never time the start of the process: what is called times itself. Arguments and answers are JSON on the pipes, so
that no key stands in a list of processes.
"""

import importlib
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any


def call(work: str, **arguments: object) -> dict[str, Any]:
    """Call `module:function` with these arguments in a new process and give its answer.

    Raises:
        RuntimeError: the work failed; its own words went to stderr.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.child", work],
        input=json.dumps(arguments).encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{work} failed")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def rss_mb(name: str = "VmHWM") -> float:
    """Give this process's resident memory in MB: its peak, or with `VmRSS` the present.

    From /proc where there is one: the peak that getrusage gives on Linux is the parent's too.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS counts bytes
    line = next(line for line in status.read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) / 1024


def _main() -> None:
    module, _, function = sys.argv[1].partition(":")
    answer = getattr(importlib.import_module(module), function)(**json.loads(sys.stdin.buffer.read()))
    print(json.dumps(answer))


if __name__ == "__main__":
    _main()
