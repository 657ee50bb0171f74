"""Records of other systems: withdrawn there denies here; given there is a claim, never more than a list could say."""

from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.domain.errors import Invalid, NotFound
from gateway.domain.receipts import GIVES, NARROWS, SAYS_NOTHING
from gateway.domain.requests import Selector
from gateway.flows.consent import ConsentWish, record
from gateway.flows.receipts_in import import_by_tool, import_receipts
from gateway.flows.receipts_read import MOST, read_records
from gateway.flows.sources import suspend_source
from policies.terms import ConsentState
from tests.flows.conftest import Seoul
from tests.flows.lasting_house import BrokenError, crash, one, state, verify
from tests.flows.test_release import emails

ASSETS = Path(__file__).parent / "assets" / "receipts"
MINSU = "minsu@example.kr"
GIVEN = (ASSETS / "given.jsonld").read_bytes()
WITHDRAWN = (ASSETS / "withdrawn.jsonld").read_bytes()
GOOD = {"given", "withdrawn", "plain_status_full_iris"}
BAD = sorted(path for path in ASSETS.iterdir() if path.name.split(".")[0] not in GOOD)


@pytest.fixture
def house(seoul: Seoul) -> Seoul:
    """Minsu is known and has said nothing."""
    seoul.bring([(MINSU, None)])
    return seoul


def changed(**changes: Any) -> bytes:
    """Change the last status of the given record, its process or the record itself."""
    made = deepcopy(orjson.loads(GIVEN))
    process = made["dpv:hasProcess"][0]
    for name, value in changes.items():
        target = {"status": process["dpv:hasConsentStatus"][0], "process": process, "record": made}[name]
        target.update(value)
    return orjson.dumps(made)


def counts(house: Seoul, content: bytes) -> dict[str, int]:
    return dict(import_receipts(house.gate, "officer", "Form", content).counts)


def given_lines(house: Seoul) -> int:
    return int(one(house.gate, "SELECT count(*) FROM consent WHERE state = 'given'"))


def test_given_there_is_a_claim_of_the_source_with_its_record_as_evidence(house: Seoul) -> None:
    assert counts(house, GIVEN) == {"given": 1}
    with house.gate.house.unit() as connection:
        row = connection.execute(text("SELECT * FROM consent_event")).one()
    assert (row.state, row.purpose, row.channel, row.method) == ("given", "marketing.own", "email", "receipt")
    assert (row.wording, row.at) == ("newsletter-3/ko", datetime(2026, 11, 1, tzinfo=UTC))
    assert row.source_no == one(house.gate, "SELECT no FROM source WHERE name = 'Form'")
    assert row.evidence_no is not None
    verify(house.gate)


def test_the_same_file_again_does_nothing_again(house: Seoul) -> None:
    counts(house, GIVEN)
    counts(house, WITHDRAWN)
    before = state(house.gate)
    assert counts(house, GIVEN) == {"repeated": 1}
    counts(house, WITHDRAWN)
    after = state(house.gate)
    del before["ledger_inbox"], after["ledger_inbox"]  # that somebody tried is on record
    assert after == before


def test_withdrawn_there_denies_here(house: Seoul) -> None:
    counts(house, GIVEN)
    assert emails(house.release()) == {MINSU}
    assert counts(house, WITHDRAWN) == {"withdrawn": 1}
    assert one(house.gate, "SELECT count(*) FROM consent WHERE state = 'withdrawn' AND sender_no = 1") == 1
    assert emails(house.release()) == set()
    verify(house.gate)


def test_a_record_in_other_spellings_denies_too(house: Seoul) -> None:
    assert counts(house, (ASSETS / "plain_status_full_iris.jsonld").read_bytes()) == {"withdrawn": 1}
    row = "SELECT (purpose, channel, sender_no)::text FROM consent"
    assert one(house.gate, row) == "(marketing,*,0)", "what it does not say is refused altogether"


