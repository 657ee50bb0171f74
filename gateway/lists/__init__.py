"""The lists room: reads a list as it was sent and brings its values into one form.

It knows files, encodings, separators, titles and forms of values; it knows no law, no database and no key.
"""

from gateway.lists.claims import By, Claim, Settled, settle
from gateway.lists.encoding import ENCODINGS, Encoding, detect
from gateway.lists.errors import BadValue, EncodingUnsure, ListRefused, MappingRefused, PartUnsure
from gateway.lists.headers import IDENTIFIERS, Field, Mapping, Proposal, confirm, propose
from gateway.lists.normal import NORMALISATION_VERSION
from gateway.lists.reader import CHUNK_ROWS, Chunk, ListFile, RejectedRow, digest, open_list
from gateway.lists.table import Format

__all__ = [
    "CHUNK_ROWS", "ENCODINGS", "IDENTIFIERS", "NORMALISATION_VERSION", "BadValue", "By", "Chunk", "Claim", "Encoding",
    "EncodingUnsure", "Field", "Format", "ListFile", "ListRefused", "Mapping", "MappingRefused", "PartUnsure",
    "Proposal", "RejectedRow", "Settled", "confirm", "detect", "digest", "open_list", "propose", "settle",
]  # fmt: skip
