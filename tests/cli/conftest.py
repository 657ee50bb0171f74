"""The program `ostiary` in processes of its own, on a database of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KOREAN = "회원번호,이메일,휴대전화,수신동의_이메일,동의일시,동의문구버전\n"
LIST = KOREAN + (
    "K1,minsu@example.kr,010-1234-5678,Y,2026-05-01 10:00:00,newsletter-3/ko\n"
    "K2,jiwoo@example.kr,010-1234-5679,N,2026-05-01 10:00:00,newsletter-3/ko\n"
    "K3,seoyeon@example.kr,010-1234-5680,Y,2026-05-02 11:00:00,newsletter-3/ko\n"
)


@dataclass(frozen=True, slots=True)
class Program:
    """The program with its settings; `folder` is where it runs and keeps its files."""

    folder: Path
    url: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes: nothing of the developer's own settings."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("OSTIARY_")}
        given = {"OSTIARY_DATA": str(self.folder / "data"), "OSTIARY_DATABASE_URL": self.url, **self.settings}
        return ours | given | {"PYTHONPATH": str(ROOT), "COLUMNS": "100"}

    @property
    def command(self) -> list[str]:
        """How it is called."""
        return [sys.executable, "-W", "error::ResourceWarning", "-m", "gateway"]

    def __call__(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run one command to its end."""
        return subprocess.run(
            [*self.command, *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=90,
            cwd=self.folder, env=self.environment,
        )  # fmt: skip

    def done(self, *arguments: str, stdin: str = "") -> str:
        """Run a command that must succeed, and give what it answered."""
        ended = self(*arguments, stdin=stdin)
        assert ended.returncode == 0, (arguments, ended.stdout, ended.stderr)
        return ended.stdout

    def told(self, *arguments: str, stdin: str = "") -> Any:
        """Run a command that must succeed with --json, and give its answer."""
        return json.loads(self.done(*arguments, "--json", stdin=stdin))


@pytest.fixture(scope="module")
def program(
    new_database: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """The program on an empty database, shared by the tests of one file."""
    with new_database() as url:
        yield Program(tmp_path_factory.mktemp("house"), url)


@pytest.fixture(scope="session")
def installed(
    new_database: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """A house as the program installs it, to be copied; no test works in it."""
    with new_database() as url:
        made = Program(tmp_path_factory.mktemp("installed"), url)
        _install(made)
        yield made


@pytest.fixture(scope="module")
def house(
    installed: Program,
    copied_database: Callable[[str], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Program]:
    """An installed house for one file: a party, an approved source, its list, a tool with its key in the file `key`."""
    folder = tmp_path_factory.mktemp("copy") / "house"
    shutil.copytree(installed.folder, folder)
    with copied_database(installed.url) as url:
        yield Program(folder, url)


def _install(program: Program) -> None:
    program.done("init")
    program.done("party", "add", "Lindenhof", "--country", "IE")
    program.done(
        "source", "add", "Form", "--kind", "registration_form", "--collector", "Lindenhof", "--country", "KR",
        "--evidence", "notice_version", "--evidence", "consent_wording", "--evidence", "consent_time",
        "--evidence", "age_gate", "--collected", "2026-01-01T00:00:00+09:00", "--default", "country=KR",
        "--default", "time_zone=Asia/Seoul", "--default", "purpose=marketing.own", "--default", "language=ko",
    )  # fmt: skip
    program.done("source", "approve", "Form")
    (program.folder / "list.csv").write_text(LIST, encoding="cp949")
    program.done("import", "list.csv", "--source", "Form")
    program.done(
        "tool", "add", "newsletter", "--sender", "Lindenhof", "--country", "KR", "--purpose", "marketing.own",
        "--channel", "email", "--field", "email", "--field", "language", "--field", "jurisdiction",
    )  # fmt: skip
    (program.folder / "key").write_text(program.done("tool", "key", "newsletter"))
