"""An exported log verifies offline; with a bit of a file changed it does not; the command says so."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.__main__ import main
from audit.checkpoint import Checkpoint, Receipt
from audit.errors import LedgerError, NoteRefused, NotInLog, ProofRefused, Tampered
from audit.leaf import Entry, Leaf, leaf_hash
from audit.ledger import checkpoint, export_directory, leaf, receipt
from audit.merkle import root
from audit.tiles import encode_bundle
from audit.verify import verify_directory, verify_receipt


@pytest.fixture
def exported(log: Any, tmp_path: Path) -> Path:
    log.fill(100, 400)
    with log.engine.connect() as connection:
        (tmp_path / "older").write_bytes(checkpoint(connection))
    log.fill(30)
    with log.engine.connect() as connection:
        assert export_directory(connection, tmp_path / "log") == 530
    return tmp_path / "log"


def test_an_export_verifies(exported: Path, log: Any) -> None:
    seen: list[tuple[int, int]] = []
    older = (exported.parent / "older").read_bytes()
    verified = verify_directory(exported, log.signer.vkey, older, lambda *at: seen.append(at))
    assert (verified.origin, verified.size, verified.last_at) == ("example.com/log", 530, log.clock.now)
    assert seen == [(256, 530), (512, 530), (530, 530)]


def test_its_files_are_those_of_the_specification(exported: Path) -> None:
    names = {str(path.relative_to(exported)) for path in exported.rglob("*") if path.is_file()}
    assert names == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/18",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/18",
    }


def test_exporting_again_after_growth_verifies(exported: Path, log: Any) -> None:
    log.fill(300)
    with log.engine.connect() as connection:
        export_directory(connection, exported)
    assert verify_directory(exported, log.signer.vkey, (exported.parent / "older").read_bytes()).size == 830


def test_any_bit_of_any_file_counts(exported: Path, log: Any) -> None:
    files = [path for path in sorted(exported.rglob("*")) if path.is_file()]
    for path in files:
        good = path.read_bytes()
        for place in (0, len(good) // 3, len(good) // 2, len(good) - 1):
            bad = bytearray(good)
            bad[place] ^= 4
            path.write_bytes(bad)
            with pytest.raises(Tampered):
                verify_directory(exported, log.signer.vkey)
        for cut in (good[:-1], good + b"\n", b""):
            path.write_bytes(cut)
            with pytest.raises(Tampered):
                verify_directory(exported, log.signer.vkey)
        path.unlink()
        with pytest.raises(Tampered, match="missing"):
            verify_directory(exported, log.signer.vkey)
        path.write_bytes(good)
    assert verify_directory(exported, log.signer.vkey).size == 530


def test_a_changed_entry_is_named(exported: Path, log: Any) -> None:
    bundle = exported / "tile/entries/001"
    bundle.write_bytes(bundle.read_bytes().replace(b'"number":206}', b'"number":207}', 1))
    with pytest.raises(Tampered) as found:
        verify_directory(exported, log.signer.vkey)
    assert (found.value.table, found.value.entry) == ("tile/entries/001", 306)


def test_an_older_checkpoint_must_be_an_ancestor(exported: Path, log: Any) -> None:
    other = Checkpoint("example.com/log", 200, b"\x07" * 32).sign(log.signer)
    with pytest.raises(Tampered, match="first 200 entries"):
        verify_directory(exported, log.signer.vkey, other)
    later = Checkpoint("example.com/log", 531, b"\x07" * 32).sign(log.signer)
    with pytest.raises(Tampered, match="signs 531"):
        verify_directory(exported, log.signer.vkey, later)
    with pytest.raises(NoteRefused):
        verify_directory(exported, log.signer.vkey, b"not a checkpoint")


def signed_tree(folder: Path, signer: Any, leaves: list[bytes]) -> Path:
    """Write a small log by hand, validly signed whatever it holds."""
    hashes = [leaf_hash(data) for data in leaves]
    for name, content in (
        ("checkpoint", Checkpoint("example.com/log", len(leaves), root(hashes)).sign(signer)),
        (f"tile/0/000.p/{len(leaves)}", b"".join(hashes)),
        (f"tile/entries/000.p/{len(leaves)}", encode_bundle(leaves)),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_what_the_key_signs_must_still_be_a_log(signer: Any, tmp_path: Path) -> None:
    moment = Leaf.decode(b'{"at":"2026-11-21T09:30:00.250000Z","entry":{}}').at
    entry = Entry("a", "x", {}).encode()
    good = [Leaf(moment, entry).encode(), Leaf(moment, entry).encode()]
    assert verify_directory(signed_tree(tmp_path / "good", signer, good), signer.vkey).size == 2
    for name, bad in {
        "time runs back": Leaf(moment.replace(minute=29), entry).encode(),
        "no frame": entry,
        "no json": Leaf(moment, b"{").encode(),
        "no kind": Leaf(moment, b'{"actor":"x"}').encode(),
    }.items():
        with pytest.raises(Tampered) as found:
            verify_directory(signed_tree(tmp_path / name, signer, [good[0], bad]), signer.vkey)
        assert found.value.entry == 1


def test_a_receipt_proves_its_leaf_only(log: Any) -> None:
    log.fill(300)
    with log.engine.connect() as connection:
        data, proof = leaf(connection, 299).leaf, receipt(connection, 299)
    assert verify_receipt(proof, data, log.signer.vkey).size == 300
    with pytest.raises(ProofRefused):
        verify_receipt(proof, data + b" ", log.signer.vkey)
    with pytest.raises(ProofRefused):
        verify_receipt(proof.replace(b"index 299", b"index 298"), data, log.signer.vkey)
    with pytest.raises(ProofRefused):
        verify_receipt(proof.replace(b"index 299", b"index 300"), data, log.signer.vkey)
    parsed = Receipt.decode(proof)
    for path in (parsed.path[:-1], (*parsed.path, parsed.path[0])):
        with pytest.raises(ProofRefused):
            verify_receipt(Receipt(299, path, parsed.note).encode(), data, log.signer.vkey)
    with pytest.raises(LedgerError):
        verify_receipt(proof, data, type(log.signer)(b"\x09" * 32).vkey)


def test_there_is_nothing_to_export_before_the_first_checkpoint(log: Any, tmp_path: Path) -> None:
    with log.engine.connect() as connection, pytest.raises(NotInLog):
        export_directory(connection, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command(exported: Path, log: Any, capsys: pytest.CaptureFixture[str]) -> None:
    older = str(exported.parent / "older")
    assert main(["verify", str(exported), "--key", log.signer.vkey, "--checkpoint", older]) == 0
    assert capsys.readouterr().out.startswith("HOLDS: example.com/log\n  entries   530,")
    assert main(["verify", str(exported), "--key", log.signer.vkey]) == 0
    assert "without an older checkpoint" in capsys.readouterr().out
    (exported / "tile/0/001").write_bytes(b"")
    assert main(["verify", str(exported), "--key", log.signer.vkey]) == 4
    assert "REFUSED (ledger.tampered): tile/entries/001, entry 256" in capsys.readouterr().err
    assert main(["verify", str(exported), "--key", "nonsense"]) == 4
    assert main(["verify", str(exported), "--key", log.signer.vkey, "--checkpoint", older + "-not"]) == 2
    with pytest.raises(SystemExit, match="2"):
        main(["verify"])


def test_the_command_needs_no_database_and_nothing_of_the_house(exported: Path, log: Any) -> None:
    """What an outside auditor runs: this package alone, and nothing imported that could open a connection."""
    script = (
        "import sys; from audit.__main__ import main; status = main(sys.argv[1:]);"
        "loaded = {name.partition('.')[0] for name in sys.modules};"
        "bad = {'sqlalchemy', 'psycopg', 'gateway', 'policies'} & loaded;"
        "sys.exit(status or (f'imported {bad}' if bad else 0))"
    )
    arguments = [sys.executable, "-c", script, "verify", str(exported), "--key", log.signer.vkey, "--quiet"]
    top = Path(__file__).parents[2]
    done = subprocess.run(arguments, cwd=top, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
