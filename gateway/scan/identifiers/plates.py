"""Finds number plates in a flat text: Chinese, Korean and Iranian ones, whose letters are not Latin.

Must never count without a name in title or cell: house numbers beside Hangul look the same.
"""

import re
from collections.abc import Iterator

from gateway.scan.kinds import Kind
from gateway.scan.trial import Trial

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_HANGUL = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호"
_PLATE = re.compile(
    rf"(?P<cn>[{_PROVINCES}][A-HJ-NP-Z][ ·.-]?(?=[0-9A-HJ-NP-Z]*[0-9])[0-9A-HJ-NP-Z]{{5,6}})(?![0-9A-Za-z])"
    rf"|(?<![0-9A-Za-z])(?P<kr>[0-9]{{2,3}}[{_HANGUL}] ?[0-9]{{4}})(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])(?P<ir>[0-9]{2} ?(?:الف|[ء-ی]) ?[0-9]{3} ?[-–]? ?(?:ایران ?)?[0-9]{2})(?![0-9A-Za-z])"
)
PLATE_BEGINS = rf"[{_PROVINCES}][A-HJ-NP-Z]|[0-9]{{2}}[{_HANGUL}] ?[0-9]{{4}}|[0-9]{{2}} ?(?:الف|[ء-ی]) ?[0-9]{{3}}"
"""An RE2 pattern of what every plate has in it."""
_KINDS = {"cn": Kind.PLATE_CN, "kr": Kind.PLATE_KR, "ir": Kind.PLATE_IR}


def plates(text: str) -> Iterator[Trial]:
    """Find number plates.

    Args:
        text: flat text.

    Yields:
        Candidates that need a name.
    """
    if text.isascii():
        return
    for match in _PLATE.finditer(text):
        yield Trial(_KINDS[match.lastgroup or ""], *match.span(), passed=True, needs_name=True)
