"""Folds the many ways to write one letter or digit into one.

Digits come as ASCII, Persian, Arabic or full-width; copied cells carry marks that nobody sees (bidi,
zero-width, soft hyphen). Must never change ASCII text: the fold is free there and must stay the identity.
"""

import unicodedata

_DIGIT_ZEROS = (0x0660, 0x06F0, 0xFF10)  # Arabic-Indic, Persian, full-width
_UNSEEN = (
    0x00AD,  # soft hyphen
    0x061C,  # Arabic letter mark
    *range(0x200B, 0x2010),  # zero-width space, joiners, LRM, RLM
    *range(0x202A, 0x202F),  # bidi embeddings
    *range(0x2060, 0x206A),  # word joiner, isolates
    0xFEFF,  # byte order mark in the middle of a text
)
_FOLD: dict[int, int | None] = {
    **{zero + value: ord("0") + value for zero in _DIGIT_ZEROS for value in range(10)},
    **dict.fromkeys(_UNSEEN),
}
# A Persian keyboard and an Arabic one write the same name with different letters.
_ARABIC = {ord("ي"): "ی", ord("ى"): "ی", ord("ك"): "ک", ord("ة"): "ه", ord("ـ"): None}


def fold(text: str) -> str:
    """Make digits ASCII and drop unseen marks; everything else stays.

    Args:
        text: any cell.

    Returns:
        The same text where digits of the three other scripts are 0-9. ASCII text comes back unchanged.
    """
    return text if text.isascii() else text.translate(_FOLD)


def comparable(text: str) -> str:
    """Give the form in which two spellings of one name or address are equal.

    Args:
        text: a name or one line of an address, in any script.

    Returns:
        NFKC, case-folded, digits folded, Arabic and Persian letters united, blanks collapsed.
    """
    plain = unicodedata.normalize("NFKC", fold(text)).casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", fold(plain).translate(_ARABIC))
    return " ".join(plain.split())
