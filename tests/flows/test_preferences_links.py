"""Opt-out links: what they show, what they stop, and that they can do nothing else."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gateway.flows.gate import Gate
from gateway.flows.preferences import link_for, show, stop
from gateway.identity.links import BadLink, Link
from gateway.store import consents, parties
from gateway.store.consents import Event
from gateway.vault.disclose import fragment
from gateway.vault.seal import seal
from policies.terms import ConsentState

NEWSLETTER = "marketing.own.newsletter"


@dataclass(frozen=True, slots=True)
class Reader:
    """A person who gets a newsletter."""

    no: int
    uid: bytes
    sender: int


@pytest.fixture
def reader(gate: Gate) -> Reader:
    """A person with a sealed e-mail address and phone number, who consented to a newsletter yesterday."""
    uid = secrets.token_bytes(16)
    ((key, wrapped),) = gate.keyring.new_data_keys([uid])
    with gate.house.unit() as connection:
        sender = parties.add_party(connection, "Nordlicht Books", "DE").no
        source = connection.execute(
            text(
                "INSERT INTO source (uid, name, kind, status, collector_no, country, audience) VALUES"
                " (:uid, 'Form', 'registration_form', 'approved', :sender, 'DE', 'b2c') RETURNING no"
            ),
            {"uid": secrets.token_bytes(16), "sender": sender},
        ).scalar_one()
        no = connection.execute(
            text(
                "INSERT INTO person (uid, jurisdiction, language, time_zone)"
                " VALUES (:uid, 'KR', 'ko', 'Asia/Seoul') RETURNING no"
            ),
            {"uid": uid},
        ).scalar_one()
        connection.execute(text("INSERT INTO person_key VALUES (:no, :wrapped)"), {"no": no, "wrapped": wrapped})
        for cls, value in (("email", "maria@example.com"), ("phone", "+821012345634")):
            blob = seal(key, uid, cls, source, fragment({cls: value}))
            connection.execute(
                text("INSERT INTO sealed VALUES (:no, :class, :source, :blob)"),
                {"no": no, "class": cls, "source": source, "blob": blob},
            )
        consents.append(connection, [said(gate, no, ConsentState.GIVEN, NEWSLETTER, "email", sender)])
    return Reader(no, uid, sender)


def said(gate: Gate, no: int, state: ConsentState, purpose: str, channel: str, sender: int, days: int = 1) -> Event:
    """Make an event of some days ago."""
    at = gate.clock() - timedelta(days=days)
    return Event(no, "email", b"i" * 16, state, purpose, channel, sender, "web_form", "test", at)


def token(gate: Gate, reader: Reader, kind: str = "email", channel: str = "email", purpose: str = NEWSLETTER) -> str:
    """Give a link's token for this reader."""
    return link_for(gate, reader.uid, kind, reader.sender, purpose, channel).rpartition("/")[2]


def count(gate: Gate, table: str) -> int:
    """Count the rows of a table."""
    with gate.house.unit() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_link_holds_no_address_and_is_the_same_for_the_same_message(gate: Gate, reader: Reader) -> None:
    url = link_for(gate, reader.uid, "email", reader.sender, NEWSLETTER, "email")
    assert url == link_for(gate, reader.uid, "email", reader.sender, NEWSLETTER, "email")
    assert url.startswith(f"{gate.origin}/o/")
    assert "maria" not in url


@pytest.mark.parametrize(("kind", "shown"), [("email", "m…@e….com"), ("phone", "+82 …34"), ("push", "")])
def test_a_link_shows_the_identifier_masked(gate: Gate, reader: Reader, kind: str, shown: str) -> None:
    view = show(gate, token(gate, reader, kind))
    assert view.address == shown
    assert (view.sender, view.language, view.time_zone) == ("Nordlicht Books", "ko", "Asia/Seoul")
    assert view.purposes == (NEWSLETTER, "marketing.own", "marketing")
    assert view.title == "Newsletter"
    assert view.these is view.everything is None


def test_showing_changes_nothing(gate: Gate, reader: Reader) -> None:
    before = [count(gate, table) for table in ("consent_event", "consent", "ledger_inbox", "suppression")]
    for _ in range(3):
        show(gate, token(gate, reader))
    assert [count(gate, table) for table in ("consent_event", "consent", "ledger_inbox", "suppression")] == before


def test_a_stop_is_in_force_at_once_and_quotable(gate: Gate, reader: Reader) -> None:
    stopped = stop(gate, token(gate, reader), everything=False, method="opt_out_page")
    view = show(gate, token(gate, reader))
    assert view.these == stopped
    assert view.everything is None
    assert (stopped.purpose, stopped.channel, stopped.sender_no) == (NEWSLETTER, "email", reader.sender)
    assert stopped.at == gate.clock()
    with gate.house.unit() as connection:
        event = (
            connection.execute(text("SELECT * FROM consent_event WHERE no = :no"), {"no": stopped.reference})
            .mappings()
            .one()
        )
    assert (event["state"], event["method"], event["actor"]) == ("withdrawn", "opt_out_page", "opt-out link")


