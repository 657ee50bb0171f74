"""A worker: takes the jobs of lists that are on their way, and does the house's nightly work.

Any number of them on any number of machines share one database. A job says only which list waits; which chunk of it is
done is settled by row locks (`gateway.flows.intake_work`), so a job that runs twice does no harm and one whose worker
died is run again. Must never hold a rule or a cell.
"""

import logging
from typing import Final

import procrastinate

from gateway.flows import chores
from gateway.flows.gate import Gate
from gateway.flows.intake_stage import SCAN_TASK, STORE_TASK
from gateway.flows.intake_work import work_on

QUEUES: Final = ("lists", "chores")
_SILENT_FOR: Final = 30  # seconds without a heartbeat, and a worker counts as dead
_NIGHTLY: Final = "17 2 * * *"  # a quarter past two, by the server's clock: after the day's imports, before the mail
_EVERY_MINUTE: Final = "* * * * *"


def build(gate: Gate, connector: procrastinate.BaseConnector) -> procrastinate.App:
    """Put the tasks on a queue.

    Args:
        gate: a gateway.
        connector: the queue's way to the same database.
    """
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    app = procrastinate.App(connector=connector)
    _add_lists(app, gate)
    _add_chores(app, gate)
    return app


def run(app: procrastinate.App, *, wait: bool) -> None:
    """Work until stopped by a signal, or, without `wait`, until no job is left."""
    app.run_worker(queues=list(QUEUES), wait=wait, concurrency=1, listen_notify=wait, delete_jobs="successful")


def _add_lists(app: procrastinate.App, gate: Gate) -> None:
    @app.task(name=SCAN_TASK, queue=QUEUES[0])
    def scan(batch: str) -> None:
        """Go on with a list that is being scanned."""
        work_on(gate, bytes.fromhex(batch), stay=False)

    @app.task(name=STORE_TASK, queue=QUEUES[0])
    def store(batch: str) -> None:
        """Go on with a list that is being stored."""
        work_on(gate, bytes.fromhex(batch), stay=False)


def _add_chores(app: procrastinate.App, gate: Gate) -> None:
    @app.periodic(cron=_EVERY_MINUTE)
    @app.task(name="chores.take_over", queue=QUEUES[1], queueing_lock="take_over", pass_context=True)
    async def take_over(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001  the queue passes it
        """Give the jobs of workers that fell silent to others."""
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT_FOR):
            await manager.retry_job(job)

    @app.periodic(cron=_NIGHTLY)
    @app.task(name="chores.nightly", queue=QUEUES[1], queueing_lock="nightly")
    def nightly(timestamp: int) -> None:  # noqa: ARG001  the queue passes it
        """Do the night's work."""
        chores.nightly(gate)
