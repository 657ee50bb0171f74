"""Finds out in which encoding a list was written.

Byte order marks and valid UTF-8 are proof. The rest is judged by how common the letters are that each
candidate gives; the judgement must be clear, else `EncodingUnsure` asks the sender to say. Must never guess:
a wrong guess turns names into other names, silently.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from gateway.lists.commonest import ARABIC, GERMANIC, HANGUL, ROMANCE, SIGNS, SIMPLIFIED, TRADITIONAL
from gateway.lists.errors import EncodingUnsure, ListRefused

SAMPLE_BYTES = 256 * 1024
ENCODINGS = (
    "utf-8", "utf-16-le", "utf-16-be", "gb18030", "cp950", "big5hkscs", "cp949", "cp1256", "cp1252",
    "latin-1",
)  # fmt: skip

_SPOKEN = {  # the names that people and programs use, beside Python's own aliases
    "big5": "cp950", "euc-kr": "cp949", "euckr": "cp949", "ks_c_5601-1987": "cp949", "gbk": "gb18030",
    "gb2312": "gb18030", "windows-1256": "cp1256", "windows-1252": "cp1252", "ansi": "cp1252",
    "iso-8859-1": "latin-1", "latin1": "latin-1", "utf8": "utf-8", "utf-8-sig": "utf-8", "utf16": "utf-16",
}  # fmt: skip
_SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook", b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document", b"\x1f\x8b": "a gzip archive", b"PAR1": "a Parquet file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture", b"SQLite format 3": "a SQLite database", b"7z\xbc\xaf": "a 7z archive",
}  # fmt: skip
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CLEAR = 0.4  # share of common letters; running text reaches it, a wrong decoding stays under 0.2
_SINGLE = frozenset({"cp1252", "cp1256"})
_CLEAR_SINGLE = 0.85  # single-byte letters are few, so nearly all must belong
_MARGIN = 0.15
_FEW = 3  # letters; below, chance decides
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 12, 13, 26, 27}) + b"\x7f"


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a file is written in.

    Attributes:
        name: a Python codec name out of `ENCODINGS`.
        mark: bytes of byte order mark to skip.
        confidence: 0 to 1; 1 is proof or the sender's word.
    """

    name: str
    mark: int
    confidence: float

    @property
    def wide(self) -> bool:
        """Whether a letter takes two bytes and line ends have to be found on even offsets."""
        return self.name.startswith("utf-16")


def detect(sample: bytes, named: str | None = None) -> Encoding:
    """Say what the first bytes of a file are written in.

    Args:
        sample: the first `SAMPLE_BYTES` of the file, or all of it.
        named: what the sender says; wins over every finding.

    Returns:
        The encoding and how sure that is.

    Raises:
        EncodingUnsure: `encoding_unsure`; the message lists how to name it.
        ListRefused: `encoding_unknown` (named one is none of ours), `binary_file`.
    """
    _refuse_binary(sample)
    if named is not None:
        return _as_named(sample, named)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return Encoding(name, len(mark), 1.0)
    if b"\0" in sample:
        return _wide(sample)
    if _decoded(sample, "utf-8") is not None:
        return Encoding("utf-8", 0, 1.0)
    return _likeliest(sample)


def _refuse_binary(sample: bytes) -> None:
    """Turn away what is no text at all."""
    for signature, what in _SIGNATURES.items():
        if sample.startswith(signature):
            raise ListRefused("binary_file", f"The file is {what}, not a text list. Save it as CSV and send that.")
    share = 1 - len(sample.translate(None, _CONTROL)) / max(len(sample), 1)
    wide = sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in sample
    if share > 0.01 and not wide:  # noqa: PLR2004  one in a hundred: stray controls happen, more is a program's file
        raise ListRefused("binary_file", "The file is not text. Save the list as CSV and send that.")


def _as_named(sample: bytes, named: str) -> Encoding:
    """Take the sender's word, after checking that we know it."""
    spoken = named.strip().lower().replace("_", "-")
    name = _SPOKEN.get(spoken) or _SPOKEN.get(named.strip().lower())
    if name is None:
        try:
            name = codecs.lookup(spoken).name.replace("_", "-")
        except LookupError:
            name = spoken
    name = {"iso8859-1": "latin-1", "big5": "cp950", "euc-kr": "cp949"}.get(name, name)
    if name == "utf-16":
        name = "utf-16-be" if sample.startswith(codecs.BOM_UTF16_BE) else "utf-16-le"
    if name not in ENCODINGS:
        raise ListRefused("encoding_unknown", f"Name one of: {', '.join(ENCODINGS)}.")
    mark = next((len(mark) for mark, of in _MARKS if of == name and sample.startswith(mark)), 0)
    return Encoding(name, mark, 1.0)


def _wide(sample: bytes) -> Encoding:
    """Tell UTF-16 without a mark from a file with stray zero bytes."""
    even = sample[: len(sample) & ~1]
    scores = {name: _wide_score(even, name) for name in ("utf-16-le", "utf-16-be")}
    name = max(scores, key=lambda which: scores[which])
    if scores[name] >= 0.95:  # noqa: PLR2004  the right byte order gives nothing but letters of real scripts
        return Encoding(name, 0, scores[name])
    if sample.count(0) > len(sample) // 10:
        raise ListRefused("binary_file", "The file is not text. Save the list as CSV and send that.")
    raise _nul(sample)


