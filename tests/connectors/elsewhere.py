"""HTTP to one place on this machine, whatever host was asked for: connectors whose service has one address always."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from connector_sdk.http import HttpClient, Request, Sender
from connector_sdk.http.deadline import Deadline
from connector_sdk.http.incoming import Incoming
from connector_sdk.http.transport import GuardedTransport
from devkit.testing.jobs import LOOPBACK, no_pause


class Elsewhere:
    """A transport: requests for `host` go to `place`, an address such as http://127.0.0.1:8080; all others where they
    want.
    """

    def __init__(self, host: str, place: str) -> None:
        self._host = host
        self._place = place.rstrip("/")
        self._transport = GuardedTransport(LOOPBACK)

    def send(self, request: Request, deadline: Deadline) -> Incoming:
        asked = urlsplit(request.url)
        if asked.hostname == self._host:
            assert asked.scheme == "https"
            target = request.url.removeprefix(f"https://{asked.netloc}")
            request = replace(request, url=self._place + target)
        return self._transport.send(request, deadline)

    def close(self) -> None:
        self._transport.close()


def http_with(host: str, place: str) -> HttpClient:
    """A client for services."""
    return HttpClient(Sender(Elsewhere(host, place), pause=no_pause))
