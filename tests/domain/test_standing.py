"""What somebody said, in order: ties refuse, unknown times never widen."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.standing import Said, purpose_chain, ranked
from policies.load import load_bundle
from policies.terms import Condition, ConsentState

GIVEN, WITHDRAWN, OBJECTED = ConsentState.GIVEN, ConsentState.WITHDRAWN, ConsentState.OBJECTED


def _said(state: ConsentState, since: float, source: int = 0) -> Said:
    return state, "marketing", since, 0, Condition.NONE, "w", source


@given(st.lists(st.builds(_said, st.sampled_from(ConsentState), st.floats(1, 1e10), st.integers(0, 3)), max_size=6))
def test_ranks_follow_time_and_keep_everybody(rows: list[Said]) -> None:
    lines = ranked(rows)
    assert [line.rank for line in lines] == list(range(1, len(rows) + 1))
    assert sorted(line.state for line in lines) == sorted(row[0] for row in rows)
    assert lines == ranked(list(reversed(rows)))


def test_at_the_same_instant_a_refusal_ranks_above() -> None:
    for stop in (WITHDRAWN, OBJECTED):
        assert [line.state for line in ranked([_said(stop, 5.0), _said(GIVEN, 5.0)])] == [GIVEN, stop]


def test_unknown_times_never_widen() -> None:
    lines = ranked([_said(WITHDRAWN, 0), _said(GIVEN, 9.0), _said(GIVEN, 0), _said(WITHDRAWN, 3.0)])
    assert [line.state for line in lines] == [GIVEN, WITHDRAWN, GIVEN, WITHDRAWN]


def test_equal_lines_are_one_object() -> None:
    assert ranked([_said(GIVEN, 1.0)])[0] is ranked([_said(GIVEN, 2.0)])[0]


def test_a_chain_leads_from_a_purpose_to_its_root() -> None:
    bundle = load_bundle()
    assert purpose_chain(bundle, "marketing.own.newsletter") == (
        "marketing.own.newsletter",
        "marketing.own",
        "marketing",
    )
    assert purpose_chain(bundle, "nothing.known") == ()
