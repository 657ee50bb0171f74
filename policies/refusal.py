"""The one way in which a policy file is turned down: what, where, and how to mend it.

Must never be caught and passed over: a bundle that is partly wrong is wholly wrong.
"""


class PolicyRefused(Exception):  # noqa: N818  it is a refusal, like its siblings in the gateway
    """A policy file that may not come into force.

    Args:
        code: stable, lower_case_with_underscores.
        file: name of the file inside the policies folder.
        line: line in that file, from 1; 0 if the whole file is meant.
        message: what is wrong and how to mend it.
    """

    def __init__(self, code: str, file: str, line: int, message: str) -> None:
        super().__init__(code, file, line, message)
        self.code = code
        self.file = file
        self.line = line
        self.message = message

    def __str__(self) -> str:
        """Give the refusal as compilers do, so that editors can jump to it."""
        return f"{self.file}:{self.line}: {self.message} [{self.code}]"
