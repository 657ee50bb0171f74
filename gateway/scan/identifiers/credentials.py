"""Finds stored passwords, digests, keys and tokens in a flat text.

Their forms are made to be told apart from everything else, so the form alone is proof; a bare digest may also
be a checksum of a file and is only called a digest. Must never take a UUID or a long number for one.
"""

import re
from collections.abc import Iterator

from gateway.scan.kinds import Kind
from gateway.scan.trial import Trial

_BEFORE, _AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_B64, _CRYPT64 = "[+/=0-9A-Za-z]", "[./0-9A-Za-z]"
_STORED = (
    rf"\$2[abxy]?\$\d\d\${_CRYPT64}{{53}}"  # bcrypt
    rf"|\$argon2(?:id|i|d)\$(?:v=\d+\$)?m=\d+,t=\d+,p=\d+\${_B64}{{8,99}}\${_B64}{{16,200}}"
    rf"|\$[156]\$[^\s,;$]{{1,32}}(?:\$[^\s,;$]{{1,16}})?\${_CRYPT64}{{22,86}}"  # md5, sha256, sha512 crypt
    rf"|\$(?:y|7|gy)\$[^\s,;]{{20,200}}"  # yescrypt, scrypt
    rf"|\$[PH]\${_CRYPT64}{{31}}"  # phpass
    rf"|\$apr1\$[^\s,;$]{{1,8}}\${_CRYPT64}{{22}}"
    rf"|\$s(?:crypt|0)\$[^\s,;]{{20,400}}|scrypt:\d+:\d+:\d+\$[^\s,;]{{20,300}}"
    rf"|\$?pbkdf2[_:-]?(?:sha(?:1|256|512))?[$:]\d+[$:][^\s,;$:]{{1,64}}[$:][+/=.0-9A-Za-z]{{20,200}}"
    rf"|\$pbkdf2(?:-sha(?:1|256|512))?\$\d+\$[+/=.0-9A-Za-z]{{4,99}}\$[+/=.0-9A-Za-z]{{20,200}}"
    rf"|bcrypt_sha256\$\$2[aby]\$\d\d\${_CRYPT64}{{53}}|argon2\$argon2id?\$[^\s;]{{30,300}}"
    rf"|(?:sha1|md5)\$[0-9A-Za-z]{{1,32}}\$[0-9a-f]{{32,40}}"
    rf"|\{{(?:SSHA|SHA|SMD5|MD5|CRYPT|SSHA256|SSHA512|PBKDF2)\}}[$./+=0-9A-Za-z]{{20,200}}"
    rf"|(?<![0-9A-Za-z*])\*[0-9A-F]{{40}}(?![0-9A-Za-z])"  # MySQL
)
_KEYS = (
    r"(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}"
    r"|gh[pousr]_[0-9A-Za-z]{36,255}|github_pat_[0-9A-Za-z_]{50,255}|glpat-[0-9A-Za-z_-]{20,64}"
    r"|xox[abeoprs]-[0-9A-Za-z-]{10,250}|AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,250}"
    r"|[rsp]k_(?:live|test)_[0-9A-Za-z]{10,250}|whsec_[0-9A-Za-z]{24,64}"
    r"|SG\.[0-9A-Za-z_-]{16,32}\.[0-9A-Za-z_-]{32,64}|key-[0-9a-f]{32}|[0-9a-f]{32}-us[0-9]{1,2}"
    r"|sk-(?:proj-|ant-[0-9a-z]{2,8}-)?[0-9A-Za-z_-]{20,250}|hf_[0-9A-Za-z]{30,64}|npm_[0-9A-Za-z]{36}|pypi-[0-9A-Za-z_-]{50,250}"
    r"|dop_v1_[0-9a-f]{64}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|EAA[0-9A-Za-z]{60,250}|[0-9]{8,10}:AA[0-9A-Za-z_-]{33}"
    r"|eyJ[0-9A-Za-z_-]{8,2000}\.eyJ[0-9A-Za-z_-]{8,4000}\.[0-9A-Za-z_-]{16,1000}"
)
_PRIVATE = (
    r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY(?: BLOCK)?-----"
    r"|PuTTY-User-Key-File-[23]|AGE-SECRET-KEY-1[0-9A-Z]{50,64}"
)
_HEX = (
    r"[0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{56}|[0-9a-f]{40}|[0-9a-f]{32}"
    r"|[0-9A-F]{128}|[0-9A-F]{96}|[0-9A-F]{64}|[0-9A-F]{56}|[0-9A-F]{40}|[0-9A-F]{32}"
)
_SECRET = re.compile(
    rf"(?P<stored>{_STORED})|(?P<private>{_PRIVATE})|{_BEFORE}(?:(?P<key>{_KEYS})|(?P<hex>{_HEX}))(?![0-9A-Za-z])",
)
# nothing above is shorter, and few words are so long
_HINT = re.compile(r"[!-~]{14}|-----BEGIN", re.ASCII)
UUID = re.compile(_BEFORE + r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}" + _AFTER)
_KINDS = {"stored": Kind.PASSWORD_HASH, "private": Kind.PRIVATE_KEY, "key": Kind.API_KEY, "hex": Kind.HEX_DIGEST}


def credentials(text: str) -> Iterator[Trial]:
    """Find stored passwords, digests that may be stored passwords, keys and tokens.

    Args:
        text: flat text.

    Yields:
        Candidates; all but bare digests are certain by their form.
    """
    if _HINT.search(text) is None:
        return
    for match in _SECRET.finditer(text):
        kind = _KINDS[match.lastgroup or ""]
        # 32 digits and no letter is a number, not a digest
        if kind is not Kind.HEX_DIGEST or not match[0].isdigit():
            yield Trial(kind, *match.span(), passed=True, certain=kind is not Kind.HEX_DIGEST)
