"""Following redirects (RFC 9110, section 15.4), for tasks that ask for it. Every hop's address is judged anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urljoin

from connector_sdk.http.errors import PROTOCOL, ProtocolError
from connector_sdk.http.faults import NoHost
from connector_sdk.http.origin import split
from connector_sdk.http.request import Request
from connector_sdk.http.response import Response
from connector_sdk.http.sending import Sender
from connector_sdk.http.url import encoded_url

MAX_REDIRECTS = 10
REDIRECTS = (301, 302, 303, 307, 308)
SEE_OTHER = 303
BECOMES_GET = (301, 302)
HARMLESS_HEADERS = ("accept", "accept-language", "accept-encoding", "content-type", "user-agent")
"""What another host gets to see; whatever else the task sent may be a credential."""
_SAFE = "".join(map(chr, range(0x21, 0x7F)))


def follow(sender: Sender, request: Request, redirected: Callable[[], None]) -> Response:
    """Send a request, and send it on to where the answers point; each time `redirected` is told.

    Raises ProtocolError after MAX_REDIRECTS hops.
    """
    for _ in range(MAX_REDIRECTS + 1):
        response = sender.send(request)
        target = _target(request, response)
        if target is None:
            return response
        redirected()
        request = _redirected(request, response.status_code, target)
    raise ProtocolError("500", PROTOCOL, f"{request.where} was redirected more than {MAX_REDIRECTS} times")


def _target(request: Request, response: Response) -> str | None:
    """Where the answer points, or None if it is no redirect or points to nothing that can be requested."""
    location = response.headers.get("location")
    if response.status_code not in REDIRECTS or not location:
        return None
    try:
        target = encoded_url(urljoin(request.url, quote(location, safe=_SAFE)), skip_encoding=True)
        split(target)
    except (ValueError, NoHost):
        return None
    return target


def _redirected(request: Request, status: int, target: str) -> Request:
    if status == SEE_OTHER or (status in BECOMES_GET and request.method == "POST"):
        headers = tuple(header for header in request.headers if header[0].lower() != "content-type")
        request = replace(request, method="GET", content=b"", headers=headers)
    if split(target)[0] != split(request.url)[0]:
        headers = tuple(header for header in request.headers if header[0].lower() in HARMLESS_HEADERS)
        request = replace(request, headers=headers, tls=None)
    return replace(request, url=target)
