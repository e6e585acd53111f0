"""Which connectors of a stack are paused: those that have a parameter /<stack>/connectors/<name>/paused."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.errors import AwsError
from connector_sdk.settings import Settings

log = logging.getLogger("connectors.poller")

LOOK_SECONDS = 30.0
"""How long it may take until a pause is seen."""
LAST = "paused"


def paused_connectors(settings: Settings) -> frozenset[str]:
    """Their names. Raises AwsError, SettingsError."""
    ssm = AwsEndpoint("ssm", settings)
    found: set[str] = set()
    page = {"Path": f"/{settings.stack}/connectors", "Recursive": True}
    while True:
        answer = ssm.operation("GetParametersByPath", page)
        for parameter in answer.get("Parameters", []):
            *_, name, last = str(parameter["Name"]).split("/")
            if last == LAST:
                found.add(name)
        if not answer.get("NextToken"):
            return frozenset(found)
        page["NextToken"] = answer["NextToken"]


def follow(settings: Settings, pause: Callable[[Collection[str]], None], stopping: threading.Event) -> None:
    """Look for pauses at once, then again and again in a thread until the poller stops."""

    def look() -> None:
        try:
            pause(paused_connectors(settings))
        except AwsError as error:
            log.warning("which connectors are paused cannot be seen, all stays as it is: %s", error)

    def run() -> None:
        while not stopping.wait(LOOK_SECONDS):
            look()

    look()
    threading.Thread(target=run, name="pauses", daemon=True).start()
