"""The law as a table: every rule of a pack stands in it, and it says what the decision says."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest

from gateway.domain.matrix import Matrix, counts_of, matrix, today_in
from gateway.domain.matrix_cells import CELLS, Line, Row
from gateway.domain.matrix_html import whole_page
from gateway.domain.matrix_words import lasting
from gateway.domain.requests import Ask, Party
from gateway.domain.retention import holding
from gateway.domain.tables import table_of
from policies.load import load_bundle
from policies.periods import period
from policies.terms import Act, AudienceKind, Capacity, Channel

DAY = date(2026, 11, 22)
BUNDLE = load_bundle()
CODES = sorted(BUNDLE.packs)
KINDS = {"consumer": AudienceKind.B2C, "business": AudienceKind.B2B, "sole trader": AudienceKind.B2B_INDIVIDUAL}
PURPOSES = {
    "own": "marketing.own", "partner": "marketing.partner", "profiling": "profiling", "measurement": "measurement",
    "service": "service",
}  # fmt: skip


def lines(found: Matrix) -> Iterator[Line]:
    for section in found.sections:
        yield from section.told
        for row in section.rows:
            for cell in row.cells.values():
                yield from cell


def row_of(found: Matrix, section: str, channel: str, kind: str = "consumer") -> Row:
    (rows,) = (one.rows for one in found.sections if one.id == section)
    (row,) = (row for row in rows if channel in row.channels and kind in row.kinds)
    return row


def said(row: Row, cell: str) -> str:
    return "; ".join(f"{line.words} [{line.rule}]" for line in row.cells[cell])


@pytest.mark.parametrize("code", CODES)
def test_every_rule_of_a_pack_is_listed_once_with_its_article(code: str) -> None:
    found = matrix(BUNDLE, code, DAY)
    written = [(one.id, one.cite) for one in BUNDLE.packs[code].rules]
    assert [(one.id, one.cite) for one in found.rules] == written + [
        (one.id, one.cite) for one in holding(BUNDLE, code)
    ]


@pytest.mark.parametrize("code", CODES)
def test_every_channel_and_kind_stands_in_exactly_one_row(code: str) -> None:
    for section in matrix(BUNDLE, code, DAY).sections:
        if section.rows:
            pairs = [(channel, kind) for row in section.rows for channel in row.channels for kind in row.kinds]
            assert len(pairs) == len(set(pairs)) == len(Channel) * len(KINDS), section.id
            assert all(tuple(row.cells) == CELLS for row in section.rows)


@pytest.mark.parametrize("code", CODES)
def test_what_the_decision_looks_at_stands_in_the_cell(code: str) -> None:
    found = matrix(BUNDLE, code, DAY)
    for section, purpose in PURPOSES.items():
        for channel in Channel:
            for kind, word in ((kind, word) for word, kind in KINDS.items()):
                ask = Ask(Act.CONTACT, purpose, channel, Party(0, "", code), code)
                table = table_of(BUNDLE, code, frozenset(Capacity), ask, kind, DAY)
                row = row_of(found, section, channel.replace("_", " "), word)
                told = {line.rule for cell in row.cells.values() for line in cell}
                apart = {e.rule.id for e in table.needs if e.rule.when.classes or e.rule.when.tool_outside}
                for entries in (table.needs, table.registers, table.lapses, table.caps, table.timed, table.duties):
                    assert {e.rule.id for e in entries} - apart <= told, (purpose, channel, kind)
                denied = any(not line.rule for line in row.cells["needs"])
                recipient = table_of(BUNDLE, code, frozenset((Capacity.RECIPIENT,)), ask, kind, DAY)
                assert denied is not recipient.covered


@pytest.mark.parametrize("code", CODES)
def test_no_rule_that_is_not_in_force_is_told_as_law(code: str) -> None:
    for day in (DAY, date(2015, 1, 1), date(2030, 1, 1)):
        found = matrix(BUNDLE, code, day)
        shut = {one.id for one in found.rules if one.state != "in_force"} - {
            one.id for one in found.rules if one.state == "in_force"
        }
        assert not shut & {line.rule for line in lines(found)}


def test_korean_texts_read_as_the_statute_does() -> None:
    row = row_of(matrix(BUNDLE, "KR", DAY), "own", "sms")
    assert said(row, "needs").startswith("prior consent [KR-50-1]")
    assert "after a purchase of the same goods within 6 months" in said(row, "unless")
    assert "closed 21:00 to 08:00" in said(row, "hours")
    assert "2 years less 1 day" in said(row, "lasts")
    assert "(광고)" in said(row, "carries")
    assert "within 14 days" in said(row, "stopping")


def test_regions_and_other_capacities_are_visible() -> None:
    hours = said(row_of(matrix(BUNDLE, "US", DAY), "own", "sms"), "hours")
    assert "in FL" in hours
    assert any(one.region == "CA" for one in matrix(BUNDLE, "US", DAY).rules)


def test_a_member_gets_its_union_and_only_its_own_parts() -> None:
    found = matrix(BUNDLE, "MT", DAY)
    assert (found.jurisdiction, found.pack) == ("MT", "EU")
    assert matrix(BUNDLE, "XX", DAY).pack == "strictest"


def test_an_inherited_rule_names_where_it_is_from() -> None:
    found = matrix(BUNDLE, "DE", DAY).rules
    assert {(one.file, one.inherited_from) for one in found} == {
        ("jurisdictions/eu.yaml", "EU"),
        ("jurisdictions/de.yaml", ""),
        ("retention.yaml", "EU"),
        ("retention.yaml", "the rules for everywhere"),
    }


@pytest.mark.parametrize(
    ("code", "ids"),
    [
        ("KR", ("KEEP-NO-IDENTIFIER", "KEEP-SOURCES", "KEEP-UNUSED")),
        ("IE", ("KEEP-NO-IDENTIFIER", "KEEP-SOURCES", "KEEP-UNUSED", "KEEP-UNUSED-EU")),
        ("CH", tuple(rule.id for rule in BUNDLE.retention)),
    ],
)
def test_how_long_people_are_kept_stands_in_the_table(code: str, ids: tuple[str, ...]) -> None:
    (told,) = (one.told for one in matrix(BUNDLE, code, DAY).sections if one.id == "kept")
    assert tuple(line.rule for line in told) == ids
    assert [line.words for line in told[:3]] == [
        "whoever no identifier leads to any more is deleted",
        "whoever has only sources that were revoked, or expired more than 180 days ago, is deleted",
        "whoever was not heard of for 3 years is deleted",
    ]


def test_another_day_is_another_law() -> None:
    states = {
        day: {one.id: one.state for one in matrix(BUNDLE, "KR", day).rules}["KR-50-3-1"]
        for day in (date(2026, 9, 30), date(2026, 10, 1))
    }
    assert list(states.values()) == ["later", "in_force"]


def test_counts_add_up_and_days_turn_where_the_law_holds() -> None:
    at = datetime(2026, 9, 30, 15, tzinfo=UTC)  # midnight in Seoul
    before, after = (counts_of(BUNDLE, "KR", moment) for moment in (at - timedelta(seconds=1), at))
    assert (today_in(BUNDLE, "KR", at), after.in_force) == (date(2026, 10, 1), before.in_force + 1)
    for code in CODES:
        counts = counts_of(BUNDLE, code, at)
        assert counts.own + counts.inherited == len(BUNDLE.packs[code].rules)


@pytest.mark.parametrize(
    ("text", "words"), [("P2Y", "2 years"), ("P1M", "1 month"), ("P18M", "18 months"), ("P31D", "31 days")]
)
def test_periods_read_as_statutes_do(text: str, words: str) -> None:
    assert lasting(period(text)) == words


class Reader(HTMLParser):
    """Collects tags and the ids and links of a page, and sees that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.add(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("code", CODES)
def test_the_page_stands_alone_and_its_links_lead_somewhere(code: str) -> None:
    page = whole_page(matrix(BUNDLE, code, DAY))
    read = Reader()
    read.feed(page)
    assert read.open == []
    assert not read.tags & {"script", "link", "img", "iframe"}
    assert "http" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).replace("<!doctype html>", "")
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert "A4 landscape" in page
