"""Consent records in the words of DPV: the exact bytes, and which of our purposes a term means."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from gateway.domain.receipts import STATUS, Spoken, conditions, flags, purposes_meant, receipt
from policies.load import load_bundle
from policies.terms import Condition, ConsentState

TREE = load_bundle().purposes
GOLDEN = Path(__file__).parent / "assets" / "receipt.golden.jsonld"
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def spoken(no: int, state: ConsentState, **changes: object) -> Spoken:
    plain = {
        "no": no, "state": state, "purpose": "marketing.own.newsletter", "channel": "email", "sender": "Hanbit",
        "country": "KR", "conditions": Condition.DOUBLE_OPT_IN | Condition.SEPARATE, "wording": "newsletter-3/ko",
        "language": "ko", "method": "double_opt_in", "source": "", "evidence": "ab" * 32, "at": AT,
    }  # fmt: skip
    return Spoken(**{**plain, **changes})  # type: ignore[arg-type]


def test_a_receipt_is_spelled_like_this_for_good() -> None:
    told = [
        spoken(3, ConsentState.OBJECTED, purpose="marketing", channel="*", sender="", country="", wording="",
               conditions=Condition.NONE, method="opt_out_page", evidence="", at=AT.replace(hour=12)),
        spoken(1, ConsentState.GIVEN), spoken(2, ConsentState.WITHDRAWN, at=AT.replace(hour=11, microsecond=5)),
    ]  # fmt: skip
    made = receipt("0123456789abcdef" * 2, "ostiary-x/log", AT.replace(hour=13), told, TREE)
    assert orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n" == GOLDEN.read_bytes()


def test_every_state_has_a_status() -> None:
    assert set(STATUS) == set(ConsentState)


def test_conditions_are_named_both_ways() -> None:
    everything = ~Condition.NONE
    assert flags(conditions(everything)) == everything
    assert flags(["written", "nonsense"]) == Condition.WRITTEN


@pytest.mark.parametrize(
    ("iris", "own", "meant"),
    [
        (["dpv:Marketing"], "", ("marketing",)),
        (["https://w3id.org/dpv#DirectMarketing"], "", ("marketing.own",)),
        (
            ["dpv:SellDataToThirdParties", "dpv:PersonalisedAdvertising"], "",
            ("marketing.partner", "profiling.advertising"),
        ),
        (["dpv:Marketing"], "marketing.own.newsletter", ("marketing.own.newsletter",)),
        (["dpv:Marketing"], "marketing.nothing", ()),
        (["dpv:Sustainability"], "", ()),
        ([], "", ()),
    ],
)  # fmt: skip
def test_a_term_means_the_highest_of_our_purposes(iris: list[str], own: str, meant: tuple[str, ...]) -> None:
    assert purposes_meant(TREE, iris, own) == meant
