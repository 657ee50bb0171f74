"""Contacts are kept by month and never changed; who may do what stands in the grants."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gateway.store.unit import unit

_CONTACT = (
    "INSERT INTO contact_event (person_no, at, kind, channel, sender_no, tool_no, purpose)"
    " VALUES (1, :at, 'sent', 'email', 1, 1, 'marketing')"
)


def test_a_contact_of_any_time_finds_a_place(app_engine: Engine, owner_engine: Engine) -> None:
    with unit(app_engine) as connection:
        for at in ("1999-01-01T00:00:00Z", "2090-01-01T00:00:00Z"):
            connection.execute(text(_CONTACT), {"at": at})
        connection.execute(text(_CONTACT.replace(":at", "now()")))
    with unit(owner_engine) as connection:
        places = connection.scalars(text("SELECT tableoid::regclass::text FROM contact_event ORDER BY at")).all()
        month = connection.scalar(text("SELECT 'contact_event_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')"))
    assert places == ["contact_event_rest", month, "contact_event_rest"]


def test_months_are_made_ahead_for_every_table_that_has_months(owner_engine: Engine) -> None:
    with unit(owner_engine) as connection:
        assert connection.scalar(text("SELECT ensure_partitions(2)")) == 0
        before = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))
        made = connection.scalar(text("SELECT ensure_partitions(3)"))
        after = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")))
    new = {str(name).rsplit("_", 2)[0] for name in after - before}
    assert {"contact_event", "decision_page", "release_page"} <= new
    assert made == len(after - before)


def test_a_month_whose_contacts_lie_in_the_rest_is_left_there(app_engine: Engine, owner_engine: Engine) -> None:
    with unit(app_engine) as connection:
        ahead = "date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '100 days'"
        connection.execute(text(_CONTACT.replace(":at", ahead)))
    with unit(owner_engine) as connection:
        connection.execute(text("SELECT ensure_partitions(6)"))
        places = connection.scalars(text("SELECT tableoid::regclass::text FROM contact_event")).all()
    assert places == ["contact_event_rest"]


@pytest.mark.parametrize("table", ["contact_event", "collision"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_happened_is_never_changed(app_engine: Engine, owner_engine: Engine, table: str, change: str) -> None:
    for engine, why in ((app_engine, "permission denied"), (owner_engine, "append-only")):
        with pytest.raises(DBAPIError, match=why), unit(engine) as connection:
            connection.execute(text(change.format(table)))


def test_a_campaign_changes_only_its_state(app_engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), unit(app_engine) as connection:
        connection.execute(text("UPDATE campaign SET priority = 1"))
    with unit(app_engine) as connection:
        connection.execute(text("UPDATE campaign SET state = 'ended'"))


def test_an_auditor_reads_no_contacts(auditor_engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), unit(auditor_engine) as connection:
        connection.execute(text("SELECT * FROM contact_event"))
