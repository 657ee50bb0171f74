"""Hides identifiers as people and machines do: foreign digits, unseen marks, odd blanks, full-width letters.

Must never change what a number says to a human eye.
"""

from collections.abc import Callable
from random import Random

PERSIAN = {ord(str(value)): 0x06F0 + value for value in range(10)}
ARABIC = {ord(str(value)): 0x0660 + value for value in range(10)}
FULL_DIGITS = {ord(str(value)): 0xFF10 + value for value in range(10)}
FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
UNSEEN = ("\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff", "\u00ad", "\u202a", "\u202c", "\u2066")
BLANKS = ("\u00a0", "\u2009", "\u202f", "\u3000", " ")
HYPHENS = ("-", "\u2011", "\u2013", "\u2010")
_GROUPS: dict[str, dict[int, tuple[int, ...]]] = {
    "card": {14: (4, 6, 4), 15: (4, 6, 5), 16: (4, 4, 4, 4), 17: (4, 4, 4, 5), 19: (6, 13)},
    "iban": {},
    "national_id_us": {9: (3, 2, 4)},
    "national_id_gb": {9: (2, 2, 2, 2, 1)},
    "national_id_de": {11: (2, 3, 3, 3)},
    "social_security_de": {12: (2, 6, 1, 3)},
    "national_id_fr": {15: (1, 2, 2, 2, 3, 3, 2)},
    "national_id_ir": {10: (3, 6, 1)},
    "national_id_cn": {18: (6, 8, 4), 15: (6, 6, 3)},
    "national_id_kr": {13: (6, 7)},
    "business_kr": {10: (3, 2, 5)},
}


def digits_of(rng: Random, text: str, locale: str) -> str:
    """Write the digits of another script; Persian lists prefer Persian ones."""
    scripts = {"fa": (PERSIAN, PERSIAN, ARABIC), "de": (FULL_DIGITS, ARABIC)}.get(
        locale, (FULL_DIGITS, PERSIAN, ARABIC)
    )
    return text.translate(rng.choice(scripts))


def full_width(_: Random, text: str, __: str) -> str:
    """Write letters, digits and signs full-width, as East Asian keyboards do."""
    return text.translate(FULL)


def unseen(rng: Random, text: str, _: str) -> str:
    """Put one to three marks that nobody sees between the letters."""
    letters = list(text)
    for _each in range(rng.randrange(1, 4)):
        letters.insert(rng.randrange(1, len(letters)), rng.choice(UNSEEN))
    return "".join(letters)


def wrapped(_: Random, text: str, __: str) -> str:
    """Wrap in marks of direction, as copying from a right-to-left page does: one within, for good measure."""
    return f"{text[:2]}\u200e{text[2:]}"


def parted(rng: Random, text: str, kind: str) -> str:
    """Part a number into the groups of its kind, with blanks, hyphens or dots of any sort."""
    bare = "".join(letter for letter in text if letter.isalnum())
    sizes = _GROUPS.get(kind, {}).get(len(bare))
    if kind == "iban":
        sizes = tuple(min(4, len(bare) - at) for at in range(0, len(bare), 4))
    sign = rng.choice((*BLANKS, *HYPHENS, "."))
    if sizes is None:
        return _other_signs(rng, text)
    parts, at = [], 0
    for size in sizes:
        parts.append(bare[at : at + size])
        at += size
    return sign.join(parts)


def _other_signs(rng: Random, text: str) -> str:
    """Put other blanks and hyphens for those that stand there."""
    return text.replace(" ", rng.choice(BLANKS)).replace("-", rng.choice(HYPHENS))


def _signs_of_address(rng: Random, text: str, _: str) -> str:
    """Full-width at sign, and now and then a full-width dot."""
    text = text.replace("@", "\uff20")
    return text.replace(".", "\uff0e") if rng.random() < 0.3 else text


_WAYS: dict[str, tuple[Callable[[Random, str, str], str], ...]] = {
    "email": (_signs_of_address, unseen, full_width),
    "phone": (digits_of, unseen, wrapped, lambda rng, text, _: _other_signs(rng, text)),
}


def disguised(rng: Random, text: str, kind: str, locale: str) -> str:
    """Hide an identifier in one way, now and then in two.

    Args:
        rng: what to draw from.
        text: as it is written plainly.
        kind: what it is.
        locale: of the list.

    Returns:
        Something that differs from `text` unless it has nothing to hide by.
    """
    ways = _WAYS.get(kind) or (digits_of, unseen, wrapped, full_width, lambda rng, text, _: parted(rng, text, kind))
    made = rng.choice(ways)(rng, text, locale)
    if rng.random() < 0.15:
        made = unseen(rng, made, locale) if rng.random() < 0.5 else digits_of(rng, made, locale)
    return made
