"""From YAML text to plain values that remember their lines.

Must never guess: a repeated key, an anchor, a tag of its own or a wrong word is refused with file and line.
YAML 1.1 reads `NO` as false and `21:00` as 1260; here only `true` and `false` are truth, and only digits a number.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypeVar

import msgspec
import yaml

from policies.refusal import PolicyRefused

Shape = TypeVar("Shape")
One = TypeVar("One", bound="Named")
Plain = dict[str, "Plain"] | list["Plain"] | str | int | bool | date | datetime | None

_loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_whole = re.compile(r"-?(0|[1-9][0-9]*)")
_day = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_moment = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.+")
_step_out = re.compile(r"(\.[^.\[\]]+|\[[^\]]*\])$")
_unknown_key = re.compile(r"unknown field `([^`]+)`")
_quoted = frozenset("'\"|>")  # always text, whatever it looks like
_words: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Named(Protocol):
    """An entry that has a name of its own within its file."""

    @property
    def name(self) -> str:
        """Its name."""
        ...


@dataclass(frozen=True, slots=True)
class Document:
    """The values of one file and the line of each path (`$.rules[3].when`)."""

    file: str
    data: Any
    lines: Mapping[str, int]

    def line(self, path: str) -> int:
        """Give the line of a path, or of the nearest thing around it."""
        while path not in self.lines and path != "$":
            shorter = _step_out.sub("", path)
            path = shorter if shorter != path else "$"
        return self.lines.get(path, 1)

    def nearest(self, path: str, key: str) -> str:
        """Give the path of a key under a path; the checker calls every entry of an open mapping `[...]`."""
        head = path.partition("[...]")[0]
        found = [each for each in self.lines if each.startswith(head) and each.endswith(f".{key}")]
        exact = f"{path}.{key}"
        return exact if exact in self.lines or not found else min(found, key=self.lines.__getitem__)

    def refuse(self, code: str, path: str, message: str) -> PolicyRefused:
        """Make a refusal that points at a path of this file."""
        return PolicyRefused(code, self.file, self.line(path), message)


def read(file: str, text: str) -> Document:
    """Read one YAML document.

    Args:
        file: its name, for refusals.
        text: its text, UTF-8 decoded.

    Raises:
        PolicyRefused: `not_yaml`, `repeated_key`, `anchor`, `odd_key`, `bad_date`.
    """
    try:
        node = yaml.compose(text, Loader=_loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise PolicyRefused(
            "not_yaml", file, line, f"This is not YAML: {getattr(error, 'problem', 'unreadable')}."
        ) from error
    if node is None:
        raise PolicyRefused("empty_file", file, 1, "The file says nothing. Remove it or fill it.")
    reader = _Reader(file)
    data = reader.value(node, "$")
    return Document(file, data, reader.lines)


class _Reader:
    """Walks the nodes of one document once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[str, int] = {}
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: str) -> Plain:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if id(node) in self._seen:
            raise PolicyRefused("anchor", self.file, line, "Anchors are not used here. Write the value out.")
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, f"{path}[{at}]") for at, item in enumerate(node.value)]
        return self._scalar(node, line)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Plain]:
        out: dict[str, Plain] = {}
        for key, item in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise PolicyRefused("odd_key", self.file, line, "A key must be one word.")
            name = str(key.value)
            if name in out:
                raise PolicyRefused("repeated_key", self.file, line, f"“{name}” is said twice. Keep one of them.")
            self.lines[f"{path}.{name}"] = line
            out[name] = self.value(item, f"{path}.{name}")
        return out

    def _scalar(self, node: Any, line: int) -> Plain:
        text = str(node.value)
        if node.style in _quoted:
            return text
        if text in _words:
            return _words[text]
        if _whole.fullmatch(text):
            return int(text)
        try:
            if _day.fullmatch(text):
                return date.fromisoformat(text)
            if _moment.fullmatch(text):
                return _in_utc(datetime.fromisoformat(text))
        except ValueError as error:
            raise PolicyRefused("bad_date", self.file, line, f"“{text}” is no day of the calendar.") from error
        return text


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return moment.astimezone(UTC)


def shape(document: Document, into: type[Shape]) -> Shape:
    """Check a document against the shape of its file.

    Raises:
        PolicyRefused: `unknown_key` for a key that means nothing, `wrong_value` for a word or a type that does not fit.
    """
    try:
        return msgspec.convert(document.data, into, strict=True, builtin_types=(date, datetime))
    except msgspec.ValidationError as error:
        words, _, path = str(error).partition(" - at `")
        path = path.rstrip("`") or "$"
        key = _unknown_key.search(words)
        if key:
            where = document.nearest(path, key[1])
            raise document.refuse(
                "unknown_key", where, f"“{key[1]}” means nothing here. Check its spelling."
            ) from error
        raise document.refuse("wrong_value", path, f"{words}. Use a word that docs/decisions/0004 lists.") from error


def each_once(document: Document, cases: Iterable[One]) -> Iterator[tuple[str, One]]:
    """Give the cases of a file that is a list of them, each with its path.

    Raises:
        PolicyRefused: `repeated_case`.
    """
    names: set[str] = set()
    for at, raw in enumerate(cases):
        path = f"$[{at}]"
        if raw.name in names:
            raise document.refuse("repeated_case", path, f"“{raw.name}” is told twice. Rename one of them.")
        names.add(raw.name)
        yield path, raw
