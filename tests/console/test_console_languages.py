"""The console's languages: every sentence of a page offered in Persian has its Persian, and no other is kept."""

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, nodes
from markupsafe import Markup

from gateway.console import door, funnel, languages, page, report, words
from gateway.console.languages import Language
from gateway.domain.calendars import persian
from gateway.domain.errors import Invalid, Ostiary

Office = Any  # of conftest, which tests cannot import

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "gateway" / "console"
TEMPLATES = sorted(path.name for path in (CONSOLE / "templates").glob("*.html"))
PERSIAN = languages.languages()["fa"]
SAYING = {"t", "tn"}
WRITING = {"moment", "day", "digest"}  # filters that say what they are given
LETTER = re.compile("[\u0600-\u06ff]")


def of_template(name: str) -> Iterator[str]:
    """Give every sentence that a template says."""
    tree = Environment(autoescape=True).parse((CONSOLE / "templates" / name).read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        said = call.node.name if isinstance(call.node, nodes.Name) else getattr(call.node, "attr", "")
        if said in SAYING:
            yield from (arg.value for arg in call.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str))
            several = [arg for arg in call.args if isinstance(arg, (nodes.Concat, nodes.Add, nodes.Mod))]
            assert not several, f"{name} puts a sentence together: nobody can translate it"
    for found in tree.find_all(nodes.Filter):
        if found.name in WRITING and page.offered(name):
            yield from (arg.value for arg in found.args if isinstance(arg, nodes.Const))


