"""`python -m audit verify DIR --key VKEY [--checkpoint FILE]`: check an exported log, offline.

For outside auditors, so it needs only this package and `cryptography`. Must never open a database or the
network. Exit status: 0 the log holds, 2 wrong usage, 4 it does not hold.
"""

import argparse
import sys
from base64 import b64encode
from pathlib import Path

from audit.errors import LedgerError
from audit.verify import Progress, Verified, verify_directory

_HOLDS, _USAGE, _REFUSED = 0, 2, 4


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status; a finding goes to standard output, a refusal to error."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        older = given.checkpoint.read_bytes() if given.checkpoint else None
        verified = verify_directory(given.directory, given.key, older, _progress() if not given.quiet else None)
    except LedgerError as error:
        sys.stderr.write(f"REFUSED ({error.code}): {error}\n")
        return _REFUSED
    except OSError as error:
        sys.stderr.write(f"cannot read {error.filename}: {error.strerror}\n")
        return _USAGE
    sys.stdout.write(_finding(verified, older is not None))
    return _HOLDS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m audit",
        description="Check an exported ledger: every entry, tile and root against its signed checkpoint.",
        epilog="Example: python -m audit verify ./log --key 'example.com/log+1a2b3c4d+AZ...'",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = commands.add_parser("verify", help="check an exported directory")
    verify.add_argument("directory", type=Path, help="holds `checkpoint` and `tile/`")
    verify.add_argument("--key", required=True, help="the log's verifier key, name+id+key, from a trusted place")
    verify.add_argument("--checkpoint", type=Path, help="an older checkpoint that was kept elsewhere")
    verify.add_argument("--quiet", action="store_true", help="show no progress")
    return parser


def _finding(verified: Verified, compared: bool) -> str:
    last = verified.last_at.isoformat() if verified.last_at else "none"
    lines = [
        f"HOLDS: {verified.origin}",
        f"  entries   {verified.size}, the last of {last}",
        f"  root      {b64encode(verified.root).decode()}",
    ]
    if not compared:
        lines.append("  note      without an older checkpoint, a rewrite by the log's own key would not show")
    return "\n".join(lines) + "\n"


def _progress() -> Progress | None:
    """Return a one-line progress display, where a person is looking."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        sys.stderr.write(f"\r{done * 100 // total:3} %  {done} of {total} entries" + ("\n" if done == total else ""))

    return show


if __name__ == "__main__":
    sys.exit(main())
