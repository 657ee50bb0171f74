"""Makes patterns of word lists: one for Python over folded text, one for RE2 over raw cells.

The RE2 one must match every cell in which the Python one finds something; more only costs time.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from gateway.scan.tongues import ARABIC, HAN, HANGUL, LATIN, LETTERS, folded, unfolded

_HALF_SPACE = "\u200c"
_HAMZA = "\u0654"
_HEH = "\u0647"
_ENDINGS = {
    LATIN: "(?:'?e?s|e|x|n|en|er|em|in|innen|e?mal|'s)?",
    ARABIC: r"(?:\s?(?:هایی|های|ها|یی|ی|مان|تان|شان|اش|ام|ات|ان|ست|است|اند)){0,2}",
}
_ENDINGS_BEGIN = "'’‘ʼ`esxnimé"
_RAW_EDGE = f"(?:[{_ENDINGS_BEGIN}]|$|[^0-9{LETTERS[LATIN]}])"
_BLANK = {LATIN: r"[nrsm]?[\s_-]{1,3}", ARABIC: r"\s{0,2}", HAN: r"\s?", HANGUL: r"\s?"}
_RAW_BLANK = r"[\s\x{A0}\x{3000}\x{200C}_\-\x{2010}-\x{2015}\x{2212}]*"
_EDGES = re.compile(f"[^0-9a-zß-öø-ɏ{LETTERS[ARABIC]}]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "œ": "oe"})


def script_of(word: str) -> str:
    """Give the script of a word; Latin where it has no other letter."""
    return next((each for each in (HANGUL, HAN, ARABIC) if re.search(f"[{LETTERS[each]}]", word)), LATIN)


def spellings(words: Iterable[str]) -> list[str]:
    """Add what people write who lack the key: `ae` for `ä`, `ss` for `ß`, `oe` for `œ`."""
    both = [each for word in words for each in (word, word.translate(_UMLAUTS))]
    return list(dict.fromkeys(both))


def any_of(words: Iterable[str], script: str) -> str:
    """Make a pattern for folded text out of the words of one script; "" of none."""
    by_first: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(spellings(words), key=len, reverse=True):
        if script_of(word) == script:
            plain = folded(word)
            by_first[plain[0]].append(_word(plain, script)[len(re.escape(plain[0])) :])
    # parted by first letter, so that Python tries a hundred beginnings at a place and not two thousand words
    inner = "|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in by_first.items())
    return f"{_before(script)}(?:{inner})" if inner else ""


def _before(script: str) -> str:
    return {LATIN: "(?<![a-z0-9ß-öø-ɏ])", ARABIC: f"(?<![{LETTERS[ARABIC]}])"}.get(script, "")


def _word(word: str, script: str) -> str:
    """Make the pattern of one folded word, with its blanks, ending and edge."""
    exact, stem = word.endswith("="), word.endswith("*")
    pattern = "".join(_sign(letter, script) for letter in word.rstrip("=*"))
    if script not in _ENDINGS:
        # a Latin end needs an edge, a Han or Hangul one has none
        return pattern + ("(?![a-z0-9])" if word[-1].isascii() and word[-1].isalnum() else "")
    ending = "" if exact else "[a-zß-öø-ɏ]*" if stem else _ENDINGS[script]
    return pattern + ending + f"(?![{'a-z0-9ß-öø-ɏ' if script == LATIN else LETTERS[ARABIC]}])"


def _sign(letter: str, script: str) -> str:
    if letter == " ":
        return _BLANK[script]
    if letter == "-" and script == LATIN:
        return r"[\s-]?"
    if letter == _HALF_SPACE:
        return r"\s?"
    if script == ARABIC and letter == _HEH:
        return f"{_HEH}{_HAMZA}?"
    return "" if letter == _HAMZA else re.escape(letter)


def raw_any_of(words: Iterable[str], script: str) -> str:
    """Make an RE2 pattern for raw cells out of the words of one script; "" of none.

    Words are cut to their beginnings and put into one tree, else the engine runs out of memory for its states and
    falls to a thousandth of its speed. Endings are left open: a cell too many costs a look, one too few a finding.
    """
    tree: _Tree = {}
    for word in spellings(words):
        if script_of(word) == script:
            plain = folded(word)
            _plant(tree, _longest_with_mark(plain) if script == LATIN else plain, script)
    before = {LATIN: f"(?:^|[^0-9{LETTERS[LATIN]}])", ARABIC: f"(?:^|[^{LETTERS[ARABIC]}])"}.get(script, "")
    return before + _grown(tree) if tree else ""


_Tree = dict[str, "_Tree"]
_CUT = {LATIN: 5, ARABIC: 5, HAN: 4, HANGUL: 4}  # of Latin words a sixth letter would be too much for the engine
_LEAF = ""


def _plant(tree: _Tree, word: str, script: str) -> None:
    """Add one word to the tree, up to the cut; a shorter one ends at an edge where its script has edges."""
    cut = _CUT[script]
    edge = _RAW_EDGE if script == LATIN and not word.endswith("*") and len(word) <= cut else _LEAF
    for letter in word.rstrip("=*")[:cut]:
        tree = tree.setdefault(_raw_sign(letter, script), {})
    tree[edge] = {}


def _grown(tree: _Tree) -> str:
    """Write a tree as a pattern; a branch that may end anywhere needs nothing behind."""
    if _LEAF in tree:
        return ""
    branches = [sign + _grown(rest) for sign, rest in sorted(tree.items())]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _longest_with_mark(word: str) -> str:
    """Give the longest word of an entry, with the `*` that stands behind it."""
    longest = telling(word)
    return f"{longest}*" if f"{longest}*" in word else longest


def telling(word: str) -> str:
    """Give the longest word of a folded entry: rarer than the others, so it is looked for first."""
    return max(_EDGES.split(word.rstrip("=*")), key=len)


def _raw_sign(letter: str, script: str) -> str:
    if letter in {" ", "-", _HALF_SPACE}:
        return _RAW_BLANK
    if letter == _HAMZA:
        return ""
    several = unfolded(letter)
    sign = f"[{several}]" if len(several) > 1 else re.escape(letter)
    return sign + (f"[{_HAMZA}{_HALF_SPACE}]*" if script == ARABIC else "")
