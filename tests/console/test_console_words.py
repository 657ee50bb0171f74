"""How the console writes: numbers, moments, digests, verdicts, and the funnel's picture."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from gateway.console import words
from gateway.console.funnel import Stage, funnel


def test_moments_have_weekday_and_zone() -> None:
    at = datetime(2026, 11, 3, 7, 5, 9, tzinfo=UTC)
    assert words.moment(at) == '<time datetime="2026-11-03T07:05:09+00:00">Tue 3 Nov 2026, 07:05:09 UTC</time>'
    assert words.day(at) == '<time datetime="2026-11-03">Tue 3 Nov 2026</time>'
    assert "not yet" in words.moment(None)


def test_numbers_and_counts_read_as_they_are_said() -> None:
    assert words.number(48213) == "48\u202f213"
    assert words.counted(1, "list waits", "lists wait") == "1 list waits"
    assert words.counted(2, "list waits", "lists wait") == "2 lists wait"
    assert [words.lasted(s) for s in (0.04, 12, 190, 7200, 200_000)] == ["40 ms", "12 s", "3 min", "2 h", "2 days"]


def test_a_long_digest_is_shortened_in_the_middle_and_whole_in_its_title() -> None:
    whole = "7f3a" + "0" * 56 + "00c1"
    made = words.digest(whole)
    assert made.striptags() == "7f3a00…00c1"
    assert f'title="{whole}"' in made
    assert words.digest("short").striptags() == "short"


def test_a_verdict_has_a_word_and_a_shape() -> None:
    assert words.verdict("deny").striptags() == "✕ deny"
    assert words.verdict("quarantine").striptags() == "⏸ quarantined"
    assert words.verdict("approved").striptags() == "✓ approved"
    assert "plain" in words.verdict("something_else")


@given(st.text())
def test_whatever_is_written_is_escaped(text: str) -> None:
    spiked = f"<script>{text}"
    for made in (
        words.digest(spiked),
        words.verdict(spiked),
        words.verdict("deny", spiked),
        words.moment(None, spiked),
    ):
        assert "<script" not in made


@given(
    st.lists(
        st.tuples(st.text(st.characters(categories=("L", "N", "Zs")), max_size=30), st.integers(0, 10**9)), max_size=9
    )
)
def test_a_funnel_is_two_whole_pictures_whose_bars_stay_inside(rows: list[tuple[str, int]]) -> None:
    stages = [Stage(label, count, "allow") for label, count in rows]
    drawn = ET.fromstring(f"<figure>{funnel(stages, 'What <b>', 'said & done')}</figure>")  # noqa: S314 our own
    pictures = list(drawn)
    assert len(pictures) == 2
    for picture in pictures:
        width = int(picture.attrib["viewBox"].split()[2])
        bars = picture.findall("rect")
        assert len(bars) == len(stages)
        for bar, stage in zip(bars, stages, strict=True):
            assert int(bar.attrib["x"]) + int(bar.attrib["width"]) <= width
            assert (int(bar.attrib["width"]) > 0) == (stage.count > 0)
        assert picture.find("title") is not None
        assert picture.find("desc") is not None
