"""How the ledger refuses: one exception type per kind of refusal, each with a stable code.

Must never carry an entry's content: messages name positions, tables, sizes and rules, so that they may be
shown and logged anywhere.
"""

from typing import ClassVar


class LedgerError(Exception):
    """Something the ledger would not do.

    Attributes:
        code: stable, dotted, for programs; the message is for people and says how to mend the cause.
    """

    code: ClassVar[str] = "ledger.refused"


class LeafRefused(LedgerError):  # noqa: N818 - named for what went wrong
    """An entry cannot become a leaf: it is not in the canonical form, or it is too large."""

    code = "ledger.leaf"


class NoteRefused(LedgerError):  # noqa: N818 - named for what went wrong
    """A signed note, a key or a checkpoint is malformed, or not signed by the expected key."""

    code = "ledger.note"


class ProofRefused(LedgerError):  # noqa: N818 - named for what went wrong
    """An inclusion or consistency proof does not hold, or was asked for sizes that do not exist."""

    code = "ledger.proof"


class NotInLog(LedgerError):  # noqa: N818 - named for what went wrong
    """The tile, bundle or entry that was asked for is not part of the published tree."""

    code = "ledger.absent"


class NotSettled(LedgerError):  # noqa: N818 - named for what went wrong
    """An inbox entry was not integrated within the time given. It is safe in the inbox; ask again."""

    code = "ledger.lag"


class NotInTransaction(LedgerError):  # noqa: N818 - named for what went wrong
    """An entry must share the fate of the act that it records; there was no transaction to share it with."""

    code = "ledger.transaction"


class NotReady(LedgerError):  # noqa: N818 - named for what went wrong
    """The database lacks a guard that the ledger's order rests on; migrations have not run."""

    code = "ledger.unguarded"


class Tampered(LedgerError):  # noqa: N818 - named for what went wrong
    """What is stored is not what was signed.

    Attributes:
        table: where the difference was found: a table's name, or a file's path in an exported tree.
        entry: the first entry's index known to be affected, or None where no entry is.
        what: the difference, in words, without content.
    """

    code = "ledger.tampered"

    def __init__(self, table: str, entry: int | None, what: str) -> None:
        where = f"{table}, entry {entry}" if entry is not None else table
        super().__init__(f"{where}: {what}. Compare with a backup and with a checkpoint kept elsewhere.")
        self.table = table
        self.entry = entry
        self.what = what
