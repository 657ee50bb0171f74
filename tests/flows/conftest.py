"""A small house to ask: one sender in Seoul, one approved form, a newsletter tool, and people who signed up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.requests import Selector, Wish
from gateway.flows.consent import ConsentWish, record
from gateway.flows.gate import Gate
from gateway.flows.intake import receive
from gateway.flows.release import Release, open_release
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.identity.credentials import new_api_key
from gateway.samples.catalogue import SAMPLES
from gateway.store import parties
from gateway.store.parties import ToolRecord
from policies.terms import Act, Channel, ConsentState

NEWSLETTER = "marketing.own.newsletter"


@dataclass(frozen=True, slots=True)
class Seoul:
    """The house and its keys. `key` is the newsletter tool's, `other` that of another tool of the same sender."""

    gate: Gate
    folder: Path
    key: str
    other: str

    def bring(self, people: Sequence[tuple[str, datetime | None]], source: str = "Form") -> None:
        """Import people: e-mail address, and when they consented or None."""
        path = self.folder / f"{source}-{len(list(self.folder.iterdir()))}.csv"
        rows = [f"{email},{'Y' if at else 'N'},{at.isoformat() if at else ''},v1" for email, at in people]
        path.write_text("\n".join(["이메일,수신동의_이메일,동의일시,동의문구버전", *rows]) + "\n", encoding="utf-8")
        receive(self.gate, "intake", source, path)

    def wish(self, **changes: Any) -> Wish:
        """Give an audience wish for the newsletter."""
        plain: dict[str, Any] = {
            "act": Act.DISCLOSE,
            "purpose": NEWSLETTER,
            "channel": Channel.EMAIL,
            "sender": "",
            "fields": ("email",),
        }
        return Wish(**{**plain, **changes})

    def release(self, key: str | None = None, **changes: Any) -> Release:
        """Open a release for the newsletter tool."""
        return open_release(self.gate, self.key, self.wish(**changes), key)

    def withdraw(self, email: str) -> None:
        """Let a person withdraw, as a tool would report it."""
        record(
            self.gate,
            "newsletter",
            ConsentWish(Selector("email", email), ConsentState.WITHDRAWN, "marketing", "reply", "*", ""),
        )


def add_tool(gate: Gate, name: str, **changes: Any) -> str:
    """Register a tool and give its API key."""
    plain: dict[str, Any] = {
        "name": name,
        "role": "marketing",
        "sender": "Hanbit",
        "country": "KR",
        "purposes": ("marketing.own",),
        "channels": ("email", "sms"),
        "fields": ("email", "name", "language"),
    }
    plain_key, made = new_api_key()
    with gate.house.unit() as connection:
        tool = parties.add_tool(connection, ToolRecord(**{**plain, **changes}))
        parties.add_credential(connection, tool.no, made.key_id, made.digest, made.expires_at)
    return plain_key


@pytest.fixture
def seoul(gate: Gate, tmp_path: Path) -> Seoul:
    """A house with nobody in it yet."""
    with gate.house.unit() as connection:
        parties.add_party(connection, "Hanbit", "KR")
    register_source(
        gate,
        "officer",
        SourceWish(
            "Form",
            "registration_form",
            "Hanbit",
            "KR",
            collected_at=datetime(2024, 1, 1, tzinfo=UTC),
            evidence=SAMPLES[0].evidence,
            defaults={"country": "KR", "time_zone": "Asia/Seoul", "language": "ko", "purpose": "marketing.own"},
        ),
    )
    approve_source(gate, "officer", "Form")
    folder = tmp_path / "lists"
    folder.mkdir()
    return Seoul(gate, folder, add_tool(gate, "newsletter"), add_tool(gate, "another"))


@pytest.fixture
def days_ago(gate: Gate) -> Callable[[float], datetime]:
    """Give a moment so many days before the test's present."""
    return lambda days: gate.clock() - timedelta(days=days)
