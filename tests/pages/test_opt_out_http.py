"""The opt-out page over HTTP: looking changes nothing, acting works at once, scanners and mail programs included."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import Engine, text

from gateway.flows.preferences import show

if TYPE_CHECKING:
    from tests.pages.conftest import Household, Serve

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def token(household: "Household") -> str:
    """Give the token of the person's link."""
    return household.link().rpartition("/")[2]


SCANNERS: list[tuple[str, dict[str, str]]] = [
    ("GET", {}),
    ("HEAD", {}),
    ("OPTIONS", {}),
    ("GET", {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender", "X-Moz": "prefetch"}),
    ("GET", {"User-Agent": "Mozilla/5.0 (compatible; LinkScanner/1.0)", "Accept": "*/*"}),
    ("PUT", {}),
    ("DELETE", {}),
    ("PATCH", {}),
]


def test_a_visit_changes_nothing(household: "Household", client: httpx.Client) -> None:
    before = household.state()
    for method, headers in SCANNERS:
        for tail in ("", "/done", "?choice=everything", "?List-Unsubscribe=One-Click"):
            client.request(method, household.link() + tail, headers=headers)
            assert household.state() == before, (method, headers, tail)


def test_the_page_asks_one_question_and_says_who_what_and_to_whom(household: "Household", client: httpx.Client) -> None:
    answer = client.get(household.link())
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1
    assert "Do you want to stop these messages?" in answer.text
    assert "Nordlicht &lt;Books&gt; &amp; Söhne" in answer.text
    assert "Newsletter" in answer.text
    assert "m…@e….com" in answer.text
    assert "maria" not in answer.text
    assert answer.text.count("<button") == 2


def test_head_answers_as_get_without_a_body(household: "Household", client: httpx.Client) -> None:
    seen, head = client.get(household.link()), client.head(household.link())
    assert (head.status_code, head.content) == (200, b"")
    drop = {"date"}
    assert {k: v for k, v in head.headers.items() if k not in drop} == {
        k: v for k, v in seen.headers.items() if k not in drop
    }


@pytest.mark.parametrize("tail", ["", "/done", "x"])
def test_every_page_is_private_and_loads_nothing_from_elsewhere(
    household: "Household", client: httpx.Client, tail: str
) -> None:
    answer = client.get(household.link() + tail)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'self'; form-action 'self'"
    )
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text


@pytest.mark.parametrize(
    ("choice", "heading"),
    [("these", "no more of these messages"), ("everything", "no more marketing from us")],
)
def test_a_choice_stops_at_once_and_the_result_says_when(
    household: "Household", client: httpx.Client, choice: str, heading: str
) -> None:
    answer = client.post(household.link(), data={"choice": choice})
    assert (answer.status_code, answer.content) == (303, b"")
    view = show(household.gate, token(household))
    assert view.these is not None
    assert (view.everything is not None) == (choice == "everything")
    result = client.get(httpx.URL(household.link()).join(answer.headers["location"]))
    assert result.status_code == 200
    assert heading in result.text
    assert "Friday, 20 November 2026 at 19:00 (UTC+9)" in result.text
    assert f">{view.these.reference}<" in result.text


def test_pressing_twice_changes_nothing_more(household: "Household", client: httpx.Client) -> None:
    client.post(household.link(), data={"choice": "these"})
    once = household.state()
    assert client.post(household.link(), data={"choice": "these"}).status_code == 303
    assert client.post(household.link(), data=ONE_CLICK).status_code == 200
    assert household.state() == once


def test_after_a_stop_the_link_says_so_and_still_offers_the_rest(household: "Household", client: httpx.Client) -> None:
    client.post(household.link(), data={"choice": "these"})
    again = client.get(household.link()).text
    assert "no more of these messages" in again
    assert 'value="everything"' in again
    assert 'value="these"' not in again


# RFC 8058


def test_one_click_stops_with_a_bare_200(household: "Household", client: httpx.Client) -> None:
    answer = client.post(household.link(), data=ONE_CLICK)
    assert (answer.status_code, answer.content) == (200, b"")
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    view = show(household.gate, token(household))
    assert view.these is not None
    assert view.everything is None


def test_one_click_as_multipart_stops_too(household: "Household", client: httpx.Client) -> None:
    answer = client.post(household.link(), files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert show(household.gate, token(household)).these is not None


def test_one_click_is_recorded_as_such(household: "Household", client: httpx.Client) -> None:
    client.post(household.link(), data=ONE_CLICK)
    with household.gate.house.unit() as connection:
        methods = connection.execute(text("SELECT method FROM consent_event ORDER BY no")).scalars().all()
    assert methods == ["web_form", "one_click"]


def _cut(link: str) -> str:
    return link[:-6]


def _other(link: str) -> str:
    return link[:-3] + ("abc" if not link.endswith("abc") else "abd")


@pytest.mark.parametrize("spoil", [_cut, _other, lambda link: link.rpartition("/")[0] + "/%00%FF"])
def test_one_click_on_an_unknown_link_looks_the_same_and_does_nothing(
    household: "Household", client: httpx.Client, spoil: Callable[[str], str]
) -> None:
    before = household.state()
    unknown = client.post(spoil(household.link()), data=ONE_CLICK)
    assert household.state() == before
    known = client.post(household.link(), data=ONE_CLICK)
    assert (unknown.status_code, unknown.content) == (known.status_code, known.content)
    assert set(unknown.headers) == set(known.headers)


# Bad input


@pytest.mark.parametrize("spoil", [_cut, _other, lambda link: link.rpartition("/")[0] + "/%F0%28%8C"])
def test_an_unknown_link_says_so_and_names_other_ways_out(
    household: "Household", client: httpx.Client, spoil: Callable[[str], str]
) -> None:
    before = household.state()
    for answer in (
        client.get(spoil(household.link())),
        client.post(spoil(household.link()), data={"choice": "these"}),
    ):
        assert answer.status_code == 404
        assert "We do not know this link" in answer.text
        assert answer.text.count("<li>") >= 3
    assert household.state() == before


@pytest.mark.parametrize("form", [{}, {"choice": ""}, {"choice": "nothing"}, {"List-Unsubscribe": "no"}])
def test_a_form_without_a_choice_leads_back_to_the_question(
    household: "Household", client: httpx.Client, form: dict[str, str]
) -> None:
    before = household.state()
    answer = client.post(household.link(), data=form)
    assert answer.status_code == 303
    assert httpx.URL(household.link()).join(answer.headers["location"]) == household.link()
    assert household.state() == before


def test_a_huge_form_is_refused_before_it_is_read(household: "Household", client: httpx.Client) -> None:
    before = household.state()
    answer = client.post(
        household.link(),
        content=b"choice=these&x=" + b"x" * 100_000,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413
    assert household.state() == before


def test_a_file_in_the_form_is_refused(household: "Household", client: httpx.Client) -> None:
    before = household.state()
    assert client.post(household.link(), files={"choice": ("a.txt", b"these")}).status_code == 400
    assert household.state() == before


def test_without_policies_in_force_it_says_later_and_not_that_it_is_done(
    household: "Household", client: httpx.Client, owner_engine: Engine
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("UPDATE bundle SET in_force_to = now()"))
    before = household.state()
    for answer in (
        client.get(household.link()),
        client.post(household.link(), data={"choice": "these"}),
        client.post(household.link(), data=ONE_CLICK),
    ):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "60"
    assert household.state() == before


# Assets, languages, prefixes


def test_everything_together_is_under_thirty_kilobytes(household: "Household", client: httpx.Client) -> None:
    for language in ("en", "de", "ko", "zh-Hans", "zh-Hant", "fa"):
        page = client.get(f"{household.link()}?lang={language}")
        sheet = client.get(
            httpx.URL(household.link()).join(page.text.partition('stylesheet" href="')[2].partition('"')[0])
        )
        assert sheet.headers["content-type"] == "text/css; charset=utf-8"
        assert "immutable" in sheet.headers["cache-control"]
        assert len(page.content) + len(sheet.content) < 30_000


@pytest.mark.parametrize("name", ["opt_out.py", "..%2Fopt_out.py", "%2e%2e", "nothing"])
def test_nothing_but_the_assets_is_given(household: "Household", client: httpx.Client, name: str) -> None:
    assert client.get(f"{household.origin}/o/assets/{name}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "person", "accepts", "got"),
    [
        ("", "", "", "en"),
        ("", "", "fa-IR,fa;q=0.9,en;q=0.8", "fa"),
        ("", "", "fr;q=0.9, de-AT;q=0.8", "de"),
        ("", "", "en;q=0.1, ko;q=0.2, de;q=0", "ko"),
        ("", "", "zh-TW, zh;q=0.9", "zh-Hant"),
        ("", "", ";;;q=, ko;q=x, de", "de"),
        ("", "zh-CN", "ko", "zh-Hans"),
        ("", "fr", "ko", "ko"),
        ("de", "ko", "fa", "de"),
        ("klingon", "ko", "fa", "ko"),
        ('"><script>', "", "de", "de"),
    ],
)
def test_the_language_asked_for_wins_then_the_persons_then_the_browsers(
    household: "Household", client: httpx.Client, asked: str, person: str, accepts: str, got: str
) -> None:
    household.speaks(person)
    query = {"lang": asked} if asked else {}
    answer = client.get(household.link(), params=query, headers={"Accept-Language": accepts})
    assert f'<html lang="{got}" dir="{"rtl" if got == "fa" else "ltr"}">' in answer.text
    assert answer.headers["content-language"] == got
    assert "<script" not in answer.text


def test_a_language_asked_for_stays_through_the_form(household: "Household", client: httpx.Client) -> None:
    page = client.get(f"{household.link()}?lang=fa").text
    action = page.partition('action="')[2].partition('"')[0]
    answer = client.post(httpx.URL(household.link()).join(action), data={"choice": "these"})
    result = client.get(httpx.URL(household.link()).join(answer.headers["location"]))
    assert 'lang="fa" dir="rtl"' in result.text
    assert "جمعه ۲۹ آبان ۱۴۰۵، ساعت ۱۹:۰۰ (UTC+۹)" in result.text


def test_under_a_path_prefix_all_addresses_carry_it(
    household: "Household", client: httpx.Client, serve: "Serve"
) -> None:
    path = f"/o/{token(household)}"
    with serve(household.gate, "/gate") as origin:
        page = client.get(origin + path)
        answer = client.post(origin + path, data={"choice": "these"})
    assert 'href="/gate/o/assets/page.css' in page.text
    assert f'action="/gate{path}"' in page.text
    assert answer.headers["location"] == f"/gate{path}/done"
