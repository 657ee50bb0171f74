"""What the hostile tests stand on: the small house in Seoul, and lists with any columns."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from gateway.domain.requests import PersonAsk, Selector
from gateway.flows.decide import Answer, Answers, Request, decide_batch
from gateway.flows.intake import receive
from gateway.flows.sources import SourceWish, approve_source, register_source
from gateway.samples.catalogue import SAMPLES
from policies.terms import Act, Channel
from tests.flows.conftest import NEWSLETTER, Seoul, days_ago, seoul

__all__ = ["days_ago", "seoul"]

Bring = Callable[..., None]
Decided = Callable[..., Answer]

FORM = SAMPLES[0].evidence
SHOP = SAMPLES[1].evidence


@pytest.fixture
def bring(seoul: Seoul, tmp_path: Path) -> Bring:
    """Import a list: a header and rows, from a source that is registered if it is not."""
    numbers = count()

    def bring(header: str, *rows: str, source: str = "Form") -> None:
        path = tmp_path / f"review-{next(numbers)}.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        receive(seoul.gate, "intake", source, path)

    return bring


def add_source(seoul: Seoul, name: str, kind: str, evidence: tuple[str, ...], country: str, **defaults: object) -> None:
    """Register and approve a source of Hanbit."""
    register_source(
        seoul.gate,
        "officer",
        SourceWish(
            name,
            kind,
            "Hanbit",
            country,
            evidence=evidence,
            collected_at=seoul.gate.clock().replace(year=2025),
            defaults={"country": country, **defaults},
        ),
    )
    approve_source(seoul.gate, "officer", name)


def decided(
    seoul: Seoul,
    kind: str,
    value: str,
    channel: Channel = Channel.EMAIL,
    purpose: str = NEWSLETTER,
    category: str = "",
    source: str = "",
    key: str = "",
    act: Act = Act.DISCLOSE,
) -> Answer:
    """Ask one question as the newsletter tool."""
    ask = PersonAsk(Selector(kind, value, source), act, purpose, channel, None, category)
    (result,) = decide_batch(seoul.gate, [Request(key or seoul.key, [ask])])
    assert isinstance(result, Answers), result
    return result.answers[0]
