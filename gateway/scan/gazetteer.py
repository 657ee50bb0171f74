"""Knows names by list and form, for the languages that no model reads and for cells below a title.

Every rule asks for two things at once (a given and a family name, a family name and a form of address), because most
names are also words. Must never take one capital word for a name.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from gateway.scan.kinds import Kind
from gateway.scan.lexicon import lists
from gateway.scan.titles import speaks_of_things, title_matches
from gateway.scan.tongues import ARABIC, HAN, HANGUL, LETTERS, folded, scripts
from gateway.scan.trial import Trial

TITLED_AND_KNOWN, TITLED, WHOLE, CALLED, BESIDE = 0.9, 0.7, 0.75, 0.75, 0.65

_LATIN: Final = "A-Za-zÀ-ÖØ-öø-ɏ"
_UPPER: Final = "A-ZÀ-ÖØ-Þ"
_NAME: Final = rf"[{_UPPER}][{_LATIN}]*(?:['’][{_LATIN}]+)?(?:-[{_UPPER}]?[{_LATIN}]+)*"
_JOIN: Final = r"(?:von der|von|van der|van|de la|de|du|des|le|la|zu|zum|del|da|Mc|Mac|O'|d')"
_SHAPES: Final = (
    rf"[{_LATIN}][{_LATIN}.'’-]*(?:,?\s[{_LATIN}][{_LATIN}.'’-]*){{0,6}}",
    r"[㐀-鿿]{2,4}|[㐀-鿿]{1,10}[·・•][㐀-鿿]{1,12}",
    r"[가-힣]{2,5}|[가-힣]{1,2}\s[가-힣]{1,4}",
    rf"[{LETTERS[ARABIC]}]{{2,}}(?:\s?[{LETTERS[ARABIC]}]+){{0,6}}",
)
_SHAPED: Final = re.compile("|".join(_SHAPES))
_MOST: Final = 60
_MOST_WORDS: Final = 5
_FAMILY_ENDINGS: Final = "زاده|پور|نژاد|نیا|فر|یان|لو|چی|منش|دوست|خواه|وند|فرد|پناه|آبادی|تبار|ایی|وی|ی"
_KO_PARTICLES: Final = "의|이|은|는|가|께|께서|에게|을|를|도|과|와|입니다|께서는|으로|로"
_KO_AFTER: Final = r"(?=\s?(?:{titles})(?:{particles})?(?![가-힣]))"
_KO_LABEL: Final = (
    r"(?:이름|성명|성함|수령인|수취인|담당자|예금주|주문자|신청자|보호자|고객명|받는\s?분|받는\s?사람|입금자명?)"
    r"\s?[:은는이가]?\s*"
)
_ZH_LABEL: Final = r"(?:姓名|名字|收件人|收货人|收貨人|联系人|聯絡人|持卡人|我叫|名叫|我是|户名|戶名)\s?[:是为為]?\s*"


def names_person(title: str) -> bool:
    """Whether a title says that its column holds people's names."""
    return title_matches(title, "name") and not speaks_of_things(title)


def titled_name(text: str, title: str) -> Iterator[Trial]:
    """Judge one flat cell below a title that promises names: by its form, and surer where a part is known."""
    filled = text.strip()
    if names_person(title) and len(filled) <= _MOST and _SHAPED.fullmatch(filled):
        score = TITLED_AND_KNOWN if _known(filled) else TITLED
        start = text.index(filled)
        yield Trial(Kind.NAME, start, start + len(filled), passed=True, score=score)


def by_rules(text: str, language: str) -> list[Trial]:
    """Find names in one flat text by list and form.

    Args:
        text: flat text.
        language: BCP 47 tag; of Latin ones any, their lists are read together.

    Returns:
        Trials with scores from 0.65 to 0.75.
    """
    pattern = _patterns(language if language in {"fa", "ko"} else "zh" if language.startswith("zh") else "latin")
    plain = text.translate(_PERSIAN) if language == "fa" else text
    spans: dict[tuple[int, int], float] = {}
    for score, each in pattern:
        for match in each.finditer(plain):
            span = match.span("name")
            if _acceptable(match["name"], language):
                spans[span] = max(score, spans.get(span, 0.0))
    return [Trial(Kind.NAME, *span, passed=True, score=score) for span, score in _outermost(spans).items()]


def looks_like_person(name: str, language: str) -> bool:
    """Whether what a model calls a person has the form of a name; one word alone has to be a known given name.

    Args:
        name: the words.
        language: of the text around.
    """
    if language.startswith("zh"):
        return re.fullmatch(r"[㐀-鿿·•]{2,12}", name) is not None
    words = name.split()
    if len(words) == 1:
        return folded(name) in _given_latin() and folded(name) not in _ambiguous()
    # the joining words of a family name may be small, all others begin with a capital
    capital = all(word[0].isupper() or re.fullmatch(_JOIN, word) for word in words)
    return capital and len(words) <= _MOST_WORDS and bool(_SHAPED.fullmatch(name)) and _acceptable(name, language)


_PERSIAN: Final = str.maketrans("يك", "یک")


