"""Sessions: only a digest is kept, both limits end them, a form needs its own session's token."""

import pickle
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import Invalid
from gateway.identity.sessions import CsrfWrong, SessionOver, Sessions, session_digest

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SESSIONS = Sessions(bytes(range(32)), absolute=timedelta(hours=8), idle=timedelta(minutes=30))


def test_a_session_id_is_random_and_only_its_digest_is_kept() -> None:
    session_id, record = SESSIONS.open(NOW)
    assert len(session_id) == 43
    assert record.digest == sha256(session_id.encode()).digest() == session_digest(session_id)
    assert record.digest.hex() not in repr(record)
    assert len({SESSIONS.open(NOW)[0] for _ in range(1000)}) == 1000


def test_use_keeps_it_alive_until_the_absolute_end() -> None:
    session_id, record = SESSIONS.open(NOW)
    at = NOW
    while at + timedelta(minutes=29) < NOW + timedelta(hours=8):
        at += timedelta(minutes=29)
        record = SESSIONS.check(session_id, record, at)
    assert record.seen_at == at
    assert record.opened_at == NOW
    with pytest.raises(SessionOver):
        SESSIONS.check(session_id, record, NOW + timedelta(hours=8))


def test_idleness_ends_it_to_the_moment() -> None:
    session_id, record = SESSIONS.open(NOW)
    SESSIONS.check(session_id, record, NOW + timedelta(minutes=30) - timedelta(microseconds=1))
    with pytest.raises(SessionOver) as refused:
        SESSIONS.check(session_id, record, NOW + timedelta(minutes=30))
    assert refused.value.code == "session_over"


def test_a_clock_set_back_does_not_lengthen_it() -> None:
    session_id, record = SESSIONS.open(NOW)
    later = SESSIONS.check(session_id, record, NOW + timedelta(minutes=20))
    assert SESSIONS.check(session_id, later, NOW).seen_at == NOW + timedelta(minutes=20)


def test_another_id_and_no_record_are_over() -> None:
    session_id, record = SESSIONS.open(NOW)
    for presented, found in (
        (session_id, None),
        ("", record),
        (SESSIONS.open(NOW)[0], record),
        ("\ud800", record),
    ):
        with pytest.raises(SessionOver):
            SESSIONS.check(presented, found, NOW)


def test_golden_csrf() -> None:
    assert SESSIONS.csrf("session") == "97735f9d9ab1e9658624a63663209768b3772eac01e7f3353d1cce6569609046"


@given(st.text(max_size=80))
def test_only_its_own_token_passes(given_token: str) -> None:
    session_id, _ = SESSIONS.open(NOW)
    SESSIONS.check_csrf(session_id, SESSIONS.csrf(session_id))
    others = [
        given_token,
        SESSIONS.csrf(session_id + "x"),
        Sessions(bytes(range(1, 33))).csrf(session_id),
        session_id,
    ]
    for other in others:
        with pytest.raises(CsrfWrong):
            SESSIONS.check_csrf(session_id, other)


def test_unfit_settings_and_naive_moments_are_refused() -> None:
    for key, absolute, idle in ((b"short", 8, 1), (bytes(32), 1, 8), (bytes(32), 8, 0)):
        with pytest.raises(Invalid):
            Sessions(key, timedelta(hours=absolute), timedelta(hours=idle))
    with pytest.raises(Invalid):
        SESSIONS.open(NOW.replace(tzinfo=None))
    session_id, record = SESSIONS.open(NOW)
    with pytest.raises(Invalid):
        SESSIONS.check(session_id, record, NOW.replace(tzinfo=None))


def test_the_key_is_neither_shown_nor_pickled() -> None:
    assert repr(SESSIONS) == "<Sessions>"
    with pytest.raises(TypeError):
        pickle.dumps(SESSIONS)
