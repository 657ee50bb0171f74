"""Signed notes against the reference implementation's example, and against files named for their defect."""

from pathlib import Path
from typing import Any

import pytest

from audit.checkpoint import Checkpoint, Mark, Receipt, numbers_digest
from audit.errors import NoteRefused
from audit.merkle import EMPTY_ROOT
from audit.note import Verifier, open_note, parse_verifier_key, sign_note, verifier_key

NOTES = Path(__file__).parent / "assets" / "notes"
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)  # fmt: skip
BAD = sorted(path.name for path in NOTES.glob("*.note") if path.name != "good.note")


def test_the_reference_example_opens() -> None:
    assert open_note((NOTES / "good.note").read_bytes(), parse_verifier_key(VKEY)) == TEXT


def test_its_key_is_written_alike() -> None:
    key = parse_verifier_key(VKEY)
    assert verifier_key(key.name, key.public_key) == VKEY


def test_unknown_signatures_are_passed_over() -> None:
    note = (NOTES / "good.note").read_bytes() + "\u2014 grease AAAAAAAA\n".encode()
    assert open_note(note, parse_verifier_key(VKEY)) == TEXT


def test_there_are_bad_notes() -> None:
    assert len(BAD) > 15


@pytest.mark.parametrize("name", BAD)
def test_a_defect_is_refused(name: str) -> None:
    with pytest.raises(NoteRefused):
        open_note((NOTES / name).read_bytes(), parse_verifier_key(VKEY))


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        VKEY.replace("c74f20a3", "c74f20a4"),
        VKEY.replace("c74f20a3", "C74F20A3"),
        VKEY.replace("Peter", "Petra"),
        VKEY[:-4],
        VKEY.replace("+ARpc", "+Apc2"),
        VKEY.replace("PeterNeumann", "Peter Neumann"),
    ],
)
def test_a_defective_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteRefused):
        parse_verifier_key(vkey)


def test_what_is_signed_opens(signer: Any) -> None:
    verifier = Verifier(signer.name, signer.public_key)
    assert open_note(sign_note("a\n\nb\n", signer), verifier) == "a\n\nb\n"
    for text in ("a", "a\tb\n", ""):
        with pytest.raises(NoteRefused):
            sign_note(text, signer)


@pytest.mark.parametrize(
    "text",
    [
        "example.com/log\n1\n",
        "example.com/other\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "example.com/log\n00\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "example.com/log\n+1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "example.com/log\n\u0661\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "example.com/log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "example.com/log\n1\n47DEQpj8HBSa\n",
        "example.com/log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\nx\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(signer: Any, text: str) -> None:
    with pytest.raises(NoteRefused):
        Checkpoint.open(sign_note(text, signer), Verifier(signer.name, signer.public_key))


def test_a_mark_is_no_checkpoint_and_a_checkpoint_no_mark(signer: Any) -> None:
    verifier = Verifier(signer.name, signer.public_key)
    mark = Mark(signer.name, 7, 9, numbers_digest([8, 9]))
    checkpoint = Checkpoint(signer.name, 7, EMPTY_ROOT)
    assert Mark.open(mark.sign(signer), verifier) == mark
    assert Checkpoint.open(checkpoint.sign(signer), verifier) == checkpoint
    with pytest.raises(NoteRefused):
        Checkpoint.open(mark.sign(signer), verifier)
    with pytest.raises(NoteRefused):
        Mark.open(checkpoint.sign(signer), verifier)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n\nnote",
        b"c2sp.org/tlog-proof@v2\nindex 1\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 01\n\nnote",
        b"c2sp.org/tlog-proof@v1\nplace 1\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 1\nnote",
    ],
)
def test_a_defective_receipt_is_refused(data: bytes) -> None:
    with pytest.raises(NoteRefused):
        Receipt.decode(data)


def test_an_extra_line_of_a_receipt_is_passed_over() -> None:
    assert Receipt.decode(b"c2sp.org/tlog-proof@v1\nextra AAAA\nindex 3\n\nnote") == Receipt(3, (), b"note")
