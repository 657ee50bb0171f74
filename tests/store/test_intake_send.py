"""COPYs beside the caller: all stored when the block is left, or an error and nothing."""

import psycopg
import pytest
from sqlalchemy import Engine, text

from gateway.store.intake import KeyRow, add_keys
from gateway.store.intake_send import Copies
from gateway.store.unit import unit


def _keys(engine: Engine) -> int:
    with unit(engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM person_key")).scalar_one())


def test_everything_sent_is_stored_when_the_block_is_left(app_engine: Engine) -> None:
    with unit(app_engine) as connection, Copies(connection) as copies:
        add_keys(copies, [KeyRow(1, b"a")])
        add_keys(copies, [KeyRow(2, b"b")])
    assert _keys(app_engine) == 2


def _send_twice(engine: Engine, then: Exception | None = None) -> None:
    with unit(engine) as connection, Copies(connection) as copies:
        add_keys(copies, [KeyRow(1, b"a")])
        add_keys(copies, [KeyRow(1, b"again")])
        if then is not None:
            raise then


def test_a_copy_that_fails_fails_the_transaction(app_engine: Engine) -> None:
    with pytest.raises(psycopg.Error):
        _send_twice(app_engine)
    assert _keys(app_engine) == 0


def test_an_error_of_the_caller_is_the_one_that_is_heard(app_engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        _send_twice(app_engine, ZeroDivisionError())
    assert _keys(app_engine) == 0
