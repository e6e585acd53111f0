"""The line between a function and its engine: it can be cut, and it can kill whoever speaks at a chosen moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Literal
from urllib.parse import urlsplit

COMMANDS = ("/v2/messages/publication", "/v2/process-instances")
"""What has an effect on the engine."""
Moment = Literal["before", "after"]
"""Before the engine gets a command, or after it has carried it out and before its answer is passed on."""


@dataclass
class Line:
    """`cut`: nobody answers. `kill` is called at the moment, for every n-th command; nothing is answered then."""

    upstream: str
    cut: bool = False
    moment: Moment = "before"
    every: int = 0
    """0: never."""
    kill: Callable[[], None] = lambda: None
    commands: int = 0
    killed: list[str] = field(default_factory=list)
    """The commands, by their path, at which somebody was killed."""

    def fatal(self, path: str, moment: Moment) -> bool:
        """Whether this is the moment; whoever speaks is dead then."""
        if moment != self.moment or not self.every or path not in COMMANDS:
            return False
        self.commands += 1
        if self.commands % self.every:
            return False
        self.kill()
        self.killed.append(path)
        return True


@contextmanager
def line_to(upstream: str) -> Iterator[tuple[Line, str]]:
    """A line and the address of its near end."""
    line = Line(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (_Passing,), {"line": line}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield line, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True
    line: Line

    def _pass(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.close_connection = True  # unless there is an answer
        if self.line.cut or self.line.fatal(self.path, "before"):
            return
        status, media_type, answer = self._answer(content)
        if self.line.fatal(self.path, "after"):
            return
        self.close_connection = False
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _pass

    def _answer(self, content: bytes) -> tuple[int, str, bytes]:
        connection = HTTPConnection(urlsplit(self.line.upstream).netloc, timeout=30)
        try:
            headers = {"Content-Type": self.headers.get("content-type", "application/json")}
            connection.request(self.command, self.path, content, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("content-type", ""), answer.read()
        except (OSError, HTTPException) as error:
            return 502, "text/plain", str(error).encode()
        finally:
            connection.close()

    def log_message(self, format: str, *arguments: object) -> None:
        """Requests are no news."""
