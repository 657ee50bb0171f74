"""Read consent records of other systems: JSON-LD in the words of DPV, as far as TS 27560 and its guide go.

A file is read to its end and every record judged before anything is written. Must never guess a moment or a person, and
never repeat a value of a record: a refusal names the record by its place, and says how to mend it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import orjson

from gateway.domain.errors import Invalid
from gateway.domain.receipts import GIVES, NARROWS, SAYS_NOTHING
from gateway.domain.requests import Selector
from policies.terms import ConsentState

LONGEST: Final = 10 << 20
MOST: Final = 10_000
_FULL: Final = "https://w3id.org/dpv#"
_STATUS: Final = "dpv:hasConsentStatus"
_AT: Final = "dpv:isIndicatedAtTime"
_KNOWN: Final = (*NARROWS, *sorted(GIVES), *sorted(SAYS_NOTHING))
_NAMED_BY: Final = (
    ("schema:email", "email"), ("schema:telephone", "phone"), ("ostiary:email_sha256", "email_sha256"),
    ("ostiary:phone_sha256", "phone_sha256"), ("schema:identifier", "external_id"),
)  # fmt: skip


class _Notice(msgspec.Struct, rename={"version": "dct:hasVersion", "language": "dct:language"}):
    version: str = ""
    language: str = ""


class _Status(
    msgspec.Struct,
    rename={
        "kinds": "@type", "at": _AT, "method": "dpv:hasIndicationMethod", "notice": "dpv:hasNotice",
        "conditions": "ostiary:conditions",
    },
):  # fmt: skip
    kinds: list[str]
    at: str
    method: str = ""
    notice: _Notice = msgspec.field(default_factory=_Notice)
    conditions: list[str] = []


class _Process(
    msgspec.Struct,
    rename={
        "iris": "dpv:hasPurpose", "purpose": "ostiary:purpose", "channel": "ostiary:channel", "statuses": _STATUS,
    },
):  # fmt: skip
    iris: list[str]
    statuses: list[_Status]
    purpose: str = ""
    channel: str = ""


class _Record(msgspec.Struct, rename={"processes": "dpv:hasProcess"}):
    processes: list[_Process]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one record says last of one matter. `raw` is the whole record: personal data, and its own evidence.

    `state` None says nothing that counts. `at` is UTC; `channel` "" and `controller` "" are unknown.
    """

    selector: Selector = field(repr=False)
    state: ConsentState | None
    iris: tuple[str, ...]
    purpose: str
    channel: str
    controller: str
    at: datetime
    method: str
    wording: str
    language: str
    conditions: tuple[str, ...]
    raw: bytes = field(repr=False)


def read_records(content: bytes, source: str) -> list[Claimed]:
    """Read a document: a record, a receipt, a list or a graph of them.

    Args:
        content: the bytes of the file.
        source: name of the source that tells; its external ids are known by it.

    Returns:
        One claim for each process of each record, in order.

    Raises:
        Invalid: `receipts_too_large`, `receipts_not_json`, `receipts_none`, `receipts_too_many`, `receipt_malformed`,
            `receipt_status_unknown`, `receipt_time_unfit`, `receipt_subject_missing`, `receipt_purpose_missing`.
    """
    if len(content) > LONGEST:
        raise Invalid("receipts_too_large", "A file of records has at most 10 MiB. Cut it into several.")
    try:
        document = _plain(orjson.loads(content))
    except (orjson.JSONDecodeError, RecursionError):
        raise Invalid("receipts_not_json", "That is not JSON in UTF-8. Export the records as JSON-LD.") from None
    found = list(_records(document))
    if not found:
        raise Invalid("receipts_none", "There is no dpv:ConsentRecord in it. Give records their `@type`.")
    if len(found) > MOST:
        raise Invalid("receipts_too_many", f"A file holds at most {MOST} records. Cut it into several.")
    return [claim for place, one in enumerate(found) for claim in _claims(one, place, source)]


