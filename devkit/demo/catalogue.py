"""The REST API that the example calls: which team owns a repository, and tickets. Loopback only, one made-up token."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

TOKEN = "catalogue-token"  # noqa: S105 - known to the demo only
OWNERS: Mapping[str, Mapping[str, str]] = {"acme/webshop": {"team": "storefront", "contact": "storefront@acme.example"}}
_REPOSITORY = re.compile(r"/repositories/([^/]+/[^/]+)")


class Catalogue:
    """A running catalogue; a context manager. `tickets` are the bodies that were posted."""

    def __init__(self) -> None:
        self.tickets: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, name="catalogue", daemon=True)

    @property
    def address(self) -> str:
        """Such as http://127.0.0.1:49152."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, authorization: str | None, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and JSON body for a request."""
        if authorization != f"Bearer {TOKEN}":
            return 401, {"reason": "a bearer token is missing"}
        repository = _REPOSITORY.fullmatch(path)
        if method == "GET" and repository:
            owner = OWNERS.get(repository[1])
            return (200, {"owner": owner}) if owner else (404, {"reason": f"no team has claimed {repository[1]}"})
        if method == "POST" and path == "/tickets":
            self.tickets.append(json.loads(body))
            return 201, {"id": f"T-{len(self.tickets)}"}
        return 404, {"reason": f"nothing at {path}"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        catalogue = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._reply()

            def do_POST(self) -> None:
                self._reply()

            def _reply(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, content = catalogue.answer(self.command, self.path, self.headers.get("Authorization"), sent)
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing; the demo prints what matters."""

        return Handler
