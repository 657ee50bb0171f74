"""The tree against RFC 6962's well-known vectors, against its definition, and against forged proofs."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import ProofRefused
from audit.leaf import merkle_proof, merkle_root
from audit.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_of,
    root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
sizes = st.integers(1, 300)
Mend = Callable[[list[bytes]], list[bytes]]


def defined_root(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(defined_root(hashes[:k]), defined_root(hashes[k:]))


def some_hashes(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def test_empty_tree() -> None:
    assert root([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    assert merkle_root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_known_inclusion_path() -> None:
    path = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [item.hex() for item in inclusion_proof(nodes_of(HASHES), 5, 8)] == path
    assert [item.hex() for item in merkle_proof(LEAVES, 5)] == path


def test_known_consistency_path() -> None:
    path = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [item.hex() for item in consistency_proof(nodes_of(HASHES), 6, 8)] == path


@given(sizes)
def test_root_is_as_defined(size: int) -> None:
    assert root(some_hashes(size)) == defined_root(some_hashes(size))


@given(sizes, st.data())
def test_every_inclusion_proof_holds_for_its_place_only(size: int, data: st.DataObject) -> None:
    hashes = some_hashes(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(nodes_of(hashes), index, size)
    verify_inclusion(hashes[index], index, size, proof, root(hashes))
    other = data.draw(st.integers(0, size))
    if other != index:
        with pytest.raises(ProofRefused):
            verify_inclusion(hashes[index], other, size, proof, root(hashes))


@given(sizes, st.data())
def test_every_consistency_proof_holds_for_its_roots_only(new: int, data: st.DataObject) -> None:
    hashes = some_hashes(new)
    old = data.draw(st.integers(1, new))
    proof = consistency_proof(nodes_of(hashes), old, new)
    verify_consistency(old, new, proof, root(hashes[:old]), root(hashes))
    with pytest.raises(ProofRefused):
        verify_consistency(old, new, proof, leaf_hash(b"another history"), root(hashes))
    with pytest.raises(ProofRefused):
        verify_consistency(old, new, proof, root(hashes[:old]), leaf_hash(b"another history"))


@given(sizes, st.data())
def test_a_proof_with_one_bit_changed_is_refused(size: int, data: st.DataObject) -> None:
    hashes = some_hashes(size + 1)
    index = data.draw(st.integers(0, size))
    proof = inclusion_proof(nodes_of(hashes), index, size + 1)
    place = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    proof[place] = (int.from_bytes(proof[place], "big") ^ (1 << bit)).to_bytes(32, "big")
    with pytest.raises(ProofRefused):
        verify_inclusion(hashes[index], index, size + 1, proof, root(hashes))


@pytest.mark.parametrize("mend", [lambda p: p[:-1], lambda p: [*p, p[0]], lambda p: [p[0][:31], *p[1:]]])
def test_a_proof_of_another_shape_is_refused(mend: Mend) -> None:
    node = nodes_of(HASHES)
    with pytest.raises(ProofRefused, match="shape"):
        verify_inclusion(HASHES[2], 2, 8, mend(inclusion_proof(node, 2, 8)), root(HASHES))
    with pytest.raises(ProofRefused, match="shape"):
        verify_consistency(3, 8, mend(consistency_proof(node, 3, 8)), root(HASHES[:3]), root(HASHES))


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 8), (5, 4), (-1, 3)])
def test_nothing_is_proven_about_impossible_sizes(old: int, new: int) -> None:
    with pytest.raises(ProofRefused):
        consistency_proof(nodes_of(HASHES), old, new)
    with pytest.raises(ProofRefused):
        verify_consistency(old, new, [], EMPTY_ROOT, EMPTY_ROOT)


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    verify_consistency(8, 8, [], root(HASHES), root(HASHES))
    with pytest.raises(ProofRefused):
        verify_consistency(8, 8, [], root(HASHES), EMPTY_ROOT)
    with pytest.raises(ProofRefused):
        verify_consistency(8, 8, [HASHES[0]], root(HASHES), root(HASHES))


@pytest.mark.parametrize("index", [-1, 8])
def test_no_proof_for_an_entry_that_is_not_there(index: int) -> None:
    with pytest.raises(ProofRefused):
        inclusion_proof(nodes_of(HASHES), index, 8)
