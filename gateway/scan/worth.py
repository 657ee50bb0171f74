"""The cells that can hold a number, an address or a credential, by one look without memory.

The pattern is for RE2 (Arrow runs it over whole columns before any Python): no look-around, classes written
out. It looks at raw cells, so every sign may be full-width, every digit Persian or Arabic, and between any two
signs may stand marks that nobody sees. Must never miss a cell in which a detector could find something; a
cell too many only costs time.
"""

_WIDE = 0xFEE0  # from an ASCII sign to its full-width twin
_UNSEEN = "\u00ad\u061c\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2069"
_BLANK = " \t\u00a0\u2000-\u200a\u202f\u205f\u3000"
_DASHES = "\u2010-\u2015\u2212"
_U = f"[{_UNSEEN}]*"
_D = "[0-9٠-٩۰-۹０-９]"
_A = "[A-Za-zＡ-Ｚａ-ｚ]"
_H = "[0-9A-Fa-f٠-٩۰-۹０-９Ａ-Ｆａ-ｆ]"
_AD = f"[{_A[1:-1]}{_D[1:-1]}{_UNSEEN}]*"
_SIGNS = rf"[{_UNSEEN}{_BLANK}{_DASHES}().\-/+·（）．－／＋]*"


_NEXT = f"(?:{_SIGNS}{_A}?{_SIGNS}{_D})"


def _spelt(word: str) -> str:
    """Make the pattern of a word of ASCII signs, whichever width they have and whatever hides between them."""
    return _U.join(f"[\\{sign}{chr(ord(sign) + _WIDE)}]" if not sign.isalnum() else _either(sign) for sign in word)


def _either(letter: str) -> str:
    """Make the class of a letter or digit in its forms."""
    return f"[{letter}{chr(ord(letter) + _WIDE)}]"


MARKS = (
    "-----BEGIN", "PuTTY", "AGE-", "AKIA", "ASIA", "AROA", "AIDA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
    "github_", "glpat-", "xox", "AIza", "ya29.", "k_live_", "k_test_", "whsec_", "SG.", "key-", "sk-", "hf_",
    "npm_", "pypi-", "dop_", "shp", "EAA", ":AA", "eyJ", "pbkdf2", "scrypt:", "sha1$", "md5$",
)  # fmt: skip
# seven digits, at most a letter between two; six with a letter beside them
_RUN = f"{_D}{_NEXT}{{5}}{_SIGNS}(?:{_A}|{_D})|{_A}{_SIGNS}{_D}{_NEXT}{{5}}"
_CODES = (
    f"(?:{_D}{_AD}){{3}}{_D}{_AD}{_A}|{_A}{_AD}(?:{_D}{_AD}){{4}}",  # a word of letters and four digits
    f"{_A}{_U}{_A}{_U}[{_BLANK}{_DASHES}－-]?{_U}{_D}{_U}{_D}{_SIGNS}(?:{_A}{_U}|{_D}{_SIGNS}){{11}}",  # an account
    rf"{_D}(?:{_U}{_D}){{0,2}}(?:{_U}[.．]{_U}{_D}(?:{_U}{_D}){{0,2}}){{3}}",  # an IPv4 address
    f"{_H}{_U}[:：](?:{_U}{_H}){{0,4}}{_U}[:：]",
    f"{_H}{_U}{_H}(?:{_U}[:：\\-－{_DASHES}]{_U}{_H}{_U}{_H}){{5}}",
    rf"{_H}(?:{_U}{_H}){{3}}(?:{_U}[.．]{_U}{_H}(?:{_U}{_H}){{3}}){{2}}",
    f"(?:{_H}{_U}){{32}}",
)
_WORDS = (
    "[@＠﹫]|골뱅이",
    rf"[(\[{{<（［｛＜]{_U}[{_BLANK}]?{_U}(?:(?i:{_spelt('at')})|ät|艾特)",
    rf"(?i:{_spelt(' at ')}.*{_spelt(' dot ')})",
    rf"[$＄]{_U}[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]|[{{｛]{_U}[A-ZＡ-Ｚ]|[*＊]{_U}{_H}{_U}{_H}{_U}{_H}",
    *map(_spelt, MARKS),
    f"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]{_U}{_A}",
    f"{_D}{_U}{_D}{_U}(?:{_D}{_U})?[가-힣]{_U}[{_BLANK}]?{_U}{_D}{_U}{_D}",
    f"{_D}{_U}{_D}{_SIGNS}(?:الف|[ء-ی]){_SIGNS}{_D}{_U}{_D}{_U}{_D}",
)
WORTH_A_LOOK: tuple[str, ...] = (_RUN, "|".join(_CODES), "|".join(_WORDS))
"""A cell is worth a look if one of these matches. The first leaves few to the others; one of all would need so many
states that it takes twice as long.
"""
