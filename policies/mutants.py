"""Every small change to a law that its golden cases must notice, made on the plain values of a policy file.

Must never load, decide or write: it only says what could be changed, and gives the changed values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from policies import mutants_values as values
from policies.mutants_values import DROP
from policies.reading import Document

Path: TypeAlias = tuple[str | int, ...]

_told = frozenset({"id", "cite", "title", "evidence"})
_list_words = ("members", "without")
_alone = frozenset({"need", "relax", "register", "reconfirm", "expire", "cap", "disregard", "oblige"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one place of one file.

    `rule` is the id of the rule (with `@` and its first day if the id stands twice), or the code of the pack for a
    change outside the rules; `change` says what was done, in the words of the file; `value` replaces what stands at
    `path`, `DROP` takes it out.
    """

    file: str
    line: int
    rule: str
    change: str
    path: Path
    value: Any

    def apply(self, data: Any) -> Any:
        """Give the file's values with this change; what is not on the path is shared, not copied."""
        return _changed(data, self.path, self.value)


def mutants(document: Document) -> Iterator[Mutant]:
    """Give every change of a pack's file, its own rules first.

    Args:
        document: one of jurisdictions/*.yaml, sound.
    """
    rules = document.data.get("rules") or []
    ids = [rule["id"] for rule in rules]
    for at, rule in enumerate(rules):
        name = rule["id"] if ids.count(rule["id"]) == 1 else f"{rule['id']}@{rule.get('valid_from', 'begin')}"
        for change, path, value in _of_rule(rule):
            whole: Path = ("rules", at, *path)
            yield Mutant(document.file, document.line(_spelled(whole)), name, change, whole, value)
    for key in _list_words:
        for at, item in enumerate(document.data.get(key) or []):
            line = document.line(f"$.{key}[{at}]")
            yield Mutant(document.file, line, document.data["jurisdiction"], f"{key} - {item}", (key, at), DROP)


def _of_rule(rule: dict[str, Any]) -> Iterator[tuple[str, Path, Any]]:
    if rule.get("pending"):  # it has no part in any decision: what matters is that it is pending
        yield "pending dropped", ("pending",), DROP
        return
    yield "rule deleted", (), DROP
    alone = len(_alone & rule.keys()) == 1
    for key in (key for key in rule if key not in _told):
        for change, path, value in values.changes(key, rule[key], of=rule):
            whole = (key, *path)
            if not (alone and value is DROP and _empties(rule, whole)):
                yield change, whole, value
    yield from _unwritten(rule)


def _empties(rule: dict[str, Any], path: Path) -> bool:
    """Say whether taking this out takes the rule's only effect: that is the rule deleted, said twice."""
    key, *rest = path
    held = rule[str(key)]
    return key in _alone and (not rest or (len(rest) == 1 and not isinstance(held, str) and len(held) == 1))


def _unwritten(rule: dict[str, Any]) -> Iterator[tuple[str, Path, Any]]:
    """Flip the switches that a rule leaves at their usual place."""
    asks = rule.get("need") not in (None, "nothing", "opt_out")
    if asks and "otherwise" not in rule:
        yield "otherwise deny -> hold", ("otherwise",), "hold"
    if isinstance(rule.get("reconfirm"), dict) and "due" not in rule["reconfirm"]:
        yield "reconfirm.due the_same_day -> the_day_before", ("reconfirm", "due"), "the_day_before"
    widens = "relax" in rule or rule.get("need") in ("nothing", "opt_out")
    other = {"unverified": "secondary", "secondary": "unverified"}.get(rule["evidence"])
    if widens and other:
        yield f"evidence {rule['evidence']} -> {other}", ("evidence",), other


def _changed(data: Any, path: Path, value: Any) -> Any:
    head, *rest = path
    new = value if not rest else _changed(data[head], tuple(rest), value)
    if isinstance(data, list):
        at = int(head)
        return [*data[:at], *(() if new is DROP else (new,)), *data[at + 1 :]]
    out = dict(data)
    if new is DROP:
        del out[head]
    else:
        out[head] = new
    return out


def _spelled(path: Path) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
