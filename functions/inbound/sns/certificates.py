"""The certificates with which Amazon SNS signs, fetched from SNS itself and kept for a day."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from connector_sdk.inbound.fetching import fetched
from functions.inbound.sns.message import path_at_sns, unverified

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

KEEP_MS = 24 * 3600 * 1000
MAX_CERTIFICATES = 16
"""SNS has one for each region, and a new one now and then."""
_PATH = re.compile(r"/[A-Za-z0-9-]+\.pem", re.ASCII)


class Certificates:
    """Threads may share it."""

    def __init__(self, fetch: Callable[[str], bytes] | None = None) -> None:
        self._fetch = fetch or fetched
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, Certificate]] = {}

    def at(self, address: str, region: str, now_ms: int) -> Certificate:
        """The certificate at an address of SNS in that region, valid now.

        Raises WebhookError: 401 for any other address and for what is no valid certificate, 503 if there is no answer.
        """
        path = path_at_sns(address, region)
        if path is None or _PATH.fullmatch(path) is None:
            raise unverified()
        with self._lock:
            until_ms, certificate = self._known.get(address, (0, None))
            if certificate is None or now_ms >= until_ms:
                certificate = _read(self._fetch(address))
                self._known = dict(
                    [*self._known.items(), (address, (now_ms + KEEP_MS, certificate))][-MAX_CERTIFICATES:]
                )
        now = now_ms / 1000
        if not certificate.not_valid_before_utc.timestamp() <= now <= certificate.not_valid_after_utc.timestamp():
            raise unverified()
        return certificate


def _read(content: bytes) -> Certificate:
    # A webhook's start does not wait for the library.
    from cryptography.x509 import load_pem_x509_certificate

    try:
        return load_pem_x509_certificate(content)
    except ValueError:
        raise unverified() from None
