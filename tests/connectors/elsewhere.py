"""HTTP to one place on this machine, whatever host was asked for: connectors whose service has one address always."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from connector_sdk.http import HttpClient, Sender
from connector_sdk.http.transport import GuardedTransport
from devkit.testing.jobs import LOOPBACK, no_pause


class Elsewhere(httpx.BaseTransport):
    """Requests for `host` go to `place`, an address such as http://127.0.0.1:8080; all others where they want."""

    def __init__(self, host: str, place: str) -> None:
        self._host = host
        self._place = urlsplit(place)
        self._transport = GuardedTransport(LOOPBACK)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == self._host:
            assert request.url.scheme == "https"
            place = self._place
            request.url = request.url.copy_with(scheme=place.scheme, host=place.hostname, port=place.port)
        return self._transport.handle_request(request)

    def close(self) -> None:
        self._transport.close()


def http_with(host: str, place: str) -> HttpClient:
    """A client for services."""
    return HttpClient(Sender(Elsewhere(host, place), pause=no_pause))
