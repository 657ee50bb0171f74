"""Global Privacy Control: a refusal of sale and of profiled advertising, once, by anybody, and never on a look."""

import pytest

from gateway.domain.errors import Invalid, Unauthenticated
from gateway.domain.requests import Selector
from gateway.flows.preferences import link_for
from gateway.flows.signals import heed, kept, report_signal
from gateway.identity.links import BadLink
from tests.flows.conftest import NEWSLETTER, Seoul
from tests.flows.lasting_house import BrokenError, crash, one, state, verify

MINSU = Selector("email", "minsu@example.kr")


@pytest.fixture
def house(seoul: Seoul) -> Seoul:
    """Minsu is known."""
    seoul.bring([("minsu@example.kr", None)])
    return seoul


def token(house: Seoul) -> str:
    uid = one(house.gate, "SELECT uid FROM person")
    return link_for(house.gate, uid, "email", 1, NEWSLETTER, "email").rpartition("/")[2]


def refused(house: Seoul) -> list[str]:
    return str(one(house.gate, "SELECT string_agg(purpose, ' ' ORDER BY purpose) FROM consent WHERE state <> 'given'"
                   " AND channel = '*' AND sender_no = 0")).split()  # fmt: skip


def test_a_signal_refuses_sale_and_profiled_advertising(house: Seoul) -> None:
    assert not kept(house.gate, token(house))
    assert heed(house.gate, token(house), "opt-out link") == 2
    assert refused(house) == ["marketing.partner", "profiling.advertising"]
    assert kept(house.gate, token(house))
    assert one(house.gate, "SELECT DISTINCT method FROM consent_event") == "gpc"
    verify(house.gate)


def test_a_second_signal_changes_nothing(house: Seoul) -> None:
    heed(house.gate, token(house), "opt-out link")
    before = state(house.gate)
    assert heed(house.gate, token(house), "opt-out link") == 0
    kept(house.gate, token(house))
    assert state(house.gate) == before


def test_a_tool_reports_it_and_a_repeated_report_does_nothing_again(house: Seoul) -> None:
    made = report_signal(house.gate, house.other, MINSU, "gpc", None, "key-1")
    before = state(house.gate)
    assert report_signal(house.gate, house.other, MINSU, "gpc", None, "key-1") == made
    assert state(house.gate) == before
    assert refused(house) == ["marketing.partner", "profiling.advertising"]


def test_a_signal_of_somebody_unknown_holds_for_whoever_comes_with_that_address(house: Seoul) -> None:
    (first, second) = report_signal(house.gate, house.key, Selector("email", "new@example.kr"), "gpc", None, None)
    assert (first.suppressions, second.suppressions) == (1, 1)
    house.bring([("new@example.kr", None)])
    assert refused(house) == ["marketing.partner", "profiling.advertising"]


def test_what_is_no_signal_or_no_link_is_refused(house: Seoul) -> None:
    before = state(house.gate)
    with pytest.raises(Invalid):
        report_signal(house.gate, house.key, MINSU, "dnt", None, None)
    with pytest.raises(Unauthenticated):
        report_signal(house.gate, "ost_x", MINSU, "gpc", None, None)
    with pytest.raises(BadLink):
        heed(house.gate, "nothing", "x")
    assert state(house.gate) == before


@pytest.mark.parametrize("kept_", [False, True], ids=["lost", "kept"])
def test_a_crash_leaves_both_or_neither(house: Seoul, monkeypatch: pytest.MonkeyPatch, kept_: bool) -> None:
    link = token(house)
    with monkeypatch.context() as patched:
        crash(patched, 0, kept=kept_)
        with pytest.raises(BrokenError):
            heed(house.gate, link, "opt-out link")
    assert one(house.gate, "SELECT count(*) FROM consent") == (2 if kept_ else 0)
    heed(house.gate, token(house), "opt-out link")
    assert one(house.gate, "SELECT count(*) FROM consent_event") == 2
    verify(house.gate)
