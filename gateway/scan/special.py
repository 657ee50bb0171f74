"""Finds special categories (GDPR 9 and 10, PIPL 28) where a person is spoken of.

A term alone is no finding: "halal catalogue" and "cancer charity" say nothing of anybody. It counts where

1. the title of the column names the category,
2. a word nearby says whose it is ("patient", "she", "diagnosed"),
3. the term says it of somebody by itself ("diabetic"), or is all there is in the cell,

and not where a word next to it makes a thing of it or denies it. Must never infer a category from a name, a shop or
a place: who buys halal meat is not said to believe anything.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from gateway.scan.kinds import Kind
from gateway.scan.lexicon import CATEGORIES, lexicon
from gateway.scan.likely import PARTS, likely, words_of
from gateway.scan.patterns import any_of
from gateway.scan.titles import plain_title, speaks_of_things, title_matches
from gateway.scan.tongues import ARABIC, HAN, HANGUL, LATIN, folded, language_of, scripts
from gateway.scan.trial import Trial

TITLED_TERM, WEAKLY_TITLED_TERM, SAID_OF_SOMEBODY = 0.9, 0.85, 0.8
SAYS_SO, TITLED, JOINED, ALONE = 0.75, 0.7, 0.6, 0.55

_SPOKEN = {LATIN: ("en", "de", "fr"), ARABIC: ("fa",), HAN: ("zh-Hans", "zh-Hant"), HANGUL: ("ko",)}
_MOST, _MOST_OF_ILLNESS = 0.7, 0.4  # of a cell that says nothing else
_SCRIPTS = {language: script for script, languages in _SPOKEN.items() for language in languages}
_ASKING = re.compile(r"^(?:is|has|ist|hat|est|a|flag|آیا|是否|有无|有無)(?![a-z])\s?|\s?(?:여부|유무)$")
_END = re.compile(r"[.;!?\n。！？；؛؟](?!\d)")
_PAUSE = re.compile(r"[.,;!?\n。！？；，、،؛؟()](?!\d)")
_EMPTY = re.compile(
    r"\W*(?:n/?a|null|none|unknown|not stated|prefer not to say|k\.? ?a\.?|keine angabe|unbekannt|nc|"
    r"non renseigne|inconnu|미응답|미입력|해당 ?없음|모름|未知|未填写?|未填寫?|不详|不詳|نامشخص|ثبت نشده)?\W*"
)


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far words of a script reach, in letters: dense scripts say more in fewer."""

    somebody: int
    thing: int
    denial: int
    joined: int
    alone: int


_REACHES = {
    LATIN: _Reach(60, 26, 14, 22, 36),
    ARABIC: _Reach(50, 16, 16, 22, 28),
    HAN: _Reach(24, 7, 4, 6, 13),
    HANGUL: _Reach(30, 8, 7, 8, 16),
}


@dataclass(frozen=True, slots=True)
class _Hit:
    kind: Kind
    part: str
    start: int
    end: int
    script: str


def special(text: str, title: str) -> list[Trial]:
    """Find special categories in one flat cell.

    Args:
        text: flat text.
        title: the column's.

    Returns:
        Trials that passed, with scores from 0.55 to 0.9.
    """
    plain = folded(text)
    strong, weak, things = _column(title)
    things = things or title_matches(title, "name")  # a Christian below "first name" is none
    found = []
    for hit in _hits(plain):
        score = _titled(hit, strong, weak) or _score(hit, plain, things=things)
        if score:
            found.append(Trial(hit.kind, hit.start, hit.end, passed=True, score=score))
    said = {trial.kind for trial in found}
    if not _EMPTY.fullmatch(plain):
        found.extend(Trial(kind, 0, len(text), passed=True, score=TITLED) for kind in strong if kind not in said)
    return found


@lru_cache(maxsize=4096)
def _column(title: str) -> tuple[frozenset[Kind], frozenset[Kind], bool]:
    """Read a title: kinds it names, kinds it may hold, whether it is about things."""
    things = speaks_of_things(title)
    if not title or things:
        return frozenset(), frozenset(), things
    strong = frozenset(
        kind for kind in CATEGORIES if title_matches(title, f"titles.{kind.value}") or _asks_for(title, kind)
    )
    weak = frozenset(kind for kind in CATEGORIES if title_matches(title, f"weak_titles.{kind.value}"))
    return strong, weak - strong, things


def _asks_for(title: str, kind: Kind) -> bool:
    """Whether a title is one term and asks yes or no: `isDiabetic`, `是否怀孕`, `임신 여부`."""
    asked = _ASKING.sub("", plain_title(title)).strip()
    patterns = (_pattern(script, kind) for script in scripts(asked))
    return any(pattern is not None and pattern.fullmatch(asked) for pattern in patterns)


def named_by(title: str) -> frozenset[Kind]:
    """Give the categories that a title names for every cell below it."""
    return _column(title)[0]


