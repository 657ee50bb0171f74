"""Tokens: the name by which one tool knows a person, and no other tool does.

token = "tk1." and, in base64url without padding, AES-SIV (RFC 5297, 512-bit key) of the person's uid under
the tool's own key. No table: the same tool gets the same token, two tools get tokens that nobody can join,
and only this house turns a token back. Must never be made from an identifier, only from the random uid.
"""

import re
from binascii import a2b_base64, b2a_base64
from typing import Final, Never

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.vault.binding import PERSON_BYTES, bind
from gateway.vault.errors import ForeignToken, Unfit
from gateway.vault.keys import Keyring
from gateway.vault.keytext import Purpose

TOKEN_LENGTH: Final = 47
"""Characters: `tk1.` and 43 of base64url for 16 bytes of SIV and 16 of ciphertext."""

_KEY_BYTES: Final = 64
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
# The last character carries four bits: only sixteen of them are canonical, so a token has one spelling.
_SHAPE: Final = re.compile(r"tk1\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])")


class TokenKey:
    """Makes and reads the tokens of one tool. Keep it: deriving it costs more than a token."""

    __slots__ = ("_decrypt", "_encrypt")

    def __init__(self, material: bytes) -> None:
        siv = AESSIV(material)
        self._encrypt, self._decrypt = siv.encrypt, siv.decrypt

    def token(self, person_uid: bytes) -> str:
        """Give the tool's name for a person (uid, 16 bytes): 47 characters, the same every time."""
        if len(person_uid) != PERSON_BYTES:
            raise Unfit("person_uid_length", "A person uid has 16 bytes.")
        spelled = b2a_base64(self._encrypt(person_uid, None), newline=False)
        return "tk1." + spelled.translate(_URL_SAFE, b"=").decode()

    def uid(self, token: str) -> bytes:
        """Give the person's uid, 16 bytes.

        Raises:
            ForeignToken: malformed, altered, or made for another tool.
        """
        shaped = _SHAPE.fullmatch(token)
        if shaped is None:
            raise ForeignToken
        try:
            uid = self._decrypt(a2b_base64(shaped[1].encode().translate(_STANDARD) + b"="), None)
        except InvalidTag:
            raise ForeignToken from None
        if len(uid) != PERSON_BYTES:
            raise ForeignToken
        return uid

    def __reduce__(self) -> Never:
        """Refuse to be pickled or copied."""
        raise TypeError("a token key cannot be pickled or copied")


def token_key(keyring: Keyring, tool_uid: bytes) -> TokenKey:
    """Derive a tool's token key from the token root by HKDF-SHA-256 (RFC 5869).

    Args:
        keyring: holds the root.
        tool_uid: the tool's uid, not empty; two uids never share a key.
    """
    if not tool_uid:
        raise Unfit("tool_uid_empty", "Name the tool by its uid.")
    root = keyring.of(Purpose.TOKEN)[0].material
    info = bind(b"ostiary/1/token", tool_uid)
    return TokenKey(HKDF(SHA256(), _KEY_BYTES, salt=None, info=info).derive(root))
