"""What a house in one country may do in another, in one table: the strictest of recipient's and sender's law."""

from datetime import UTC, datetime

import pytest

from gateway.domain.cases import run_case
from policies.load import load_bundle
from policies.packs import Case

BUNDLE = load_bundle()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recipient", "sender", "channel", "given", "outcome"),
    [
        ("TW", "TW", "email", [], "allow"),
        ("TW", "KR", "email", [], "deny"),
        ("TW", "KR", "email", [{}], "allow"),
        ("US", "US", "email", [], "allow"),
        ("US", "CN", "email", [{}], "deny"),
        ("DE", "US", "email", [{}], "deny"),
        ("DE", "US", "email", [{"condition": ["double_opt_in"]}], "allow"),
        ("FR", "DE", "email", [{}], "deny"),
        ("FR", "NL", "email", [{}], "allow"),
        ("KR", "DE", "email", [{"condition": ["double_opt_in"]}], "deny"),
        ("KR", "DE", "email", [{"condition": ["double_opt_in", "separate"]}], "allow"),
        ("GB", "DE", "post", [], "allow"),
    ],
)
def test_across_a_border(
    recipient: str, sender: str, channel: str, given: list[dict[str, object]], outcome: str
) -> None:
    ask = {"purpose": "marketing.own.offers", "channel": channel, "at": NOON, "sender": sender}
    consent = [{"purpose": "marketing.own", "given": datetime(2026, 5, 1, tzinfo=UTC), **each} for each in given]
    told = {"person": {"jurisdiction": recipient}, "ask": ask, "consent": consent, "source": {"country": recipient}}
    result = run_case(Case("border", "here", 1, told, NOON, {"outcome": outcome}), BUNDLE)
    assert result.differences == ()
