"""Polls of this process, where a stack has a schedule."""

from __future__ import annotations

import threading

from connector_sdk.inbound.rounds import PollingServices, Rounds
from connector_sdk.repeating import Repeating
from connector_sdk.settings import Settings
from devkit.connector_runtime.functions import POLLS
from devkit.connector_runtime.told import Notice, Tell

AGAIN_SECONDS = 5.0
"""After something that nobody foresaw has ended the polls."""


class Timer:
    """Polls in a thread, until it is stopped."""

    def __init__(self, services: PollingServices, settings: Settings, tell: Tell) -> None:
        functions = {one.type: one.open(settings) for one in POLLS}
        rounds = Rounds(services, functions, tell=lambda text: tell(Notice(text)))
        self._stopped = threading.Event()
        self._runs = Repeating("polls", lambda: rounds.run(self._stopped))

    def start(self) -> None:
        """Begin."""
        self._runs.start(AGAIN_SECONDS)

    def stop(self) -> None:
        """Finish the requests in hand."""
        self._stopped.set()
        self._runs.stop()
