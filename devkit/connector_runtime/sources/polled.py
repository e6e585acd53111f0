"""A source that nobody reads to the end: it is looked into now and then, where a stack has a schedule."""

from __future__ import annotations

from connector_sdk.inbound.polled import interval_of, look_into
from devkit.connector_runtime.sources.reader import Reading


def read(reading: Reading) -> None:
    """Look until it is stopped, with the model's pause in between. Raises SdkError when the source goes away."""
    while not reading.stopped.is_set():
        look_into(reading.subscription, reading.services, reading.settings)
        reading.connected()
        reading.stopped.wait(interval_of(reading.subscription) / 1000)
