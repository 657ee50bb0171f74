"""Who asks, and what that caller may ask for: compiled from the role policy once a version, never a row."""

from dataclasses import dataclass
from enum import StrEnum

from policies.terms import Act, Channel, FieldClass


class Mode(StrEnum):
    """How the gate treats a tool: its word holds, or, while somebody watches, is only noted where law leaves room."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated tool or officer, as its credential proved it.

    `version` counts every change of the tool's row: a grant is kept by (uid, version, bundle digest).
    """

    no: int
    uid: bytes
    name: str
    role: str
    country: str
    sender: int
    jurisdictions: frozenset[str]
    branches: frozenset[str]
    purposes: frozenset[str]
    channels: frozenset[Channel]
    fields: frozenset[str]
    version: int
    active: bool = True
    mode: Mode = Mode.ENFORCE


@dataclass(frozen=True, slots=True)
class Grant:
    """The compiled answer "what may this caller ask for".

    Empty `jurisdictions` or `branches` mean: no row limit of that sort.
    """

    caller: Caller
    acts: frozenset[Act]
    purposes: frozenset[str]
    channels: frozenset[Channel]
    classes: frozenset[FieldClass]
    predicates: frozenset[str]
    jurisdictions: frozenset[str]
    branches: frozenset[str]
    bundle: str
