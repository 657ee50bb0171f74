"""Carries answers from the batcher's thread to the event loop. Must never answer anything itself."""

import asyncio
from collections import deque
from concurrent.futures import Future

from gateway.flows.decide import Answers


class Bell:
    """Brings answers from the batcher's thread to the event loop: one wake-up for all that came since the last.

    A wake-up for each of a batch costs more than its answer does.
    """

    def __init__(self) -> None:
        self._ready: deque[tuple[asyncio.Future[Answers], Future[Answers]]] = deque()
        self._rings = False

    async def rung(self, future: "Future[Answers]") -> Answers:
        """Wait for a batcher's future."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Answers] = loop.create_future()
        future.add_done_callback(lambda done: self._ring(loop, waiting, done))
        return await waiting

    def _ring(
        self, loop: asyncio.AbstractEventLoop, waiting: "asyncio.Future[Answers]", done: "Future[Answers]"
    ) -> None:
        """Note an answer, in whatever thread; first the note, then the look at the flag: so none is left behind."""
        self._ready.append((waiting, done))
        if not self._rings:
            self._rings = True
            loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        """Hand out what is ready; the flag falls first, so that whoever notes from here on rings again."""
        self._rings = False
        while self._ready:
            waiting, done = self._ready.popleft()
            if waiting.done():  # the caller left
                continue
            if (error := done.exception()) is not None:
                waiting.set_exception(error)
            else:
                waiting.set_result(done.result())
