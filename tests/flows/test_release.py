"""A release gives exactly the people whom the law allows, on record before they leave."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from audit.ledger import verify_database
from audit.note import verifier_key
from gateway.domain.errors import Conflict, Invalid, Refused, Unauthenticated, Unavailable
from gateway.domain.requests import Predicate
from gateway.flows import release_pages
from gateway.flows.intake import receive
from gateway.flows.release import Release, acknowledge, count, manifest, open_release
from tests.flows.conftest import Seoul

Ago = Callable[[float], datetime]


def lines(release: Release) -> list[dict[str, object]]:
    return [json.loads(line) for piece in release.lines() for line in piece.splitlines()]


def emails(release: Release) -> set[object]:
    return {line["email"] for line in lines(release) if "email" in line}


def verify(seoul: Seoul) -> None:
    house = seoul.gate.house
    while house.sequencer.run_once():
        pass
    origin = house.sequencer._origin
    with house.engine.connect() as connection:
        verify_database(connection, verifier_key(origin, seoul.gate.keyring.ledger_signer(origin).public_key))


def test_only_those_with_a_consent_that_counts_are_given(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10)), ("no@example.com", None), ("lapsed@example.com", days_ago(900))])
    assert emails(seoul.release()) == {"yes@example.com"}
    verify(seoul)


def test_the_last_line_is_the_receipt_and_counts_everybody(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10)), ("no@example.com", None)])
    spoken = lines(seoul.release())
    receipt = spoken[-1]["receipt"]
    assert isinstance(receipt, dict)
    assert receipt["people"] == 1
    assert sum(receipt["denied"].values()) == 1
    assert receipt["proof"].startswith("c2sp.org/tlog-proof@v1\n")
    assert spoken[0]["obligations"], "the tool learns its duties before the people"


def test_a_withdrawal_committed_before_a_page_is_obeyed_by_it(
    seoul: Seoul, days_ago: Ago, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [(f"p{at}@example.com", days_ago(5)) for at in range(40)]
    seoul.bring(people)
    release = seoul.release()
    object.__setattr__(release, "plan", replace(release.plan, page=10))
    stream = release.lines()
    first = next(stream)
    for at in range(10, 30):
        seoul.withdraw(f"p{at}@example.com")
    given = first + b"".join(stream)
    assert b"p5@example.com" in given
    assert not [at for at in range(10, 30) if f'"p{at}@example.com"'.encode() in given]
    assert b'"p35@example.com"' in given
    verify(seoul)


def test_grown_people_of_any_age_share_a_cell_and_minors_do_not(seoul: Seoul, days_ago: Ago) -> None:
    rows = [f"p{year}@example.com,Y,{days_ago(5).isoformat()},v1,{year}" for year in (1950, 1975, 1999, 2014, 2015)]
    path = seoul.folder / "ages.csv"
    head = "이메일,수신동의_이메일,동의일시,동의문구버전,출생연도"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    receive(seoul.gate, "intake", "Form", path)
    assert emails(seoul.release()) == {"p1950@example.com", "p1975@example.com", "p1999@example.com"}
    with seoul.gate.house.unit() as connection:
        cells = connection.execute(text("SELECT cells FROM release_page")).scalar_one()
    assert [cell["count"] for cell in cells if cell["available"]] == [3]


def test_every_page_is_on_record_before_it_is_spoken(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(30)])
    release = seoul.release()
    object.__setattr__(release, "plan", replace(release.plan, page=10))
    stream = release.lines()
    next(stream)
    with seoul.gate.house.unit() as connection:
        recorded = connection.execute(text("SELECT count(*), sum(people) FROM release_page")).one()
    assert tuple(recorded) == (1, 10)


def test_nothing_is_spoken_if_the_record_cannot_be_kept(seoul: Seoul, days_ago: Ago, owner_engine: object) -> None:
    seoul.bring([("yes@example.com", days_ago(10))])
    release = seoul.release()
    with owner_engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(text("REVOKE INSERT ON ledger_inbox FROM ostiary_app"))
    with pytest.raises(Exception, match="permission denied"):
        next(release.lines())


def test_a_page_cannot_be_spoken_without_being_recorded() -> None:
    with pytest.raises(RuntimeError, match="recorded"):
        release_pages.Committed(object(), [b"plaintext"])


def test_a_repeated_call_with_its_key_goes_on_after_the_acknowledged_page(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(30)])
    first = seoul.release("key-1")
    object.__setattr__(first, "plan", replace(first.plan, page=10))
    stream = first.lines()
    heard = next(stream) + next(stream)
    acknowledge(seoul.gate, seoul.key, first.uid, 1)
    seoul.withdraw("p15@example.com")
    again = seoul.release("key-1")
    assert again.uid == first.uid
    rest = b"".join(again.lines())
    assert b'"p0@example.com"' in heard
    assert b'"p0@example.com"' not in rest, "acknowledged pages are not sent again"
    assert b'"p12@example.com"' in rest
    assert b'"p15@example.com"' not in rest, "it is decided anew"
    with pytest.raises(Conflict) as stopped:
        list(stream)
    assert stopped.value.code == "release_taken_over"


def test_a_key_belongs_to_one_wish(seoul: Seoul) -> None:
    seoul.release("key-1")
    with pytest.raises(Conflict) as refused:
        seoul.release("key-1", limit=5)
    assert refused.value.code == "idempotency_key_reused"


def test_an_acknowledgement_of_a_page_never_sent_is_refused(seoul: Seoul) -> None:
    release = seoul.release()
    with pytest.raises(Conflict) as refused:
        acknowledge(seoul.gate, seoul.key, release.uid, 1)
    assert refused.value.code == "page_not_sent"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "marketing.partner"}, "purpose_not_granted"),
        ({"purpose": "world.domination"}, "purpose_unknown"),
        ({"fields": ("national_id",)}, "field_not_granted"),
        ({"fields": ("shoe_size",)}, "field_unknown"),
        ({"where": (Predicate("email", "eq", ("a@example.com",)),)}, "predicate"),
    ],
)
def test_a_wish_outside_the_grant_is_refused_and_recorded(seoul: Seoul, changes: dict[str, Any], code: str) -> None:
    with pytest.raises((Refused, Invalid)) as refused:
        seoul.release(**changes)
    assert refused.value.code.startswith(code)
    assert "a@example.com" not in str(refused.value)
    with seoul.gate.house.unit() as connection:
        entries = connection.execute(text("SELECT convert_from(entry, 'UTF8') FROM ledger_inbox")).scalars().all()
    assert any('"kind":"release.refused"' in entry and refused.value.code in entry for entry in entries)


def test_a_false_key_learns_nothing(seoul: Seoul) -> None:
    with pytest.raises(Unauthenticated) as refused:
        open_release(seoul.gate, seoul.key[:-4] + "AAAA", seoul.wish())
    assert refused.value.code == "credential_wrong"


def test_two_tools_know_the_same_person_by_different_tokens(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10))])
    mine = {line.get("token") for line in lines(seoul.release())}
    theirs = {line.get("token") for line in lines(open_release(seoul.gate, seoul.other, seoul.wish()))}
    assert mine & theirs == {None}


def test_a_sample_is_the_same_for_the_same_seed(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(f"p{at}@example.com", days_ago(5 + at / 60)) for at in range(60)])
    once = emails(seoul.release(sample=0.5, seed="a"))
    assert once == emails(seoul.release(sample=0.5, seed="a"))
    assert once != emails(seoul.release(sample=0.5, seed="b"))
    assert 0 < len(once) < 60
    held = emails(seoul.release(holdout=0.3, seed="a"))
    assert len(held) < 60


def test_a_limit_counts_people_made_available(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(20)])
    assert len(emails(seoul.release(limit=7))) == 7


def test_a_dry_run_counts_and_gives_no_data(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10)), ("no@example.com", None)])
    counted = count(seoul.gate, seoul.key, seoul.wish(dry_run=True))
    assert counted["people"] == 1
    assert "example.com" not in json.dumps(counted)


def test_csv_has_the_same_people_and_the_receipt_last(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10))])
    spoken = b"".join(seoul.release(form="csv").lines()).decode().splitlines()
    assert spoken[0] == "token,cell,email"
    assert spoken[1].endswith(",yes@example.com")
    assert spoken[-1].startswith('#{"receipt"')


def test_a_field_that_was_not_asked_for_stays_sealed_or_masked(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10))])
    (line,) = [line for line in lines(seoul.release(fields=("name",))) if "token" in line]
    assert set(line) <= {"token", "cell", "name"}


def test_a_tool_switched_off_mid_stream_gets_no_further_page(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(20)])
    release = seoul.release()
    object.__setattr__(release, "plan", replace(release.plan, page=10))
    stream = release.lines()
    next(stream)
    with seoul.gate.house.unit() as connection:
        connection.execute(text("UPDATE tool SET active = false, version = version + 1 WHERE name = 'newsletter'"))
    with pytest.raises(Refused) as refused:
        next(stream)
    assert refused.value.code == "tool_inactive"


def test_the_manifest_tells_counts_and_duties_but_no_facts(seoul: Seoul, days_ago: Ago) -> None:
    seoul.bring([("yes@example.com", days_ago(10))])
    release = seoul.release()
    list(release.lines())
    told = manifest(seoul.gate, seoul.key, release.uid)
    assert told["state"] == "sent"
    assert told["pages"][0]["cells"][0]["obligations"]
    assert "facts" not in json.dumps(told)
    with pytest.raises(Exception, match="release_unknown"):
        manifest(seoul.gate, seoul.other, release.uid)


def test_a_database_that_went_away_is_said_so(seoul: Seoul, days_ago: Ago, migrated_url: str) -> None:
    import psycopg
    from sqlalchemy import make_url

    seoul.bring([(f"p{at}@example.com", days_ago(5)) for at in range(20)])
    release = seoul.release()
    object.__setattr__(release, "plan", replace(release.plan, page=10))
    stream = release.lines()
    next(stream)
    url = make_url(migrated_url)
    admin = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false')
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database])
        with pytest.raises(Unavailable) as away:
            next(stream)
        connection.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true')
    assert away.value.code == "database_unavailable"
