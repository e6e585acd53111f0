"""Polls of this process, where a stack has a schedule."""

from __future__ import annotations

import threading

from connector_sdk.inbound.rounds import PollingServices, Rounds
from connector_sdk.settings import Settings
from devkit.connector_runtime.functions import POLLS

STOP_SECONDS = 10.0


class Timer:
    """Polls in a thread, until it is stopped."""

    def __init__(self, services: PollingServices, settings: Settings) -> None:
        functions = {one.type: one.open(settings) for one in POLLS}
        self._rounds = Rounds(services, functions)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._rounds.run, args=(self._stopped,), name="polls", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests in hand."""
        self._stopped.set()
        self._thread.join(STOP_SECONDS)
