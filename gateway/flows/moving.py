"""Move in from another system: what it knows that narrows first, then its people, then what they answered.

Steps; each is done whole before the next begins, and what is done stays done:
    1 open      paths      -> File      every dialect known before anything is kept
    2 begin     File       -> Moving    the same files from the same source are the same move
    3 stop      Moving     -> stops     whoever stopped there is stopped here, known or not; dead addresses are closed
    4 people    Moving     -> batches   the ordinary import with all that it demands, one list a file
    5 results   Moving     -> events    clicks, orders, dead addresses with their days; opens are kept and never count
    6 close     Moving     -> crowds    who was what there, by number, for the comparison (`moving_report`)
A crash leaves whole chunks; called again it goes on, and what a chunk did already is not done twice. Must never store a
person before every stop of every file is committed, never widen, never count an opened letter.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from audit.leaf import Entry, Json
from gateway.domain.errors import Conflict
from gateway.flows.gate import Gate
from gateway.flows.intake import receive_as
from gateway.flows.intake_origin import Origin
from gateway.flows.intake_report import Report
from gateway.flows.moving_files import CHANNELS, File, opened, tallied, uid_of
from gateway.flows.moving_results import results
from gateway.flows.moving_stops import stop
from gateway.lists.dialects import Said
from gateway.store import moving
from gateway.store.moving import Crowd, Moving
from gateway.store.people_lookup import Connection

Heard = Callable[[str, int, int], None]
"""Hears the step, and how many of how many files are done."""
STEPS: Final = ("stops", "people", "results", "done")
_STRICTEST: Final = (Said.STOPPED, Said.BOUNCED, Said.SUBSCRIBED, Said.SILENT)
_UNSETTLED: Final = frozenset({"staging", "scanning", "storing", "quarantined"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What an export says, before anything is kept: its files with their dialects, and counts."""

    files: tuple[dict[str, Any], ...]
    counts: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"files": list(self.files), "counts": self.counts}


@dataclass(frozen=True, slots=True)
class Moved:
    """How far a move is.

    Attributes:
        moving: its uid, hex: what a report is asked by.
        step: what is to be done next, or `done`.
        waits: why it is not done: what the lists that wait are waiting for; "" if nothing does.
        counts: what the files say and what became of it.
        lists: the reports of its lists.
        repeated: it was done before, and nothing was done now.
    """

    moving: str
    step: str
    waits: str
    counts: dict[str, Any]
    lists: tuple[Report, ...] = ()
    repeated: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        lists = [{"batch": each.batch, "state": each.state, "verdict": each.verdict.value} for each in self.lists]
        return {
            "moving": self.moving, "step": self.step, "waits": self.waits, "counts": self.counts, "lists": lists,
            "repeated": self.repeated,
        }  # fmt: skip


def plan(gate: Gate, source: str, paths: Sequence[Path], encoding: str = "") -> Plan:
    """Read an export and count what it says. Keeps nothing, not even that it was read.

    Raises:
        As `moving_files.opened`.
    """
    origin, files = opened(gate, source, paths, encoding)
    told = tuple(_counted(gate, origin, file) for file in files)
    total: Counter[str] = Counter()
    for each in told:
        total.update(each["counts"])
    return Plan(told, dict(sorted(total.items())))


def _counted(gate: Gate, origin: Origin, file: File) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for read in file.chunks(gate, origin):
        counts.update(tallied(read, file.channels))
    return {"digest": file.digest, "dialect": file.dialect.name, "counts": dict(sorted(counts.items()))}


def move_in(
    gate: Gate, actor: str, source: str, paths: Sequence[Path], encoding: str = "", heard: Heard | None = None
) -> Moved:
    """Move in.

    Args:
        gate: the gateway.
        actor: who does it, as the ledger shall name him.
        source: a registered source; what its kind demands is demanded of these consents too.
        paths: all files of the export.
        encoding: how they are written; "" finds out.
        heard: hears how far it is.

    Returns:
        How far it came: a list that an officer must look at first holds up what follows, not the stops.

    Raises:
        As `moving_files.opened` and `gateway.flows.intake.receive`; stops that are committed stay.
        Conflict: `moving_running`.
    """
    origin, files = opened(gate, source, paths, encoding)  # 1
    uid = uid_of(origin.uid, files)
    with gate.house.alone(uid) as ours:
        if not ours:
            raise Conflict("moving_running", "These files are being moved in by another process. Wait for it.")
        move = _begun(gate, actor, origin, files, uid)  # 2
        if move.step == "done":
            return Moved(uid.hex(), "done", "", dict(move.counts), repeated=True)
        return _Move(gate, actor, origin, files, move, heard).on()


