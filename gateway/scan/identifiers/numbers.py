"""Finds identity numbers, cards and accounts in a flat text by the tables.

One look over the runs of digits, each judged by its length; one over what mixes letters and digits. Alone
means: no ASCII letter or digit beside it. No word boundary is used, since Han and Hangul count as word
letters and would hide a number written next to them. Must stay linear: a hostile cell is one long run.
"""

import re
from collections.abc import Iterator, Mapping

from gateway.scan.gates import ACCOUNT, GROUPED, LETTERED, SPREAD, TOKEN
from gateway.scan.identifiers import accounts
from gateway.scan.identifiers.phones import phone
from gateway.scan.identifiers.row import Shelf, evenly
from gateway.scan.identifiers.table_digits import DIGITS
from gateway.scan.identifiers.table_letters import FORMS, SHELVES
from gateway.scan.identifiers.together import FEWEST, MOST, Judged
from gateway.scan.kinds import NATURES, Kind
from gateway.scan.spans import Taken
from gateway.scan.trial import Trial

_BEFORE, _AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
# a run begins with a digit, a plus or a bracket; between two digits stand at most three signs: "+49 (0) 30"
RUN = re.compile(_BEFORE + r"(?:\+ ?)?\(?[0-9](?:[ ().\-/+]{0,3}[0-9]){5,}\)?" + _AFTER)
TOKEN_ALONE = re.compile(_BEFORE + r"(?=[0-9]{0,17}[A-Za-z])(?=[A-Za-z]{0,6}[0-9])[0-9A-Za-z]{5,18}" + _AFTER)
_SPREAD = re.compile(
    _BEFORE + r"[0-9A-Za-z]{1,4}([ .-])[0-9A-Za-z]{1,4}(?:\1[0-9A-Za-z]{1,4}){1,20}" + _AFTER,
)
_MIXED = re.compile(r"[A-Za-z][ .\-]?\(?[0-9]|[0-9]\)?[ .\-]?[A-Za-z]")
# The rest is only looked at, not taken: of two accounts next to each other both are found.
_IBAN = re.compile(_BEFORE + r"[A-Za-z][ .-]?[A-Za-z][ .-]?[0-9][ .-]?[0-9](?=((?:[ .-]?[0-9A-Za-z]){11,35}))")
_BARE = str.maketrans("", "", " ().-/+")
_PART = re.compile(r"[^ ]+")
_MANY_PARTS = 60
_RARE = 0.02


def lettered(text: str, wanted: int = LETTERED) -> Iterator[Trial]:
    """Find numbers that have letters in them, accounts first.

    Args:
        text: flat text.
        wanted: how they may be written, as `gates` says of this text.

    Yields:
        Candidates, failed ones included; spans may overlap.
    """
    if _MIXED.search(text) is None:
        return
    if wanted & ACCOUNT:
        for match in _IBAN.finditer(text):
            yield from _iban(match)
    if wanted & (TOKEN | GROUPED):
        yield from _coded(text, wanted)
    if wanted & SPREAD:
        for match in _SPREAD.finditer(text):
            if evenly(match[0]):
                yield from _lettered(match[0], match.start(), even=True)


def _coded(text: str, wanted: int) -> Iterator[Trial]:
    """Try words of letters and digits, and what is grouped as a house groups it; a word that is both, twice."""
    known: dict[int, tuple[str, list[Trial]]] = {}
    for match in TOKEN_ALONE.finditer(text) if wanted & TOKEN else ():
        tried = _lettered(match[0], match.start(), even=False)
        known[match.start()] = match[0], tried
        yield from tried
    for match in FORMS.finditer(text) if wanted & GROUPED else ():
        written, tried = known.get(match.start(), ("", []))
        yield from tried if written == match[0] else _lettered(match[0], match.start(), even=False)


def _lettered(written: str, at: int, *, even: bool) -> list[Trial]:
    """Try one number with letters by its length."""
    bare = (written if written.isalnum() else written.translate(_BARE)).upper()
    return [] if bare.isdigit() else _tried(SHELVES.get(len(bare)), written, bare, at, even)


def _tried(shelf: Shelf | None, written: str, bare: str, at: int, even: bool) -> list[Trial]:
    """Try a number by the rows of its length; one that needs a name is not given back where it fails."""
    if shelf is None:
        return []
    end = at + len(written)
    signs = len(written) != len(bare)
    fitting = [each for each in shelf.bare if each.shaped(bare)] if even or not signs else []
    if signs:
        fitting += [each for each in shelf.rows if each.fits(written, bare) and each not in fitting]
    found = []
    for each in fitting:
        passed = bool(each.check(bare))
        if passed or not each.needs_name:
            found.append(Trial(each.kind, at, end, passed, needs_name=each.needs_name))
    return found


