"""Turns a phone number as people write it into E.164.

`phonenumbers` is the law here. Its answer takes some 40 microseconds; most numbers of a list are plain
national mobiles, so those are answered from the library's own metadata, compiled once per region. The short
way only ever answers when the library would give the same; whatever is unusual goes to the library. Must
never accept a number that the library calls invalid, nor answer differently (a property test holds both
together).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneMetadata

from gateway.lists.errors import BadValue
from gateway.lists.letters import fold

_LONGEST = 40  # characters; an E.164 number has 15 digits, the rest is room for brackets and blanks
_PUNCTUATION = {ord(mark): None for mark in " -.()/\u00a0\u2010\u2011\u2012\u2013"}
_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost",
    "voip", "personal_number", "pager", "uan", "voicemail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Plan:
    """One numbering plan, compiled: what a national number of a country's main region looks like."""

    calling_code: str
    international_prefix: re.Pattern[str]
    national_prefix: re.Pattern[str] | None
    transforms: bool
    lengths: frozenset[int]
    valid: re.Pattern[str]


def phone(value: str, region: str) -> str:
    """Normalise one phone number.

    Args:
        value: a cell, in any of the four digit scripts, national or with `+`.
        region: ISO 3166 alpha-2 country in which a number without `+` is to be read.

    Returns:
        E.164, e.g. `+821012345678`. An extension is dropped: E.164 has none.

    Raises:
        BadValue: `phone_empty`, `phone_too_long`, `phone_invalid`, `region_unknown`.
    """
    written = fold(value).strip()
    if not written:
        raise BadValue("phone_empty", "The phone number is empty.")
    if len(written) > _LONGEST:
        raise BadValue("phone_too_long", f"A phone number has at most {_LONGEST} characters.")
    return _short_way(written.translate(_PUNCTUATION), region) or _library(written, region)


def _short_way(bare: str, region: str) -> str | None:
    """Answer a plain number from the compiled plan, or None to ask the library."""
    international = bare[:1] == "+"
    digits = bare[1:] if international else bare
    if not (digits.isascii() and digits.isdigit()):
        return None
    plan = _plan_called(digits) if international else _plan(region)
    if plan is None:
        return None
    if international:
        digits = digits[len(plan.calling_code) :]
    elif plan.international_prefix.match(digits) or digits.startswith(plan.calling_code):
        return None  # may or may not carry its country code: the library has rules for that
    return _national(digits, plan)


def _national(digits: str, plan: _Plan) -> str | None:
    """Strip the trunk prefix and check the rest against the plan."""
    if plan.national_prefix is not None and (prefix := plan.national_prefix.match(digits)):
        if plan.transforms and prefix.lastindex:
            return None  # the plan rewrites such numbers instead of cutting them
        digits = digits[prefix.end() :]
    if len(digits) in plan.lengths and plan.valid.fullmatch(digits):
        return f"+{plan.calling_code}{digits}"
    return None


def _plan_called(digits: str) -> _Plan | None:
    """Find the plan of a number with its country code; codes are prefix-free and one to three digits long."""
    for length in (1, 2, 3):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length] or 0))
        if regions:
            return _plan(regions[0])
    return None


@lru_cache(maxsize=300)
def _plan(region: str) -> _Plan | None:
    """Compile a region's metadata; None where the short way does not apply.

    A calling code shared by several regions is decided by its main region first, so only main regions
    qualify.
    """
    data = PhoneMetadata.metadata_for_region(region, None)
    if data is None or data.country_code is None or data.general_desc is None:
        return None
    if phonenumbers.region_code_for_country_code(data.country_code) != region:
        return None
    general = data.general_desc
    kinds = [kind for name in _KINDS if (kind := getattr(data, name)) is not None and kind.national_number_pattern]
    return _Plan(
        calling_code=str(data.country_code),
        international_prefix=re.compile(data.international_prefix or "(?!)"),
        national_prefix=re.compile(data.national_prefix_for_parsing) if data.national_prefix_for_parsing else None,
        transforms=bool(data.national_prefix_transform_rule),
        lengths=frozenset(general.possible_length) - frozenset(general.possible_length_local_only),
        valid=re.compile(rf"(?={general.national_number_pattern}$)(?:{'|'.join(map(_kind_pattern, kinds))})"),
    )


def _kind_pattern(kind: phonenumbers.PhoneNumberDesc) -> str:
    """Write one kind of number (mobile, fixed, ...) with its lengths as one pattern."""
    lengths = "|".join(rf"\d{{{length}}}$" for length in kind.possible_length)
    ahead = f"(?={lengths})" if lengths else ""
    return f"{ahead}(?:{kind.national_number_pattern})"


def _library(written: str, region: str) -> str:
    """Ask `phonenumbers`."""
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise BadValue("region_unknown", "Name the country as an ISO 3166 code of two letters that has phone numbers.")
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise BadValue("phone_invalid", f"This is not a phone number that can exist, read as written in {region}.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
