"""The house's nightly work, in order; each chore is one that a person can also start by hand.

    1 purge    quarantined lists and held rows whose time to cure is over, and lists that never got past staging
    2 sweep    files from the console that nobody confirmed
    3 grade    how well each person's data is kept up and used
Must never widen, and never stop at one chore that fails because another could not be done.
"""

from contextlib import suppress

from gateway.domain.errors import Conflict
from gateway.flows.gate import Gate
from gateway.flows.grading import grade_all
from gateway.flows.purging import ACTOR, purge
from gateway.flows.uploading import sweep


def nightly(gate: Gate) -> None:
    """Do all chores once; done twice, the second time finds nothing."""
    purge(gate)  # 1
    sweep(gate)  # 2
    with suppress(Conflict):  # somebody else is at it, and will have done it
        grade_all(gate, ACTOR)  # 3
