"""The sample lists are what their script writes and what their catalogue says."""

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

import policies
from gateway.lists import BadValue, confirm, normal, open_list, propose
from gateway.samples.catalogue import FOLDER, HOUSE, SAMPLES, SUPPRESSIONS, WITHDRAWALS, Sample, sample
from gateway.samples.generate import generate
from gateway.scan import Scanner

RESERVED = ("example.com", "example.org", "example.net", ".example")


def rows_of(each: Sample) -> list[list[str]]:
    return [row for chunk in open_list(each.path).chunks() for row in chunk.rows]


@pytest.fixture(scope="module", params=SAMPLES, ids=lambda each: each.file)
def listed(request: pytest.FixtureRequest) -> Sample:
    each = request.param
    assert isinstance(each, Sample)
    return each


def test_the_script_writes_the_same_bytes(tmp_path: Path) -> None:
    written = generate(tmp_path)
    assert {path.name for path in written} == {path.name for path in FOLDER.iterdir()}
    for path in written:
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_the_lists_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000


def test_a_list_reads_as_the_catalogue_says(listed: Sample) -> None:
    found = open_list(listed.path)
    assert (found.encoding.name, found.delimiter) == (listed.encoding, listed.delimiter)
    proposed = propose(found.columns)
    assert {column: field for column, field in proposed.fields.items() if field} == dict(listed.mapping)
    confirm(proposed, {})
    chunks = list(found.chunks())
    assert not any(chunk.rejected for chunk in chunks)
    assert 1_900 <= sum(len(chunk.rows) for chunk in chunks) <= 2_100


def test_its_values_are_sound(listed: Sample) -> None:
    mapping = propose(open_list(listed.path).columns)
    bad: Counter[str] = Counter()
    for row in rows_of(listed):
        cells = {field: row[at] for at, each in enumerate(mapping.proposals) if (field := each.field)}
        country = cells.get("country") or listed.jurisdiction  # type: ignore[call-overload]
        for field, cell in cells.items():
            try:
                _check(field, cell, country, listed)
            except BadValue as value:
                bad[value.code] += 1
    assert bad == ({"email_shape": 2} if listed.file == "de_shop.csv" else {})


def _check(field: str, cell: str, country: str, listed: Sample) -> None:
    order = listed.date_order
    assert order in {None, "dmy", "mdy"}
    if field == "email" and cell:
        assert normal.email(cell).endswith(RESERVED)
    elif field == "phone" and cell:
        normal.phone(cell, country)
    elif field == "purchase_at":
        normal.day(cell, order)  # type: ignore[arg-type]
    elif field == "consent_at":
        normal.moment(cell, ZoneInfo(listed.time_zone), order)  # type: ignore[arg-type]
    elif field.startswith("consent_") and field not in {"consent_wording", "consent_method"}:
        normal.yes(cell)


def test_the_scan_finds_what_it_should(listed: Sample) -> None:
    columns = open_list(listed.path).columns
    undeclared = propose(columns).undeclared
    rows = rows_of(listed)
    findings = Scanner().scan(
        {column: [row[columns.index(column)] for row in rows] for column in undeclared},
        identifiers_declared=True,
    )
    found = {kind for kinds in findings.counts().values() for kind in kinds}
    if listed.file == "leaked_dump.csv":
        assert findings.tells == ("credentials_beside_identifiers",)
    else:
        assert findings.tells == ()
        assert found == set(listed.scan_finds)


def test_the_words_are_those_of_the_policy_files(listed: Sample) -> None:
    text = (Path(policies.__file__).parent / "sources.yaml").read_text(encoding="utf-8")
    rules = yaml.safe_load(text)
    kinds = {rule["kind"]: rule for rule in rules["sources"]}
    assert listed.kind in kinds
    assert set(listed.evidence) <= set(rules["evidence"])
    demanded = {*kinds[listed.kind].get("essential", ()), *kinds[listed.kind].get("requires", ())}
    if listed.verdict == "accept":
        assert demanded <= set(listed.evidence)
    else:
        assert not demanded <= set(listed.evidence)


def test_some_consents_are_older_than_two_years() -> None:
    place = list(sample("kr_newsletter.csv").mapping.values()).index("consent_at")
    times = sorted(row[place] for row in rows_of(sample("kr_newsletter.csv")))
    assert times[0] < "2024-10"
    assert times[-1] > "2026-10"
    assert 50 < sum(time < "2024-11-01" for time in times) < 400


def test_people_overlap_between_lists() -> None:
    mails = {}
    for each in SAMPLES:
        place = list(each.mapping.values()).index("email")
        mails[each.file] = {row[place] for row in rows_of(each)} - {""}
    assert len(mails["de_shop.csv"] & mails["us_catalogue.csv"]) >= 60
    assert len(mails["kr_newsletter.csv"] & mails["gb_broker.csv"]) == 60
    assert len(mails["tw_partner.csv"] & mails["cn_bought.csv"]) == 100
    assert len(mails["leaked_dump.csv"] & (mails["kr_newsletter.csv"] | mails["de_shop.csv"])) >= 900
    everybody = set().union(*mails.values())
    for path in (SUPPRESSIONS, WITHDRAWALS):
        rows = [row for chunk in open_list(path).chunks() for row in chunk.rows]
        named = {row[1] for row in rows if row[0] == "email"}
        assert len(named & everybody) >= 70
        assert all(normal.phone(row[1], "US") == row[1] for row in rows if row[0] == "phone")


def test_the_lists_that_name_a_recipient_name_us() -> None:
    for file in ("tw_partner.csv", "gb_broker.csv"):
        place = list(sample(file).mapping.values()).index("named_recipient")
        assert {row[place] for row in rows_of(sample(file))} == {HOUSE}
