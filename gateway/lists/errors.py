"""How the lists room says no.

A refusal names the defect, the place (line or byte offset) and the way to mend it. It must never carry a
piece of the list itself: what stands in a cell is somebody's data, and messages travel into logs.
"""

from gateway.domain.errors import Invalid


class ListRefused(Invalid):
    """The file as a whole cannot be read safely, so nothing of it is."""


class EncodingUnsure(ListRefused):
    """Two or more encodings fit the bytes; guessing would garble names, so the sender has to say."""


class MappingRefused(Invalid):
    """The columns cannot be mapped as asked."""


class BadValue(Invalid):
    """One cell is not what its column claims. The row is refused and counted; the value is never echoed."""
