"""Lambda's Invoke API in front of a function host: what an SDK or the poller's Lambda invoker talks to.

POST /2015-03-31/functions/{name or ARN}/invocations, with the header X-Amz-Invocation-Type.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from devkit.generate import UnknownFunction
from devkit.host.host import FunctionHost, HostClosed, TooManyInvocations

LARGEST_EVENT_BYTES = {"RequestResponse": 6 * 1024 * 1024, "Event": 1024 * 1024}
_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
_NAME = re.compile(r"(?:arn:[^:]+:lambda:[^:]*:[^:]*:function:)?([A-Za-z0-9_-]+)(?::[^:]+)?")


class _Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class RunningHost:
    """An Invoke API that listens until it is stopped; also usable in a `with`."""

    address: str
    _server: ThreadingHTTPServer
    _thread: threading.Thread

    def stop(self) -> None:
        """Close the port; the function host lives on."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> RunningHost:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(host: FunctionHost, port: int = 0) -> RunningHost:
    """Listen on 127.0.0.1 in a thread (port 0: a free one)."""
    server = _Server(("127.0.0.1", port), _handler(host))
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="invoke api", daemon=True
    )
    thread.start()
    return RunningHost(f"http://127.0.0.1:{server.server_port}", server, thread)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def _handler(host: FunctionHost) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("X-Amz-Invocation-Type") or "RequestResponse"
            try:
                status, headers, body = _invoke(host, self.path, kind, content)
            except _Refusal as error:
                body = json.dumps({"Type": "User", "Message": str(error)}).encode()
                status, headers = error.status, {"x-amzn-ErrorType": error.code}
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers, "Content-Length": len(body)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the functions' own output is the log."""

    return Handler


def _invoke(host: FunctionHost, path: str, kind: str, content: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for one request. Raises _Refusal."""
    name = _name(path, host)
    if len(content) > LARGEST_EVENT_BYTES.get(kind, 0) and kind != "DryRun":
        raise _Refusal(413, "RequestTooLargeException", f"{len(content)} byte payload is too large for {kind}")
    try:
        json.loads(content or b"null")
    except ValueError:
        raise _Refusal(400, "InvalidRequestContentException", "Could not parse request body into json") from None
    if kind == "DryRun":
        return 204, {}, b""
    if kind == "Event":
        threading.Thread(target=host.invoke, args=(name, content), daemon=True).start()
        return 202, {}, b""
    try:
        answer = host.invoke(name, content or b"{}")
    except TooManyInvocations as error:
        raise _Refusal(429, "TooManyRequestsException", str(error)) from error
    except HostClosed as error:
        raise _Refusal(500, "ServiceException", str(error)) from error
    headers = {"x-amzn-RequestId": answer.request_id, "X-Amz-Executed-Version": "$LATEST"}
    return 200, headers | ({"X-Amz-Function-Error": answer.error} if answer.error else {}), answer.content


def _name(path: str, host: FunctionHost) -> str:
    matched = _PATH.fullmatch(path)
    named = _NAME.fullmatch(unquote(matched[1])) if matched else None
    if named is None:
        raise _Refusal(404, "ResourceNotFoundException", f"{path} is no invocation of a function")
    try:
        return host.function(named[1]).name
    except UnknownFunction as error:
        raise _Refusal(404, "ResourceNotFoundException", str(error)) from error