def test_a_refusal_of_what_we_do_not_know_refuses_all(house: Seoul) -> None:
    status = {"@type": ["dpv:ConsentRefused"]}
    content = changed(status=status, process={"dpv:hasPurpose": ["dpv:Sustainability"]},
                      record={"dpv:hasDataController": "Somebody Else"})  # fmt: skip
    assert counts(house, content) == {"withdrawn": 2}
    rows = "SELECT string_agg(purpose || state || sender_no, ' ' ORDER BY purpose) FROM consent"
    assert one(house.gate, rows) == "marketingobjected0 profilingobjected0"


def test_a_withdrawal_of_somebody_unknown_waits_for_them(house: Seoul) -> None:
    content = WITHDRAWN.replace(b"minsu@", b"later@")
    assert counts(house, content) == {"suppressed": 1}
    house.bring([("later@example.kr", house.gate.clock() - timedelta(days=300))])
    assert given_lines(house) == 1
    assert one(house.gate, "SELECT count(*) FROM consent WHERE state = 'withdrawn'") == 1


def test_a_claim_never_undoes_a_stop_whatever_its_date(house: Seoul) -> None:
    record(house.gate, "officer", ConsentWish(Selector("email", MINSU), ConsentState.WITHDRAWN, "marketing", "call",
                                              at=datetime(2026, 1, 1, tzinfo=UTC)))  # fmt: skip
    assert counts(house, GIVEN) == {"ignored.withdrawn": 1}
    assert given_lines(house) == 0


def test_of_two_statuses_at_one_moment_the_narrowing_one_counts(house: Seoul) -> None:
    both = {"dpv:hasConsentStatus": [
        {"@type": [kind], "dpv:isIndicatedAtTime": "2026-11-01T00:00:00Z"}
        for kind in ("dpv:ConsentWithdrawn", "dpv:ConsentGiven")
    ]}  # fmt: skip
    assert counts(house, changed(process=both)) == {"withdrawn": 1}
    assert counts(house, changed(status={"@type": ["dpv:ConsentGiven", "dpv:ConsentRevoked"]})) == {"withdrawn": 1}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"record": {"dpv:hasDataController": {"dpv:hasName": "Other"}}}, "controller_not_sender"),
        ({"process": {"dpv:hasPurpose": ["dpv:SellDataToThirdParties"]}}, "purpose_not_registered"),
        ({"process": {"dpv:hasPurpose": ["dpv:Marketing"]}}, "purpose_not_registered"),
        ({"process": {"ostiary:channel": ""}}, "channel_missing"),
        ({"process": {"ostiary:channel": "sms"}}, "person_not_told"),
        ({"status": {"dpv:hasNotice": {}}}, "wording_missing"),
        ({"status": {"dpv:isIndicatedAtTime": "2026-11-20T10:00:01Z"}}, "time_in_the_future"),
        ({"status": {"@type": ["dpv:ConsentExpired"]}}, "says_nothing"),
        ({"record": {"dpv:hasDataSubject": {"schema:email": "nobody@example.kr"}}}, "person_not_told"),
    ],
)
def test_what_a_claim_lacks_makes_it_nothing(house: Seoul, changes: dict[str, Any], why: str) -> None:
    assert counts(house, changed(**changes)) == {f"ignored.{why}": 1}
    assert one(house.gate, "SELECT count(*) FROM consent_event") == 0


def test_a_suspended_source_may_still_narrow(house: Seoul) -> None:
    suspend_source(house.gate, "officer", "Form")
    assert counts(house, GIVEN) == {"ignored.source_not_approved": 1}
    assert counts(house, WITHDRAWN) == {"withdrawn": 1}


def test_a_source_without_evidence_claims_nothing(house: Seoul) -> None:
    with house.gate.house.unit() as connection:
        connection.execute(text("UPDATE source SET evidence = array_remove(evidence, 'consent_time')"))
    assert counts(house, GIVEN).keys() <= {"ignored.evidence_missing", "ignored.source_not_lawful"}
    assert given_lines(house) == 0


