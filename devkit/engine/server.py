"""The engine as an HTTP server, in a thread of this process."""

from __future__ import annotations

import errno
import re
import socket
import sys
import threading
from pathlib import Path
from types import TracebackType

import uvicorn
from starlette.applications import Starlette

from connector_sdk.clock import Clock
from devkit.engine.engine import Engine
from devkit.engine.rest.access import LOGIN_PATH
from devkit.engine.rest.app import build
from devkit.engine.rest.bodies import MAX_NESTING
from devkit.engine.storage import Storage, StorageError

START_SECONDS = 10
STOP_SECONDS = 10
BACKLOG = 1024
RECURSION_LIMIT = 4 * MAX_NESTING
"""Python's own limit of 1,000 would be reached by a request of that depth: its JSON is read and written recursively."""

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_TOKEN = re.compile(r"[\x21-\x7e]+")


class EngineNotStarted(Exception):
    """The server could not be started; the message says why and what to do."""


class _Server(uvicorn.Server):
    """Tells when it serves, or that it never will; when it stops, nobody goes on waiting for jobs or results."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        super().__init__(config)
        self._app = app
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.stopping.set_result(None)
        await super().shutdown(sockets)


class RunningEngine:
    """A running server: the API is under `address` and /v2. Also a context manager that stops it."""

    def __init__(self, engine: Engine, listening: socket.socket, prefix: str, token: str | None) -> None:
        host, port = listening.getsockname()[:2]
        self.address = f"http://{host}:{port}{prefix}"
        self.token_address = f"http://{host}:{port}{LOGIN_PATH}"
        self.engine = engine
        self._socket = listening
        app = build(engine, prefix=prefix, token=token)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config, app)
        self._thread = threading.Thread(target=self._serve, name="development engine", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS) or not self._server.started:
            self.stop()
            raise EngineNotStarted(f"the development engine did not start within {START_SECONDS} seconds")

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Stop serving; whoever waits for jobs or a result is answered, without them."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        self._socket.close()
        self.engine.close()

    def __enter__(self) -> RunningEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _check_access(prefix: str, token: str | None) -> None:
    """Raises EngineNotStarted for what no client could send."""
    if _PREFIX.fullmatch(prefix) is None:
        raise EngineNotStarted(f"{prefix!r} is no path to put before the API; give one as SaaS has: /a-cluster")
    if token == "":
        raise EngineNotStarted("the token is empty; give one, or none at all")
    if token is not None and _TOKEN.fullmatch(token) is None:
        raise EngineNotStarted("the token has characters that no header can carry; give letters and digits")


def start(
    port: int = 0,
    host: str = "127.0.0.1",
    clock: Clock | None = None,
    data: Path | None = None,
    *,
    prefix: str = "",
    token: str | None = None,
) -> RunningEngine:
    """Serve an engine; port 0 takes a free one. With `data` its state is in that file, else in memory.

    With `prefix` (`/` and a cluster's id, say) the API is under that path, and so is the address; with `token` requests
    must bear it, and clients that log in by OAuth get it at `token_address`: both as on SaaS.

    Raises EngineNotStarted, for instance if the port or the file is in use.
    """
    _check_access(prefix, token)
    # Before the file is read: what a request may hold, a record does.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # IPPROTO_TCP is said aloud: asyncio sets TCP_NODELAY only then, and each answer would take 40 ms without it
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            reason = f"port {port} on {host} is in use; choose another port, or 0 for any free one"
        else:
            reason = f"cannot listen on port {port} of {host}: {error}"
        raise EngineNotStarted(reason) from error
    try:
        engine = Engine(clock, None if data is None else Storage(data))
    except StorageError as error:
        listening.close()
        raise EngineNotStarted(str(error)) from error
    return RunningEngine(engine, listening, prefix, token)
