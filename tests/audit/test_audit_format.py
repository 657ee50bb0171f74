"""The worked example in FORMAT.md, byte for byte: whoever follows the page arrives where we do."""

import re
from pathlib import Path
from typing import Any

import audit
from audit.checkpoint import Checkpoint, Mark, Receipt, numbers_digest
from audit.leaf import Entry, Leaf
from audit.merkle import inclusion_proof, leaf_hash, node_hash, nodes_of, root
from audit.tiles import encode_bundle
from audit.verify import verify_receipt

PAGE = (Path(audit.__file__).parent / "FORMAT.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```text example=(\w+)\n(.*?)```", PAGE, re.DOTALL))
LEAVES = BLOCKS["leaves"].encode().splitlines()
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def test_leaves() -> None:
    for data in LEAVES:
        leaf = Leaf.decode(data)
        assert leaf.encode() == data
        assert Entry.decode(leaf.entry).encode() == leaf.entry


def test_hashes() -> None:
    expected = [*HASHES, node_hash(HASHES[0], HASHES[1]), root(HASHES)]
    assert BLOCKS["hashes"].split() == [item.hex() for item in expected]


def test_bundle() -> None:
    assert bytes.fromhex(BLOCKS["bundle"]) == encode_bundle(LEAVES)
    assert f"{len(encode_bundle(LEAVES))} bytes, in hex" in PAGE


def test_key_checkpoint_receipt_and_mark(signer: Any) -> None:
    assert BLOCKS["vkey"].strip() == signer.vkey
    note = Checkpoint(signer.name, 3, root(HASHES)).sign(signer)
    assert BLOCKS["checkpoint"].encode() == note
    receipt = Receipt(1, tuple(inclusion_proof(nodes_of(HASHES), 1, 3)), note)
    assert BLOCKS["receipt"].encode() == receipt.encode()
    assert BLOCKS["mark"].encode() == Mark(signer.name, 3, 5, numbers_digest([1, 2, 5])).sign(signer)


def test_the_receipt_on_the_page_verifies() -> None:
    checked = verify_receipt(BLOCKS["receipt"].encode(), LEAVES[1], BLOCKS["vkey"])
    assert (checked.origin, checked.size) == ("example.com/log", 3)
