"""How associated data is spelled: each part after its own length, so that no two tuples share a spelling.

Plain concatenation would let ("ab", "c") open what was sealed for ("a", "bc"), and an empty value would pass
for none at all. Nothing here is secret or stored: the reader rebuilds it from the row's own columns.
"""

from typing import Final

PERSON_BYTES: Final = 16
"""Length of a person's uid."""

FORMAT: Final = b"\x01"
"""First byte of every ciphertext: Tink's prefix; here always AES-256-GCM, 12-byte nonce, 16-byte tag."""

HEADER_BYTES: Final = 5
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
BODY_AT: Final = HEADER_BYTES + NONCE_BYTES


def lp(part: bytes) -> bytes:
    """Spell one part: u16 big-endian length, then the bytes. Raises OverflowError above 65,535 bytes."""
    return len(part).to_bytes(2, "big") + part


def bind(*parts: bytes) -> bytes:
    """Spell a tuple of parts injectively: equal spellings come only from equal tuples."""
    return b"".join(map(lp, parts))


def header(key_id: int) -> bytes:
    """Give the 5-byte ciphertext prefix `0x01 | u32 big-endian key id` (Tink wire format)."""
    return FORMAT + key_id.to_bytes(4, "big")
