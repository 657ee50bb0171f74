"""Entries and leaves have one byte form, and nothing that has two gets in."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import LeafRefused
from audit.leaf import ENTRY_LIMIT, LEAF_LIMIT, Entry, Json, Leaf, canonical, kind_and_actor

text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
keys = st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(keys, values, max_size=5)


def test_the_byte_form_is_that_of_rfc_8785() -> None:
    value: dict[str, Json] = {"b": [1, True, None, {}], "a": '€$\u000f\nA\'B"\\"/\u007f', "A": -7}
    expected = '{"A":-7,"a":"€$\\u000f\\nA\'B\\"\\\\\\"/\u007f","b":[1,true,null,{}]}'
    assert canonical(value) == expected.encode()


@given(bodies)
def test_canonical_is_a_fixed_point_and_loses_nothing(body: dict[str, Json]) -> None:
    encoded = canonical(body)
    assert json.loads(encoded) == body
    assert canonical(json.loads(encoded)) == encoded
    assert canonical(dict(reversed(body.items()))) == encoded


@given(bodies)
def test_an_entry_is_read_back_as_it_was_written(body: dict[str, Json]) -> None:
    entry = Entry("release.page", "tool:뉴스", body)
    assert Entry.decode(entry.encode()) == entry
    assert kind_and_actor(entry.encode()) == ("release.page", "tool:뉴스")


@pytest.mark.parametrize(
    "defect",
    [
        {"float": 1.0},
        {"deep": [[{"float": 0.5}]]},
        {"nan": float("nan")},
        {1: "integer key"},
        {"ключ": "key outside ASCII"},
        {"large": 2**53},
        {"small": -(2**53)},
        {"bytes": b"x"},
        {"set": {1}},
        {"time": datetime(2026, 1, 1, tzinfo=UTC)},
        {"nul": "a\x00b"},
        {"nul\x00": 1},
        {"half": "\ud800"},
        {"\ud800"[:0] + "k": ["\udfff"]},
    ],
    ids=lambda defect: str(next(iter(defect))).encode("ascii", "replace").decode(),
)
def test_what_programs_disagree_about_is_refused(defect: dict[str, Json]) -> None:
    with pytest.raises(LeafRefused):
        canonical(defect)


def test_nesting_without_end_is_refused() -> None:
    value: dict[str, Json] = {}
    for _ in range(5000):
        value = {"k": value}
    with pytest.raises(LeafRefused, match="deep"):
        canonical(value)


@pytest.mark.parametrize("kind", ["", "Release", "release.", ".page", "a b", "a..b", "á", "a" * 65, "a\n"])
def test_a_kind_is_dotted_ascii(kind: str) -> None:
    with pytest.raises(LeafRefused):
        Entry(kind, "x", {})


@pytest.mark.parametrize("actor", ["", 'a"b', "a\\b", "a\nb", "a" * 201])
def test_an_actor_can_be_cut_out_of_the_bytes(actor: str) -> None:
    with pytest.raises(LeafRefused):
        Entry("a.b", actor, {})


def test_the_largest_entry_makes_the_largest_leaf() -> None:
    room = ENTRY_LIMIT - len(Entry("a", "x", {"t": ""}).encode())
    entry = Entry("a", "x", {"t": "y" * room})
    assert len(Leaf(datetime.now(UTC), entry.encode()).encode()) == LEAF_LIMIT
    with pytest.raises(LeafRefused, match="digest"):
        Entry("a", "x", {"t": "y" * (room + 1)}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"actor":"x","body":{},"kind":"a","v":2}',
        b'{"actor":"x","body":{},"kind":"a"}',
        b'{"actor":"x","body":[],"kind":"a","v":1}',
        b'{"body":{},"actor":"x","kind":"a","v":1}',
        b'{"actor":"x","body":{} ,"kind":"a","v":1}',
        b'{"actor":"x","body":{"a":1,"a":1},"kind":"a","v":1}',
        b'{"actor":"x","body":{"a":1.5},"kind":"a","v":1}',
        b'{"actor":"\\u0078","body":{},"kind":"a","v":1}',
        b'{"actor":"x","body":{},"extra":1,"kind":"a","v":1}',
        b'{"actor":"x","body":{},"kind":"a","v":true}',
    ],
)
def test_other_bytes_are_no_entry(data: bytes) -> None:
    with pytest.raises(LeafRefused):
        Entry.decode(data)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30)), st.integers(-720, 720))  # noqa: DTZ001
def test_a_leaf_holds_its_moment_in_utc(naive: datetime, minutes: int) -> None:
    at = naive.replace(tzinfo=UTC)
    entry = Entry("a", "x", {}).encode()
    elsewhere = at.astimezone(timezone(timedelta(minutes=minutes))) if at.year > 1970 else at
    data = Leaf(elsewhere, entry).encode()
    assert Leaf.decode(data) == Leaf(at, entry)
    assert len(data) == len(entry) + 45


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"at":"2026-11-21T09:30:00.250000Z", "entry":{}}',
        b'{"at":"2026-11-21T09:30:00.250000+00:00","entry":{}}',
        b'{"at":"2026-11-21 09:30:00.250000Z","entry":{}}',
        b'{"at":"2026-02-30T09:30:00.250000Z","entry":{}}',
        b'{"at":"2026-11-21T09:30:00.25Z","entry":{"a":1}}',
        b'{"at":"2026-11-21T09:30:00.250000Z","entry":' + b"1" * LEAF_LIMIT + b"}",
    ],
)
def test_other_bytes_are_no_leaf(data: bytes) -> None:
    with pytest.raises(LeafRefused):
        Leaf.decode(data)


def test_refusals_echo_no_content() -> None:
    with pytest.raises(LeafRefused) as refusal:
        canonical({"email": "jin@example.kr", "x\x00": "jin"})
    assert "jin" not in str(refusal.value)
