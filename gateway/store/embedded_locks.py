"""Who may start the private database, and who is the last to leave: two kinds of lock on files.

The kernel drops a lock when its process dies, however it dies, so a killed command never blocks the next one.
Must never hand a lock on to a child program: descriptors are not inheritable, or a running server would
count as its own user.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.store.errors import DatabaseUnavailable

_PATIENCE: Final = 330.0  # seconds; longer than the longest start, which is a crash recovery
_QUIET: Final = 1.0  # seconds of waiting before we say why

if (
    sys.platform == "win32"
):  # no shared locks there: each user locks one byte of its own, the last one out can lock them all
    import msvcrt

    _SLOTS: Final = range(1, 256)

    def _lock_byte(file: int, place: int) -> bool:
        os.lseek(file, place, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _try_exclusive(file: int) -> bool:
        return _lock_byte(file, 0)

    def _take_shared(file: int) -> int:
        return next(slot for slot in _SLOTS if _lock_byte(file, slot))

    def _alone(file: int, mine: int) -> bool:
        return all(_lock_byte(file, slot) for slot in _SLOTS if slot != mine)

else:
    import fcntl

    def _try_exclusive(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _take_shared(file: int) -> int:
        fcntl.flock(file, fcntl.LOCK_SH)
        return 0

    def _alone(file: int, mine: int) -> bool:
        del mine  # a shared lock has no place of its own
        return _try_exclusive(file)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)


@contextmanager
def exclusive(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the one lock under which the database is made, started and stopped.

    Args:
        path: the lock file; made if missing, 0600.
        say: told once when another command is busy with the database.

    Raises:
        DatabaseUnavailable: `database_locked`, after five and a half minutes of waiting.
    """
    file = _open(path)
    try:
        _wait_for(file, path, say)
        yield
    finally:
        os.close(file)


def _wait_for(file: int, path: Path, say: Callable[[str], None]) -> None:
    begun, told = time.monotonic(), False
    while not _try_exclusive(file):
        waited = time.monotonic() - begun
        if waited > _PATIENCE:
            message = f"Another command has held {path} for {_PATIENCE:.0f} s. Find it with `fuser {path}`, end it."
            raise DatabaseUnavailable("database_locked", message)
        if waited > _QUIET and not told:
            say("Another command is starting or stopping the private database; waiting for it.")
            told = True
        time.sleep(0.02)


class Use:
    """One process's shared lock on the users file: while it is held, nobody stops the database."""

    def __init__(self, path: Path) -> None:
        self._file = _open(path)
        self._slot = _take_shared(self._file)

    def is_last(self) -> bool:
        """Tell whether nobody else uses the database; only under `exclusive`: somebody may be coming in."""
        return _alone(self._file, self._slot)

    def end(self) -> None:
        """Give the lock back."""
        os.close(self._file)
