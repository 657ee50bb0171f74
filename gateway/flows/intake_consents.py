"""What a list claims that people agreed to, and which of it may count.

A claim counts only with a purpose that the source's registration named beforehand, the evidence of wording and time,
a time, a wording and the identifier that the channel reaches; everything else is counted as ignored. Must never take
silence for consent, nor a consent for somebody whom the row does not name where the list names recipients.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from gateway.flows import intake_values as values
from gateway.flows.intake_claims import Claim, ConsentClaim
from gateway.flows.intake_defaults import Shared
from gateway.flows.intake_values import Bad, Day
from gateway.lists.dialects import LEGACY, LEGACY_CONFIRMED
from gateway.lists.letters import comparable
from policies.terms import REACHED_BY, Channel, Condition

COLUMNS: Final = ("consent_email", "consent_sms", "consent_post", "consent_voice")
DEMANDED: Final = frozenset({"consent_wording", "consent_time"})
"""Words of evidence without which no list can claim a consent (GDPR Art. 7(1); PIPA Art. 22; PIPL Art. 14)."""

_DEMANDS: Final = {Condition.DOUBLE_OPT_IN: "double_opt_in_record", Condition.NAMED_RECIPIENT: "names_us"}
_BETWEEN: Final = re.compile(r"[;,/、，；|]")


class Speaking:
    """Reads the consent columns of one list.

    Args:
        shared: what the source's registration says the columns stand for.
        now: no consent can be later (UTC).
    """

    def __init__(self, shared: Shared, now: datetime) -> None:
        self._shared = shared
        self._now = now
        self._agreed = values.remembered(values.agreed)
        self._version = values.remembered(values.version)
        self._method = values.remembered(values.method)
        self._sender = comparable(shared.sender_name)
        self._carried = {named: self._conditions(named=named) for named in (True, False)}

    def claims(
        self, claims: list[Claim], cells: dict[str, Sequence[str]], said: dict[str, list[Any]], tally: Counter[str]
    ) -> None:
        """Put to each claim what its row says of consent and withdrawal."""
        if "withdrawn_at" in said:
            for claim, when, cell in zip(claims, said["withdrawn_at"], cells["withdrawn_at"], strict=True):
                claim.withdrawn_at = self._withdrawn(when, cell)
        for at, claim in enumerate(claims):
            channels = self._channels(at, cells, tally)
            if channels:
                self._claim(claim, channels, at, cells, said, tally)

    def _withdrawn(self, when: object, cell: str) -> datetime | None:
        """Read a withdrawal. One whose date nobody can read is a withdrawal all the same, as of now."""
        if isinstance(when, Day):
            return min(when.at, self._now)
        return None if self._agreed(cell) is False else self._now

    def _channels(self, at: int, cells: dict[str, Sequence[str]], tally: Counter[str]) -> list[Channel]:
        """Give the channels that a row says yes to."""
        channels: list[Channel] = []
        for column in COLUMNS:
            if column in cells:
                yes = self._agreed(cells[column][at])
                if isinstance(yes, Bad):
                    tally[f"consent.ignored.{yes.code}"] += 1
                elif yes:
                    channels += self._shared.defaults.stands_for(column)
        if "consent_at" in cells and cells["consent_at"][at].strip():
            channels += self._shared.defaults.stands_for("consent_at")
        return channels

    def _claim(
        self,
        claim: Claim,
        channels: list[Channel],
        at: int,
        cells: dict[str, Sequence[str]],
        said: dict[str, list[Any]],
        tally: Counter[str],
    ) -> None:
        when: Any = said["consent_at"][at] if "consent_at" in said else ""
        wording = self._version(cells["consent_wording"][at]) if "consent_wording" in cells else ""
        wording = wording or self._shared.defaults.wording
        named = self._named(cells["named_recipient"][at]) if "named_recipient" in cells else None
        fault = self._fault(when, wording, named)
        if fault:
            tally[f"consent.ignored.{fault}"] += len(channels)
            return
        given_at: datetime = when.at
        method = self._how(cells["consent_method"][at], tally) if "consent_method" in cells else "list"
        conditions = _of_legacy(method, self._carried[bool(named)])
        for channel in channels:
            if REACHED_BY[channel].value in claim.marks:
                claim.consents.append(ConsentClaim(channel, given_at, wording, method, conditions))
            else:
                tally["consent.ignored.identifier_missing"] += 1

    def _fault(self, when: Day | str, wording: str, named: bool | None) -> str:
        """Say what a claimed consent lacks, or ""."""
        if not self._shared.defaults.purpose:
            return "purpose_not_registered"
        if not self._shared.evidence >= DEMANDED:
            return "evidence_missing"
        if not isinstance(when, Day):
            return "time_missing"
        if when.at > self._now:
            return "time_in_the_future"
        if not wording:
            return "wording_missing"
        return "recipient_not_named" if named is False else ""

    def _named(self, cell: str) -> bool:
        return self._sender in {comparable(part) for part in _BETWEEN.split(cell)} | {comparable(cell)}

    def _how(self, cell: str, tally: Counter[str]) -> str:
        return values.or_nothing(self._method(cell), "list", tally) if cell.strip() else "list"

    def _conditions(self, *, named: bool) -> Condition:
        """Give the conditions that the source's registration claims and its evidence carries."""
        found = self._shared.conditions | (Condition.NAMED_RECIPIENT if named else Condition.NONE)
        for condition, word in _DEMANDS.items():
            if word not in self._shared.evidence:
                found &= ~condition
        return found


def _of_legacy(method: str, carried: Condition) -> Condition:
    """Leave of the conditions those that another system's export can show: none but a confirmed address."""
    if method == LEGACY_CONFIRMED:
        return carried & Condition.DOUBLE_OPT_IN
    return Condition.NONE if method == LEGACY else carried
