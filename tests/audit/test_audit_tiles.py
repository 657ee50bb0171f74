"""Tiles have the shapes that tlog-tiles gives as examples, and hold what the tree holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import LeafRefused, NotInLog, Tampered
from audit.merkle import inclusion_proof, leaf_hash, root, verify_inclusion
from audit.tiles import (
    Edge,
    Tile,
    checked_width,
    decode_bundle,
    encode_bundle,
    nodes_from,
    split_hashes,
    tile_path,
    widths,
)

LARGE = [leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]


def grown(hashes: list[bytes]) -> tuple[Edge, list[Tile]]:
    edge = Edge()
    return edge, [tile for hashed in hashes for tile in edge.append(hashed)]


def test_the_shape_of_seventy_thousand() -> None:
    assert widths(70_000) == [(273, 112), (1, 17), (0, 1)]
    edge, tiles = grown(LARGE)
    assert [len(level) for level in edge.levels] == [112, 17, 1]
    assert [(tile.level, tile.index) for tile in tiles if tile.level] == [(1, 0)]
    assert [tile.index for tile in tiles if tile.level == 0] == list(range(273))
    assert edge.root() == root(LARGE)
    assert tiles[-1].root == root(LARGE[272 * 256 : 273 * 256])
    top = next(tile for tile in tiles if tile.level == 1)
    assert top.root == root(LARGE[:65_536]) == edge.levels[2][0]


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        (0, []),
        (1, [(0, 1)]),
        (255, [(0, 255)]),
        (256, [(1, 0), (0, 1)]),
        (65_536, [(256, 0), (1, 0), (0, 1)]),
    ],
)
def test_shapes_at_the_corners(size: int, shape: list[tuple[int, int]]) -> None:
    assert widths(size) == shape


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 5, None, "tile/0/005"),
        (0, 1234067, None, "tile/0/x001/x234/067"),
        (1, 999, 256, "tile/1/999"),
        (63, 1000, 1, "tile/63/x001/000.p/1"),
        (None, 273, 112, "tile/entries/273.p/112"),
    ],
)
def test_paths(level: int | None, index: int, width: int | None, path: str) -> None:
    assert tile_path(level, index, width) == path


@settings(max_examples=30)
@given(st.integers(0, 1500), st.integers(0, 600))
def test_an_edge_rebuilt_from_its_partial_tiles_goes_on_alike(size: int, more: int) -> None:
    edge, _ = grown(LARGE[:size])
    again = Edge.of(size, edge.levels)
    for hashed in LARGE[size : size + more]:
        assert again.append(hashed) == edge.append(hashed)
    assert again.root() == edge.root() == root(LARGE[: size + more])
    assert [(0, len(level)) for level in edge.levels if level] == [
        (0, partial) for _, partial in widths(size + more) if partial
    ]


@settings(max_examples=30)
@given(st.integers(1, 70_000), st.data())
def test_proofs_read_from_tiles_are_those_of_the_tree(size: int, data: st.DataObject) -> None:
    edge, tiles = grown(LARGE[:size])
    stored = {(tile.level, tile.index): tile.hashes for tile in tiles}
    for level, (full, _) in enumerate(widths(size)):
        stored[level, full] = b"".join(edge.levels[level])
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(nodes_from(lambda level, n, _: stored[level, n], size), index, size)
    verify_inclusion(LARGE[index], index, size, proof, edge.root())


def test_a_bundle_is_lengths_and_bytes() -> None:
    leaves = [b"", b"a", b"b" * 65_535]
    bundle = encode_bundle(leaves)
    assert bundle == b"\x00\x00" + b"\x00\x01a" + b"\xff\xff" + b"b" * 65_535
    assert decode_bundle(bundle, 3) == leaves


@pytest.mark.parametrize(
    ("bundle", "count"),
    [
        (b"", 1),
        (b"\x00", 0),
        (b"\x00\x01", 1),
        (b"\x00\x01ab", 1),
        (b"\x00\x01a", 2),
        (b"\x00\x01a\x00\x00", 1),
    ],
)
def test_a_bundle_that_does_not_add_up_is_refused(bundle: bytes, count: int) -> None:
    with pytest.raises(LeafRefused):
        decode_bundle(bundle, count)


@pytest.mark.parametrize(
    "request_", [(0, 0, 113), (0, 1, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, None), (1, 0, 1)]
)
def test_what_the_tree_does_not_have_is_not_served(request_: tuple[int, int, int | None]) -> None:
    with pytest.raises(NotInLog):
        checked_width(112, *request_)


def test_a_tile_of_broken_length_is_told() -> None:
    with pytest.raises(Tampered):
        split_hashes(b"x" * 33, 1)
    with pytest.raises(Tampered):
        split_hashes(b"x" * 32, 2)
