"""What was answered to a request with an Idempotency-Key, so that asking twice does once.

Must never give one caller another's answer, nor an answer to a request that differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from gateway.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class Answered:
    """What stands for a key: the digest of the request, the bytes of the answer."""

    digest: bytes
    answer: bytes


def answered(connection: Connection, actor: str, key: str, digests: Sequence[bytes]) -> bytes | None:
    """Give the answer that this key has had, or None: then the key is ours until the transaction ends.

    Two requests with one key at the same moment take turns here: the second sees what the first answered.

    Args:
        connection: the transaction of the act; READ COMMITTED.
        actor: whose key it is.
        key: the Idempotency-Key.
        digests: of this request; several while the key of a keyed digest rotates.

    Raises:
        Conflict: `idempotency_key_reused`: the key was used for another request.
    """
    connection.execute(_TURN, {"actor": actor, "key": key})
    row = connection.execute(_READ, {"actor": actor, "key": key}).one_or_none()
    if row is None:
        return None
    if row.digest not in digests:
        raise Conflict("idempotency_key_reused", "This Idempotency-Key was used for another request. Take a new one.")
    return bytes(row.answer)


def keep(connection: Connection, actor: str, key: str, answer: Answered) -> None:
    """Keep an answer, in the transaction of the act that it answers."""
    values = {"actor": actor, "key": key, "digest": answer.digest, "answer": answer.answer}
    connection.execute(_KEEP, values)


_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:actor || chr(31) || :key, 0))")
_READ = text("SELECT digest, answer FROM idempotency WHERE actor = :actor AND key = :key")
_KEEP = text("INSERT INTO idempotency (actor, key, digest, answer) VALUES (:actor, :key, :digest, :answer)")
