"""Finds postal addresses by the words for streets and the numbers next to them; postcodes only under a title.

One pattern a language, each with the order of that language: number before the street or behind it, district before
road or after. A town alone is no address.
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.scan.kinds import Kind
from gateway.scan.titles import speaks_of_things, title_matches
from gateway.scan.tongues import ARABIC, HAN, HANGUL, LATIN, scripts
from gateway.scan.trial import Trial

TITLED_AND_SHAPED, FULL, STREET, TITLED = 0.9, 0.85, 0.75, 0.7

_W: Final = r"[^\W\d_]"  # a letter of any script
_N: Final = r"\d{1,5}\s?(?:[a-zA-Z](?!\w))?(?:\s?[-/]\s?\d{1,5}\s?(?:[a-zA-Z](?!\w))?)?"
_EN: Final = (
    "street|st|road|rd|avenue|ave|lane|ln|drive|boulevard|blvd|crescent|parkway|pkwy|terrace|mews|highway|hwy|freeway"
)
# Words that are streets only beside a postcode: suffixes of USPS Publication 28, appendix C1, and their like.
_WEAK_EN: Final = (
    "dr|court|ct|courts|close|square|place|pl|way|ways|gardens?|groves?|trail|trace|circles?|cir|row|alley|turnpike|mall|loop|plaza|ridges?|"
    "crossing|station|junctions?|forges?|villages?|ville|views?|walks?|springs?|ports?|parks?|points?|pines?|oval|meadows?|"
    "manors?|islands?|isle|hollow|hills?|heights|harbors?|greens?|glens?|forest|fords?|forks?|flats?|fields?|falls?|estates?|"
    "corners?|commons?|coves?|cliffs?|causeway|canyon|camp|bypass|burgs?|brooks?|bridge|branch|bend|beach|bayou|viaduct|"
    "valleys?|unions?|underpass|tunnel|track|throughway|summit|streets|stream|stravenue|squares|spurs?|skyway|shores?|shoals?|run|route|"
    "roads|rest|rapids|ranch|radial|prairie|passage|pass|parkways|overpass|orchard|mountains?|motorway|mount|mission|mills?|lodge|locks?|loaf|lights?|"
    "lakes?|land|landing|knolls?|keys?|inlet|haven|gateway|fort|ferry|expressway|extensions?|drives|divide|dam|dale|curve|crest|"
    "creek|course|club|cape|center|centers|bottom|bluffs?|arcade|anex|plains?|plain|path|parkways|neck|knoll|islands|wall|wells?|vista|via|trafficway|trailer|"
    "rue|ramp|vista|pike|terrace"
)
_DE: Final = r"(?:stra(?:ß|ss)en?|str\.?|weg|platz|allee|gasse|damm|ufer|chaussee|promenade)"
_WEAK_DE: Final = r"(?:ring|steig|stieg|pfad|graben|markt|hof|kai|winkel|berg|feld|tor|brücke|wall|rain|anger)"
_FR: Final = "rue|avenue|av\\.|boulevard|bd\\.?|chemin|all[ée]e|impasse|ruelle|faubourg"
_WEAK_FR: Final = (
    "place|pl\\.?|quai|route|cours|square|passage|sentier|esplanade|promenade|villa|hameau|r[ée]sidence|all[ée]es|av"
)
_BIS: Final = r"\s?(?:bis|ter|quater|[A-D])?"
_NAMED: Final = rf"(?:{_W}|['.-]|\s){{2,60}}"
_UP_TO_STREET: Final = r"(?<![\w.,/-])\d{1,6}[a-zA-Z]?,?\s(?:[\w'.-]+\s){1,4}"
_UNIT: Final = r"(?:,?\s(?:apt|suite|unit|flat|ste|floor|#)\.?\s?[\w-]{1,6})?"
_REGION: Final = r"[가-힣]{1,8}(?:특별자치시|특별자치도|특별시|광역시|도|시|군|구|읍|면)\s?"
_HOUSE: Final = (
    r"(?:\d{1,4}번?길\s?)?(?:지하\s?)?\d{1,5}(?:-\d{1,4})?(?!\d|\s?(?:개|원|번째|명|시|분|월|일|년|차|회|장|권|%))"
)
_FLAT: Final = r"(?:,?\s?\(?[가-힣\d\sA-Za-z,]{0,20}(?:동|호|층|아파트)\)?)"
_ROAD: Final = r"(?:路|大道|大街|街|胡同|巷|弄|(?<![渠频頻报報通管轨軌味知])道)"
_FA: Final = r"خیابان|خ\.|کوچه|ک\.|بلوار|بزرگراه|اتوبان|میدان|بن\s?بست|کوی|شهرک|جاده|محله|چهارراه"
_PROVINCE: Final = (
    r"[㐀-鿿]{2,9}(?:省|市|自治区)[㐀-鿿]{1,9}(?:市|区|县|區|縣)[㐀-鿿\dA-Za-z]{1,20}"
    r"(?:路|街|号|號|座|村|小区|大厦|室|楼)[\dA-Za-z]{0,6}(?:室|号|號|座)?"
)
_BOX: Final = (
    r"\bP\.?\s?O\.?\s?Box\s\d{1,6}|\b(?:PSC|Unit|USNS|USS)\s[\w ]{1,16},?\s(?:Box\s\d{1,5}|(?:AP|FP|DP)O)"
    r"|\bPostfach\s\d{2}[\d ]{0,8}|\bBo[iî]te postale\s\d+|\bBP\s\d{1,5}\b|사서함\s?\d+|(?:邮政信箱|郵政信箱)\s?\d+"
)
_MORE_ROAD: Final = r"(?:[一二三四五六七八九十\d東西南北东中]{1,3}(?:段|巷|弄|路|街)){0,3}"
_NUMBER: Final = r"\s?(?:第?[\d一二三四五六七八九十百零〇之-]{1,8}\s?(?:号|號|弄|巷)|[A-Za-z]座)"
_ROOM: Final = r"(?:[\dA-Za-z一-龥之-]{0,14}?(?:楼|樓|层|層|室|栋|棟|幢|单元|單元|户|戶))"
_NUMBERED: Final = re.compile(r"[\d一二三四五六七八九十百座]|کوچه|بن\s?بست|خیابان|کوی")
# Each with its script and a hint that is cheaper to look for; counts are bounded, so that no cell costs more than its
# length.
_PATTERNS: Final = tuple(
    (script, re.compile(hint, re.IGNORECASE), re.compile(pattern, re.IGNORECASE))
    for script, hint, pattern in (
        (LATIN, rf"\s(?:{_EN})\b", rf"{_UP_TO_STREET}(?:{_EN})\b\.?{_UNIT}"),
        (
            LATIN,
            rf"{_DE}\s\d",
            rf"(?<!\w)(?:{_W}{{1,30}}[\s-]){{0,3}}{_W}{{0,40}}{_DE}\s{_N}(?!\d)(?:,?\s?\d{{5}}\s{_W}{{1,30}})?",
        ),
        (
            LATIN,
            rf"\d{_BIS},?\s(?:{_FR})\s",
            rf"(?<!\w)\d{{1,4}}{_BIS},?\s(?:{_FR})\s{_NAMED}(?:,?\s?\d{{5}}\s{_W}{{1,30}})?",
        ),
        (HAN, rf"{_ROAD}.{{0,16}}[号號弄巷座]", rf"[㐀-鿿\dA-Za-z]{{1,40}}?{_ROAD}{_MORE_ROAD}{_NUMBER}{_ROOM}*"),
        (HAN, r"[省市区]", _PROVINCE),
        (HANGUL, r"(?:로|길)\s?(?:지하\s?)?\d", rf"{_REGION}[가-힣\d\s·.]{{0,30}}?(?:로|길)\s?{_HOUSE}{_FLAT}{{0,3}}"),
        (HANGUL, r"(?:로|길)\s?(?:지하\s?)?\d", rf"[가-힣\d·.]{{1,12}}(?:로|길)\s?{_HOUSE}{_FLAT}{{1,3}}"),
        (
            HANGUL,
            r"[동리가]\s?(?:산\s?)?\d",
            rf"{_REGION}[가-힣\d\s]{{0,24}}?[가-힣\d]{{1,8}}(?:동|리|가)\s?(?:산\s?)?\d{{1,4}}(?:-\d{{1,4}})?(?:\s?번지)?",
        ),
        (
            HANGUL,
            r"동\s?\d{1,4}\s?호",
            r"[가-힣A-Za-z\d]{2,12}(?:아파트|빌라|오피스텔|빌딩)\s?\d{1,4}\s?동\s?\d{1,4}\s?호",
        ),
        (
            ARABIC,
            _FA,
            rf"(?<![ء-ۓ])(?:{_FA})\s?[^\n]{{1,70}}?(?:پلاک|پ\.|شماره|واحد|طبقه|ساختمان|کد\s?پستی)\s?:?\s?\d{{1,10}}",
        ),
        (
            ARABIC,
            r"(?:خیابان|بلوار|میدان|بزرگراه)[^\n]{1,40}(?:کوچه|بن\s?بست|خیابان|کوی)",
            r"(?<![ء-ۓ])(?:خیابان|بلوار|میدان|بزرگراه)\s[^\n]{1,40}?(?:کوچه|بن\s?بست|خیابان|کوی)\s?\w{1,15}",
        ),
        (ARABIC, r"پلاک", r"(?<![ء-ۓ])پلاک\s?:?\s?\d{1,5}\s?[،,]?\s?(?:طبقه|واحد|زنگ)\s?\w{1,10}"),
        (ARABIC, r"پستی", r"(?<![ء-ۓ])(?:کد\s?پستی\s?:?\s?\d{5}\s?-?\s?\d{5}|صندوق\s?پستی\s?:?\s?[\d-]{2,})"),
        ("", r"box\s|postfach|postale|\bBP\s|[ADF]PO|사서함|信箱", _BOX),
    )
)
_WITH_POSTCODE: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_UP_TO_STREET}(?:{_WEAK_EN})\b\.?{_UNIT}",
        rf"(?<!\w)(?:{_W}{{1,30}}[\s-]){{0,3}}{_W}{{0,40}}{_WEAK_DE}\s{_N}(?!\d)",
        rf"(?<!\w)\d{{1,4}}{_BIS},?\s(?:{_WEAK_FR})\s{_NAMED}",
        rf"(?<!\w)(?:{_FR}|quai|place|route)\s{_NAMED}\d{{5}}\s{_W}{{1,30}}",
    )
)
_POST: Final = re.compile(
    r"\b(?:[A-Z]{2}\s\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|\d{4,5}\s[A-ZÀ-Þ][\w' -]{2,})"
)
_POSTCODE: Final = re.compile(
    r"\d{5}(?:-\d{4})?|\d{3}(?:-?\d{2,3})?|\d{6}|\d{10}|\d{5}-\d{5}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d|(?:D|F|CH|A)-?\d{4,5}|\d{4} ?[A-Z]{2}|\d{4}",
    re.IGNORECASE,
)
_NO_ADDRESS: Final = re.compile(r"@|://|^[\d.:\s/-]*$|^[0-9a-f:]+$", re.IGNORECASE)
_SHORTEST: Final = 4
_B: Final = r"[\s\p{Zs}]"

RAW: Final = (
    # a number and, anywhere behind it, a word for a street, or the other way round; `.*` where a count would be exact,
    # because a counted repeat makes the engine keep thousands of states and fall to a thousandth of its speed
    rf"\p{{Nd}}.*{_B}(?:{_EN}|{_FR})(?:[^\p{{L}}]|$)",
    rf"(?-i:[A-Z]{_B}?\p{{Nd}}[A-Z]{{2}}|[A-Z0-9]{_B}?\p{{Nd}}[A-Z]{{2}}|[A-Z]{{2}}{_B}\p{{Nd}}{{5}}|\p{{Nd}}{{4}}{_B}[A-ZÀ-Þ])",
    rf"(?:{_FR})[\s\p{{Zs}}].*\p{{Nd}}",
    rf"{_DE}{_B}\p{{Nd}}",
    r"[路街巷弄道同].*[号號弄巷座]|[省市区].*[路街号號座村区厦室楼]",
    rf"(?:로|길|[동리가]|아파트|빌라|오피스텔|빌딩){_B}*(?:지하|산)?{_B}*\p{{Nd}}",
    r"(?:پلا[کك]|پست[یيى]|پ\.|شماره|واحد|طبقه|ساختمان)",
    r"(?:خ[یي]ابان|بلوار|م[یي]دان|بزرگراه).*(?:[کك]وچه|بن|خ[یي]ابان|[کك]و[یي])",
    r"box[\s\p{Zs}]|postfach|bo[iî]te[\s\p{Zs}]postale|BP[\s\p{Zs}]\p{Nd}|PSC[\s\p{Zs}]|USN?S[\s\p{Zs}]|사서함|信箱|[ADF]PO[\s\p{Zs}]",
)
"""RE2 patterns that a raw cell with an address matches; case does not count, and `.` is any sign."""


def places(text: str, title: str, *, shaped: bool = True) -> Iterator[Trial]:
    """Find postal addresses in one flat cell.

    Args:
        text: flat text.
        title: the column's.
        shaped: whether a stretch of it may look like an address by itself.

    Returns:
        Trials with a score.
    """
    titled = names_address(title)
    spans = _spans(text) if shaped else []
    if titled and (trial := _titled(text, shaped=bool(spans))):
        yield trial
        return
    sure = FULL if spans and _POST.search(text) else STREET
    for start, end in spans:
        yield Trial(Kind.POSTAL_ADDRESS, start, end, passed=True, score=sure)


def names_address(title: str) -> bool:
    """Whether a title says that its column holds postal addresses."""
    return title_matches(title, "address") and not speaks_of_things(title)


def _spans(text: str) -> list[tuple[int, int]]:
    """Give the stretches that look like addresses, the longer of two that touch."""
    if not _NUMBERED.search(text):
        return []
    plain = text.replace("ي", "ی").replace("ك", "ک")
    spoken = ("", *scripts(plain))
    patterns = [each for script, hint, each in _PATTERNS if script in spoken and hint.search(plain)]
    if _POST.search(text):
        patterns.extend(_WITH_POSTCODE)
    found = sorted(
        (match.span() for each in patterns for match in each.finditer(plain)), key=lambda span: span[0] - span[1]
    )
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if all(end <= other or start >= until for other, until in kept):
            kept.append((start, end))
    return kept


def _titled(text: str, *, shaped: bool) -> Trial | None:
    """Judge a cell below a title that promises an address or a postcode."""
    filled = text.strip()
    if _POSTCODE.fullmatch(filled) or shaped:
        score = TITLED_AND_SHAPED if shaped else TITLED
    elif len(filled) < _SHORTEST or _NO_ADDRESS.search(filled):
        return None
    else:
        score = TITLED
    return Trial(Kind.POSTAL_ADDRESS, 0, len(text), passed=True, score=score)
