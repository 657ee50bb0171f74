"""The confirmation page over HTTP, with scripts nowhere: looking changes nothing, a press agrees, once."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import text

from gateway.pages.languages import languages
from tests.pages.asking import OFFERS, asked

if TYPE_CHECKING:
    from tests.pages.conftest import Household

YES = {"choice": "yes"}
SIGNAL = {"Sec-GPC": "1"}


def given(household: "Household", purpose: str = OFFERS) -> int:
    statement = text("SELECT count(*) FROM consent WHERE state = 'given' AND purpose = :purpose")
    with household.gate.house.unit() as connection:
        return int(connection.execute(statement, {"purpose": purpose}).scalar_one())


def requests(household: "Household") -> list[Any]:
    with household.gate.house.unit() as connection:
        return list(connection.execute(text("SELECT t.*::text FROM consent_request t")).scalars())


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", ["", "/done", "/record"])
def test_looking_changes_nothing(household: "Household", client: httpx.Client, method: str, path: str) -> None:
    link = asked(household)
    before = household.state(), requests(household)
    for headers in ({}, SIGNAL, {"Purpose": "prefetch"}):
        client.request(method, link + path, headers=headers)
    assert (household.state(), requests(household)) == before


def test_the_page_asks_about_one_thing(household: "Household", client: httpx.Client) -> None:
    answer = client.get(asked(household))
    assert answer.status_code == 200
    for said in ("Do you want to get this?", "Nordlicht &lt;Books&gt; &amp; Söhne", "Offers", "m…@e….com"):
        assert said in answer.text
    assert answer.text.count("<button") == 1
    assert "Global Privacy Control" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text


def test_a_press_agrees_at_once_and_once(household: "Household", client: httpx.Client) -> None:
    link = asked(household)
    answer = client.post(link, data=YES)
    assert (answer.status_code, answer.content) == (303, b"")
    result = client.get(httpx.URL(link).join(answer.headers["location"]))
    assert "You will get this" in result.text
    assert "Friday, 20 November 2026 at 19:00 (UTC+9)" in result.text
    once = household.state()
    assert client.post(link, data=YES).status_code == 303
    assert "You will get this" in client.get(link).text
    assert household.state() == once
    assert given(household) == 1


def test_the_way_out_stands_beside_it(household: "Household", client: httpx.Client) -> None:
    link = asked(household)
    client.post(link, data=YES)
    page = client.get(link).text
    out = page.rpartition('href="/o/')[2].partition('"')[0]
    address = f"{household.origin}/o/{out}"
    assert "Do you want to stop these messages?" in client.get(address).text
    client.post(address, data={"choice": "these"})
    assert "no more of these" in client.get(address).text


def test_the_record_can_be_kept(household: "Household", client: httpx.Client) -> None:
    link = asked(household)
    assert client.get(f"{link}/record").status_code == 404
    client.post(link, data=YES)
    answer = client.get(f"{link}/record")
    assert answer.headers["content-type"] == "application/ld+json"
    (record,) = answer.json()["dpv:hasRecordOfActivity"]
    (status,) = record["dpv:hasProcess"][0]["dpv:hasConsentStatus"]
    assert (status["@type"], status["ostiary:conditions"]) == (["dpv:ConsentGiven"], ["double_opt_in"])
    assert "maria" not in answer.text


@pytest.mark.parametrize("form", [{}, {"choice": ""}, {"choice": "no"}, {"List-Unsubscribe": "One-Click"}])
def test_nothing_but_the_button_agrees(household: "Household", client: httpx.Client, form: dict[str, str]) -> None:
    link = asked(household)
    answer = client.post(link, data=form)
    assert answer.status_code == 303
    assert httpx.URL(link).join(answer.headers["location"]) == link
    assert given(household) == 0


def test_an_expired_link_says_so(household: "Household", client: httpx.Client) -> None:
    link = asked(household)
    household.gate.clock.at += timedelta(days=7)  # type: ignore[attr-defined]
    for answer in (client.get(link), client.post(link, data=YES)):
        assert answer.status_code == 410
        assert "This link has expired" in answer.text
    assert given(household) == 0


def test_a_forged_link_says_so(household: "Household", client: httpx.Client) -> None:
    link = asked(household)
    before = household.state()
    for forged in (link[:-6], link[:-3] + "abc", f"{household.origin}/c/x", household.link().replace("/o/", "/c/")):
        for answer in (client.get(forged), client.post(forged, data=YES), client.get(f"{forged}/record")):
            assert answer.status_code == 404
            assert "We do not know this link" in answer.text
    assert household.state() == before


def test_a_huge_form_is_refused(household: "Household", client: httpx.Client) -> None:
    answer = client.post(
        asked(household), content=b"choice=yes&x=" + b"x" * 100_000,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert answer.status_code == 413
    assert given(household) == 0


def test_without_policies_it_says_later(household: "Household", client: httpx.Client, owner_engine: Any) -> None:
    link = asked(household)
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE bundle SET in_force_to = now()"))
    for answer in (client.get(link), client.post(link, data=YES), client.get(f"{link}/record")):
        assert answer.status_code in {404, 503}
        assert given(household) == 0


@pytest.mark.parametrize("language", languages())
def test_every_language_speaks_and_stays_under_thirty_kilobytes(
    household: "Household", client: httpx.Client, language: str
) -> None:
    link = asked(household)
    words = languages()[language]
    page = client.get(f"{link}?lang={language}", headers=SIGNAL)
    for key in ("confirm", "confirm_yes", "signal_seen"):
        assert words[key].replace("'", "&#39;") in page.text
    assert len(page.content) < 24_000
    action = page.text.partition('action="')[2].partition('"')[0]
    done = client.post(httpx.URL(link).join(action), data=YES, follow_redirects=True)
    assert words["confirmed"].replace("'", "&#39;") in done.text
    household.gate.clock.at += timedelta(days=8)  # type: ignore[attr-defined]
    assert words["confirmed"].replace("'", "&#39;") in client.get(f"{link}?lang={language}").text


# The reader's privacy signal


def objected(household: "Household") -> list[str]:
    with household.gate.house.unit() as connection:
        rows = connection.execute(text("SELECT purpose FROM consent WHERE state = 'objected' ORDER BY 1"))
        return list(rows.scalars())


def test_an_opt_out_with_the_signal_keeps_both(household: "Household", client: httpx.Client) -> None:
    link = household.link()
    assert "must not be sold or shared" in client.get(link, headers=SIGNAL).text
    client.post(link, data={"choice": "these"}, headers=SIGNAL)
    assert objected(household) == ["marketing.partner", "profiling.advertising"]
    assert "signal (Global Privacy Control) is on record" in client.get(link, headers=SIGNAL).text
    once = household.state()
    client.post(link, data={"choice": "these"}, headers=SIGNAL)
    assert household.state() == once


@pytest.mark.parametrize("value", ["0", "", "true", "11"])
def test_only_a_one_is_the_signal(household: "Household", client: httpx.Client, value: str) -> None:
    client.post(household.link(), data={"choice": "these"}, headers={"Sec-GPC": value})
    assert objected(household) == []


def test_one_click_with_the_signal_keeps_both(household: "Household", client: httpx.Client) -> None:
    answer = client.post(household.link(), data={"List-Unsubscribe": "One-Click"}, headers=SIGNAL)
    assert (answer.status_code, answer.content) == (200, b"")
    assert objected(household) == ["marketing.partner", "profiling.advertising"]


def test_a_yes_with_the_signal_keeps_both_unless_they_contradict(household: "Household", client: httpx.Client) -> None:
    assert client.post(asked(household), data=YES, headers=SIGNAL).status_code == 303
    assert given(household) == 1
    household.gate.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]
    with household.gate.house.unit() as connection:
        connection.execute(text("DELETE FROM consent WHERE state = 'objected'"))
    partner = asked(household, "marketing.partner")
    answer = client.post(partner, data=YES, headers=SIGNAL)
    assert answer.status_code == 409
    assert "was not recorded" in answer.text
    assert given(household, "marketing.partner") == 0
    assert objected(household) == ["marketing.partner", "profiling.advertising"]
