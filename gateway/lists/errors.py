"""How the lists room says no.

A refusal names the defect, the place (line or byte offset) and the way to mend it. It must never carry a
piece of the list itself: what stands in a cell is somebody's data, and messages travel into logs.
"""

from collections.abc import Sequence

from gateway.domain.errors import Invalid


class ListRefused(Invalid):
    """The file as a whole cannot be read safely, so nothing of it is."""


class PartUnsure(ListRefused):
    """Several sheets or files may be the list; the sender has to say which.

    Args:
        code: stable, as of any refusal.
        message: how many there are and how to choose.
        parts: their names in order, for whoever brought the file and for nobody else; one that looks like data is "".
    """

    def __init__(self, code: str, message: str, parts: Sequence[str]) -> None:
        super().__init__(code, message)
        self.parts = parts


class EncodingUnsure(ListRefused):
    """Two or more encodings fit the bytes; guessing would garble names, so the sender has to say."""


class MappingRefused(Invalid):
    """The columns cannot be mapped as asked."""


class BadValue(Invalid):
    """One cell is not what its column claims. The row is refused and counted; the value is never echoed."""
