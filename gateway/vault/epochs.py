"""Key epochs: a new person-key wrapper, and the end of the old one.

An epoch is: `begin_epoch`, then `Keyring.rewrap` for every live data key, then `destroy_wrapper`. Afterwards
what backups and logs still hold of an erased person opens with nothing. Must never destroy a key that is
still active.
"""

from dataclasses import replace
from pathlib import Path

from gateway.vault import keyfile
from gateway.vault.errors import KeyNotRetired
from gateway.vault.keys import Keyring, fresh_key, open_keyring, read_checked
from gateway.vault.keytext import Content, Purpose


def begin_epoch(path: Path) -> Keyring:
    """Add a fresh person-key wrapper and make it the active one; old ones still unwrap.

    First step of a key epoch: then `rewrap` every live data key, then `destroy_wrapper` the old one.
    Other processes must open the keyring anew before the first row under the new wrapper reaches them.
    """
    content = read_checked(path)
    wrapping = [key for key in content.keys if key.purpose is Purpose.PERSON_KEY]
    new = fresh_key(Purpose.PERSON_KEY, "", max(key.version for key in wrapping) + 1, {key.id for key in content.keys})
    kept = tuple(replace(key, active=False) if key in wrapping else key for key in content.keys)
    keyfile.write_over(path, Content(content.name, content.generation + 1, (*kept, new)))
    return open_keyring(path)


def destroy_wrapper(path: Path, key_id: int) -> Keyring:
    """Destroy an old person-key wrapper: whatever backups still hold under it opens with nothing, ever.

    The caller has proved that no live row names `key_id`. Old copies of the
    keyring file, and the disk blocks it lay in, are the operator's to destroy.

    Raises:
        KeyNotRetired: the key is active, of another purpose, or not here.
    """
    content = read_checked(path)
    kept = tuple(key for key in content.keys if key.id != key_id or key.active or key.purpose is not Purpose.PERSON_KEY)
    if len(kept) == len(content.keys):
        raise KeyNotRetired(key_id)
    keyfile.write_over(path, Content(content.name, content.generation + 1, kept))
    return open_keyring(path)