def test_a_stop_leaves_other_channels_senders_and_purposes(gate: Gate, reader: Reader) -> None:
    stop(gate, token(gate, reader), everything=False, method="opt_out_page")
    for other in (
        token(gate, reader, "phone", "sms"),
        token(gate, reader, purpose="marketing.own.offers"),
        link_for(gate, reader.uid, "email", 0, NEWSLETTER, "email").rpartition("/")[2],
    ):
        assert show(gate, other).these is None


def test_a_stop_of_everything_is_an_objection_to_marketing_and_leaves_service_alone(gate: Gate, reader: Reader) -> None:
    stopped = stop(gate, token(gate, reader), everything=True, method="opt_out_page")
    assert (stopped.purpose, stopped.channel, stopped.sender_no) == ("marketing", "*", 0)
    assert show(gate, token(gate, reader, "phone", "sms", "marketing.partner")).these == stopped
    assert show(gate, token(gate, reader, purpose="service.order")).these is None
    with gate.house.unit() as connection:
        states = connection.execute(text("SELECT state FROM consent WHERE purpose = 'marketing'")).scalars().all()
    assert states == ["objected"]


def test_a_stop_of_everything_from_a_service_link_stops_that_too(gate: Gate, reader: Reader) -> None:
    link = token(gate, reader, purpose="service.care")
    stop(gate, link, everything=True, method="opt_out_page")
    view = show(gate, link)
    assert view.these is not None
    assert view.everything is not None


@pytest.mark.parametrize("everything", [False, True])
def test_stopping_twice_is_stopping_once(gate: Gate, reader: Reader, clock: Any, everything: bool) -> None:
    first = stop(gate, token(gate, reader), everything=everything, method="opt_out_page")
    events, leaves = count(gate, "consent_event"), count(gate, "ledger_inbox")
    clock.at += timedelta(days=3)
    assert stop(gate, token(gate, reader), everything=everything, method="one_click") == first
    assert (count(gate, "consent_event"), count(gate, "ledger_inbox")) == (events, leaves)


def test_twenty_clicks_at_once_count_once(gate: Gate, reader: Reader) -> None:
    link = token(gate, reader)
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: stop(gate, link, everything=False, method="one_click"), range(20)))
    assert len(answers) == 1
    assert count(gate, "consent_event") == 2


def test_a_stop_after_a_new_consent_stops_again(gate: Gate, reader: Reader, clock: Any) -> None:
    first = stop(gate, token(gate, reader), everything=False, method="one_click")
    clock.at += timedelta(days=3)
    with gate.house.unit() as connection:
        consents.append(connection, [said(gate, reader.no, ConsentState.GIVEN, NEWSLETTER, "email", reader.sender, 1)])
    assert show(gate, token(gate, reader)).these is None
    second = stop(gate, token(gate, reader), everything=False, method="one_click")
    assert second.at == clock.at > first.at


def test_a_stop_beats_a_consent_that_a_faster_clock_recorded(gate: Gate, reader: Reader, clock: Any) -> None:
    with gate.house.unit() as connection:
        consents.append(connection, [said(gate, reader.no, ConsentState.GIVEN, NEWSLETTER, "email", reader.sender, 0)])
    clock.at -= timedelta(seconds=5)
    stopped = stop(gate, token(gate, reader), everything=True, method="one_click")
    assert show(gate, token(gate, reader)).these == stopped


def test_an_old_link_works_for_a_purpose_that_the_policies_no_longer_know(gate: Gate, reader: Reader) -> None:
    link = token(gate, reader, purpose="marketing.own.stamps")
    first = stop(gate, link, everything=False, method="one_click")
    assert stop(gate, link, everything=False, method="one_click") == first
    assert show(gate, link).these == first


def _altered(link: str) -> str:
    return link[:-2] + ("A" if link[-2] != "A" else "B") + link[-1]


@pytest.mark.parametrize(
    "spoil",
    [
        _altered,
        lambda link: link[: len(link) // 2],
        lambda link: link + "AAAA",
        lambda _: "",
        lambda _: "x" * 5000,
        lambda _: "../../etc/passwd",
        lambda _: "\x00\ud800",
    ],
    ids=["altered", "cut", "longer", "empty", "huge", "path", "not text"],
)
def test_a_spoilt_link_does_nothing(gate: Gate, reader: Reader, spoil: Callable[[str], str]) -> None:
    spoilt = spoil(token(gate, reader))
    events = count(gate, "consent_event")
    with pytest.raises(BadLink):
        show(gate, spoilt)
    with pytest.raises(BadLink):
        stop(gate, spoilt, everything=True, method="one_click")
    assert count(gate, "consent_event") == events


def test_the_link_of_somebody_who_is_not_here_is_unknown(gate: Gate) -> None:
    link = gate.links.seal(Link(secrets.token_bytes(16), "email", 0, NEWSLETTER, "email"))
    with pytest.raises(BadLink):
        show(gate, link)
    with pytest.raises(BadLink):
        stop(gate, link, everything=False, method="one_click")


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE sealed SET blob = substr(blob, 1, 20)",
        "UPDATE person_key SET wrapped = ''",
        "DELETE FROM person_key",
        "UPDATE source SET status = 'revoked'",
    ],
)
def test_what_does_not_open_is_not_shown_and_keeps_nobody_in(
    gate: Gate, reader: Reader, owner_engine: Any, harm: str
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text(harm))
    assert show(gate, token(gate, reader)).address == ""
    assert stop(gate, token(gate, reader), everything=False, method="one_click").reference
