"""Looks at one flat cell once and tries everything that could be personal data.

One pass over the digit runs instead of one per country: a run is judged by its length and form. Failures are
given back too, because a column in which nine of ten candidates fail is no column of identity numbers. No
word boundary is used: Han and Hangul count as word letters and would hide a number written next to them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.scan import checks
from gateway.scan.kinds import Kind
from gateway.scan.spans import Taken

_ALONE_BEFORE, _ALONE_AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
WORTH_A_LOOK = re.compile(r"[@＠]|\d(?:\D{0,3}\d){5}|\$[0-9A-Za-z]|[0-9a-fA-F]{32}|\{[A-Z]{3,6}\}")

_EMAIL = re.compile(
    r"(?<![0-9A-Za-z._%+-])[0-9A-Za-z_%+-][0-9A-Za-z._%+-]{0,63}@(?:[0-9A-Za-z-]{1,63}\.){1,8}[A-Za-z]{2,24}"
    + _ALONE_AFTER
)
_RUN = re.compile(r"(?<![0-9A-Za-z])[+]?\(?\d(?:[ ().-]{0,2}\d){7,30}" + _ALONE_AFTER)
_LETTERED = re.compile(
    _ALONE_BEFORE
    + r"(?:(?P<cn>\d{17}[Xx])|(?P<tw>[A-Za-z][1289]\d{8})|(?P<hk>[A-Za-z]{1,2}\d{6} ?\(?[0-9Aa]\)?)"
    + r"|(?P<gb>[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]))"
    + _ALONE_AFTER
)
# The rest is only looked at, not taken: of two accounts next to each other both are found.
_IBAN = re.compile(_ALONE_BEFORE + r"[A-Za-z]{2}\d{2}(?=((?: ?[0-9A-Za-z]){11,30}))")
_HASH = re.compile(
    r"(?P<crypt>\$(?:2[abxy]\$\d\d\$[./0-9A-Za-z]{53}|argon2(?:id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[+/0-9A-Za-z]{8,99}\$[+/0-9A-Za-z]{16,200}|[156]\$[^\s,;$]{1,16}\$[./0-9A-Za-z]{22,86}"
    r"|P\$[./0-9A-Za-z]{31}|scrypt\$[^\s,;]{20,400})|(?:pbkdf2_sha256|\{SSHA\})[$/+=0-9A-Za-z]{20,200})"
    r"|(?<![0-9A-Za-z])(?P<hex>[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9A-F]{64}|[0-9A-F]{40}|[0-9A-F]{32})(?![0-9A-Za-z])"
)
_MOBILES = re.compile(
    r"01[016789]\d{7,8}|1[3-9]\d{9}|09\d{9}|09\d{8}|01[567]\d{8,9}|07[1-9]\d{8}|0[67]\d{8}"
)  # KR, CN, IR, TW, DE, GB, FR
_SPACED_PHONE = re.compile(
    r"\(?[2-9]\d{2}\)?[ .-]{1,2}[2-9]\d{2}[ .-]\d{4}"  # North America
    r"|\(?0\d{1,4}\)?[ .()-]{1,2}\d{3,8}(?:[ .-]\d{2,4}){0,3}"  # a trunk zero and an area code
)
_GROUPS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Trial:
    """One candidate in one cell.

    Attributes:
        kind: what it could be.
        start, end: its place in the flat text.
        passed: whether the check holds.
        certain: whether the form alone is proof (`$2b$...`, `name@host`), so that no statistics are needed.
    """

    kind: Kind
    start: int
    end: int
    passed: bool
    certain: bool = False


def trials(text: str) -> list[Trial]:
    """Try everything in one flat cell.

    Args:
        text: flat text.

    Returns:
        Candidates, failed ones included; spans may overlap.
    """
    found = [Trial(Kind.EMAIL, *match.span(), passed=True, certain=True) for match in _EMAIL.finditer(text)]
    found.extend(_hashes(text))
    taken = Taken()
    for trial in found:
        taken.take(trial.start, trial.end)
    for trial in _lettered(text):
        if not taken.touches(trial.start, trial.end):
            found.append(trial)
            if trial.passed:
                taken.take(trial.start, trial.end)
    for match in _RUN.finditer(text):
        if not taken.touches(*match.span()):
            found.extend(_run(match[0], match.start()))
    return found


def _hashes(text: str) -> Iterator[Trial]:
    """Find stored passwords, and digests that may be stored passwords."""
    for match in _HASH.finditer(text):
        kind = Kind.PASSWORD_HASH if match["crypt"] else Kind.HEX_DIGEST
        # 32 digits and no letter is a number, not a digest
        if match["crypt"] or not match[0].isdigit():
            yield Trial(kind, *match.span(), passed=True, certain=kind is Kind.PASSWORD_HASH)


def _lettered(text: str) -> Iterator[Trial]:
    """Find numbers that have letters in them."""
    for match in _IBAN.finditer(text):
        yield from _iban(match)
    for match in _LETTERED.finditer(text):
        bare = re.sub(r"[ ()]", "", match[0]).upper()
        kind, check = _LETTERED_KINDS[match.lastgroup or ""]
        yield Trial(kind, *match.span(), passed=check(bare))


def _iban(match: re.Match[str]) -> Iterator[Trial]:
    """Try as many letters as the country's accounts have: words behind look like more of it."""
    written = match[0] + match[1]
    bare = written.replace(" ", "").upper()
    length = checks.iban_length(bare[:2])
    if length is None or len(bare) < length:
        return
    end = _end_after(written, length)
    yield Trial(Kind.IBAN, match.start(), match.start() + end, passed=checks.iban(bare[:length]))


