"""Tiles and entry bundles of C2SP tlog-tiles: paths, bytes, how they grow, how nodes are read from them.

Pure. Must never produce a tile of hashes that were not complete subtrees, nor a bundle whose lengths do not
add up.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from struct import Struct

from audit.errors import LeafRefused, NotInLog, Tampered
from audit.merkle import EMPTY_ROOT, HASH_SIZE, Node, node_hash, root

WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""
_HEIGHT = 8
_LEVELS = 64
_LENGTH = Struct(">H")

FetchTile = Callable[[int, int, int], bytes]
"""`fetch(level, index, width)`: at least the first `width` hashes of a tile, concatenated."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile: 256 consecutive hashes of one level, and the hash of the subtree over them."""

    level: int
    index: int
    hashes: bytes
    root: bytes


@dataclass(slots=True)
class Edge:
    """The growing right edge of a tree: for each tile level the hashes that do not fill a tile yet.

    Everything left of the edge is in full tiles and never changes, so the edge alone determines the root. Its
    size is at most 255 hashes a level, whatever the size of the log.
    """

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=lambda: [[]])
    _stack: list[tuple[int, bytes]] = field(default_factory=list)

    @staticmethod
    def of(size: int, levels: Sequence[Sequence[bytes]]) -> "Edge":
        """Rebuild the edge of a tree of `size` from what its partial tiles hold, level 0 first."""
        edge = Edge(size, [list(hashes) for hashes in levels] or [[]])
        for level in range(len(levels) - 1, -1, -1):
            for hashed in levels[level]:
                edge._stack_up(hashed, level * _HEIGHT)
        return edge

    def append(self, leaf: bytes) -> list[Tile]:
        """Add one leaf hash; return the tiles that it completed, lowest level first."""
        self.size += 1
        self.levels[0].append(leaf)
        return self._stack_up(leaf, 0)

    def root(self) -> bytes:
        """Return the tree head of all leaves so far."""
        if not self._stack:
            return EMPTY_ROOT
        result = self._stack[-1][1]
        for _, left in self._stack[-2::-1]:
            result = node_hash(left, result)
        return result

    def _stack_up(self, hashed: bytes, height: int) -> list[Tile]:
        """Push a complete subtree and merge equal heights, as a binary counter carries.

        Whenever a merged subtree is as high as a tile, the level below has just filled one.
        """
        stack, tiles = self._stack, []
        while stack and stack[-1][0] == height:
            hashed = sha256(b"\x01" + stack.pop()[1] + hashed).digest()
            height += 1
            if height % _HEIGHT == 0:
                tiles.append(self._fill(height // _HEIGHT - 1, hashed))
        stack.append((height, hashed))
        return tiles

    def _fill(self, level: int, over: bytes) -> Tile:
        """Close the tile that a level has filled, and hand the hash over it to the level above."""
        tile = Tile(level, (self.size >> (_HEIGHT * (level + 1))) - 1, b"".join(self.levels[level]), over)
        self.levels[level] = []
        if level + 1 == len(self.levels):
            self.levels.append([])
        self.levels[level + 1].append(over)
        return tile


def widths(size: int) -> list[tuple[int, int]]:
    """Return (full tiles, width of the partial tile) for each level of a tree of `size`, level 0 first."""
    shape = []
    while size:
        shape.append((size // WIDTH, size % WIDTH))
        size //= WIDTH
    return shape


def width_of(size: int, level: int, index: int) -> int:
    """Return how many hashes the tile at this place holds in a tree of `size`: 0 to 256."""
    return max(0, min(WIDTH, (size >> (_HEIGHT * level)) - index * WIDTH))


def checked_width(size: int, level: int, index: int, width: int | None) -> int:
    """Return the width to serve for a request, `None` meaning a full tile.

    Raises:
        NotInLog: the published tree of `size` has no such tile, or it is narrower.
    """
    wanted = WIDTH if width is None else width
    inside = 0 <= level < _LEVELS and index >= 0 and 1 <= wanted <= WIDTH
    if not inside or wanted > width_of(size, level, index):
        raise NotInLog(f"a tree of {size} has no tile of level {level}, index {index}, width {wanted}")
    return wanted


def tile_path(level: int | None, index: int, width: int | None = None) -> str:
    """Return a tile's path below the log's prefix (tlog-tiles), `level` None meaning an entry bundle.

    Args:
        level: 0 to 63, or None for the bundle of entries.
        index: position at this level; written in groups of three digits, all but the last prefixed `x`.
        width: 1 to 255 for a partial one; None or 256 for a full one.
    """
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    partial = f".p/{width}" if width is not None and width < WIDTH else ""
    return f"tile/{'entries' if level is None else level}/{'/'.join(reversed(groups))}{partial}"


def encode_bundle(leaves: Iterable[bytes]) -> bytes:
    """Return an entry bundle: each leaf after its length as an unsigned 16-bit big-endian number."""
    return b"".join(part for leaf in leaves for part in (_LENGTH.pack(len(leaf)), leaf))


def decode_bundle(data: bytes, count: int) -> list[bytes]:
    """Return the `count` leaves of a bundle.

    Raises:
        LeafRefused: the lengths do not divide the bundle into exactly `count` leaves.
    """
    leaves, at = [], 0
    while at + _LENGTH.size <= len(data):
        end = at + _LENGTH.size + _LENGTH.unpack_from(data, at)[0]
        leaves.append(data[at + _LENGTH.size : end])
        at = end
    if at != len(data) or len(leaves) != count:
        raise LeafRefused(f"the bundle is not made of exactly {count} entries")
    return leaves


def split_hashes(data: bytes, width: int) -> list[bytes]:
    """Return the first `width` hashes of a tile's bytes.

    Raises:
        Tampered: the bytes are not whole hashes, or there are too few.
    """
    if len(data) % HASH_SIZE or len(data) < width * HASH_SIZE:
        raise Tampered("tile", None, f"a tile has {len(data)} bytes where {width} hashes were promised")
    return [data[at : at + HASH_SIZE] for at in range(0, width * HASH_SIZE, HASH_SIZE)]


def nodes_from(fetch: FetchTile, size: int) -> Node:
    """Return the `node` function of a tree of `size` that is kept in tiles; each tile is fetched once."""
    kept: dict[tuple[int, int], list[bytes]] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, below = divmod(level, _HEIGHT)
        start = index << below
        place = tile_level, start // WIDTH
        if place not in kept:
            width = width_of(size, *place)
            kept[place] = split_hashes(fetch(*place, width), width)
        offset = start % WIDTH
        return root(kept[place][offset : offset + (1 << below)])

    return node
