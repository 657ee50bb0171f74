"""The keyring on disk: one file, 0600, written whole or not at all, refused if anybody else can reach it.

Must never repair, guess or overwrite; what the bytes mean is for `keytext`.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.vault.errors import (
    KeyringBusy,
    KeyringDamaged,
    KeyringExists,
    KeyringMissing,
    KeyringOpenToOthers,
    KeyringRefused,
    KeyringSymlink,
    KeyringUnreadable,
)
from gateway.vault.keytext import Content, decode, encode

LARGEST: Final = 1 << 20
"""Bytes; a keyring is a few kilobytes."""

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def write_new(path: Path, content: Content) -> None:
    """Write a keyring where there is none, durably, in a folder made 0700 if it was missing.

    Raises:
        KeyringExists: there is a file, of whatever sort.
        KeyringBusy: another process is writing beside it.
        KeyringUnreadable: the folder or the disk refused.
    """
    with _writing(path) as beside:
        _write_durably(beside, encode(content))
        try:
            # link, not rename: it fails if the name was taken meanwhile; the name appears with all bytes.
            os.link(beside, path)
        except FileExistsError:
            raise KeyringExists(path) from None
        # A crash here leaves a whole keyring and a second name of it, which the next writer removes.


def write_over(path: Path, content: Content) -> None:
    """Replace a keyring by its next generation, atomically and durably.

    Raises:
        KeyringBusy: another process is changing it, or changed it since it was read.
        KeyringRefused: what is there now does not open.
    """
    with _writing(path) as beside:
        if read(path).generation + 1 != content.generation:
            raise KeyringBusy(path)
        _write_durably(beside, encode(content))
        # True now: the next generation is whole beside the old one. A crash here leaves the old one in force.
        beside.replace(path)


def read(path: Path) -> Content:
    """Read and check a keyring file, shape and checksum; which keys it must hold is checked by its caller.

    Raises:
        KeyringRefused: each defect its own subclass and code.
    """
    return decode(path, _read_guarded(path))


def _read_guarded(path: Path) -> bytes:
    # O_NOFOLLOW and fstat on the open file: what was checked is what is read. O_NONBLOCK: no pipe hangs us.
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyringMissing(path) from None
    except OSError as error:
        raise _unopened(path, error) from None
    try:
        _check_private(path, os.fstat(fd))
        _check_folder(path.absolute().parent)
        with os.fdopen(fd, "rb", closefd=False) as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise KeyringUnreadable(path, error.strerror or "the disk refused") from None
    finally:
        os.close(fd)
    if len(raw) > LARGEST:
        raise KeyringDamaged(path, "it is far too large")
    return raw


def _unopened(path: Path, error: OSError) -> KeyringRefused:
    if path.is_symlink():
        return KeyringSymlink(path)
    return KeyringUnreadable(path, error.strerror or "no reason given")


def _check_private(path: Path, info: os.stat_result) -> None:
    if not stat.S_ISREG(info.st_mode):
        raise KeyringUnreadable(path, "not a regular file")
    if info.st_mode & _OTHERS:
        raise KeyringOpenToOthers(path, "The keyring is open to other accounts", "Run `chmod 600` on it.")
    if os.geteuid() not in {0, info.st_uid} and info.st_uid != 0:
        raise KeyringOpenToOthers(path, "The keyring belongs to another account", "Run `chown` on it.")


def _check_folder(folder: Path) -> None:
    # Whoever may write the folder may put another keyring in place; a sticky one such as /tmp forbids that.
    mode = folder.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        raise KeyringOpenToOthers(folder, "Others may replace files in the keyring's folder", "Run `chmod 700` on it.")


@contextmanager
def _writing(path: Path) -> Iterator[Path]:
    """Hold the folder's lock (the kernel drops it if we die) and give a clean name beside `path`."""
    beside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _settle(path.absolute().parent.parent)  # or a power cut takes the new folder with the keys in it
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise KeyringUnreadable(path, error.strerror or "no folder") from None
    try:
        _lock(path, folder)
        try:
            beside.unlink(missing_ok=True)  # left by a crash; never in force
            yield beside
        finally:
            beside.unlink(missing_ok=True)
            os.fsync(folder)
    except OSError as error:
        raise KeyringUnreadable(path, error.strerror or "the disk refused") from None
    finally:
        os.close(folder)


def _settle(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _lock(path: Path, folder: int) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise KeyringBusy(path) from None


def _write_durably(path: Path, raw: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(fd)
