"""Looks at one flat cell once and tries everything with digits or signs that could be personal data.

One pass over the runs of digits and one over what has letters in it, instead of one per country: a number is
judged by its length and form (`identifiers`). Failures are given back too, because a column in which nine of
ten candidates fail is no column of identity numbers.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.scan.gates import EVERYTHING, LETTERED, MACHINE, MAIL, PLATE, RUN, SECRET
from gateway.scan.identifiers import numbers
from gateway.scan.identifiers.credentials import UUID, credentials
from gateway.scan.identifiers.online import emails, machines
from gateway.scan.identifiers.plates import plates
from gateway.scan.identifiers.together import Judged
from gateway.scan.spans import Taken
from gateway.scan.trial import Trial
from gateway.scan.worth import WORTH_A_LOOK

__all__ = ["WORTH_A_LOOK", "Trial", "trials"]
_NONE: Final[Mapping[str, Judged]] = MappingProxyType({})


def trials(text: str, known: Mapping[str, Judged] = _NONE, wanted: int = EVERYTHING) -> list[Trial]:
    """Try everything in one flat cell.

    Args:
        text: flat text.
        known: judgements of runs of digits made beforehand.
        wanted: which detectors have to look, as `gates` says of this text.

    Returns:
        Candidates, failed ones included; spans may overlap. Those that `needs_name` count only where title or
        cell name the kind.
    """
    taken = Taken()
    found = list(emails(text)) if wanted & MAIL else []
    if wanted & SECRET:
        found.extend(credentials(text))
    for trial in found:
        taken.take(trial.start, trial.end)
    if wanted & MACHINE:
        for match in UUID.finditer(text):
            taken.take(*match.span())
    others = list(machines(text)) if wanted & MACHINE else []
    if wanted & LETTERED:
        others.extend(numbers.lettered(text, wanted))
    found.extend([trial for trial in others if not taken.touches(trial.start, trial.end)])
    for trial in found:
        if trial.passed and not trial.needs_name:
            taken.take(trial.start, trial.end)
    if wanted & RUN:
        found.extend(numbers.digits(text, taken, known))
    if wanted & PLATE:
        found.extend(plates(text))
    return found
