"""What a decision says: reasons, steps, and the decision itself. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policies.terms import Outcome

NO_DUTIES: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: against the ask, or, in an allowance, for it. `remedy` is the smallest change that would lift it."""

    code: str
    step: int
    rule: str
    cite: str
    words: str
    outcome: Outcome = Outcome.DENY
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the nine as an officer reads it. `rule` and `cite` may name several, divided by commas."""

    no: int
    title: str
    words: str
    outcome: Outcome
    rule: str = ""
    cite: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one question.

    `reasons` speak against it in the order of the steps, or, if it is allowed, name its basis.
    `obligations` are plain values with sorted keys. `sources` are the numbers of the sources that may be opened,
    best first; none unless allowed. `not_before` is when a hold may end (UTC), `valid_until` how long an allowance
    stands (UTC). `rules` are the ids of all rules that had a part.
    `overruled` are the reasons against that were only noted (`gateway.domain.shadow`); empty unless the tool is under
    observation and it was let through.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    steps: tuple[Step, ...]
    obligations: Mapping[str, Any]
    sources: tuple[int, ...]
    not_before: datetime | None
    valid_until: datetime
    remedy: str
    rules: tuple[str, ...]
    overruled: tuple[Reason, ...] = ()

    @property
    def would_have(self) -> Outcome | None:
        """What was said but only noted, because the tool is under observation; None if the word held."""
        if not self.overruled:
            return None
        said = {reason.outcome for reason in self.overruled}
        return Outcome.DENY if Outcome.DENY in said else Outcome.HOLD

    @property
    def noted(self) -> str:
        """What a tool may learn of a word that was only noted: as `coarse`; "" if the word held."""
        return next((COARSE[why.step] for why in self.overruled if why.outcome is self.would_have), "")

    @property
    def deciding(self) -> Reason | None:
        """The reason that decided: the first denial, else the first hold, else the first basis."""
        said = [reason for reason in self.reasons if reason.outcome is self.outcome]
        return said[0] if said else None

    @property
    def coarse(self) -> str:
        """What a tool may learn: which step said no, never what the person said or where their data came from."""
        if self.outcome is Outcome.ALLOW or self.deciding is None:
            return "allowed"
        return COARSE[self.deciding.step]


COARSE: Mapping[int, str] = {
    1: "not_granted",
    2: "not_available",
    3: "not_available",
    4: "not_available",
    5: "not_available",
    6: "no_permission",
    7: "not_now",
    8: "not_now",
    9: "not_now",
}
"""Coarse code by step. Steps 2 to 5 look alike, so that a tool cannot tell an objection from a bad source."""
