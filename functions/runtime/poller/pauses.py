"""Which connectors of a stack are paused: those that have a parameter /<stack>/connectors/<name>/paused."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.errors import AwsError
from connector_sdk.settings import Settings
from functions.runtime.poller.stack_parameters import connector_parameters

log = logging.getLogger("connectors.poller")

LOOK_SECONDS = 30.0
"""How long it may take until a pause is seen."""
LAST = "paused"


def paused_connectors(ssm: AwsEndpoint, stack: str) -> frozenset[str]:
    """Their names. Raises AwsError."""
    paths = (str(parameter["Name"]).split("/") for parameter in connector_parameters(ssm, stack, recursive=True))
    return frozenset(name for *_, name, last in paths if last == LAST)


def follow(settings: Settings, pause: Callable[[Collection[str]], None], stopping: threading.Event) -> None:
    """Look for pauses at once, then again and again in a thread until the poller stops. Raises SettingsError."""
    ssm = AwsEndpoint("ssm", settings)

    def look() -> None:
        try:
            pause(paused_connectors(ssm, settings.stack))
        except AwsError as error:
            log.warning("which connectors are paused cannot be seen, all stays as it is: %s", error)

    def run() -> None:
        while not stopping.wait(LOOK_SECONDS):
            look()

    look()
    threading.Thread(target=run, name="pauses", daemon=True).start()
