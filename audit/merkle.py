"""The Merkle tree of RFC 6962 section 2.1 over SHA-256: hashes, roots, proofs and their verification.

Pure: bytes in, bytes out. Must never read a clock, a file or a database, and never accept a proof that is
longer, shorter or otherwise shaped than the two sizes demand.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from hmac import compare_digest

from audit.errors import ProofRefused

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

Node = Callable[[int, int], bytes]
"""`node(level, index)`: the hash of the complete subtree of `2**level` leaves from `index << level` on."""


def leaf_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of one leaf: SHA-256(0x00 || data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of an inner node: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the tree head over leaf hashes, in order; SHA-256 of nothing for none.

    Pairs whole rows at a time and carries an odd last node up unchanged. That is RFC 6962's recursion (split
    at the largest power of two below n) read from the leaves, at one hash a node and without a call a node.
    """
    if not leaf_hashes:
        return EMPTY_ROOT
    row = list(leaf_hashes)
    while len(row) > 1:
        odd = row[-1:] if len(row) & 1 else []
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        row += odd
    return row[0]


def nodes_of(leaf_hashes: Sequence[bytes]) -> Node:
    """Return the `node` function of a tree held in memory, for the proof functions below."""

    def node(level: int, index: int) -> bytes:
        return root(leaf_hashes[index << level : (index + 1) << level])

    return node


def range_root(node: Node, start: int, end: int) -> bytes:
    """Return MTH(D[start:end]) from complete subtrees; `start` is aligned as RFC 6962 aligns it."""
    count = end - start
    if count & (count - 1) == 0 and start % count == 0:
        level = count.bit_length() - 1
        return node(level, start >> level)
    split = _split(count)
    return node_hash(range_root(node, start, start + split), range_root(node, start + split, end))


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[size]), leaf's sibling first (RFC 6962 section 2.1.1).

    Raises:
        ProofRefused: `index` is not below `size`.
    """
    if not 0 <= index < size:
        raise ProofRefused(f"there is no entry {index} in a tree of {size}")
    return list(_path(node, index, 0, size))


def consistency_proof(node: Node, old: int, new: int) -> list[bytes]:
    """Return PROOF(old, D[new]) (RFC 6962 section 2.1.2); empty for equal sizes.

    Raises:
        ProofRefused: not 0 < old <= new. Nothing can be proven about an empty tree.
    """
    if not 0 < old <= new:
        raise ProofRefused(f"no proof leads from a tree of {old} to one of {new}")
    return list(_subproof(node, old, 0, new, known=True))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> None:
    """Check that the leaf with hash `leaf` stands at `index` in the tree of `size` with `expected_root`.

    Raises:
        ProofRefused: it does not, or the proof has the wrong shape.
    """
    if not 0 <= index < size:
        raise ProofRefused(f"there is no entry {index} in a tree of {size}")
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    _check_shape(proof, inner + border)
    result = leaf
    for height, sibling in enumerate(proof):
        on_the_right = height < inner and not (index >> height) & 1
        result = node_hash(result, sibling) if on_the_right else node_hash(sibling, result)
    _check_equal(result, expected_root, f"the proof for entry {index} does not lead to the root of size {size}")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of size `new` extends the tree of size `old` (RFC 9162 section 2.1.4.2).

    Raises:
        ProofRefused: it does not, the proof has the wrong shape, or `old` is 0.
    """
    if not 0 < old <= new:
        raise ProofRefused(f"no proof leads from a tree of {old} to one of {new}")
    if old == new:
        _check_shape(proof, 0)
        _check_equal(old_root, new_root, f"two different roots are claimed for size {old}")
        return
    shift = (old & -old).bit_length() - 1
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    inner = ((old - 1) ^ (new - 1)).bit_length() - shift
    position = (old - 1) >> shift
    border = (position >> inner).bit_count()
    _check_shape(path, 1 + inner + border)
    from_old, from_new = _chain(path, position, inner)
    _check_equal(from_old, old_root, f"the proof does not lead to the root of size {old}")
    _check_equal(from_new, new_root, f"the proof does not lead to the root of size {new}")


def _chain(path: Sequence[bytes], position: int, inner: int) -> tuple[bytes, bytes]:
    """Fold a consistency path into the two roots it implies."""
    from_old = from_new = path[0]
    for height, sibling in enumerate(path[1:]):
        if height >= inner or (position >> height) & 1:
            from_old = node_hash(sibling, from_old)
            from_new = node_hash(sibling, from_new)
        else:
            from_new = node_hash(from_new, sibling)
    return from_old, from_new


def _split(count: int) -> int:
    """Return the largest power of two strictly below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _path(node: Node, index: int, start: int, end: int) -> Iterator[bytes]:
    if end - start == 1:
        return
    middle = start + _split(end - start)
    if index < middle:
        yield from _path(node, index, start, middle)
        yield range_root(node, middle, end)
    else:
        yield from _path(node, index, middle, end)
        yield range_root(node, start, middle)


def _subproof(node: Node, old: int, start: int, end: int, *, known: bool) -> Iterator[bytes]:
    if old == end:
        if not known:
            yield range_root(node, start, end)
        return
    middle = start + _split(end - start)
    if old <= middle:
        yield from _subproof(node, old, start, middle, known=known)
        yield range_root(node, middle, end)
    else:
        yield from _subproof(node, old, middle, end, known=False)
        yield range_root(node, start, middle)


def _check_shape(proof: Sequence[bytes], count: int) -> None:
    if len(proof) != count or any(len(item) != HASH_SIZE for item in proof):
        raise ProofRefused(f"the proof has the wrong shape: {count} hashes of {HASH_SIZE} bytes are expected")


def _check_equal(found: bytes, expected: bytes, message: str) -> None:
    if not compare_digest(found, expected):
        raise ProofRefused(message)
