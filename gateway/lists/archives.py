"""Looks into ZIP archives, which Excel workbooks are too: what is in them, and one member at a time.

The directory is measured before it is read, and every member is counted as it comes out. Must never take the
directory's word for how large a member is, nor read a member that was not asked for.
"""

import struct
from typing import BinaryIO, Final, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from gateway.lists.contents import MOST_UNPACKED, Unpacked, corrupt
from gateway.lists.errors import ListRefused, PartUnsure
from gateway.lists.table import like_data

_MOST_MEMBERS: Final = 10_000
_MOST_DIRECTORY: Final = 1 << 20  # bytes
_SECRET: Final = 1  # bit of the flags: encrypted
_DUST: Final = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")  # what computers put in beside the list


def unzipped(file: BinaryIO) -> ZipFile:
    """Read the directory of an archive.

    Args:
        file: open, to jump about in; not closed here.

    Raises:
        ListRefused: `archive_corrupt`, `archive_too_large`.
    """
    try:
        archive = ZipFile(cast("BinaryIO", _Measured(file)))
    except (BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise corrupt() from None
    if len(archive.infolist()) > _MOST_MEMBERS:
        raise too_many()
    return archive


def member_of(archive: ZipFile, name: str, most: int = MOST_UNPACKED) -> Unpacked:
    """Open a member.

    Args:
        archive: from `unzipped`.
        name: of a member.
        most: bytes that may come out.

    Raises:
        ListRefused: `archive_corrupt`, `archive_encrypted`, `archive_method`; later what `Unpacked.read`
            raises.
    """
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise corrupt() from None
    if info.flag_bits & _SECRET:
        raise ListRefused("archive_encrypted", "The archive is encrypted. Unpack it and send the list itself.")
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise ListRefused("archive_method", "The archive is packed in an unusual way. Pack it as an ordinary ZIP.")
    try:
        stream = archive.open(info)
    except (BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError, struct.error):
        raise corrupt() from None
    return Unpacked(stream, lambda: info.compress_size, most)


def chosen(archive: ZipFile, wish: str) -> tuple[str, str, str]:
    """Choose the list in an archive.

    Args:
        archive: from `unzipped`, not a workbook.
        wish: what the sender names: a member by name or number, a `!` and a sheet; where the archive has one member,
            the sheet alone.

    Returns:
        The name of the member, what chooses it again ("" where there is one), and what is left for a workbook.

    Raises:
        ListRefused: `archive_empty`, `member_unknown`.
        PartUnsure: `member_unsure`.
    """
    names = [info.filename for info in archive.infolist() if _may_be_list(info)]
    if not names:
        raise ListRefused("archive_empty", "The archive holds no file. Pack the list.")
    if len(names) == 1:
        return names[0], "", wish
    first, _, rest = wish.partition("!")
    if not first:
        raise PartUnsure(
            "member_unsure",
            f"The archive holds {len(names)} files ({listed(names)}). Name one, by name or number, with --sheet.",
            showable(names),
        )
    name = one_of(names, first, "member_unknown", "file of the archive")
    return name, f"{names.index(name) + 1}!", rest


def one_of(names: list[str], wish: str, code: str, what: str) -> str:
    """Find what the sender named, by its name or by its number (the first is 1).

    Raises:
        ListRefused: `code`.
    """
    if wish in names:
        return wish
    if wish.isascii() and wish.isdigit() and 0 < int(wish[:6]) <= len(names):
        return names[int(wish[:6]) - 1]
    raise ListRefused(code, f"No {what} has that name or number. There are: {listed(names)}.")


def listed(names: list[str]) -> str:
    """Number names for a message; those that look like data, and those beyond the tenth, are not shown."""
    said = [f"{at} {name or '(a name not shown)'}" for at, name in enumerate(showable(names), 1)]
    return ", ".join(said[:10]) + (", and more" if len(said) > 10 else "")  # noqa: PLR2004  as the docstring says


def showable(names: list[str]) -> list[str]:
    """Give the names; of those that look like data, nothing."""
    return ["" if like_data(name) else name for name in names]


def _may_be_list(info: ZipInfo) -> bool:
    name = info.filename.lower()
    last = name.rpartition("/")[2]
    return not info.is_dir() and not name.startswith(_DUST[0]) and last not in _DUST and not last.startswith("._")


class _Measured:
    """A file that gives its directory only if that is of a sane length: the library reads it in one piece."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1, /) -> bytes:
        block = self._file.read(size if 0 <= size <= _MOST_DIRECTORY else _MOST_DIRECTORY + 1)
        if len(block) > _MOST_DIRECTORY:
            raise too_many()
        return block


def too_many() -> ListRefused:
    """Make the refusal of an archive with more in it than a list."""
    return ListRefused("archive_too_large", f"The archive has more than {_MOST_MEMBERS} members. Pack only the list.")
