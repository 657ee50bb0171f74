"""Reads the golden cases: facts and the decision they must get. They are the law's own tests.

Must never be part of a bundle: a case changes no decision. A case that says less than it seems to is refused.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from policies import retaining, treating
from policies.load import PACKAGED
from policies.packs import Case
from policies.reading import Document, each_once, read, shape
from policies.schema import CaseFile

_others = frozenset({treating.FOLDER, retaining.FOLDER})  # findings, and how long people are kept: cases of their own
_facts = ("person", "consent", "dealing", "source", "reach", "registers", "caps", "contact", "signed", "latest", "ask")
_wants = frozenset({"outcome", "code", "not_before", "obligations", "cites", "step", "without", "lacks", "verdict"})


def load_cases(folder: Path = PACKAGED / "cases") -> tuple[Case, ...]:
    """Read all cases of a folder, in the order of their files.

    Raises:
        PolicyRefused: `unknown_key`, `wrong_value`, `repeated_case`, `unknown_case`, `no_moment`, `empty_want`.
    """
    return tuple(
        case
        for path in sorted(folder.glob("**/*.yaml"))
        if path.parent.name not in _others
        for case in _cases(read(path.relative_to(folder.parent).as_posix(), path.read_text(encoding="utf-8")))
    )


def _cases(document: Document) -> list[Case]:
    written: dict[str, Mapping[str, Any]] = {}
    out = []
    for path, raw in each_once(document, shape(document, list[CaseFile])):
        if raw.like is not None and raw.like not in written:
            raise document.refuse("unknown_case", f"{path}.like", f"“{raw.like}” must stand before this case.")
        own = {name: value for name in _facts if (value := getattr(raw, name)) is not None}
        written[raw.name] = facts = _over(written[raw.like] if raw.like is not None else {}, own)
        moment = facts["ask"].get("at")
        if not isinstance(moment, datetime):
            raise document.refuse("no_moment", f"{path}.ask", "Say when it is asked, as in 2026-11-20T11:59:00Z.")
        if not raw.want or not raw.want.keys() <= _wants:
            words = ", ".join(sorted(_wants))
            raise document.refuse("empty_want", f"{path}.want", f"Say what is wanted, out of: {words}.")
        out.append(Case(raw.name, document.file, document.line(path), facts, moment, MappingProxyType(raw.want)))
    return out


def _over(under: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a case over the one it is like: mappings join, everything else is replaced."""
    out = dict(under)
    for name, value in own.items():
        both = isinstance(value, dict) and isinstance(out.get(name), dict)
        out[name] = _over(out[name], value) if both else value
    return out
