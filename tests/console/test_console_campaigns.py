"""The campaigns room over HTTP: what it shows, to whom, and that looking changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.campaigns import CampaignState, OwnCap
from gateway.flows.campaigns import CampaignWish, put, register_campaign
from gateway.store import contacts, parties, reservations
from gateway.store.contacts import Contact
from policies.terms import Channel

Office = Any  # of conftest, which tests cannot import


@pytest.fixture
def busy(office: Office) -> Office:
    """Two campaigns of one sender: one that runs and took a slot from the other, which rests."""
    gate = office.gate
    now, day = gate.clock(), timedelta(days=1)
    with gate.house.unit() as connection:
        parties.add_party(connection, "Lindenhof", "DE")
        record = parties.ToolRecord("letters", "marketing", "Lindenhof", "DE", ["marketing.own"], ["email"], ["email"])
        parties.add_tool(connection, record)
    for name, priority, cap in (("Recall & repair", 1, None), ("Leaflet", 9, OwnCap(3, 7 * day))):
        wish = CampaignWish(
            name, "Lindenhof", "marketing.own", ["email"], ["letters"], now - 3 * day, now + day, priority, cap
        )
        made = register_campaign(gate, "anna", wish)
        put(gate, "anna", name, CampaignState.RUNNING)
        if priority == 1:
            with gate.house.unit() as connection:
                contact = Contact(7, Channel.EMAIL, 1, 1, made.no, "marketing.own", "")
                contacts.record(connection, [contact, contact._replace(person=8)], now - day, 1)
                reservations.collide(connection, [(made.no, 2, Channel.EMAIL, 41, 1)], now)
    put(gate, "anna", "Leaflet", CampaignState.PAUSED)
    return office


def test_an_empty_room_says_how_to_fill_it(office: Office) -> None:
    page = office.signed_in().get("/console/campaigns").text
    assert "No campaign is registered yet" in page
    assert "ostiary campaign add" in page


def test_the_list_says_what_runs_and_sorts_by_its_columns(busy: Office) -> None:
    client = busy.signed_in()
    page = client.get("/console/campaigns").text
    assert "<h1>1 of 2 campaigns runs</h1>" in page
    assert page.index("Recall &amp; repair") < page.index("Leaflet")
    turned = client.get("/console/campaigns?sort=priority&order=down").text
    assert turned.index("Leaflet") < turned.index("Recall &amp; repair")
    for column in ("name", "state", "begins", "ends", "contacts", "held", "nothing"):
        assert client.get(f"/console/campaigns?sort={column}").status_code == 200


def test_a_campaign_shows_dates_who_slots_and_collisions(busy: Office) -> None:
    page = busy.signed_in().get("/console/campaigns/Recall%20%26%20repair").text
    for said in ("Running", "Lindenhof", "letters", "anna", "marketing.own", "Thu 19 Nov", "<svg", "Gave way", "41"):
        assert said in page, said
    assert "<dt>people contacted</dt><dd>2</dd>" in page
    leaflet = busy.signed_in().get("/console/campaigns/Leaflet").text
    assert "holds no slots until it is resumed" in leaflet
    assert "3 contacts with one person in 7 days" in leaflet
    assert "No contact has been made in its name" in leaflet


def test_an_unknown_campaign_is_a_plain_page(busy: Office) -> None:
    answer = busy.signed_in().get("/console/campaigns/Nothing")
    assert answer.status_code == 404
    assert "campaign_unknown" in answer.text


def test_an_auditor_reads_it_and_an_intake_clerk_does_not(busy: Office) -> None:
    assert busy.signed_in("otto").get("/console/campaigns/Leaflet").status_code == 200
    for path in ("/console/campaigns", "/console/campaigns/Leaflet"):
        assert busy.signed_in("ines").get(path).status_code == 403


def test_looking_changes_nothing(busy: Office) -> None:
    client = busy.signed_in()
    busy.settle()
    with busy.gate.house.unit() as connection:
        before = connection.execute(text("SELECT count(*) FROM ledger_inbox")).scalar_one()
    client.get("/console/campaigns")
    client.get("/console/campaigns/Leaflet")
    with busy.gate.house.unit() as connection:
        assert connection.execute(text("SELECT count(*) FROM ledger_inbox")).scalar_one() == before