def _outermost(spans: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Leave out what lies inside another."""
    return {
        (start, end): score
        for (start, end), score in spans.items()
        if not any(low <= start and end <= high and (low, high) != (start, end) for low, high in spans)
    }


def _acceptable(name: str, language: str) -> bool:
    if language == "ko":
        return not name.startswith(_words_ko())
    words = name.split()
    return not any(word.strip(".").title() in _words_latin() for word in words) if name[0].isascii() else True


def _known(name: str) -> bool:
    """Whether a part of a name is on our lists."""
    found = scripts(name)
    if HANGUL in found:
        return _whole_ko().fullmatch(name.replace(" ", "")) is not None and not name.startswith(_words_ko())
    if HAN in found:
        return name.startswith(tuple(lists("names")["surnames_zh"]))
    if ARABIC in found:
        parts = name.translate(_PERSIAN).split()
        return any(part in _given_fa() or part in lists("names")["surnames_fa"] for part in parts)
    return any(folded(part) in _given_latin() for part in re.split(r"[\s-]", name))


@cache
def _given_latin() -> frozenset[str]:
    named = lists("names")
    return frozenset(folded(name) for part in ("given_en", "given_de", "given_fr") for name in named[part])


@cache
def _ambiguous() -> frozenset[str]:
    return frozenset(map(folded, lists("names")["ambiguous"]))


@cache
def _given_fa() -> frozenset[str]:
    return frozenset(lists("names")["given_fa"])


@cache
def _words_latin() -> frozenset[str]:
    return frozenset(lists("names")["words_latin"])


@cache
def _words_ko() -> tuple[str, ...]:
    return lists("names")["words_ko"]


@cache
def _whole_ko() -> re.Pattern[str]:
    return re.compile(_ko_name())


def _ko_name() -> str:
    named = lists("names")
    surnames = "|".join(sorted(named["surnames_ko"], key=len, reverse=True))
    given = "".join(named["syllables_ko"])
    return rf"(?:{surnames})[{given}]{{1,2}}"


@cache
def _patterns(language: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    """Make the patterns of a language; each has a group `name`."""
    made = {"ko": _korean, "zh": _chinese, "fa": _persian}.get(language, _latin)
    return tuple((score, re.compile(pattern)) for score, pattern in made())


def _korean() -> list[tuple[float, str]]:
    titles = "|".join(sorted(lists("names")["titles_ko"], key=len, reverse=True))
    name = rf"(?<![가-힣])(?P<name>{_ko_name()})"
    return [
        (CALLED, name + _KO_AFTER.format(titles=titles, particles=_KO_PARTICLES)),
        (CALLED, rf"{_KO_LABEL}(?P<name>{_ko_name()})(?![가-힣])"),
        (WHOLE, rf"\A\s*(?P<name>{_ko_name()})\s*\Z"),
    ]


def _chinese() -> list[tuple[float, str]]:
    named = lists("names")
    surnames = "|".join(sorted(named["surnames_zh"], key=len, reverse=True))
    titles = "|".join(named["titles_zh"])
    name = rf"(?:{surnames})[㐀-鿿]{{1,2}}"
    return [
        (CALLED, rf"(?P<name>(?:{surnames})[㐀-鿿]{{0,2}}?)(?={titles})"),
        (CALLED, rf"{_ZH_LABEL}(?P<name>{name})(?![㐀-鿿])"),
        (WHOLE, rf"\A\s*(?P<name>{name})\s*\Z"),
    ]


def _persian() -> list[tuple[float, str]]:
    named = lists("names")
    letters = LETTERS[ARABIC]
    titles = "|".join(re.escape(title) for title in sorted(named["titles_fa"], key=len, reverse=True))
    sure = "|".join(sorted(set(named["given_fa"]) - set(named["ambiguous"]), key=len, reverse=True))
    every = "|".join(sorted(named["given_fa"], key=len, reverse=True))
    known = "|".join(named["surnames_fa"])
    second = rf"(?:\s?(?:مقدم|راد|فر|نیا|زاده|پور|نژاد))?(?![{letters}])"
    family = rf"(?:{known}|[{letters}]{{2,}}(?:{_FAMILY_ENDINGS})){second}"
    before = rf"(?<![{letters}])"
    given = rf"(?:(?:سید|سیده|میر)\s?)?(?:{every})(?:\s(?:{every}))?(?![{letters}])"
    return [
        (CALLED, rf"{before}(?:{titles})\s(?P<name>(?:{given}\s)?{family})"),
        (CALLED, rf"{before}(?:{titles})\s(?P<name>{given}(?:\s[{letters}]{{3,}})?)"),
        (WHOLE, rf"\A\s*(?P<name>{given}\s[{letters}]{{2,}}(?:\s[{letters}]{{2,}})?)\s*\Z"),
        (BESIDE, rf"{before}(?P<name>(?:(?:سید|سیده)\s?)?(?:{sure})(?:\s(?:{every}))?\s{family})"),
    ]


def _latin() -> list[tuple[float, str]]:
    named = lists("names")
    titles = "|".join(dict.fromkeys(t for part in ("titles_en", "titles_de", "titles_fr") for t in named[part]))
    given_all = [name for part in ("given_en", "given_de", "given_fr") for name in named[part]]
    every = "|".join(re.escape(name) for name in sorted(set(given_all), key=len, reverse=True))
    sure = "|".join(re.escape(name) for name in sorted(set(given_all) - set(named["ambiguous"]), key=len, reverse=True))
    before = rf"(?<![{_LATIN}\d])"
    family = rf"(?:{_JOIN}\s?)?{_NAME}(?:\s?-\s?{_NAME})?"
    initials = rf"(?:\s[{_UPPER}]\.)?"
    return [
        (
            CALLED,
            rf"{before}(?:{titles})\.?\s(?:(?:Dr|Prof|med)\.?\s)*(?P<name>(?:(?:{every})(?:-\w+)?{initials}\s)?{family})",
        ),
        (WHOLE, rf"\A\s*(?P<name>(?:{sure})(?:[\s-](?:{every}))?{initials}\s{family})\s*\Z"),
        (WHOLE, rf"\A\s*(?P<name>{_NAME},\s(?:{every}))\s*\Z"),
        (BESIDE, rf"{before}(?P<name>(?:{sure})(?:[\s-](?:{every}))?{initials}\s{family})(?![{_LATIN}\d])"),
    ]