def of_module(path: Path) -> Iterator[str]:
    """Give every sentence that a module says."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SAYING:
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def kept_apart() -> list[str]:
    """Sentences that stand in tables of our own and are said from there."""
    rooms = [name for _, name, _, _ in page.ROOMS]
    labels = [label for label, _ in report._ROWS.values()]
    forms = [*report._SAID.values(), *report._UNREAD.values(), *report._MOVING.values()]
    return [*rooms, *labels, *forms, *door._TITLES.values(), "not yet", "no date", "digest"]


def test_every_sentence_that_is_said_has_its_persian() -> None:
    said = {sentence for name in TEMPLATES for sentence in of_template(name)}
    said |= {sentence for path in CONSOLE.glob("*.py") for sentence in of_module(path)}
    said |= set(kept_apart())
    assert len(said) > 200
    assert sorted(sentence for sentence in said if sentence not in PERSIAN.sentences) == []


def test_every_persian_sentence_is_said_somewhere() -> None:
    folders = [ROOT / "gateway", ROOT / "policies"]
    kinds = ("*.py", "*.html", "*.yaml", "policy.csv")
    files = [path for folder in folders for kind in kinds for path in folder.rglob(kind)]
    text = "\n".join(path.read_text("utf-8") for path in files).replace("\\'", "'")
    flat = re.sub(r"_", " ", text)
    minutes = "Too many failed sign-ins. Wait 15 minutes, then try again."  # put together from a period
    unsaid = [
        english
        for english in PERSIAN.sentences
        if english.strip("[]") not in text and english not in flat and english != minutes
    ]
    assert unsaid == []


def test_both_sentences_put_in_the_same_things() -> None:
    def names(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    assert [english for english, theirs in PERSIAN.sentences.items() if names(english) != names(theirs)] == []


def test_persian_is_written_with_persian_letters() -> None:
    for english, theirs in PERSIAN.sentences.items():
        assert LETTER.search(theirs), english
        assert not re.search("[يك]", theirs), f"an Arabic letter: {english}"
        assert theirs == theirs.strip(), english
        assert "<" not in theirs, english
        assert not re.search("[۰-۹٠-٩]", theirs), f"digits are Latin in the console: {english}"


def test_no_file_contradicts_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fa").mkdir()
    for name, theirs in (("one", "فهرست"), ("two", "سیاهه")):
        (tmp_path / "fa" / f"{name}.json").write_text(json.dumps({"list": theirs}), "utf-8")
    monkeypatch.setattr(languages, "_FOLDER", tmp_path)
    with pytest.raises(Ostiary, match="words_differ"):
        languages._sentences("fa")


@given(st.text(), st.integers(0, 10**9))
def test_whatever_is_put_in_is_escaped(text: str, number: int) -> None:
    spiked = f"<script>{text}"
    for language in languages.languages().values():
        made = language.t("{source}: {rows} rows accepted", source=spiked, rows=number)
        assert "<script" not in made
        assert words.number(number) in made
        assert "<script" not in language.told(spiked)
        assert "<b>" in language.t("{source}: accepted", source=Markup("<b>x</b>"))


def test_a_word_without_persian_stays_apart_and_english() -> None:
    assert PERSIAN.word("national_id_kr") == "شمارهٔ ملی (KR)"
    assert PERSIAN.word("hold_batch_health") == "معلق‌کردن فهرست: سلامت"
    assert PERSIAN.word("some_new_code") == "\u2068some new code\u2069"
    assert PERSIAN.told("Somebody's own words") == '<span lang="en" dir="ltr">Somebody&#39;s own words</span>'
    assert PERSIAN.told("The role x may not", "role_may_not").startswith("نقش")
    assert words.english().word("national_id_kr") == "national id kr"


def test_a_persian_day_is_the_one_that_people_use() -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 3, 21, 7, 5, 9, tzinfo=UTC)
    assert persian(at.date()) == (1405, 1, 1)
    said = words.moment(at, language=PERSIAN)
    assert said.startswith('<time datetime="2026-03-21T07:05:09+00:00">شنبه 1 فروردین 1405، <bdi>07:05:09 UTC</bdi>')
    assert words.day(at, language=PERSIAN).striptags() == "شنبه 1 فروردین 1405"
    assert words.lasted(190, language=PERSIAN) == "3 دقیقه"


@given(st.lists(st.integers(0, 10**9), max_size=9))
def test_a_picture_that_is_read_from_the_right_is_the_mirror(counts: list[int]) -> None:
    stages = [funnel.Stage("x", count) for count in counts]
    places = {}
    for direction in ("ltr", "rtl"):
        drawn = str(funnel.funnel(stages, "t", "d", direction))
        assert f'direction="{direction}"' in drawn
        found = re.findall(r'<rect class="bar " x="(\d+)" y="\d+" width="(\d+)"', drawn)
        places[direction] = [(int(x), int(width)) for x, width in found]
    widths = [880] * len(counts) + [288] * len(counts)
    for (left, width), (right, same), whole in zip(places["ltr"], places["rtl"], widths, strict=True):
        assert width == same
        assert left + width + right == whole


def test_english_is_the_default_and_a_browser_may_ask_for_persian(office: Office) -> None:
    assert '<html lang="en" dir="ltr">' in office.client().get("/console/sign-in").text
    for header, code in (("fa-IR,fa;q=0.9,en;q=0.8", "fa"), ("de-DE,fa;q=0.5", "en"), ("", "en"), ("fa;q=0", "fa")):
        answer = office.client().get("/console/sign-in", headers={"Accept-Language": header})
        assert f'<html lang="{code}"' in answer.text, header
        assert answer.headers["content-language"] == code


def test_the_choice_is_kept_and_comes_back_to_the_page(office: Office) -> None:
    client = office.signed_in()
    token = office.token_of(client.get("/console/imports").text)
    form = {"csrf": token, "language": "fa", "back": "/console/imports?verdict=accept"}
    answer = client.post("/console/language", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/imports?verdict=accept")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("ostiary-language=fa;")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    shown = client.get("/console/imports").text
    assert '<html lang="fa" dir="rtl">' in shown
    assert "هنوز فهرستی وارد نشده است" in shown
    assert 'value="/console/imports"' in shown
    client.post("/console/language", data={**form, "language": "en", "back": "//evil.example"})
    assert "No list has come in yet" in client.get("/console/imports").text


def test_the_language_can_be_chosen_before_signing_in(office: Office) -> None:
    client = office.client()
    shown = client.get("/console/sign-in?next=/console/ledger").text
    form = {"csrf": office.token_of(shown), "language": "fa", "back": "/console/ledger"}
    answer = client.post("/console/language", data=form)
    assert answer.headers["location"] == "/console/sign-in?next=%2Fconsole%2Fledger"
    assert "گذرواژه" in client.get("/console/sign-in").text
    assert client.post("/console/language", data={**form, "csrf": "0" * 64}).status_code == 403
    wrong = client.post("/console/language", data={**form, "language": "<x>", "csrf": form["csrf"]})
    assert wrong.status_code == 400
    assert "<x>" not in wrong.text


def test_choosing_a_language_is_no_act_of_an_officer(office: Office) -> None:
    client = office.signed_in("otto")
    before = office.kinds()
    token = office.token_of(client.get("/console").text)
    assert client.post("/console/language", data={"csrf": token, "language": "fa"}).status_code == 303
    assert office.kinds() == before


def test_a_page_that_is_not_offered_stays_english_in_a_persian_frame(office: Office) -> None:
    client = office.signed_in()
    client.cookies.set("ostiary-language", "fa")
    shown = client.get("/console/ask").text
    assert '<html lang="fa" dir="rtl">' in shown
    assert '<main id="content" tabindex="-1" lang="en" dir="ltr">' in shown
    assert "No tool is registered" in shown
    assert "نمای کلی" in shown
    assert 'tabindex="-1">' in client.get("/console").text


def test_a_refusal_is_said_in_the_language_that_was_chosen(office: Office) -> None:
    client = office.signed_in("ines")
    client.cookies.set("ostiary-language", "fa")
    nothing = client.get("/console/nothing")
    assert nothing.status_code == 404
    assert "اینجا چیزی نیست" in nothing.text
    assert "یکی از بخش‌ها را برگزینید" in nothing.text
    refused = client.get("/console/ledger")
    assert refused.status_code == 403
    assert "نقش شما" in refused.text
    assert '<code dir="ltr">role_may_not</code>' in refused.text


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(Invalid, match="language_unknown"):
        languages.chosen("xx")
    plain = Language("en", "English", "ltr")
    assert plain.tn(1, "{n} list", "{n} lists") == "1 list"
    assert plain.tn(2000, "{n} list", "{n} lists") == "2\u202f000 lists"


def test_the_sheet_knows_neither_left_nor_right() -> None:
    sheet = re.sub(r"/\*.*?\*/", "", (CONSOLE / "assets" / "console.css").read_text("utf-8"), flags=re.DOTALL)
    sheet = sheet.replace("@bottom-right", "")
    assert (
        re.findall(r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)|[;{ ](?:left|right|top|bottom):", sheet)
        == []
    )
    four = re.findall(r"(?:padding|margin|inset): ([^ ;]+) ([^ ;]+) ([^ ;]+) ([^ ;]+);", sheet)
    assert [sides for sides in four if sides[1] != sides[3]] == [], "of four sides the second is the right, always"
    assert re.findall(r"text-align: (?:left|right)|float:", sheet) == []
