"""A poller as a process says how it is doing, and is told to pause: a small HTTP server.

GET /health gives the figures of each job type as JSON. PUT and DELETE /paused/<connector> pause a connector and let it
go on.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from functions.runtime.poller.poller import Poller

PAUSED = "/paused/"


@contextmanager
def served(poller: Poller, connectors: Collection[str], host: str, port: int) -> Iterator[str]:
    """Listen while the block runs; port 0 takes a free one. Gives the address. Raises OSError."""
    server = _Server((host, port), _handler(_Control(poller, connectors)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="health", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _Control:
    def __init__(self, poller: Poller, connectors: Collection[str]) -> None:
        self._poller = poller
        self._connectors = connectors
        self._paused: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, method: str, path: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON."""
        if (method, path) == ("GET", "/health"):
            types = {name: asdict(figures) for name, figures in self._poller.figures().items()}
            return 200, {"status": "up", "types": types}
        name = path.removeprefix(PAUSED)
        if method == "GET" or not path.startswith(PAUSED):
            return 404, {"error": "there is GET /health, PUT and DELETE /paused/<connector>"}
        if name not in self._connectors:
            return 404, {"error": f"no connector {name!r} runs here; there are {', '.join(sorted(self._connectors))}"}
        with self._lock:
            change = self._paused.add if method == "PUT" else self._paused.discard
            change(name)
            self._poller.pause(self._paused)
            return 200, {"paused": sorted(self._paused)}


def _handler(control: _Control) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = control.answer(self.command, self.path)
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_DELETE = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: a probe comes every few seconds."""

    return Handler