def _iban(match: re.Match[str]) -> Iterator[Trial]:
    """Try as many letters as the country's accounts have: words behind look like more of it."""
    written = match[0] + match[1]
    bare = written.translate(_BARE).upper()
    length = accounts.iban_length(bare[:2])
    if length is None or len(bare) < length:
        return
    end = _end_after(written, length)
    if not written[end : end + 1].isalnum() or not written[end].isascii():
        yield Trial(Kind.IBAN, match.start(), match.start() + end, passed=accounts.iban(bare[:length]))


def _end_after(written: str, letters: int) -> int:
    """Give the offset behind so many letters that are no signs."""
    if written.isalnum():
        return letters
    seen = 0
    for at, letter in enumerate(written):
        seen += letter not in " .-"
        if seen == letters:
            return at + 1
    return len(written)


def digits(text: str, taken: Taken, known: Mapping[str, Judged]) -> Iterator[Trial]:
    """Find numbers of digits alone.

    Args:
        text: flat text.
        taken: stretches that are settled already; what touches them is no number of its own.
        known: judgements of runs made beforehand (`together`).

    Yields:
        Candidates, failed ones included; spans may overlap.
    """
    for match in RUN.finditer(text):
        if not taken.touches(*match.span()):
            start, end = unbracketed(*match.span(), match[0])
            yield from _run(text[start:end], start, known)


def unbracketed(start: int, end: int, written: str) -> tuple[int, int]:
    """Leave out a bracket around the whole, or one that was opened before."""
    opened, closed = written.count("("), written.count(")")
    whole = opened == closed == 1 and written[0] == "(" and written[-1] == ")"
    if written[0] == "(" and (opened > closed or whole):
        start += 1
    if written[-1] == ")" and (closed > opened or whole):
        end -= 1
    return start, end


def _run(written: str, at: int, known: Mapping[str, Judged]) -> list[Trial]:
    """Judge a run of digits whole; where nothing passes, its parts between the blanks."""
    if (judged := known.get(written)) is None:
        whole = _judged(written, at, even_too=True)
    else:
        end = at + len(written)
        whole = [Trial(kind, at, end, passed, False, 0.0, named) for kind, passed, named in judged.tried]
    if " " not in written or any(trial.passed for trial in whole):
        return whole
    parts = [_judged(written[start:end], at + start, even_too=False) for start, end in _windows(written)]
    sure = [[trial for trial in part if trial.passed and not trial.needs_name] for part in parts]
    taken, found = Taken(), whole
    # the rarer by chance first, then the longer: six digits of a card make a telephone number more easily
    for part in sorted(filter(None, sure), key=_rarity):
        if taken.takes(part[0].start, part[0].end):
            found.extend(part)
    found.extend(
        trial
        for part in parts
        for trial in part
        if not (trial.passed and not trial.needs_name)
        and " " not in written[trial.start - at : trial.end - at]
        and not taken.touches(trial.start, trial.end)
    )
    return found


def _rarity(part: list[Trial]) -> tuple[bool, int]:
    """Rank the readings of one stretch."""
    return min(NATURES[trial.kind].chance for trial in part) > _RARE, part[0].start - part[0].end


def _windows(written: str) -> Iterator[tuple[int, int]]:
    """Give the stretches of a run that could be a number of their own: cut at blanks only."""
    parts = [match.span() for match in _PART.finditer(written)]
    if len(parts) == 1:
        return
    reach = 2 if len(parts) > _MANY_PARTS else 8
    for at, (start, _) in enumerate(parts):
        for _, end in parts[at : at + reach]:
            if FEWEST <= end - start < len(written):
                yield start, end


def _judged(written: str, at: int, *, even_too: bool) -> list[Trial]:
    """Try one number by its length and form."""
    bare = written.translate(_BARE)
    if not FEWEST <= len(bare) <= MOST:
        return []
    even = even_too and len(bare) != len(written) and evenly(written)
    found = _tried(DIGITS.get(len(bare)), written, bare, at, even)
    found.extend(
        Trial(Kind.PHONE, at, at + len(written), passed=heard.right, needs_name=heard.needs_name)
        for heard in phone(written, bare)
    )
    return found
