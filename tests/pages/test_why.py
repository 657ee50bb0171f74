"""The page that says who may write to its reader: what the gate says, in every language, changing nothing."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from gateway.domain.masking import masked_email
from gateway.domain.requests import PersonAsk, Selector
from gateway.flows.decide import Answers, Request, decide_batch
from gateway.flows.own_view import CONSENT, own_view
from gateway.flows.preferences import link_for, stop
from gateway.identity.links import BadLink
from gateway.pages.languages import languages
from gateway.store import consents
from gateway.store.consents import Event
from gateway.vault.tokens import token_key
from policies.terms import Act, Channel, Condition, ConsentState, Outcome
from tests.flows.conftest import add_tool
from tests.pages.conftest import Household

WHOLE = Condition.SEPARATE | Condition.DOUBLE_OPT_IN | Condition.NAMED_RECIPIENT


def agrees(household: Household, connection: Any, purpose: str, days: int) -> None:
    """Let the person agree as Korean and German law ask for, so many days ago."""
    at = household.gate.clock() - timedelta(days=days)
    given = Event(household.no, "email", b"i" * 16, ConsentState.GIVEN, purpose, "email", household.sender, "web_form",
                  "test", at, WHOLE)  # fmt: skip
    consents.append(connection, [given])


@pytest.fixture
def asking(household: Household) -> Callable[..., str]:
    """Register a tool of the household's sender, and give its key."""
    with household.gate.house.unit() as connection:
        connection.execute(
            text("UPDATE source SET evidence = :held, collected_at = :at, collector_no = :sender"),
            {
                "held": ["notice_version", "consent_wording", "consent_time", "age_gate"],
                "at": household.gate.clock() - timedelta(days=90),
                "sender": household.sender,
            },
        )
        connection.execute(text("UPDATE person SET kind = 'b2c', birth_year = 1980"))
        connection.execute(
            text(
                "INSERT INTO identifier (person_no, kind, index, index_version, source_no, suppress, bits)"
                " SELECT p.no, 'email', :index, 1, s.no, :suppress, 0 FROM person p, source s"
            ),
            {"index": b"i" * 16, "suppress": b"s" * 16},
        )

        agrees(household, connection, "marketing.own.newsletter", 30)

    def add(name: str = "newsletter", **changes: Any) -> str:
        return add_tool(household.gate, name, **{"sender": "Nordlicht <Books> & Söhne", "country": "DE", **changes})

    return add


def token(household: Household) -> str:
    return household.link().rpartition("/")[2]


def state_but_the_log(household: Household) -> dict[str, Any]:
    return {name: rows for name, rows in household.state().items() if name != "ledger_inbox"}


def entries(household: Household) -> list[dict[str, Any]]:
    with household.gate.house.unit() as connection:
        rows = connection.execute(text("SELECT convert_from(entry, 'UTF8') FROM ledger_inbox ORDER BY no")).scalars()
        return [json.loads(row) for row in rows]


def test_it_says_what_the_gate_says(household: Household, asking: Callable[..., str]) -> None:
    key = asking()
    with household.gate.house.unit() as connection:
        uid = connection.execute(text("SELECT uid FROM tool")).scalar_one()
    named = token_key(household.gate.keyring, uid).token(household.uid)
    view = own_view(household.gate, token(household))
    assert {line.channel for line in view.lines} == {Channel.EMAIL, Channel.SMS}
    for line in view.lines:
        for purpose in line.purposes or ("marketing.own.newsletter", "marketing.own"):
            ask = PersonAsk(Selector("token", named), Act.CONTACT, purpose, line.channel)
            (told,) = decide_batch(household.gate, [Request(key, [ask])])
            assert isinstance(told, Answers)
            assert told.answers[0].outcome is line.outcome
    mail = next(line for line in view.lines if line.channel is Channel.EMAIL)
    assert (mail.outcome, mail.purposes, mail.ground) == (Outcome.ALLOW, ("marketing.own.newsletter",), CONSENT)
    assert mail.since == household.gate.clock() - timedelta(days=30)
    assert mail.source == "registration_form"
    assert "KR-50-1" in {law.id for law in mail.laws}
    text_message = next(line for line in view.lines if line.channel is Channel.SMS)
    assert (text_message.outcome, text_message.why_not, text_message.laws) == (Outcome.DENY, "no_address", ())