def _nul(sample: bytes) -> ListRefused:
    """Name the line of the first zero byte."""
    line = sample.count(b"\n", 0, sample.index(0)) + 1
    return ListRefused("nul_byte", f"Line {line} holds a zero byte. Export the list again as plain text.")


def _wide_score(even: bytes, name: str) -> float:
    """Give the share of characters that occur in lists; 0 where a zero character is met."""
    text = _decoded(even, name)
    if not text or "\0" in text or not ("\n" in text or "\r" in text):
        return 0.0
    likely = sum(map(_is_listed, text))
    return likely / len(text)


def _is_listed(letter: str) -> bool:
    """Whether a character belongs to a script that lists are written in."""
    point = ord(letter)
    return (
        point < 0x250  # noqa: PLR2004  Latin
        or 0x370 <= point < 0x700  # noqa: PLR2004  Greek to Arabic
        or 0x2000 <= point < 0x2100  # noqa: PLR2004  punctuation
        or 0x3000 <= point < 0xA000  # noqa: PLR2004  Han and kana
        or 0xAC00 <= point < 0xD7A4  # noqa: PLR2004  Hangul
        or 0xFB50 <= point < 0x10000  # noqa: PLR2004  presentation and full-width forms
        or point >= 0x20000  # noqa: PLR2004  rare Han
    )


def _decoded(sample: bytes, name: str) -> str | None:
    """Decode strictly, forgiving only a letter cut in half at the end; None if the bytes do not fit."""
    try:
        return codecs.getincrementaldecoder(name)("strict").decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return None


def _likeliest(sample: bytes) -> Encoding:
    """Judge the encodings that have no proof by the letters they give."""
    scores = sorted(((_score(sample, name), name) for name in _JUDGES), reverse=True)
    (best, name), (_, runner_up) = scores[0], scores[1]
    clear = [(score, which) for score, which in scores if score >= _clear_from(which)]
    if clear and (len(clear) == 1 or clear[0][0] - clear[1][0] >= _MARGIN):
        return Encoding(clear[0][1], 0, round(clear[0][0], 3))
    if best >= _CLEAR / 2 and name not in _SINGLE and _second_opinion(sample) == name:
        return Encoding(name, 0, 0.5)
    raise EncodingUnsure(
        "encoding_unsure",
        f"The encoding is not clear (perhaps {name} or {runner_up}). Name it with --encoding, "
        f"one of: {', '.join(ENCODINGS)}.",
    )


def _clear_from(name: str) -> float:
    """Give the score at which an encoding is believed."""
    return _CLEAR_SINGLE if name in _SINGLE else _CLEAR


def _score(sample: bytes, name: str) -> float:
    """Give the share of letters beyond ASCII that are common ones when read in this encoding."""
    if name == "big5hkscs" and _decoded(sample, "cp950") is not None:
        return 0.0  # the Hong Kong letters are asked for only where plain Big5 has none
    text = _decoded(sample, name)
    return 0.0 if text is None else _JUDGES[name](text)


def _share_of(common: frozenset[str]) -> Callable[[str], float]:
    """Make a judge that counts common letters; half-read punctuation and kana count as uncommon."""

    def judge(text: str) -> float:
        letters = [letter for letter in text if letter >= "\u0250"]
        return sum(letter in common for letter in letters) / len(letters) if len(letters) >= _FEW else 0.0

    return judge


def _arabic(text: str) -> float:
    """Arabic letters come in words; accented Latin ones would stand alone."""
    beyond = [letter for letter in text if not letter.isascii()]
    if len(beyond) < _FEW or _mean_run(text) < 2:  # noqa: PLR2004  a word has two letters and more
        return 0.0
    return sum(letter in ARABIC for letter in beyond) / len(beyond)


def _western(text: str) -> float:
    """Accented letters stand alone among ASCII ones, and belong to one group of languages."""
    beyond = [letter for letter in text if not letter.isascii()]
    if not beyond or _mean_run(text) > 1.4:  # noqa: PLR2004  "Größe" has a pair now and then
        return 0.0
    if text.count("õ") > text.count("ã"):
        return 0.0  # Portuguese has more of the second; what has more of the first is Hungarian
    shares = (sum(letter in group or letter in SIGNS for letter in beyond) for group in (GERMANIC, ROMANCE))
    return max(shares) / len(beyond)


def _mean_run(text: str) -> float:
    """Give the mean length of unbroken runs beyond ASCII."""
    runs = [sum(1 for _ in run) for ascii_, run in groupby(text, str.isascii) if not ascii_]
    return sum(runs) / len(runs) if runs else 0.0


def _second_opinion(sample: bytes) -> str | None:
    """Ask charset-normalizer, imported only when our own judgement is not clear."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:65536], cp_isolation=[*_JUDGES, "big5", "euc_kr"]).best()
    if best is None:
        return None
    return {"big5": "cp950", "euc_kr": "cp949"}.get(best.encoding, best.encoding)


_JUDGES: dict[str, Callable[[str], float]] = {
    "gb18030": _share_of(SIMPLIFIED),
    "cp950": _share_of(TRADITIONAL),
    "big5hkscs": _share_of(TRADITIONAL),
    "cp949": _share_of(HANGUL),
    "cp1256": _arabic,
    "cp1252": _western,
}
