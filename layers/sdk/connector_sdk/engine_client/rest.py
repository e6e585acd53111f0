"""One request to the engine: address, authentication, time-outs, JSON answers and errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from connector_sdk.clock import SystemClock
from connector_sdk.engine_client.authentication import Authentication
from connector_sdk.engine_client.problems import engine_error
from connector_sdk.errors import EngineRejected, EngineUnreachable
from connector_sdk.wire.connection import Connections, Response

T = TypeVar("T")
API = "/v2"
COMMAND_CONNECTIONS = 32
"""Commands under way at once: from 16 on the engine is the limit, and not its client; with 32 it has more to write at
once, and takes a tenth less CPU for each (measured on two cores)."""


class Request(NamedTuple):
    """What goes to the engine. `path` begins after /v2."""

    method: str
    path: str
    body: bytes | None = None
    media_type: str = "application/json"
    read_timeout: float = 20.0
    """Seconds. The engine's own limit for a request is 15 (8.6)."""
    repeatable: bool = False
    """Whether sending it twice does no harm; see `Connections.request`."""
    held_open: bool = False
    """The engine may hold it open, until there are jobs or an instance has ended. Such requests have connections of
    their own and never hold up a command."""
    accept: str = "application/json"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Rest:
    """Speaks to one engine; any number of threads may use it."""

    def __init__(self, address: str, authentication: Authentication | None, connect_timeout: float) -> None:
        """Raises ValueError for an address that is none."""
        self.address = address.rstrip("/").removesuffix(API)
        self.version: tuple[int, int] | None = None
        """The engine's, as soon as somebody has asked for it."""
        self._authentication = authentication
        self._commands = Connections(self.address + API, limit=COMMAND_CONNECTIONS, connect_timeout=connect_timeout)
        self._held_open = Connections(self.address + API, connect_timeout=connect_timeout)

    def send(self, request: Request, read: Callable[[Any], T], within: float | None = None) -> T:
        """Return what `read` makes of the answer's JSON (None: no content). Raises EngineError.

        `within` is how many seconds everything may take together: the token, a free connection, the answer.
        A 401 is tried once more when the authentication has something new to offer.
        """
        answer = self.exchange(request, within)
        try:
            return read(json.loads(answer.body) if answer.body else None)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            detail = f"{self.address} may not be an engine's REST API ({answer.headers.get_content_type()})"
            raise EngineRejected(answer.status, "unexpected answer", detail, str(request)) from error

    def exchange(self, request: Request, within: float | None = None) -> Response:
        """The answer as it is, if it is a success. Otherwise like `send`."""
        deadline = None if within is None else SystemClock().monotonic() + within
        answer = self._authenticated(request, deadline)
        if not 200 <= answer.status < 300:
            raise engine_error(answer.status, answer.headers, answer.body, str(request))
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        self._commands.close()
        self._held_open.close()

    def _authenticated(self, request: Request, deadline: float | None) -> Response:
        if self._authentication is None:
            return self._exchange(request, None, deadline)
        header = self._authentication.header(deadline)
        answer = self._exchange(request, header, deadline)
        if answer.status == 401 and self._authentication.refused(header, deadline):
            return self._exchange(request, self._authentication.header(deadline), deadline)
        return answer

    def _exchange(self, request: Request, authorization: str | None, deadline: float | None) -> Response:
        headers = {"Accept": request.accept}
        if request.body is not None:
            headers["Content-Type"] = request.media_type
        if authorization is not None:
            headers["Authorization"] = authorization
        connections = self._held_open if request.held_open else self._commands
        try:
            return connections.request(
                request.method,
                request.path,
                body=request.body,
                headers=headers,
                read_timeout=request.read_timeout,
                repeatable=request.repeatable,
                deadline=deadline,
            )
        except OSError as error:
            raise EngineUnreachable(
                f"no answer from the engine at {self.address} to {request}: {error}; "
                "is it running, and does CAMUNDA_REST_ADDRESS name it?"
            ) from error
