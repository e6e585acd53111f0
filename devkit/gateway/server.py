"""An HTTP server in a thread that hands every request to a Lambda handler."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.errors import SdkError
from devkit.gateway.events import event_of, response_of

Handler = Callable[[dict[str, Any], Any], Mapping[str, Any]]
MAX_BODY_BYTES = 10_000_000
"""API Gateway's own limit for a request."""
STOP_SECONDS = 10
_LOG = logging.getLogger(__name__)


class PortInUse(SdkError):
    """Something else listens on the port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"port {port} on {host} is in use: stop what listens there, or choose another port (0: any)")


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """A gateway that serves until it is stopped; also usable in a `with`."""

    address: str
    _server: uvicorn.Server
    _thread: threading.Thread

    def stop(self) -> None:
        """Answer what is in flight, then close the port."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)

    def __enter__(self) -> RunningGateway:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    handler: Handler,
    port: int = 0,
    host: str = "127.0.0.1",
    *,
    clock: Clock | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
) -> RunningGateway:
    """Serve `handler` on `host` and `port` (0: a free one). Raises PortInUse."""
    listener = _listen(host, port)
    app = _Gateway(handler, clock or SystemClock(), max_body_bytes)
    config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=_serve, args=(server, listener), name="webhook gateway", daemon=True)
    thread.start()
    return RunningGateway(f"http://{host}:{listener.getsockname()[1]}", server, thread)


def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    with listener:
        server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """Bind before the thread starts, so that requests wait in the queue and a taken port is known at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # IPPROTO_TCP is said aloud: asyncio sets TCP_NODELAY only then, and each answer would take 40 ms without it
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(host, port) from None
        raise
    return listener


class _Gateway:
    """The ASGI application: any path, any method."""

    def __init__(self, handler: Handler, clock: Clock, max_body_bytes: int) -> None:
        self._handler = handler
        self._clock = clock
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._respond(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        time_ms = self._clock.time_ms()
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._max_body_bytes:
                return JSONResponse({"message": "Request Entity Too Large"}, status_code=413)
        try:
            return response_of(await run_in_threadpool(self._handler, event_of(request.scope, body, time_ms), None))
        except Exception:
            _LOG.exception("the handler of %s %s failed", request.method, request.url.path)
            return JSONResponse({"message": "Internal Server Error"}, status_code=500)
