"""The demonstration from end to end: filled, served, tried, stopped, started again."""

import json
import re
import shlex
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from gateway.samples.catalogue import SAMPLES

PASSWORD = re.compile(r"anna \(officer\), password (\S+)")
LINK = re.compile(r"^http://127\.0\.0\.1:\d+/o/\S+$", re.MULTILINE)
CURL = re.compile(r"^curl .*$", re.MULTILINE)
WHY = re.compile(r"^.* explain .*$", re.MULTILINE)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@contextmanager
def _started(program: Any, port: int) -> Iterator[str]:
    """Run `ostiary demo` until its commands are printed; give what it printed; stop it as ^C does."""
    printed = program.folder / "printed"
    with (
        printed.open("w") as out,
        (program.folder / "said").open("w") as said,
        subprocess.Popen(
            [*program.command, "demo", "--port", str(port)], stdout=out, stderr=said, cwd=program.folder,
            env=program.environment,
        ) as process,
    ):  # fmt: skip
        try:
            _wait(process, printed)
            yield printed.read_text()
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


def _wait(process: "subprocess.Popen[bytes]", printed: Path) -> None:
    deadline = time.monotonic() + 80
    while not LINK.search(printed.read_text()):
        assert process.poll() is None, printed.with_name("said").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _asked(line: str) -> list[dict[str, Any]]:
    """Send the printed audience request as it is printed, and give its lines."""
    words = shlex.split(line)
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    answer = httpx.post(words[2], headers=headers, content=words[words.index("-d") + 1], timeout=30)
    assert answer.status_code == 200, answer.text
    return [json.loads(row) for row in answer.text.splitlines()]


def _row(printed: str, file: str) -> list[str]:
    return next(line for line in printed.splitlines() if line.startswith(file)).split()


def test_the_demonstration_does_what_it_prints(program: Any) -> None:
    port = _free_port()
    with _started(program, port) as printed:
        assert "UNEXPECTED" not in printed
        for sample in SAMPLES:
            assert _row(printed, sample.file)[1] == sample.verdict.value
        first = _asked(_found(CURL, printed))
        assert [len(first), first[-1]["receipt"]["people"]] == [7, 5]

        why = subprocess.run(
            shlex.split(_found(WHY, printed)), capture_output=True, text=True, check=True, cwd=program.folder,
            env=program.environment, timeout=60,
        ).stdout  # fmt: skip
        assert why.startswith("DENY")
        assert "GDPR Art. 7(3)" in why

        link = _found(LINK, printed)
        page = httpx.get(link, timeout=30)
        assert page.status_code == 200
        assert _asked(_found(CURL, printed))[1]["email"] == first[1]["email"]
        stopped = httpx.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=30)
        assert stopped.status_code == 200
        assert first[1]["email"] not in {row.get("email") for row in _asked(_found(CURL, printed))}
        assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30).status_code == 200

    began = time.monotonic()
    with _started(program, port) as again:
        assert time.monotonic() - began < 20  # under 5 s on an idle machine; this one runs other things too
        assert _found(PASSWORD, again, 1) == _found(PASSWORD, printed, 1)
        assert again.partition("Console")[0] == printed.partition("Console")[0]
        assert first[1]["email"] not in {row.get("email") for row in _asked(_found(CURL, again))}

    _nothing_in_clear(program.folder / "data", [first[1]["email"], first[2]["email"]])
    assert program.told("audit", "verify")["verdict"] == "holds"


def _nothing_in_clear(data: Path, addresses: list[str]) -> None:
    assert stat.S_IMODE((data / "demo.json").stat().st_mode) == 0o600
    for path in data.rglob("*"):
        if path.is_file():
            assert not any(address.encode() in path.read_bytes() for address in addresses), path


def _found(pattern: "re.Pattern[str]", text: str, group: int = 0) -> str:
    found = pattern.search(text)
    assert found, text
    return found[group]


def test_a_lost_notebook_is_said_and_the_house_still_starts(program: Any) -> None:
    (program.folder / "data" / "demo.json").unlink()
    printed = program.done("demo", "--fill-only")
    assert "its demo.json is gone" in printed
    assert "UNEXPECTED" not in printed
    assert (program.folder / "data" / "demo.json").stat().st_mode & 0o077 == 0