def _plain(value: Any) -> Any:
    """Spell keys with their prefix, whichever way the writer spelled them."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return f"dpv:{value.removeprefix(_FULL)}" if isinstance(value, str) and value.startswith(_FULL) else value
    return {f"dpv:{key.removeprefix(_FULL)}" if key.startswith(_FULL) else key: _plain(v) for key, v in value.items()}


def _records(value: Any) -> Iterator[dict[str, Any]]:
    """Find the records in a document."""
    if isinstance(value, list):
        for item in value:
            yield from _records(item)
    elif isinstance(value, dict):
        if "dpv:ConsentRecord" in _many(value.get("@type")):
            yield value
        else:
            for name in ("@graph", "dpv:hasRecordOfActivity"):
                yield from _records(value.get(name))


def _claims(raw: dict[str, Any], place: int, source: str) -> Iterator[Claimed]:
    selector = _selector(raw, place, source)
    try:
        record = msgspec.convert(_shaped(raw), _Record)
    except msgspec.ValidationError:
        words = "It needs dpv:hasProcess with dpv:hasPurpose, and dpv:hasConsentStatus with @type and time."
        raise Invalid("receipt_malformed", f"Record {place + 1} is not of the expected shape. {words}") from None
    if not record.processes:
        raise Invalid("receipt_malformed", f"Record {place + 1} has no dpv:hasProcess. Say what the consent is for.")
    for process in record.processes:
        yield _claim(raw, process, selector, place)


def _claim(raw: dict[str, Any], process: _Process, selector: Selector, place: int) -> Claimed:
    if not process.iris and not process.purpose:
        raise Invalid("receipt_purpose_missing", f"Record {place + 1} names no purpose. Add dpv:hasPurpose.")
    if not process.statuses:
        raise Invalid("receipt_malformed", f"Record {place + 1} has no dpv:hasConsentStatus. Say where it stands.")
    told = [(_moment(one.at, place), _state(one, place), one) for one in process.statuses]
    # The last word counts; of two at the same moment the one that narrows.
    at, state, last = max(told, key=lambda one: (one[0], one[1] not in {None, ConsentState.GIVEN}, one[1] is not None))
    return Claimed(
        selector, state, tuple(process.iris), process.purpose, process.channel, _controller(raw), at, last.method,
        last.notice.version, last.notice.language, tuple(last.conditions), orjson.dumps(raw),
    )  # fmt: skip


def _shaped(raw: dict[str, Any]) -> dict[str, Any]:
    """Bring a record into one shape: lists where JSON-LD allows a single value, statuses as objects with their time."""
    own = raw.get(_STATUS)
    processes = []
    for process in _many(raw.get("dpv:hasProcess")):
        if not isinstance(process, dict):
            return {}
        statuses = [_status(one, raw) for one in _many(process.get(_STATUS, own))]
        iris = [_name(one) for one in _many(process.get("dpv:hasPurpose", raw.get("dpv:hasPurpose")))]
        processes.append({**process, "dpv:hasPurpose": iris, _STATUS: statuses})
    return {"dpv:hasProcess": processes}


def _status(one: Any, raw: dict[str, Any]) -> Any:
    if isinstance(one, str):
        one = {"@type": one}
    if not isinstance(one, dict):
        return one
    kinds = _many(one.get("@type")) or _many(one.get("@id"))
    notice = one.get("dpv:hasNotice", raw.get("dpv:hasNotice"))
    shaped = {**one, "@type": [_name(kind) for kind in kinds], _AT: _value(one.get(_AT, raw.get(_AT)))}
    if isinstance(notice, list):
        notice = notice[0] if notice else None
    shaped["dpv:hasNotice"] = notice if isinstance(notice, dict) else {}
    return shaped


def _state(one: _Status, place: int) -> ConsentState | None:
    known = [kind for kind in one.kinds if kind in _KNOWN]
    if not known:
        raise Invalid(
            "receipt_status_unknown", f"Record {place + 1} has a status that is none of: {', '.join(_KNOWN)}."
        )
    narrowing = [NARROWS[kind] for kind in known if kind in NARROWS]
    if narrowing:
        return max(narrowing, key=lambda state: state is ConsentState.OBJECTED)
    return ConsentState.GIVEN if set(known) & GIVES else None


def _moment(text: str, place: int) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min  # noqa: DTZ901  refused below like any moment without a zone
    if at.tzinfo is None:
        words = "Write dpv:isIndicatedAtTime with its offset: 2026-05-03T10:00:00+02:00."
        raise Invalid("receipt_time_unfit", f"Record {place + 1} has no moment that can be read. {words}")
    return at.astimezone(UTC)


def _selector(raw: dict[str, Any], place: int, source: str) -> Selector:
    told = raw.get("dpv:hasDataSubject")
    subject: dict[str, Any] = told if isinstance(told, dict) else {}
    for name, kind in _NAMED_BY:
        value = _value(subject.get(name))
        if isinstance(value, str) and value:
            return Selector(kind, value.removeprefix("mailto:").removeprefix("tel:"), source)
    names = ", ".join(name for name, _ in _NAMED_BY)
    raise Invalid(
        "receipt_subject_missing", f"Record {place + 1} names nobody: dpv:hasDataSubject needs one of {names}."
    )


def _controller(raw: dict[str, Any]) -> str:
    value = raw.get("dpv:hasDataController")
    name = value.get("dpv:hasName", value.get("schema:name", "")) if isinstance(value, dict) else value
    return name if isinstance(name, str) else ""


def _many(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _name(value: Any) -> Any:
    return value.get("@id", value.get("@type")) if isinstance(value, dict) else value


def _value(value: Any) -> Any:
    return value.get("@value") if isinstance(value, dict) else value