def test_a_wider_consent_is_told_once(household: Household, asking: Callable[..., str]) -> None:
    asking()
    with household.gate.house.unit() as connection:
        agrees(household, connection, "marketing.own", 3)
    mail = next(line for line in own_view(household.gate, token(household)).lines if line.channel is Channel.EMAIL)
    assert mail.purposes == ("marketing.own",)
    assert mail.since == household.gate.clock() - timedelta(days=3)


def test_what_was_stopped_is_said_so(household: Household, asking: Callable[..., str], client: httpx.Client) -> None:
    asking()
    stop(household.gate, token(household), everything=True, method="opt_out_page")
    mail = next(line for line in own_view(household.gate, token(household)).lines if line.channel is Channel.EMAIL)
    assert (mail.outcome, mail.why_not, mail.purposes) == (Outcome.DENY, "stopped", ())
    page = client.get(f"{household.link()}/why?lang=en")
    assert "you stopped it" in page.text


def test_a_tool_that_is_off_or_only_counts_is_not_told_of(household: Household, asking: Callable[..., str]) -> None:
    asking("off")
    asking("counts", role="analytics", purposes=("profiling.segments",))
    with household.gate.house.unit() as connection:
        connection.execute(text("UPDATE tool SET active = false WHERE name = 'off'"))
    assert own_view(household.gate, token(household)).lines == ()


def test_looking_changes_nothing_but_the_log(
    household: Household, asking: Callable[..., str], client: httpx.Client
) -> None:
    asking()
    before, entered = state_but_the_log(household), len(entries(household))
    for method in ("GET", "HEAD"):
        answer = client.request(method, f"{household.link()}/why")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers
    assert state_but_the_log(household) == before
    new = entries(household)[entered:]
    assert [one["kind"] for one in new] == ["person.own_view"] * 2
    assert new[0]["body"]["allow"] == 1
    assert "maria" not in json.dumps(new)
    assert household.uid.hex() not in json.dumps(new)
    assert client.post(f"{household.link()}/why").status_code == 405


def test_if_the_log_cannot_be_written_nothing_is_shown(
    household: Household, asking: Callable[..., str], client: httpx.Client, owner_engine: Any
) -> None:
    asking()
    with owner_engine.begin() as connection:
        connection.execute(text("REVOKE INSERT ON ledger_inbox FROM ostiary_app"))
    assert client.get(f"{household.link()}/why").status_code >= 500


@pytest.mark.parametrize("language", languages())
def test_it_speaks_every_language_and_shows_no_address(
    household: Household, asking: Callable[..., str], client: httpx.Client, language: str
) -> None:
    asking()
    words = languages()[language]
    household.speaks(language)
    page = client.get(f"{household.link()}/why")
    assert page.headers["content-language"] == language
    assert f'dir="{words["direction"]}"' in page.text
    assert words["why_title"] in page.text
    assert words["why_verdicts"]["allow"] in page.text
    assert words["why_sources"]["registration_form"] in page.text
    assert words["purposes"]["marketing.own.newsletter"] in page.text
    assert "Nordlicht &lt;Books&gt; &amp; Söhne" in page.text
    assert "Network Act Art. 50(1)" in page.text
    assert "maria@example.com" not in page.text
    assert masked_email("maria@example.com") in page.text
    assert "<script" not in page.text
    assert not re.search(r"https?://(?!www\.w3\.org)", page.text)
    assert len(page.content) < 30_000


def test_the_opt_out_page_leads_there_and_back(
    household: Household, asking: Callable[..., str], client: httpx.Client
) -> None:
    asking()
    asked = client.get(f"{household.link()}?lang=de")
    found = re.search(r'href="([^"]+/why\?lang=de)"', asked.text)
    assert found
    page = client.get(household.origin + found[1])
    assert f'<form method="get" action="/o/{token(household)}">' in page.text
    assert '<input type="hidden" name="lang" value="de">' in page.text
    stop(household.gate, token(household), everything=False, method="opt_out_page")
    assert "/why" in client.get(f"{household.link()}/done").text


def test_a_link_of_another_house_shows_nothing(household: Household, client: httpx.Client) -> None:
    with pytest.raises(BadLink):
        own_view(household.gate, "nonsense")
    assert client.get(f"{household.origin}/o/nonsense/why").status_code == 404
    gone = link_for(replace(household.gate, origin=household.origin), b"g" * 16, "email", household.sender,
                    "marketing", "email")  # fmt: skip
    assert client.get(f"{gone}/why").status_code == 404
