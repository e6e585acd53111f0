"""The keys of a container's role: ECS serves them to its tasks, EKS to its pods, and they are renewed before they end.

The rules are AWS's own ("Container credential provider"): a path below ECS's own address, or a whole address to which
the content of a token file may go along. Over http:// only this machine and the two agents of AWS are asked.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.errors import AwsError, AwsUnreachable, SettingsError
from connector_sdk.settings import Settings
from connector_sdk.sigv4 import Credentials
from connector_sdk.wire.connection import Connections

log = logging.getLogger(__name__)

ECS = "http://169.254.170.2"
"""What a path is below of."""
AGENTS = frozenset({"169.254.170.2", "169.254.170.23", "fd00:ec2::23"})
"""ECS's, and EKS's by both protocols."""
CONNECT_TIMEOUT_SECONDS = 2.0
FETCH_SECONDS = 5.0
RENEW_SECONDS = 600
"""So long before their end keys are renewed; AWS renews its own sooner."""
AGAIN_SECONDS = 10
"""After a failure the agent is left alone for so long, by all threads together."""


def credentials_of(settings: Settings) -> Callable[[], Credentials]:
    """Where the keys for each request come from: the environment, else the container's agent.

    Raises SettingsError if there is neither; calling it raises AwsUnreachable.
    """
    if settings.container_credentials and not settings.aws_access_key_id:
        return _shared(settings.container_credentials, settings.container_token_file)
    found = Credentials.from_settings(settings)
    return lambda: found


@cache
def _shared(place: str, token_file: str) -> ContainerCredentials:
    """One for all services: they share a role."""
    return ContainerCredentials(place, token_file)


class ContainerCredentials:
    """Fetched once, kept while they are good; any number of threads may call it."""

    def __init__(self, place: str, token_file: str = "", clock: Clock | None = None) -> None:
        """`place` is a path on ECS's agent or a whole address. Raises SettingsError for one that may not be asked."""
        address = f"{ECS}{place}" if place.startswith("/") else place
        parts = urlsplit(address)
        if not _may_be_asked(parts.scheme, parts.hostname or ""):
            raise SettingsError(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is not an https:// address, nor one of this machine or of AWS's "
                "agents: keys are not asked for anywhere else"
            )
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._host = parts.netloc
        self._token_file = token_file
        self._clock = clock or SystemClock()
        self._agent = Connections(f"{parts.scheme}://{parts.netloc}", connect_timeout=CONNECT_TIMEOUT_SECONDS)
        self._lock = threading.Lock()
        self._kept: Credentials | None = None
        self._ends_ms = 0
        self._failure: AwsError | None = None
        self._again_ms = 0

    def __call__(self) -> Credentials:
        """Keys that are good for a while. Raises AwsUnreachable: there are none, or they have ended."""
        with self._lock:
            now = self._clock.time_ms()
            if now >= self._ends_ms - RENEW_SECONDS * 1000 and now >= self._again_ms:
                self._renew(now)
            if self._kept is None or now >= self._ends_ms:
                raise self._failure or AwsUnreachable(f"the container's keys from {self._host} have ended", sent=False)
            return self._kept

    def _renew(self, now: int) -> None:
        """Fetch new keys. Old ones stay if that fails."""
        self._failure, self._again_ms = None, now + AGAIN_SECONDS * 1000
        try:
            self._kept, self._ends_ms = self._fetched()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # What came may hold keys: its words are not repeated.
            reason = error if isinstance(error, OSError) else "the answer holds no keys"
            self._failure = AwsUnreachable(f"no keys for the container from {self._host}: {reason}", sent=False)
            log.warning("%s", self._failure)

    def _fetched(self) -> tuple[Credentials, int]:
        headers = {"Accept": "application/json"}
        if self._token_file:
            headers["Authorization"] = Path(self._token_file).read_text(encoding="ascii").strip()
        deadline = SystemClock().monotonic() + FETCH_SECONDS
        answer = self._agent.request(
            "GET", self._path, headers=headers, read_timeout=FETCH_SECONDS, repeatable=True, deadline=deadline
        )
        if answer.status != 200:
            raise OSError(f"it answered {answer.status}")
        found = json.loads(answer.body)
        ends = datetime.fromisoformat(found["Expiration"])
        keys = [found[name] for name in ("AccessKeyId", "SecretAccessKey", "Token")]
        if ends.tzinfo is None or not all(key and isinstance(key, str) for key in keys):
            raise ValueError("no keys, or no end")
        return Credentials(*keys), int(ends.timestamp() * 1000)


def _may_be_asked(scheme: str, host: str) -> bool:
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    return bool(host) and (scheme == "https" or (scheme == "http" and (local or host in AGENTS)))
