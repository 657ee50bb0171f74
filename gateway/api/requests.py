"""What every route of this door needs from a request: the credential, the body within a bound, the key."""

from fastapi import Request

from gateway.domain.errors import Invalid, Unauthenticated

SMALL = 256 * 1024
LONGEST_KEY = 200


def credential(request: Request) -> str:
    """Give the bearer credential.

    Raises:
        Unauthenticated: `credential_missing`.
    """
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value:
        raise Unauthenticated("credential_missing", "Send your API key as `Authorization: Bearer ost_…`.")
    return value.strip()


def idempotency_key(request: Request) -> str | None:
    """Give the Idempotency-Key, or None.

    Raises:
        Invalid: `idempotency_key_unfit`.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid("idempotency_key_unfit", f"An Idempotency-Key is 1 to {LONGEST_KEY} printable ASCII characters.")
    return key


async def body(request: Request, most: int = SMALL) -> bytes:
    """Read a JSON body.

    Raises:
        Invalid: `content_type`, `body_too_large`.
    """
    if not request.headers.get("content-type", "application/json").startswith("application/json"):
        raise Invalid("content_type", "Send JSON, with `Content-Type: application/json`.")
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > most:
            raise Invalid("body_too_large", f"A body here has at most {most} bytes.")
    return bytes(read)
