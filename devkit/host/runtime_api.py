"""Lambda's Runtime API for one process: it asks for the next event, and brings back answers and errors.

Every answer leaves in one piece: the runtime client never sees one whose body comes in a packet of its own.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any

RUNTIME = "/2018-06-01/runtime"
NEXT = f"{RUNTIME}/invocation/next"


@dataclass(frozen=True, slots=True)
class Event:
    """One invocation on its way to the process."""

    request_id: str
    arn: str
    content: bytes
    deadline_ms: Callable[[], int]
    """Asked when the process takes the event: the time before, it spent starting."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the process said: `response`, `error` or `init/error`, with the body."""

    what: str
    request_id: str
    content: bytes


class RuntimeApi:
    """A server on a free port of loopback for one process. `said` is called in a thread of the server's."""

    def __init__(self, said: Callable[[Said], None]) -> None:
        self.ready = threading.Event()
        """Set when the process asks for its first event: it has imported its handler."""
        self._events: SimpleQueue[Event | None] = SimpleQueue()
        self._said = said
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="runtime api", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """Host and port, as AWS_LAMBDA_RUNTIME_API wants them."""
        return f"127.0.0.1:{self._server.server_port}"

    def give(self, event: Event) -> None:
        """Have the process take this event next."""
        self._events.put(event)

    def close(self) -> None:
        """Let go of a process that waits, and end."""
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                if self.path != NEXT:
                    self._answer(404, {}, b"")
                    return
                api.ready.set()
                event = api._events.get()
                if event is None:
                    self.close_connection = True
                    return
                self._answer(
                    200,
                    {
                        "Lambda-Runtime-Aws-Request-Id": event.request_id,
                        "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms()),
                        "Lambda-Runtime-Invoked-Function-Arn": event.arn,
                        "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
                        "Content-Type": "application/json",
                    },
                    event.content,
                )

            def do_POST(self) -> None:
                content = self._content()
                *_, request_id, what = self.path.removeprefix(RUNTIME).split("/")
                if self.path == f"{RUNTIME}/init/error":
                    what, request_id = "init/error", ""
                api._said(Said(what, request_id, content))  # first: a process that knows may end at once
                self._answer(202, {"Content-Type": "application/json"}, b'{"status":"OK"}')

            def _content(self) -> bytes:
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                content = b""
                while size := int(self.rfile.readline().partition(b";")[0], 16):
                    content += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return content

            def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
                lines = [f"HTTP/1.1 {status} {'OK' if status < 300 else 'Not Found'}"]
                lines += [f"{name}: {value}" for name, value in {**headers, "Content-Length": len(body)}.items()]
                self.wfile.write("\r\n".join([*lines, "", ""]).encode() + body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the process's own output is the log."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A process that ended has left its connection behind; anything else is a fault of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
