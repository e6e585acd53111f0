"""A JSON Web Key Set (RFC 7517) at an address, kept for a while."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.answers import RETRY_AFTER
from connector_sdk.inbound.fetching import fetched

KEEP_MS = 10 * 60 * 1000
FETCHES_A_MINUTE = 10
"""Tokens with made-up key ids must not become requests to whoever publishes the keys."""
MINUTE_MS = 60_000


class KeySet:
    """The keys at `url`. Threads may share it."""

    def __init__(self, url: str, fetch: Callable[[str], bytes] = fetched) -> None:
        self._url = url
        self._fetch = fetch
        self._lock = threading.Lock()
        self._keys: Sequence[Mapping[str, Any]] = ()
        self._stale_ms = 0
        self._fetches: deque[int] = deque(maxlen=FETCHES_A_MINUTE)

    def find(self, key_id: str | None, now_ms: int) -> Mapping[str, Any] | None:
        """The key with that id; without an id the only key there is. None if there is none.

        Keys are fetched again after ten minutes, and for an id that is not among them, ten times a minute at most.
        Raises WebhookError (503) if they cannot be had.
        """
        with self._lock:
            if now_ms < self._stale_ms and (found := self._found(key_id)) is not None:
                return found
            if self._may_fetch(now_ms):
                self._fetches.append(now_ms)
                self._keys, self._stale_ms = _keys(self._fetch(self._url)), now_ms + KEEP_MS
            elif now_ms >= self._stale_ms:
                raise WebhookError(503, "The keys of this webhook cannot be had now", RETRY_AFTER)
            return self._found(key_id)

    def _may_fetch(self, now_ms: int) -> bool:
        return len(self._fetches) < FETCHES_A_MINUTE or now_ms - self._fetches[0] >= MINUTE_MS

    def _found(self, key_id: str | None) -> Mapping[str, Any] | None:
        if key_id is None:
            return self._keys[0] if len(self._keys) == 1 else None
        return next((key for key in self._keys if key.get("kid") == key_id), None)


def _keys(content: bytes) -> Sequence[Mapping[str, Any]]:
    """The set's keys for signatures. Raises WebhookError (503) if this is no key set."""
    try:
        keys = json.loads(content)["keys"]
        return [key for key in keys if key.get("use", "sig") == "sig"]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise WebhookError(503, "The keys of this webhook cannot be read", RETRY_AFTER) from None
