"""What the vault says when it will not: every refusal has a stable code and says how to mend it.

Must never carry a key, a plaintext, an identifier or a token: only places, counts and codes.
"""

from pathlib import Path

from gateway.domain.errors import Conflict, Invalid, NotFound, Refused, Unavailable

RESTORE = "Restore the newest keyring from its own backup; nothing sealed opens without it."


class KeyringRefused(Unavailable):
    """The keyring cannot be trusted or used, so nothing is sealed and nothing opens."""


class KeyringMissing(KeyringRefused):
    """There is no keyring where one was expected."""

    def __init__(self, path: Path) -> None:
        super().__init__("keyring_missing", f"No keyring at {path}. Run `ostiary init`, or restore it from its backup.")


class KeyringUnreadable(KeyringRefused):
    """The operating system would not hand over the keyring."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            "keyring_unreadable",
            f"The keyring at {path} cannot be read ({why}). Mend the path, its owner or the disk.",
        )


class KeyringOpenToOthers(KeyringRefused):
    """Somebody else on this machine can read or replace the keyring."""

    def __init__(self, path: Path, what: str, mend: str) -> None:
        super().__init__("keyring_open_to_others", f"{what}: {path}. {mend} If others had access, rotate the keys.")


class KeyringSymlink(KeyringRefused):
    """The path is a symbolic link, which somebody could point elsewhere."""

    def __init__(self, path: Path) -> None:
        super().__init__("keyring_symlink", f"{path} is a symbolic link. Name the keyring file itself.")


class KeyringDamaged(KeyringRefused):
    """The file is not a whole keyring: half-written, cut, or not JSON of this shape."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__("keyring_damaged", f"The keyring at {path} is damaged: {what}. {RESTORE}")


class KeyringChecksumWrong(KeyringRefused):
    """The file is well-formed but is not what was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "keyring_checksum_wrong",
            f"The keyring at {path} was changed since it was written. Never edit it. {RESTORE}",
        )


class KeyringKeyIdsRepeat(KeyringRefused):
    """Two keys share an id or a version, so a ciphertext would not say which one it needs."""

    def __init__(self, path: Path, key_id: int) -> None:
        super().__init__("keyring_key_ids_repeat", f"Two keys in {path} answer to id or version {key_id}. {RESTORE}")


class KeyringVersionUnknown(KeyringRefused):
    """Another release of the gateway wrote the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "keyring_version_unknown",
            f"The keyring at {path} is of an unknown format. Install the newer gateway that wrote it.",
        )


class KeyringKeyWeak(KeyringRefused):
    """A key is too short, used twice, or no random value at all."""

    def __init__(self, path: Path, key_id: int, what: str) -> None:
        super().__init__("keyring_key_weak", f"Key {key_id} in {path} {what}. {RESTORE}")


class KeyringIncomplete(KeyringRefused):
    """A purpose has no key, or not exactly one active key."""

    def __init__(self, path: Path, purpose: str) -> None:
        super().__init__(
            "keyring_incomplete",
            f"The keyring at {path} needs exactly one active key for {purpose}. {RESTORE}",
        )


class KeyringExists(Conflict):
    """There is a file already; a keyring is never overwritten."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "keyring_exists",
            f"There is already a file at {path}. Keep it: overwriting a keyring loses all that it seals.",
        )


class KeyringBusy(Conflict):
    """Another process is changing the keyring now."""

    def __init__(self, path: Path) -> None:
        super().__init__("keyring_busy", f"Another process is changing {path}. Wait for it, then try again.")


class KeyNotRetired(Conflict):
    """Only an inactive key of a key-epoch may be destroyed."""

    def __init__(self, key_id: int) -> None:
        super().__init__(
            "key_not_retired",
            f"Key {key_id} is active or not a person-key wrapper. Rotate and re-wrap first.",
        )


class Damaged(Unavailable):
    """A sealed value or wrapped key is not what was sealed for this place.

    Attributes:
        person: the person's uid, 16 bytes, or b"" where there is none.
        place: what did not open (a class and source, or "data key"); never the value.
    """

    def __init__(self, code: str, person: bytes, place: str) -> None:
        super().__init__(
            code,
            f"The {place}{' of person ' + person.hex() if person else ''} does not open. "
            "It was changed, moved, or belongs to another key: restore it, or import its source again.",
        )
        self.person = person
        self.place = place


class KeyUnknown(Unavailable):
    """A wrapped key names a key id that this keyring does not hold."""

    def __init__(self, person: bytes) -> None:
        super().__init__(
            "key_unknown",
            f"The data key of person {person.hex()} is wrapped under a key that this keyring does not hold. "
            "If its epoch was destroyed the person is erased; otherwise restore the newest keyring.",
        )


class Unfit(Invalid):
    """What was handed in cannot be sealed, indexed or spoken; a fault of the caller."""


class ClassNotGranted(Refused):
    """Somebody tried to open a class that the grant does not name."""

    def __init__(self, cls: str) -> None:
        super().__init__("class_not_granted", f"Class {cls} is outside the grant; it stays shut. Ask for a wider role.")


class ForeignToken(NotFound):
    """The token is malformed or was made for another tool; which of the two is not said."""

    def __init__(self) -> None:
        super().__init__("token_not_yours", "This token was not given to this tool. Use tokens from your own releases.")
