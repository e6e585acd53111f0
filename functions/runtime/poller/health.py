"""A poller as a process says how it is doing, and is told to pause: a small HTTP server.

GET /health gives the figures of each job type as JSON, and 200 as long as the process lives. GET /ready gives the same,
and 503 while no type can get jobs. PUT and DELETE /paused/<connector> pause a connector and let it go on.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from connector_sdk.errors import SdkError
from functions.runtime.poller.poller import Poller

PAUSED = "/paused/"
READ = frozenset({"GET", "HEAD"})
UNREADY = frozenset({"waiting", "missing", "stopped"})
"""States of a type that gets no jobs, and not because somebody wants it so."""
MAX_PORT = 65_535
_PLACE = re.compile(r"(?:(\[[0-9a-fA-F:.]+\]|[^:\[\]]+):)?([0-9]{1,5})", re.ASCII)


class NotListening(SdkError):
    """Nobody can listen where the health is to be told."""


def listening(place: str) -> tuple[str, int]:
    """Host and port of `9090`, `0.0.0.0:9090` or `[::1]:9090`. Raises NotListening."""
    found = _PLACE.fullmatch(place)
    if found is None or int(found[2]) > MAX_PORT:
        raise NotListening(f"nothing can listen on {place}: it is no port or HOST:PORT; give another --health")
    return (found[1] or "127.0.0.1").strip("[]"), int(found[2])


class HealthServer:
    """Listens from the beginning on, port 0 takes a free one, and answers while it is `served`."""

    def __init__(self, place: str) -> None:
        """`place` is what `listening` reads. Raises NotListening."""
        host, port = listening(place)
        try:
            self._server = (_Server6 if ":" in host else _Server)((host, port), BaseHTTPRequestHandler)
        except OSError as error:
            raise NotListening(f"nothing can listen on {place}: {error}; give another --health") from error
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{self._server.server_port}"

    def close(self) -> None:
        """Listen no more."""
        self._server.server_close()

    @contextmanager
    def served(self, poller: Poller, connectors: Collection[str]) -> Iterator[str]:
        """Answer for this poller while the block runs. Gives the address."""
        self._server.RequestHandlerClass = _handler(_Control(poller, connectors))
        serve = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="health", daemon=True
        )
        serve.start()
        try:
            yield self.address
        finally:
            self._server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Control:
    def __init__(self, poller: Poller, connectors: Collection[str]) -> None:
        self._poller = poller
        self._connectors = connectors
        self._paused: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, method: str, path: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON."""
        path = path.partition("?")[0].rstrip("/")
        if method in READ and path in ("/health", "/ready"):
            return self._figures(ready_only=path == "/ready")
        name = path.removeprefix(PAUSED)
        if method in READ or not path.startswith(PAUSED):
            return 404, {"error": "there are GET /health and /ready, PUT and DELETE /paused/<connector>"}
        if name not in self._connectors:
            return 404, {"error": f"no connector {name!r} runs here; there are {', '.join(sorted(self._connectors))}"}
        with self._lock:
            change = self._paused.add if method == "PUT" else self._paused.discard
            change(name)
            self._poller.pause(self._paused)
            return 200, {"paused": sorted(self._paused)}

    def _figures(self, *, ready_only: bool) -> tuple[int, dict[str, Any]]:
        figures = self._poller.figures()
        ready = any(one.state not in UNREADY for one in figures.values())
        types = {name: asdict(one) for name, one in figures.items()}
        return 503 if ready_only and not ready else 200, {"status": "up", "ready": ready, "types": types}


def _handler(control: _Control) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = control.answer(self.command, self.path)
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_PUT = do_DELETE = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: a probe comes every few seconds."""

    return Handler
