"""Checking an exported log offline: every entry, tile and root against the signed checkpoint.

Needs the directory and the verifier key, no database, no network, nothing else of the house. Must never trust
a hash that it has not computed, and never stop at the first file that looks right.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from pathlib import Path

from audit.checkpoint import Checkpoint, Receipt
from audit.errors import LeafRefused, NoteRefused, ProofRefused, Tampered
from audit.leaf import Leaf, kind_and_actor
from audit.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from audit.note import Verifier, parse_verifier_key
from audit.tiles import WIDTH, Edge, Tile, decode_bundle, tile_path, widths

Progress = Callable[[int, int], None]
"""`progress(done, total)`, in entries."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found to hold.

    Attributes:
        origin: the log.
        size: entries, each of them checked.
        root: the root that was computed and that the checkpoint signs.
        last_at: the time of the last entry, UTC; None for an empty log.
        checkpoints: how many signed checkpoints were checked.
        waiting: entries that are durable but not in the log yet; always 0 for a directory.
    """

    origin: str
    size: int
    root: bytes
    last_at: datetime | None
    checkpoints: int
    waiting: int = 0


@dataclass(slots=True)
class Replay:
    """The log grown again from its entries, with what must hold between them."""

    older: Checkpoint | None = None
    table: str = "ledger_leaf"
    edge: Edge = field(default_factory=Edge)
    last_at: datetime | None = None

    def __post_init__(self) -> None:
        self._compare_older()

    def add(self, data: bytes) -> tuple[Leaf, bytes, list[Tile]]:
        """Take the next entry's bytes; return them apart, their hash, and the tiles now full.

        Raises:
            Tampered: the bytes are not a leaf, time ran backwards, or the tree is not the one signed earlier.
        """
        place = self.edge.size
        try:
            leaf = Leaf.decode(data)
        except LeafRefused as error:
            raise Tampered(self.table, place, str(error)) from error
        if self.last_at is not None and leaf.at < self.last_at:
            raise Tampered(self.table, place, "its time lies before that of the entry before it")
        self.last_at = leaf.at
        hashed = leaf_hash(data)
        tiles = self.edge.append(hashed)
        self._compare_older()
        return leaf, hashed, tiles

    def projections(self, leaf: Leaf) -> tuple[str, str]:
        """Return the kind and actor that an entry just added states.

        Raises:
            Tampered: it states none.
        """
        try:
            return kind_and_actor(leaf.entry)
        except LeafRefused as error:
            raise Tampered(self.table, self.edge.size - 1, str(error)) from error

    def finish(self, checkpoint: Checkpoint) -> None:
        """Compare the tree with what a checkpoint of this size signs.

        Raises:
            Tampered: the roots differ, or the log is shorter than an older checkpoint of it.
        """
        if self.older is not None and self.older.size > checkpoint.size:
            what = f"the log has {checkpoint.size} entries; the older checkpoint signs {self.older.size}"
            raise Tampered(self.table, checkpoint.size, what)
        if not compare_digest(self.edge.root(), checkpoint.root):
            raise Tampered(self.table, None, f"the entries do not lead to the signed root of size {checkpoint.size}")

    def _compare_older(self) -> None:
        older = self.older
        if older is not None and older.size == self.edge.size and not compare_digest(older.root, self.edge.root()):
            what = f"the first {older.size} entries are not those that the older checkpoint signs"
            raise Tampered(self.table, None, what)


def verify_directory(path: Path, vkey: str, older: bytes | None = None, progress: Progress | None = None) -> Verified:
    """Check an exported log.

    Args:
        path: the directory that holds `checkpoint` and `tile/`.
        vkey: the log's verifier key, obtained from somewhere else than the directory.
        older: a checkpoint of this log that was kept elsewhere. Without one, a log that was rewritten by
            somebody who holds the log's key cannot be told from the original.
        progress: called after each bundle.

    Raises:
        Tampered: names the file or entry and the difference.
        NoteRefused: the verifier key or the older checkpoint is malformed or belongs to another log.
    """
    verifier = parse_verifier_key(vkey)
    replay = Replay(open_older(older, verifier), "tile/entries")
    checkpoint = _checkpoint(path, verifier)
    for index in range(-(-checkpoint.size // WIDTH)):
        width = min(WIDTH, checkpoint.size - index * WIDTH)
        for tile in _replay_bundle(path, replay, index, width):
            _compare_tile(path, tile.level, tile.index, tile.hashes)
        if progress is not None:
            progress(replay.edge.size, checkpoint.size)
    for level, (full, partial) in enumerate(widths(checkpoint.size)):
        if partial:
            _compare_tile(path, level, full, b"".join(replay.edge.levels[level]))
    replay.finish(checkpoint)
    return Verified(checkpoint.origin, checkpoint.size, checkpoint.root, replay.last_at, 1)


def verify_receipt(receipt: bytes, leaf: bytes, vkey: str) -> Checkpoint:
    """Check that a receipt proves these leaf bytes to be in the log; return the checkpoint that says so.

    Raises:
        NoteRefused: the receipt, its checkpoint or the key is malformed, or not signed by the key.
        ProofRefused: the leaf is not what the receipt is about.
    """
    parsed = Receipt.decode(receipt)
    checkpoint = Checkpoint.open(parsed.note, parse_verifier_key(vkey))
    if parsed.index >= checkpoint.size:
        raise ProofRefused("the receipt's entry lies beyond its own checkpoint")
    verify_inclusion(leaf_hash(leaf), parsed.index, checkpoint.size, parsed.path, checkpoint.root)
    return checkpoint


def open_older(note: bytes | None, verifier: Verifier) -> Checkpoint | None:
    """Read an older checkpoint that the caller kept, if there is one."""
    return None if note is None else Checkpoint.open(note, verifier)


def _checkpoint(path: Path, verifier: Verifier) -> Checkpoint:
    try:
        return Checkpoint.open(_read(path, "checkpoint"), verifier)
    except NoteRefused as error:
        raise Tampered("checkpoint", None, str(error)) from error


def _replay_bundle(path: Path, replay: Replay, index: int, width: int) -> Iterator[Tile]:
    """Replay one bundle against the tile of leaf hashes, which names the entry that differs."""
    replay.table = tile_path(None, index, width)
    leaves = _bundle(path, replay.table, width)
    hashes_path = tile_path(0, index, width)
    hashes = _read(path, hashes_path)
    for at, data in enumerate(leaves):
        leaf, hashed, tiles = replay.add(data)
        replay.projections(leaf)
        if hashes[at * HASH_SIZE : (at + 1) * HASH_SIZE] != hashed:
            raise Tampered(replay.table, index * WIDTH + at, f"its bytes do not have the hash in {hashes_path}")
        yield from tiles


def _bundle(path: Path, name: str, width: int) -> list[bytes]:
    try:
        return decode_bundle(_read(path, name), width)
    except LeafRefused as error:
        raise Tampered(name, None, str(error)) from error


def _compare_tile(path: Path, level: int, index: int, hashes: bytes) -> None:
    name = tile_path(level, index, len(hashes) // HASH_SIZE)
    if _read(path, name) != hashes:
        raise Tampered(name, None, "the tile does not hold the hashes of the entries below it")


def _read(path: Path, name: str) -> bytes:
    try:
        return (path / name).read_bytes()
    except FileNotFoundError as error:
        raise Tampered(name, None, "the file is missing") from error
