"""Secrets that were read once are kept in the process: for five minutes, and longer while AWS does not answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.errors import AwsError, SecretsUnavailable

FRESH_SECONDS = 300.0
"""A changed secret is seen after this long at the latest."""
MISSING_SECONDS = 10.0
"""A secret that is not there is looked for again after this long: somebody may be adding it right now."""

_LOG = logging.getLogger(__name__)


class Cached:
    """The names and values that `read` gives. Threads share one reading."""

    def __init__(self, read: Callable[[], Mapping[str, str]], clock: Clock | None = None) -> None:
        self._read = read
        self._clock: Clock = clock or SystemClock()
        self._values: Mapping[str, str] | None = None
        self._read_at = 0.0
        self._lock = threading.Lock()

    def fresh_for(self, name: str | None = None) -> Mapping[str, str]:
        """The values, read again if they are old, or if `name` is not among them. Raises SecretsUnavailable."""
        with self._lock:
            now = self._clock.monotonic()
            if self._values is None:
                self._values, self._read_at = self._first(), now
                return self._values
            limit = FRESH_SECONDS if name is None or name in self._values else MISSING_SECONDS
            if now - self._read_at >= limit:
                self._read_at = now
                self._values = self._again(self._values)
            return self._values

    def outdate(self) -> None:
        """Read again next time, because a service refused a value; not more often than what is missing."""
        with self._lock:
            now = self._clock.monotonic()
            if self._values is not None and now - self._read_at >= MISSING_SECONDS:
                self._read_at = now - FRESH_SECONDS

    def _first(self) -> Mapping[str, str]:
        try:
            return self._read()
        except AwsError as error:
            raise SecretsUnavailable(f"the secrets cannot be read: {error}") from error

    def _again(self, old: Mapping[str, str]) -> Mapping[str, str]:
        try:
            return self._read()
        except (AwsError, SecretsUnavailable) as error:
            _LOG.warning("secrets could not be read again, the ones from before are used: %s", error)
            return old
