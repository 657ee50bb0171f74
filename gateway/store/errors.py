"""What the store says when it cannot or will not: the database is not to be had, or not safe to use.

Must never carry a value out of a statement: a message names places, versions and what to do, nothing that
was stored.
"""

from gateway.domain.errors import Unavailable


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, cannot be trusted, or is not one that we can use (HTTP 503, exit 5).

    Codes: `database_unavailable`, `database_url`, `database_version`, `database_roles`, `database_schema`,
    `database_binaries`, `database_account`, `database_secret`, `database_home`, `database_locked`,
    `data_folder_open`, `data_folder_foreign`.
    """
