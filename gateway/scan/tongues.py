"""Scripts and languages of short texts, and one spelling for the many of a word.

`folded` keeps every position. Must never guess a Latin language from nothing: without a telling word it is "".
"""

import re
from functools import cache
from typing import Final

LATIN, ARABIC, HAN, HANGUL = "latin", "arabic", "han", "hangul"
LETTERS: Final = {
    LATIN: "A-Za-zÀ-ÖØ-öø-ɏ",
    ARABIC: "ء-ۓ",
    HAN: "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    HANGUL: "가-힣",
}
"""Ranges of a script's letters, for a class in a pattern of either engine."""

_SAME: Final = {
    **dict.fromkeys("àáâãäå", "a"),
    **dict.fromkeys("èéêë", "e"),
    **dict.fromkeys("ìíîï", "i"),
    **dict.fromkeys("òóôõö", "o"),
    **dict.fromkeys("ùúûü", "u"),
    **dict.fromkeys("ýÿ", "y"),
    "ç": "c",
    "ñ": "n",
    **dict.fromkeys("يىئ", "ی"),
    "ك": "ک",
    **dict.fromkeys("ةۀ", "ه"),
    **dict.fromkeys("أإآ", "ا"),
    "ؤ": "و",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "`": "'",
}
_TABLE: Final = str.maketrans(_SAME)
_SCRIPT: Final = {script: re.compile(f"[{letters}]") for script, letters in LETTERS.items()}
_TELLING: Final = {
    "en": "the and is was has have had for with not of to in on at by from his her she he they you your my this that "
    "customer please called would wants asked about who been will are were it its an or but as after again",
    "de": "der die das und ist war hat nicht mit von zu im am ein eine einen einer einem für auf bei sich wird wurde "
    "sie er ich wir bitte kunde kundin möchte seit nach aus dem den des zum zur auch noch nur als wegen leidet über",
    "fr": "le la les un une des du et est était a pas avec pour dans sur au aux il elle nous vous je qui que se sa son "
    "ses par depuis cliente client merci souhaite l'a d'un d'une qu'il qu'elle été en ce cette de souffre chez",
}
_STOPS: Final = {language: frozenset(words.split()) for language, words in _TELLING.items()}
_WORD: Final = re.compile(r"[a-zß-öø-ɏ']+")
_SIMPLIFIED: Final = re.compile(
    "[们个这来为对会发时说国过还后学没点见开问应产请头话书车东长门马鸟龙气电边经给让单号联认识队医师务员报关转运货买卖钱线户诊疗种养药]"
)
_TRADITIONAL: Final = re.compile(
    "[們個這來為對會發時說國過還後學沒點見開問應產請頭話書車東長門馬鳥龍氣電邊經給讓單號聯認識隊醫師務員報關轉運貨買賣錢線戶診療種養藥]"
)


def folded(text: str) -> str:
    """Fold case, accents and the two spellings of Persian letters, letter for letter."""
    lower = text.lower()
    if len(lower) != len(text):  # one capital of Turkish becomes two signs
        lower = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lower if lower.isascii() and "`" not in lower else lower.translate(_TABLE)


@cache
def unfolded(letter: str) -> str:
    """Give all lower-case letters that fold to one, itself first, for a class in a pattern."""
    return letter + "".join(other for other, same in _SAME.items() if same == letter)


def scripts(text: str) -> tuple[str, ...]:
    """Give the scripts whose letters stand in a text."""
    if text.isascii():
        return (LATIN,)
    return tuple(script for script, pattern in _SCRIPT.items() if pattern.search(text))


def language_of(text: str, otherwise: str = "") -> str:
    """Guess the language of a short text by script, then by its small words.

    Args:
        text: anything.
        otherwise: what to say of Latin text without a telling word.

    Returns:
        One of `lexicon.LANGUAGES`, or `otherwise`.
    """
    count = {script: len(pattern.findall(text)) for script, pattern in _SCRIPT.items()}
    script = max(count, key=lambda each: count[each] * (1 if each == LATIN else 3))  # Latin words need more letters
    if script == HANGUL:
        return "ko"
    if script == ARABIC and count[ARABIC]:
        return "fa"
    if script == HAN:
        return "zh-Hant" if len(_TRADITIONAL.findall(text)) > len(_SIMPLIFIED.findall(text)) else "zh-Hans"
    return _latin(text.lower(), otherwise)


def _latin(text: str, otherwise: str) -> str:
    """Count the small words of each language; one more than the next is enough."""
    words = _WORD.findall(text)
    scores = {language: sum(word in stops for word in words) for language, stops in _STOPS.items()}
    if re.search("[äöüß]", text):
        scores["de"] += 1
    if re.search("[éèêçàùœ]|(?<![a-z])[ldj]'", text):
        scores["fr"] += 1
    best, second = sorted(scores.values(), reverse=True)[:2]
    return max(scores, key=lambda each: scores[each]) if best > second else otherwise