def test_a_tool_widens_only_what_it_could_ask_for(house: Seoul) -> None:
    with house.gate.house.unit() as connection:
        connection.execute(text("UPDATE tool SET channels = '{sms}', version = version + 1 WHERE name = 'another'"))
    told = import_by_tool(house.gate, house.other, "Form", GIVEN)
    assert dict(told.counts) == {"ignored.not_granted": 1}
    assert dict(import_by_tool(house.gate, house.key, "Form", GIVEN).counts) == {"given": 1}


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_a_bad_file_is_refused_whole_and_says_how_to_mend_it(house: Seoul, path: Path) -> None:
    before = state(house.gate)
    good_then_bad = path.read_bytes()
    with pytest.raises(Invalid) as refused:
        import_receipts(house.gate, "officer", "Form", good_then_bad)
    assert refused.value.code == path.name.split(".")[0]
    assert "minsu" not in refused.value.message
    assert state(house.gate) == before


def test_one_bad_record_refuses_the_good_ones_beside_it(house: Seoul) -> None:
    content = orjson.dumps(
        [orjson.loads(WITHDRAWN), orjson.loads((ASSETS / "receipt_status_unknown.jsonld").read_bytes())]
    )
    before = state(house.gate)
    with pytest.raises(Invalid) as refused:
        import_receipts(house.gate, "officer", "Form", content)
    assert "Record 2" in refused.value.message
    assert state(house.gate) == before


def test_limits_are_kept(house: Seoul) -> None:
    for content, code in ((b" " * (10 << 20) + b"[]", "receipts_too_large"),
                          (orjson.dumps([{"@type": "dpv:ConsentRecord"}] * (MOST + 1)), "receipts_too_many"),
                          (b"[" * 100_000, "receipts_not_json")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            read_records(content, "Form")
        assert refused.value.code == code
    with pytest.raises(NotFound):
        import_receipts(house.gate, "officer", "No such source", GIVEN)


@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
@pytest.mark.parametrize("at", range(2, 7))
def test_a_crash_anywhere_loses_nothing_and_does_nothing_twice(
    house: Seoul, monkeypatch: pytest.MonkeyPatch, at: int, kept: bool
) -> None:
    house.bring([("jiwoo@example.kr", None)])
    content = orjson.dumps([orjson.loads(WITHDRAWN.replace(b"minsu@", b"jiwoo@")), orjson.loads(GIVEN)])
    with monkeypatch.context() as patched:
        crash(patched, at, kept=kept)
        with suppress(BrokenError):
            import_receipts(house.gate, "officer", "Form", content)
    import_receipts(house.gate, "officer", "Form", content)
    assert one(house.gate, "SELECT count(*) FROM consent_event") == 2
    assert given_lines(house) == 1
    verify(house.gate)


KINDS = st.sampled_from([*sorted(NARROWS), *sorted(GIVES), *sorted(SAYS_NOTHING)])
STATUSES = st.lists(st.tuples(KINDS, st.integers(0, 400)), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STATUSES, st.sampled_from(["dpv:Marketing", "dpv:DirectMarketing", "dpv:SellDataToThirdParties", "dpv:X"]),
       st.sampled_from(["email", "sms", "*", ""]), st.sampled_from(["Hanbit", "Other", ""]), st.booleans())  # fmt: skip
def test_records_without_evidence_never_raise_a_consent(
    house: Seoul, statuses: list[tuple[str, int]], purpose: str, channel: str, sender: str, stopped: bool
) -> None:
    """Neither a source without evidence nor a person who said no is ever widened by a record, whatever it says."""
    lacking = [] if not stopped else ["notice_version", "consent_wording", "consent_time", "age_gate"]
    with house.gate.house.unit() as connection:
        for table in ("consent", "receipt_seen"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("UPDATE source SET evidence = :words"), {"words": lacking})
    if stopped:
        house.withdraw(MINSU)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    said = [
        {"@type": [kind], "dpv:isIndicatedAtTime": (at + timedelta(days=day)).isoformat(),
         "dpv:hasNotice": {"dct:hasVersion": "v1"}}
        for kind, day in statuses
    ]  # fmt: skip
    process = {"dpv:hasPurpose": [purpose], "ostiary:channel": channel, "dpv:hasConsentStatus": said}
    import_receipts(house.gate, "officer", "Form", changed(process=process,
                    record={"dpv:hasDataController": {"dpv:hasName": sender}}))  # fmt: skip
    assert given_lines(house) == 0
