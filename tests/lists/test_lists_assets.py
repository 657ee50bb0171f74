"""The bad lists in the repository are what their builder writes."""

import runpy
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"


def test_assets_are_what_the_builder_writes(tmp_path: Path) -> None:
    built = runpy.run_path(str(ASSETS / "build.py"))
    built["build"](tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ASSETS / path.name).read_bytes(), path.name
    assert {path.name for path in ASSETS.iterdir() if path.is_file()} - {"build.py"} == {
        path.name for path in tmp_path.iterdir()
    }
