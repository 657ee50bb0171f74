"""Gathers what waits and decides it together: one thread, one transaction a batch, no timer.

While one batch commits, the next gathers; an idle gateway answers at once. Must never drop a question silently: the
queue is bounded, and a full one says so.
"""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final

from gateway.domain.errors import Ostiary, Unavailable
from gateway.flows.decide import MOST, Answers, Request, decide_batch
from gateway.flows.gate import Gate

QUEUE: Final = 4_096
ASKS: Final = 4 * MOST
"""How many questions may wait in all, so that a few large requests cannot fill the memory."""


class Batcher:
    """The one place where this process answers questions about single people."""

    def __init__(self, gate: Gate, queue: int = QUEUE) -> None:
        """Start the thread.

        Args:
            gate: the gateway.
            queue: how many requests may wait; the questions in them are bounded too (`ASKS`).
        """
        self._gate, self._room = gate, queue
        self._waiting: deque[tuple[Request, Future[Answers]]] = deque()
        self._asks = 0
        self._changed = threading.Condition()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="decisions", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> "Future[Answers]":
        """Queue a request; the future gets its answers, or the refusal it earned.

        Raises:
            Unavailable: `decisions_full`, `shutting_down`.
        """
        future: Future[Answers] = Future()
        with self._changed:
            if not self._open:
                raise Unavailable("shutting_down", "This gateway is stopping. Ask again; another one will answer.")
            if len(self._waiting) >= self._room or self._asks + len(request.asks) > ASKS:
                raise Unavailable("decisions_full", "Too many questions wait. Ask again in a second.")
            self._waiting.append((request, future))
            self._asks += len(request.asks)
            self._changed.notify()
        return future

    def close(self) -> None:
        """Answer what waits, then stop."""
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            if batch:
                self._answer(batch)

    def _take(self) -> "list[tuple[Request, Future[Answers]]] | None":
        """Give the next batch, empty if all who waited have hung up; None when nothing will come any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._open)
            if not self._waiting:
                return None
            batch: list[tuple[Request, Future[Answers]]] = []
            asks = 0
            while self._waiting and (not batch or asks + len(self._waiting[0][0].asks) <= MOST):
                one = self._waiting.popleft()
                self._asks -= len(one[0].asks)
                if one[1].set_running_or_notify_cancel():  # else whoever asked has hung up
                    asks += len(one[0].asks)
                    batch.append(one)
            return batch

    def _answer(self, batch: Sequence[tuple[Request, "Future[Answers]"]]) -> None:
        try:
            results = decide_batch(self._gate, [request for request, _ in batch])
        except Unavailable as error:
            for _, future in batch:
                future.set_exception(error)
            return
        except Exception as error:  # noqa: BLE001  a bug in one question must not take the others with it
            self._alone(batch, error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if isinstance(result, Ostiary):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _alone(self, batch: Sequence[tuple[Request, "Future[Answers]"]], error: Exception) -> None:
        """Find the poison: each request by itself; the one that fails alone keeps its error."""
        if len(batch) == 1:
            batch[0][1].set_exception(error)
            return
        for one in batch:
            self._answer([one])
