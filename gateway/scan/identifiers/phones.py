"""Tells telephone numbers from other numbers: forms first, `phonenumbers` only for what looks like one.

Written with a plus, the country is known and the library is exact. Written the national way, the form speaks:
a trunk zero and an area, a mobile range, North American brackets. A bare number without either could be
anything, so it counts only where title or cell speak of a telephone, and only if one of the countries our
lists come from could have given it out. Must never ask the network, and never parse what has no form.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

_REGIONS = "IR CN TW HK KR US CA GB DE FR ES IT JP NL BE AT CH AU BR IN TR PL SE".split()  # noqa: SIM905
FEWEST, MOST = 8, 12
_WITH_COUNTRY = 15
# Trunk zero or a range that only mobiles have: KR, CN, IR, TW, DE, GB, FR, JP, TR.
_MOBILE = re.compile(
    r"01[016789]\d{7,8}|1[3-9]\d{9}|09\d{9}|09\d{8}|01[567]\d{8,9}|07[1-9]\d{8}|0[67]\d{8}|0[789]0\d{8}|05\d{9}",
    re.ASCII,
)
_GROUPED = re.compile(
    r"\(?[2-9]\d{2}\)?[ .-]{1,2}[2-9]\d{2}[ .-]\d{4}"  # North America
    r"|1[ .-]\(?[2-9]\d{2}\)?[ .-]{1,2}[2-9]\d{2}[ .-]\d{4}"
    r"|0[1-9]([ .-])\d\d(?:\1\d\d){3}"  # France
    r"|[6789]\d\d([ .-])\d{3}\2\d{3}|[6789]\d\d([ .-])\d\d\3\d\d\3\d\d"  # Spain, Poland
    r"|3[2-9]\d([ .-])(?:\d{6,7}|\d{3}\4\d{3,4})"  # Italian mobiles
    r"|1[3-9]\d([ .-])\d{4}\5\d{4}"  # Chinese mobiles
    r"|\(\d\d\)[ ]?9\d{4}[ -]\d{4}"  # Brazilian mobiles
    r"|[6-9]\d{4}[ -]\d{5}"  # Indian mobiles
    r"|09\d\d([ .-])\d{3}\6\d{3,4}",  # Iranian and Taiwanese mobiles
    re.ASCII,
)
# a trunk zero and an area code
_TRUNK = re.compile(r"\(?0\d{1,4}\)?[ .()/-]{1,2}\d{3,8}(?:[ .-]\d{2,4}){0,3}", re.ASCII)
_DATED = re.compile(r"(?<!\d)(?:\d{4}([./-])[01]?\d\1[0-3]?\d|\d\d?([./-])\d\d?\2(?:19|20)\d\d)(?!\d)", re.ASCII)
_LOOSE = re.compile(r"\(?\d{2,5}\)?(?:[ .-]\d{2,5}){1,4}", re.ASCII)
_KOREAN = re.compile(r"8210\d{8}", re.ASCII)  # the library misses blocks of 010 that are handed out


@dataclass(frozen=True, slots=True)
class Heard:
    """What can be said of a number that may be a telephone's.

    Attributes:
        right: whether it is one.
        needs_name: whether that counts only where title or cell speak of a telephone.
    """

    right: bool
    needs_name: bool = False


_YES, _NO = (Heard(right=True),), (Heard(right=False),)
_IF_NAMED = (Heard(right=True, needs_name=True),)
_IF_NAMED_ELSE_NOT = (*_IF_NAMED, *_NO)


def phone(written: str, digits: str, *, named: bool = True) -> tuple[Heard, ...]:
    """Judge one number.

    Args:
        written: as it stands in the flat text, from its first to its last digit, a plus or bracket included.
        digits: its digits.
        named: whether title or cell may speak of a telephone; else what is one only then is not looked for.

    Returns:
        Judgements; none where it does not look like a telephone number at all. A bare number that could be one
        if it were called so is wrong as well while it is not: else only the lucky ones of a column of order
        numbers would be counted.
    """
    if written[0] == "+":
        return (Heard(_abroad(digits)),)
    if digits.startswith("00"):
        return _YES if len(digits) > FEWEST + 2 and _abroad(digits[2:]) else ()
    if not FEWEST <= len(digits) <= MOST:
        return ()
    return _bare(digits, named=named) if written == digits else _grouped(written, digits)


def _bare(digits: str, *, named: bool) -> tuple[Heard, ...]:
    """Judge a number without signs."""
    if _MOBILE.fullmatch(digits):
        return _YES
    national = named and _national().fullmatch(digits) is not None
    if len(digits) >= 10:  # noqa: PLR2004  shorter ones are too common to be evidence
        return _IF_NAMED_ELSE_NOT if national else _NO
    return _IF_NAMED if national else ()


def _grouped(written: str, digits: str) -> tuple[Heard, ...]:
    """Judge a number with blanks, hyphens or brackets in it."""
    if _DATED.search(written):
        return ()
    if _GROUPED.fullmatch(written) or _TRUNK.fullmatch(written) or _MOBILE.fullmatch(digits):
        return _YES
    return _IF_NAMED if _LOOSE.fullmatch(written) and _national().fullmatch(digits) else ()


def _abroad(digits: str) -> bool:
    """Ask `phonenumbers`, which is exact where the country is written."""
    import phonenumbers

    if len(digits) > _WITH_COUNTRY + 1:
        return False
    if any(_plainly(digits[:size]).fullmatch(digits, size) for size in (2, 3, 1)):
        return True
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}"))) or bool(_KOREAN.fullmatch(digits))
    except phonenumbers.NumberParseException:
        return False


@cache
def _plainly(country: str) -> re.Pattern[str]:
    """Make the pattern of the numbers of a country that the library calls right without having to change anything.

    Those of the first of the countries that share a code, in a form of its own, that do not begin as a trunk prefix
    does; nothing for what is no country's code. A number that does not match may be right all the same.
    """
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(country), ()) if country[0] != "0" else ()
    known: Any = PhoneMetadata.metadata_for_region(regions[0], None) if regions else None
    if known is None or known.leading_digits is not None:
        return re.compile("(?!)")
    kinds = (known.fixed_line, known.mobile, known.toll_free, known.voip, known.uan)
    ranges = "|".join(each.national_number_pattern for each in kinds if each and each.national_number_pattern)
    trunk = f"(?!{known.national_prefix_for_parsing})" if known.national_prefix_for_parsing else ""
    whole = known.general_desc.national_number_pattern
    return re.compile(f"{trunk}(?=(?:{whole})\\Z)(?:{ranges or '(?!)'})", re.ASCII)


@cache
def _national() -> re.Pattern[str]:
    """Make one pattern of the countries' fixed and mobile ranges, their trunk prefix there or eaten by a sheet."""
    from phonenumbers import PhoneMetadata

    forms = []
    for region in _REGIONS:
        known: Any = PhoneMetadata.metadata_for_region(region, None)
        ranges = "|".join(kind.national_number_pattern for kind in (known.mobile, known.fixed_line))
        forms.append(f"(?:{known.national_prefix})?(?:{ranges})" if known.national_prefix else f"(?:{ranges})")
    return re.compile("|".join(dict.fromkeys(forms)), re.ASCII)
