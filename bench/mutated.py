"""A policies folder that is read once and built again with one change, as little of it as the change reaches.

Must never decide by itself what a law says: the changed values go through the loader, and the cases through the
decision, as those of the package do.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from gateway.domain.cases import run_case
from policies import load, periods
from policies.golden import load_cases
from policies.keeping import KeepingCase
from policies.mutants import Mutant
from policies.mutants_values import LESS_A_DAY
from policies.packs import STRICTEST, Bundle, Cap, Case, Pack, Period
from policies.reading import Document, read
from policies.refusal import PolicyRefused
from policies.retaining import load_keeping

_packs = "jurisdictions/"
_bare = ("jurisdiction", "name", "time_zones", "members", "region_zones", "holidays")
_keyed = ("Bundle", "Rule", "Table", "Pack")


@dataclass(frozen=True, slots=True)
class Folder:
    """What was read: the law, its documents by file, its cases, what cannot matter, and what was left out and why.

    `keeping` are the cases of retention.yaml, which ask other things than `cases`.
    """

    bundle: Bundle
    documents: Mapping[str, Document]
    cases: tuple[Case, ...]
    keeping: tuple[KeepingCase, ...]
    equivalent: frozenset[tuple[str, str]]
    trouble: tuple[str, ...]


def folder(top: Path, asked: list[str]) -> Folder:
    """Read a policies folder; packs and cases that do not load are left out and told, unless they are asked for.

    Raises:
        PolicyRefused: a pack that is asked for, or a file of the whole house, does not load.
    """
    texts = dict(_texts(top))
    trouble: list[str] = []
    while True:
        try:
            bundle = load._bundle(texts)  # noqa: SLF001  the loader of a folder, given its texts
            break
        except PolicyRefused as refused:
            code = Path(refused.file).stem.upper()
            kept = refused.file not in texts or not refused.file.startswith(_packs)
            if kept or code in asked or code.partition("-")[0] in asked or code.lower() == STRICTEST:
                raise
            trouble.append(f"left out: {refused}")
            del texts[refused.file]
    documents = {name: read(name, text) for name, text in texts.items() if name.endswith(".yaml")}
    cases = tuple(_cases(top / "cases", trouble))
    return Folder(bundle, documents, cases, load_keeping(top), _equivalent(top), tuple(trouble))


def _texts(top: Path) -> Iterator[tuple[str, str]]:
    for pattern in load._patterns:  # noqa: SLF001  what a bundle is made of
        for path in sorted(top.glob(pattern)):
            yield path.relative_to(top).as_posix(), path.read_text(encoding="utf-8")


def _cases(top: Path, trouble: list[str]) -> Iterator[Case]:
    """Read the cases folder by folder, so that one bad file leaves out its neighbours only."""
    for each in sorted(path for path in top.iterdir() if path.is_dir()):
        try:
            yield from load_cases(each)
        except PolicyRefused as refused:
            trouble.append(f"cases left out: cases/{refused}")


def _equivalent(top: Path) -> frozenset[tuple[str, str]]:
    path = top / "equivalent.yaml"
    if not path.exists():
        return frozenset()
    listed = read(path.name, path.read_text(encoding="utf-8")).data["equivalent"] or []
    for each in listed:
        if each.keys() != {"id", "change", "why"} or not each["why"]:
            raise PolicyRefused("no_reason", path.name, 0, f"{each} needs id, change and why.")
    return frozenset((each["id"], each["change"]) for each in listed)


class _Watched(dict[str, Pack]):
    """The packs of a bundle, remembering which were asked."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        super().__init__(packs)
        self.asked: set[str] = set()

    def __getitem__(self, code: str) -> Pack:
        self.asked.add(code)
        return super().__getitem__(code)


@dataclass(slots=True)
class _Seen:
    """A case with the packs that it asks and the rules that it names."""

    case: Case
    packs: frozenset[str]
    names: frozenset[str]


