"""Something that is done now and then again after each pause, in a thread, until it is told to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

EVERY_SECONDS = 60.0
STOP_SECONDS = 30.0
"""How long `stop` waits for what is being done."""
_LOG = logging.getLogger(__name__)


class Repeating:
    """`name` is the thread's, and names in the log what has failed; what fails is done again all the same."""

    def __init__(self, name: str, once: Callable[[], object]) -> None:
        self._name = name
        self._once = once
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be begun."""
        return self._stopped.is_set()

    def start(self, every_seconds: float = EVERY_SECONDS) -> None:
        """Begin at once, with pauses of so many seconds."""
        self._thread = threading.Thread(target=self._run, args=(every_seconds,), name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and wait for what is being done, unless it is that which asks."""
        self._stopped.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(STOP_SECONDS)

    def _run(self, every_seconds: float) -> None:
        while not self.stopped:
            try:
                self._once()
            except Exception:
                # A full disk, a locked file: the thread has to live, since nobody else comes in its place.
                _LOG.exception("%s: this time failed; the next one comes in %s s", self._name, every_seconds)
            self._stopped.wait(every_seconds)