def _hits(plain: str) -> Iterator[_Hit]:
    for script in scripts(plain):
        for kind in sorted(likely(plain, script)):
            if (pattern := _pattern(script, kind)) is not None:
                yield from _merged(
                    _Hit(kind, match.lastgroup or "", match.start(), match.end(), script)
                    for match in pattern.finditer(plain)
                )


def _merged(hits: Iterable[_Hit]) -> list[_Hit]:
    """Join hits of one kind that follow each other: "Catholic Church" says more than either word."""
    joined: list[_Hit] = []
    for hit in hits:
        last = joined[-1] if joined else None
        if last is not None and hit.start - last.end <= 1:
            joined[-1] = replace(last, part=min(last.part, hit.part, key=PARTS.index), end=hit.end)
        else:
            joined.append(hit)
    return joined


@cache
def _pattern(script: str, kind: Kind) -> re.Pattern[str] | None:
    """Make one pattern of a category in a script, its three parts as groups."""
    groups = [(part, any_of(words_of(kind, part), script)) for part in PARTS]
    inner = "|".join(f"(?P<{part}>{pattern})" for part, pattern in groups if pattern)
    return re.compile(inner) if inner else None


def _titled(hit: _Hit, strong: frozenset[Kind], weak: frozenset[Kind]) -> float:
    if hit.kind in strong:
        return TITLED_TERM
    return WEAKLY_TITLED_TERM if hit.kind in weak else 0.0


def _score(hit: _Hit, plain: str, *, things: bool) -> float:
    """Weigh a hit by the words around it; 0.0 where nobody is spoken of."""
    language = language_of(plain)
    script = _SCRIPTS.get(language, hit.script)  # of a Latin word in Chinese text the Chinese words around count
    reach, cues = _REACHES[script], _cues(script, language)
    before, behind = _around(_END, plain, hit)
    near_before, near_behind = _around(_PAUSE, plain, hit)
    if cues.denied(near_before[-reach.denial :], near_behind[: reach.denial], script):
        return 0.0
    somebody = cues.people.search(before[-reach.somebody :]) or cues.people.search(behind[: reach.somebody])
    joined = cues.joins(near_before[-reach.joined :], near_behind[: reach.joined], script)
    if cues.is_thing(near_before[-reach.thing :], near_behind[: reach.thing], said=bool(somebody and joined)):
        return 0.0
    if somebody:
        return SAID_OF_SOMEBODY
    return _unsaid(hit, plain, reach, joined=joined, things=things)


def _unsaid(hit: _Hit, plain: str, reach: _Reach, *, joined: bool, things: bool) -> float:
    """Weigh a hit where no word says whose it is."""
    if hit.part == "phrases":
        return SAYS_SO
    if joined and not things:
        return JOINED
    return ALONE if not things and _fills(hit, plain, reach.alone) else 0.0


def _fills(hit: _Hit, plain: str, longest: int) -> bool:
    """Whether a short cell says this and hardly anything else; an illness may have words around it ("severe")."""
    filled = plain.strip()
    said = sum(other.end - other.start for other in _hits(filled) if other.kind is hit.kind)
    share = _MOST_OF_ILLNESS if hit.kind is Kind.HEALTH else _MOST
    return len(filled) <= longest and said >= share * len(filled)


def _around(limit: re.Pattern[str], plain: str, hit: _Hit) -> tuple[str, str]:
    """Give what stands before and behind a hit up to the next limit."""
    starts = [match.end() for match in limit.finditer(plain, 0, hit.start)]
    end = limit.search(plain, hit.end)
    return plain[starts[-1] if starts else 0 : hit.start], plain[hit.end : end.start() if end else len(plain)]


@dataclass(frozen=True, slots=True)
class _Cues:
    """The small words of one or more languages that share a script."""

    people: re.Pattern[str]
    attributing: re.Pattern[str]
    benign: re.Pattern[str]
    negators: re.Pattern[str]

    def denied(self, before: str, behind: str, script: str) -> bool:
        """Whether it is denied; Korean and Persian deny behind, Chinese and the Latin ones before."""
        first = script != HANGUL and self.negators.search(before) is not None
        return first or (script in {HANGUL, ARABIC} and self.negators.search(behind) is not None)

    def joins(self, before: str, behind: str, script: str) -> bool:
        """Whether a word joins the term to somebody, on the side where the language has it."""
        first = script != HANGUL and self.attributing.search(before) is not None
        return first or (script in {HANGUL, ARABIC} and self.attributing.search(behind) is not None)

    def is_thing(self, before: str, behind: str, *, said: bool) -> bool:
        """Whether the next word makes a thing of it, or one near does and nobody is said to have it."""
        if (match := self.benign.search(behind)) and match.start() <= 1:
            return True
        return not said and (match is not None or self.benign.search(before) is not None)


@cache
def _cues(script: str, language: str) -> _Cues:
    """Make the cues of a language, or of all that share a script where none is known."""
    spoken = (language,) if language in _SPOKEN[script] else _SPOKEN[script]
    made = {
        part: re.compile(any_of([word for each in spoken for word in getattr(lexicon(each), part)], script) or r"(?!)")
        for part in ("people", "attributing", "benign", "negators")
    }
    return _Cues(**made)