def _begun(gate: Gate, actor: str, origin: Origin, files: Sequence[File], uid: bytes) -> Moving:
    with gate.house.unit() as connection:
        known = moving.by_uid(connection, uid)
    if known is not None:
        return known
    told = [_counted(gate, origin, file) for file in files]
    total: Counter[str] = Counter()
    for each in told:
        total.update(each["counts"])
    plain = [{"digest": each["digest"], "dialect": each["dialect"], "rows": each["counts"]["rows"]} for each in told]
    with gate.house.unit() as connection:
        values = {
            "uid": uid, "source": origin.source.no, "files": plain, "counts": {"said": dict(sorted(total.items()))},
            "actor": actor, "at": gate.clock(),
        }  # fmt: skip
        begun = moving.begin(connection, values)
        body: dict[str, Json] = {
            "moving": uid.hex(),
            "source": origin.uid.hex(),
            "files": plain,
            "said": dict(sorted(total.items())),
        }
        gate.house.enter(connection, [Entry("moving.begun", actor, body)])
    # True now: the move is on file with what its files say, and nobody is moved.
    return begun


@dataclass(slots=True)
class _Move:
    """One process's hold on a move."""

    gate: Gate
    actor: str
    origin: Origin
    files: Sequence[File]
    move: Moving
    heard: Heard | None

    def on(self) -> Moved:
        """Go on from where it stands."""
        counts = dict(self.move.counts)
        lists: tuple[Report, ...] = ()
        if self.move.step == "stops":
            counts["stops"] = dict(self._of_files("stops", self._stops))  # 3
            self._advance("people", counts, "moving.stopped")
        if self.move.step in {"stops", "people"}:
            lists = self._people()  # 4
            counts["lists"] = [each.batch for each in lists]
            if any(each.state in _UNSETTLED for each in lists):
                return Moved(self.move.uid.hex(), "people", _waiting(lists), counts, lists)
            counts["people"] = _people_counts(lists)
            self._advance("results", counts, "moving.people")
        return self._closed(counts, lists)  # 5, 6

    def _stops(self, number: int, file: File) -> Counter[str]:
        return stop(self.gate, self.actor, self.move.uid, self.origin, file, number)

    def _of_files(self, step: str, do: Callable[[int, File], Counter[str]]) -> Counter[str]:
        total: Counter[str] = Counter()
        for number, file in enumerate(self.files):
            total.update(do(number, file))
            if self.heard is not None:
                self.heard(step, number + 1, len(self.files))
        return Counter(dict(sorted(total.items())))

    def _people(self) -> tuple[Report, ...]:
        found = []
        for number, file in enumerate(self.files):
            found.append(receive_as(self.gate, self.actor, self.origin.source.name, file.path, file.wish()))
            if self.heard is not None:
                self.heard("people", number + 1, len(self.files))
        return tuple(found)

    def _closed(self, counts: dict[str, Any], lists: tuple[Report, ...]) -> Moved:
        crowds = {
            (CHANNELS[each].value, said.value): Crowd()
            for file in self.files
            for each in file.channels
            for said in Said
        }

        def of(number: int, file: File) -> Counter[str]:
            return results(self.gate, self.actor, self.move, self.origin, file, number, crowds)

        counts["results"] = dict(self._of_files("results", of))
        with self.gate.house.unit() as connection:
            if moving.held(connection, self.move.no) != "done":
                for (channel, said), crowd in _strictest(crowds).items():
                    moving.keep_crowd(connection, self.move.no, channel, said, crowd)
                self._enter(connection, "done", counts, "moving.finished")
        # True now: the move is done, and the comparison can be made without its files.
        return Moved(self.move.uid.hex(), "done", "", counts, lists)

    def _advance(self, step: str, counts: dict[str, Any], kind: str) -> None:
        with self.gate.house.unit() as connection:
            moving.held(connection, self.move.no)
            self._enter(connection, step, counts, kind)
        # True now: that step is done for all files. A crash before this line does it again, which changes nothing.

    def _enter(self, connection: Connection, step: str, counts: dict[str, Any], kind: str) -> None:
        done = self.gate.clock() if step == "done" else None
        moving.advance(connection, self.move.no, step, counts, done)
        said = {name: of for name, of in counts.items() if name != "said"}
        self.gate.house.enter(connection, [Entry(kind, self.actor, {"moving": self.move.uid.hex(), **said})])


def _waiting(lists: Sequence[Report]) -> str:
    waiting = [each for each in lists if each.state in _UNSETTLED]
    if any(each.state == "quarantined" for each in waiting):
        return "An officer must look at a list first. Accept or drop it at the desk, then move in the same files again."
    return "A list is on its way or paused. Let it go on, then move in the same files again."


def _people_counts(lists: Sequence[Report]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in lists:
        total.update({name: n for name, n in each.counts.items() if name.startswith(("row.", "consent."))})
    return dict(sorted(total.items()))


def _strictest(crowds: dict[tuple[str, str], Crowd]) -> dict[tuple[str, str], Crowd]:
    """Count everybody once a channel: where two rows of one person differ, the stricter holds."""
    found: dict[tuple[str, str], Crowd] = {}
    for channel in sorted({channel for channel, _ in crowds}):
        before: list[Crowd] = []
        for said in _STRICTEST:
            crowd = crowds[channel, said.value]
            for stricter in before:
                crowd = crowd.without(stricter)
            before.append(crowd)
            found[channel, said.value] = crowd
    return found


def moves(gate: Gate) -> list[dict[str, Any]]:
    """List the newest moves."""
    with gate.house.unit() as connection:
        return [
            {"moving": each.uid.hex(), "step": each.step, "files": len(each.files), "began": each.began_at.isoformat()}
            for each in moving.latest(connection)
        ]
