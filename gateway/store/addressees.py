"""A person as the holder of a link: language, time zone, and one sealed class to show a masked address from.

Must never open what it reads, and never give a blob of a source that is not approved.
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a link belongs to.

    Attributes:
        no: the person's number.
        language: BCP 47 or "".
        time_zone: IANA name or "".
        wrapped: the wrapped data key, b"" if it was destroyed.
        source_no: where the blob came from, 0 for none.
        blob: the wanted class, sealed, of the approved source that collected last; b"" for none.
    """

    no: int
    language: str
    time_zone: str
    wrapped: bytes = field(repr=False)
    source_no: int
    blob: bytes = field(repr=False)


def addressee(connection: Connection, uid: bytes, cls: str) -> Addressee | None:
    """Give the person of this uid, or None; `cls` is the class to bring along, "" for none."""
    row = connection.execute(_ADDRESSEE, {"uid": uid, "class": cls}).one_or_none()
    return Addressee(*row) if row else None


_ADDRESSEE = text("""
SELECT p.no, p.language, p.time_zone, coalesce(k.wrapped, ''::bytea), coalesce(b.source_no, 0),
       coalesce(b.blob, ''::bytea)
FROM person p
LEFT JOIN person_key k ON k.person_no = p.no
LEFT JOIN LATERAL (
  SELECT s.source_no, s.blob FROM sealed s JOIN source o ON o.no = s.source_no
  WHERE s.person_no = p.no AND s.class = :class AND o.status = 'approved'
  ORDER BY o.collected_at DESC NULLS LAST, s.source_no DESC LIMIT 1
) b ON true
WHERE p.uid = :uid
""")
