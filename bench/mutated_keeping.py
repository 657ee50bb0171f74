"""Whether a golden case notices a changed retention.yaml. Must never decide by itself how long anybody is kept."""

from dataclasses import replace

from bench.mutated import Folder, forget, loader_of
from gateway.domain.retention_cases import run_keeping
from policies import retaining
from policies.mutants import Mutant
from policies.refusal import PolicyRefused


def noticed(read: Folder, mutant: Mutant) -> str:
    """Say what notices a change: the loader's refusal, a case by file and line, or "" if nothing does.

    A case that differs without the change proves nothing, and is left out.
    """
    document = read.documents[mutant.file]
    known = frozenset(read.bundle.packs) | frozenset(read.bundle.speaks_for)
    try:
        with loader_of(read.documents):
            rules = retaining.rules(replace(document, data=mutant.apply(document.data)), known)
    except PolicyRefused as refused:
        return f"refused: {refused}"
    try:
        sound = [one.case for one in run_keeping(read.keeping, read.bundle) if not one.differences]
        results = run_keeping(sound, replace(read.bundle, retention=rules))
        return next((f"{one.case.file}:{one.case.line}" for one in results if one.differences), "")
    finally:
        forget()