@dataclass
class Workshop:
    """Builds changed laws and runs the cases that could see the change."""

    read: Folder
    seen: list[_Seen] = field(default_factory=list)
    _built: int = 0

    def __post_init__(self) -> None:
        """Run every case once."""
        for case in self.read.cases:
            self._watch(case)

    def _watch(self, case: Case) -> None:
        packs = _Watched(self.read.bundle.packs)
        try:
            result = run_case(case, replace(self.read.bundle, packs=packs))
        except ValueError as error:
            print(f"case left out: {error}", file=sys.stderr)
            return
        finally:
            forget()
        if result.differences:
            told = "; ".join(result.differences)
            print(f"case left out, it differs already: {case.file}:{case.line}: {case.name}: {told}", file=sys.stderr)
            return
        names = frozenset((*case.want.get("cites", ()), *case.want.get("without", ())))
        self.seen.append(_Seen(case, frozenset(packs.asked), names))

    def noticed(self, mutant: Mutant) -> str:
        """Say what notices a change: the loader's refusal, a case by file and line, or "" if nothing does."""
        reached = self._reach_of(mutant)
        try:
            changed = self.build(mutant)
        except PolicyRefused as refused:
            return f"refused: {refused}"
        rule = mutant.rule.partition("@")[0]
        visible = [each for each in self.seen if each.packs & reached]
        try:
            for each in sorted(visible, key=lambda each: rule not in each.names):
                if _differs(each.case, changed):
                    return f"{each.case.file}:{each.case.line}"
        finally:
            forget()
        return ""

    def _data(self) -> Iterable[dict[str, Any]]:
        return (one.data for name, one in self.read.documents.items() if name.startswith(_packs))

    def _reached(self, code: str) -> set[str]:
        """Name the packs whose rules a change in one file reaches: itself or what it is part of, and who inherits."""
        over = {each["jurisdiction"]: each.get("extends") or each.get("part_of") for each in self._data()}
        parts = {each["jurisdiction"] for each in self._data() if each.get("part_of")}
        found = {over[code] if code in parts else code}
        while more := {each for each, above in over.items() if above in found and each not in parts} - found:
            found |= more
        return {str(each) for each in found}

    def _reach_of(self, mutant: Mutant) -> frozenset[str]:
        """Name the packs that a change reaches; one outside the rules may move a country to another pack."""
        if mutant.path[0] != "rules":
            return frozenset(self.read.bundle.packs)
        return frozenset(self._reached(self.read.documents[mutant.file].data["jurisdiction"]))

    def build(self, mutant: Mutant) -> Bundle:
        """Load the packs that a change reaches, with those they rest on; of all others only their frame.

        Raises:
            PolicyRefused: as the loader.
        """
        reached = self._reach_of(mutant)
        needed = self._needed(reached)
        documents = dict(self.read.documents)
        if days := documents.get("holidays.yaml"):
            documents[days.file] = replace(days, data=_without_days(days.data))
        for name, document in self.read.documents.items():
            if name == mutant.file:
                documents[name] = replace(document, data=mutant.apply(document.data))
            elif name.startswith(_packs) and document.data["jurisdiction"] not in needed:
                bare = {key: document.data[key] for key in _bare if key in document.data}
                documents[name] = replace(document, data=bare | _whose(document.data))
        sub = self._loaded(documents)
        packs = {**self.read.bundle.packs, **{code: sub.packs[code] for code in reached if code in sub.packs}}
        try:
            measured = periods.in_order(frozenset((*self.read.bundle.periods, *sub.periods)))
        except ValueError as error:
            raise PolicyRefused("ambiguous_periods", mutant.file, mutant.line, str(error)) from error
        base = self.read.bundle
        return replace(base, packs=packs, speaks_for=sub.speaks_for, periods=measured, caps=_caps(base, packs))

    def _needed(self, reached: frozenset[str]) -> set[str]:
        above = {each["jurisdiction"]: each.get("extends") for each in self._data()}
        needed = set(reached)
        for code in reached:
            over = above.get(code)
            while over:
                needed.add(over)
                over = above.get(over)
        return needed | {each["jurisdiction"] for each in self._data() if each.get("part_of") in needed}

    def _loaded(self, documents: Mapping[str, Document]) -> Bundle:
        self._built += 1
        texts = {**self.read.bundle.files, "fields.yaml": f"# {self._built}"}  # another archive each time
        with loader_of(documents):
            return load._bundle(texts)  # noqa: SLF001  the loader itself


def _without_days(data: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the names of the calendars; the changed law takes over the days that were read before."""
    return {**data, "calendars": {code: {} for code in data["calendars"]}}


def _caps(base: Bundle, packs: Mapping[str, Pack]) -> tuple[Cap, ...]:
    house = {each.id: each for each in base.caps if not each.cite}
    ruled = {each.cap.id: each.cap for pack in packs.values() for each in pack.rules if each.cap is not None}
    return (*ruled.values(), *house.values())


def _whose(data: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a part a part: its frame must still name the pack that it joins."""
    return {"part_of": data["part_of"]} if data.get("part_of") else {}


def _differs(case: Case, bundle: Bundle) -> bool:
    try:
        return bool(run_case(case, bundle).differences)
    except ValueError:
        return True


@contextmanager
def loader_of(documents: Mapping[str, Document]) -> Iterator[None]:
    """Give the loader documents that are read already, and let it read `P6M-1D`, which no policy file may say."""
    readers = [module for module in _modules("policies") if getattr(module, "read", None) is read]
    counters = [module for module in _modules("policies") if getattr(module, "period", None) is periods.period]
    counters.remove(periods)
    try:
        for module in readers:
            vars(module)["read"] = lambda name, _text: documents[name]
        for module in counters:
            vars(module)["period"] = _shorter
        yield
    finally:
        for module in readers:
            vars(module)["read"] = read
        for module in counters:
            vars(module)["period"] = periods.period


def _shorter(text: str, *, less_days: int = 0) -> Period:
    """Read a period, and one that ends a day before it says."""
    if not text.endswith(LESS_A_DAY):
        return periods.period(text, less_days=less_days)
    return replace(periods.period(text.removesuffix(LESS_A_DAY), less_days=less_days + 1), text=text)


def _modules(room: str) -> list[ModuleType]:
    return [module for name, module in sorted(sys.modules.items()) if name.startswith(f"{room}.")]


def _caches() -> Iterator[Callable[[], None]]:
    for module in _modules("gateway.domain"):
        for each in vars(module).values():
            clear = getattr(each, "cache_clear", None)
            if clear is not None and _keeps_law(each.__wrapped__):
                yield clear


def _keeps_law(cached: Callable[..., Any]) -> bool:
    spoken = " ".join(str(each.annotation) for each in inspect.signature(cached).parameters.values())
    return any(word in spoken for word in _keyed)


def forget() -> None:
    """Let go of what the decision remembers of a law: thousands of laws would fill the memory."""
    for clear in list(_caches()):
        clear()