def _end_after(written: str, letters: int) -> int:
    """Give the offset behind so many letters that are no blanks."""
    seen = 0
    for at, letter in enumerate(written):
        seen += letter != " "
        if seen == letters:
            return at + 1
    return len(written)


def _run(written: str, at: int) -> list[Trial]:
    """Judge a run of digits whole; where nothing passes, its parts between the blanks."""
    whole = _digits(written, at)
    if any(trial.passed for trial in whole):
        return whole
    groups = [(match.start(), match.end()) for match in _GROUPS.finditer(written)]
    parts = [
        trial
        for start, end in _windows(groups, written)
        for trial in _digits(written[start:end], at + start)
        if trial.passed
    ]
    return parts or whole


def _windows(groups: list[tuple[int, int]], written: str) -> Iterator[tuple[int, int]]:
    """Give the stretches of a run that could be a number of their own: cut at blanks only."""
    if len(groups) < 2:  # noqa: PLR2004
        return
    blanks = [at for at, letter in enumerate(written) if letter == " "]
    starts = [0, *(at + 1 for at in blanks)]
    ends = [*blanks, len(written)]
    for start in starts:
        for end in ends:
            if 8 <= end - start < len(written):  # noqa: PLR2004
                yield start, end


def _digits(written: str, at: int) -> list[Trial]:
    """Try one number by its length and form."""
    digits = "".join(_GROUPS.findall(written))
    end = at + len(written)
    found = [Trial(kind, at, end, passed=check(digits)) for kind, fits, check in _DIGIT_KINDS if fits(written, digits)]
    if (phone := _phone(written, digits)) is not None:
        found.append(Trial(Kind.PHONE, at, end, passed=phone))
    return found


def _phone(written: str, digits: str) -> bool | None:
    """Whether a number is a phone's; None where it does not look like one at all."""
    if written.startswith("+"):
        return _international(digits)
    if _SPACED_PHONE.fullmatch(written) or (written != digits and _MOBILES.fullmatch(digits)):
        return len(digits) <= 12  # noqa: PLR2004  trunk zero and eleven digits
    return bool(_MOBILES.fullmatch(digits)) if written == digits and 10 <= len(digits) <= 12 else None  # noqa: PLR2004


def _international(digits: str) -> bool:
    """Ask `phonenumbers`, which is exact where the country is written."""
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}")))
    except phonenumbers.NumberParseException:
        return False


def _plain_or(form: str) -> Callable[[str, str], bool]:
    """Make a test for numbers written bare or in one known grouping."""
    pattern = re.compile(form)
    return lambda written, digits: written == digits or bool(pattern.fullmatch(written))


def _sized(length: int, form: str) -> Callable[[str, str], bool]:
    """Make a test for one length, bare or grouped."""
    grouped = _plain_or(form)
    return lambda written, digits: len(digits) == length and grouped(written, digits)


def _is_card(written: str, digits: str) -> bool:
    """A card is written bare or in groups parted by one blank or hyphen."""
    return checks.card_shaped(digits) and bool(re.fullmatch(r"\d+(?:[ -]\d{2,6})*", written))


_DIGIT_KINDS: tuple[tuple[Kind, Callable[[str, str], bool], Callable[[str], bool]], ...] = (
    (Kind.CARD, _is_card, checks.card),
    (Kind.NATIONAL_ID_CN, _sized(18, r"\d{6} \d{8} \d{4}"), checks.cn_resident),
    (Kind.NATIONAL_ID_DE, _sized(11, r"\d{2} \d{3} \d{3} \d{3}"), checks.de_tax),
    (Kind.NATIONAL_ID_FR, _sized(15, r"\d \d{2} \d{2} \d{2} \d{3} \d{3} \d{2}"), checks.fr_social),
    (Kind.NATIONAL_ID_IR, _sized(10, r"\d{3}-\d{6}-\d"), checks.ir_code),
    (Kind.NATIONAL_ID_KR, _sized(13, r"\d{6}[ -]\d{7}"), checks.kr_registration),
    (
        Kind.NATIONAL_ID_US,
        lambda written, _: bool(re.fullmatch(r"\d{3}-\d{2}-\d{4}", written)),
        checks.us_social,
    ),
)
_LETTERED_KINDS: dict[str, tuple[Kind, Callable[[str], bool]]] = {
    "cn": (Kind.NATIONAL_ID_CN, checks.cn_resident),
    "tw": (Kind.NATIONAL_ID_TW, checks.tw_national),
    "hk": (Kind.NATIONAL_ID_HK, checks.hk_identity),
    "gb": (Kind.NATIONAL_ID_GB, checks.gb_insurance),
}
