"""`python -m bench.mutants [--pack KR …] [--list-survivors] [--jobs 2]`: does any golden case notice a changed law?

Changes every pack, and retention.yaml (`--pack retention`), in every small way that `policies.mutants` knows, one
change at a time, and runs the cases that could see it. A change is killed if the law no longer loads or some case gets
another decision than it wants; what survives is a number or a word that no case proves. Changes that cannot matter
stand in policies/equivalent.yaml with the reason. Exit code 4 if something survives. Must never write to the policies.

  1 read     the folder; a pack that does not load and is not asked for is left out, and that is said
  2 watch    every case once, to learn which packs it asks
  3 change   build only the packs that a change reaches, and run the cases that ask one of them
  4 tell     survivors with file and line, one summary line a pack
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bench import mutated_keeping
from bench.mutated import Folder, Workshop, folder
from policies import retaining
from policies.load import PACKAGED
from policies.mutants import Mutant, mutants
from policies.reading import Document

_SURVIVED = 4
_CHANGED = ("jurisdictions/", retaining.FILE)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one change; `by` names what noticed it, "" if nothing did."""

    at: int
    by: str


def main() -> None:
    """Run, tell, and end with 4 if a change survives."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--pack", action="extend", nargs="+", metavar="CODE", help="only these packs, with their parts")
    parser.add_argument("--rule", action="extend", nargs="+", metavar="ID", help="only these rules")
    parser.add_argument("--list-survivors", action="store_true", help="name every survivor, not the first 20 of a pack")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--folder", type=Path, default=PACKAGED, help="a policies folder (default: the package's)")
    given = parser.parse_args()
    began = time.perf_counter()
    read = folder(given.folder, given.pack or [])
    for line in read.trouble:
        print(line, file=sys.stderr)
    wanted = [each for each in _wanted(read, given.pack or []) if not given.rule or each.rule in given.rule]
    if not wanted:
        parser.error("there is no such pack or rule")
    fates = _fates(read, wanted, given.jobs)
    for mutant, by in zip(wanted, fates, strict=True):
        if by and (mutant.rule, mutant.change) in read.equivalent:
            print(f"equivalent.yaml: {mutant.rule}: {mutant.change}: {by} notices it. Take it out.", file=sys.stderr)
    survived = _tell(read, wanted, fates, None if given.list_survivors else 20)
    print(f"{len(wanted)} changes in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    sys.exit(_SURVIVED if survived else 0)


def _wanted(read: Folder, packs: list[str]) -> list[Mutant]:
    """Give the changes of the packs asked for; a pack brings its parts (US brings US-CA)."""
    names = [
        name
        for name, document in read.documents.items()
        if name.startswith(_CHANGED) and (not packs or _asked(_code(document), packs))
    ]
    return [mutant for name in sorted(names) for mutant in mutants(read.documents[name])]


def _code(document: Document) -> str:
    """Name what a file is about: the pack, or the file."""
    return str(document.data.get("jurisdiction", document.file.removesuffix(".yaml")))


def _asked(code: str, packs: list[str]) -> bool:
    return code in packs or code.partition("-")[0] in packs


_workshop: Workshop | None = None


def _fates(read: Folder, wanted: list[Mutant], jobs: int) -> list[str]:
    """Give, for each change, what noticed it."""
    global _workshop  # noqa: PLW0603  forked processes inherit it instead of reading all again
    _workshop = Workshop(read)
    batches = [list(enumerate(wanted))[at : at + 40] for at in range(0, len(wanted), 40)]
    fates = [""] * len(wanted)
    for done, batch in enumerate(_batches(batches, jobs), 1):
        for fate in batch:
            fates[fate.at] = fate.by
        if sys.stderr.isatty():
            print(f"\r{min(done * 40, len(wanted))} of {len(wanted)}", end="", file=sys.stderr, flush=True)
    return fates


def _batches(batches: list[list[tuple[int, Mutant]]], jobs: int) -> Iterator[list[Fate]]:
    if jobs <= 1 or len(batches) == 1:
        yield from map(_judge, batches)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        yield from pool.map(_judge, batches)


def _judge(batch: list[tuple[int, Mutant]]) -> list[Fate]:
    assert _workshop is not None
    return [Fate(at, _noticed(_workshop, mutant)) for at, mutant in batch]


def _noticed(workshop: Workshop, mutant: Mutant) -> str:
    if mutant.file == retaining.FILE:
        return mutated_keeping.noticed(workshop.read, mutant)
    return workshop.noticed(mutant)


def _tell(read: Folder, wanted: list[Mutant], fates: list[str], most: int | None) -> int:
    """Print survivors and a line a pack; give how many survived."""
    total = 0
    for file, pairs in _by_file(wanted, fates).items():
        lived = [mutant for mutant, by in pairs if not by]
        same = [mutant for mutant in lived if (mutant.rule, mutant.change) in read.equivalent]
        lived = [mutant for mutant in lived if mutant not in same]
        for mutant in lived[:most]:
            print(f"policies/{mutant.file}:{mutant.line}: {mutant.rule}: {mutant.change}")
        if most is not None and len(lived) > most:
            print(f"policies/{file}: and {len(lived) - most} more; --list-survivors names them")
        ways = Counter("refused" if by.startswith("refused") else "cases" for _, by in pairs if by)
        print(
            f"{_code(read.documents[file])}: {len(pairs)} mutants, {ways['cases']} killed by cases, "
            f"{ways['refused']} by the loader, {len(same)} equivalent, {len(lived)} survive"
        )
        total += len(lived)
    return total


def _by_file(wanted: Iterable[Mutant], fates: Iterable[str]) -> dict[str, list[tuple[Mutant, str]]]:
    out: dict[str, list[tuple[Mutant, str]]] = {}
    for mutant, by in zip(wanted, fates, strict=True):
        out.setdefault(mutant.file, []).append((mutant, by))
    return out


if __name__ == "__main__":
    main()
