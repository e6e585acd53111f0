"""The HTTP service that the recorded jobs talked to: its answers decide their outcomes, so it is needed to replay them.

A request to `/c/<case id>/<behaviour>[/arguments]` is kept under the case's id, and the behaviour decides the answer.
Answers carry neither Date nor Server, so that a result's headers are the same every time.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, ClassVar

JSON = "application/json"
_OBJECT = {
    "ok": True,
    "items": [1, 2, {"a": None}],
    "text": "é",
    "n": 1.5,
    "zero": 0,
    "nested": {"a": {"b": "c"}},
    "nothing": None,
    "s": "1",
}
_KEYS = {
    "a-b": 1,
    "a b": 2,
    "response": "inner",
    "error": {"code": "X"},
    "status": "body-status",
    "job": {"retries": 99},
    "": "empty",
    "é": 1,
    "1a": 3,
    "body": {"body": 1},
}
_PROBLEM = {"type": "about:blank", "title": "Bad", "status": 400, "detail": "field x", "errors": [{"f": "x"}]}
_NUMBERS = (
    '{"i":12345678901234567890123,"d":1.10,"e":1e3,"l":9007199254740993,"p":0.1234567890123456789,"neg":-0.0,"h":1e400}'
)
_UNICODE = {"e": "😀", "z": "中文", "c": "\u0000\u001f\u2028", "r": "\u202eabc"}
_DOCUMENT = {"camunda.document.type": "camunda", "storeId": "in-memory", "documentId": "none", "metadata": {}}
REASONS = {
    **{200: "OK", 201: "Created", 202: "Accepted", 204: "No Content"},
    **{301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified"},
    **{307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized"},
    **{402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"},
    **{408: "Request Timeout", 409: "Conflict", 410: "Gone", 412: "Precondition Failed", 413: "Content Too Large"},
    **{415: "Unsupported Media Type", 418: "I'm a Teapot", 422: "Unprocessable Content", 425: "Too Early"},
    **{429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway"},
    **{503: "Service Unavailable", 504: "Gateway Timeout"},
}
NO_BODY = (204, 304)
# Every client chooses these itself; one is kept only if the job set it, that is if it is not the client's own value.
CLIENTS_OWN = {
    "user-agent": "serverless-connectors",
    "host": "127.0.0.1",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "content-length": "",
    "transfer-encoding": "",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the target sends back. `reason` None: the usual one for the status."""

    content: bytes = b""
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    reason: str | None = None


def _text(text: str | bytes, content_type: str = "text/plain", status: int = 200, *more: tuple[str, str]) -> Answer:
    content = text if isinstance(text, bytes) else text.encode()
    return Answer(content, status, (*more, ("Content-Type", content_type)))


def _json(value: Any, status: int = 200, *more: tuple[str, str]) -> Answer:
    return _text(json.dumps(value, ensure_ascii=False), JSON, status, *more)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text)


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"d": value}
    return value


def _slow(seconds: float) -> Answer:
    Event().wait(seconds)
    return _json({"slow": True})


def _location(arguments: Sequence[str]) -> str:
    return "../" + ("/".join(arguments) or "json")


# Behaviours without arguments.
_FIXED: dict[str, Answer] = {
    "json": _json(_OBJECT),
    "created": _json({"id": 7}, 201, ("Location", "/things/7")),
    "keys": _json(_KEYS),
    "list": _json([1, "two", None, {"three": 3}]),
    "emptylist": _json([]),
    "emptyobj": _json({}),
    "problem": _text(json.dumps(_PROBLEM), "application/problem+json", 400),
    "text": _text("plain text"),
    "textjson": _text('{"a":1,"b":[true]}'),
    "textnum": _text("42"),
    "textquoted": _text('"quoted"'),
    "textbad": _text('{"a":1,}'),
    "jsontext": _text("just words", JSON),
    "noct": Answer(b'{"a":1}'),
    "noctt": Answer(b"some words"),
    "empty": Answer(),
    "emptyjson": _text("", JSON),
    "blank": _text("   ", JSON),
    "204": Answer(status=204),
    "204hdr": Answer(status=204, headers=[("X-Remaining", "9")]),
    "304": Answer(status=304, headers=[("ETag", '"v1"')]),
    "badjson": _text('{"a":', JSON),
    "trailing": _text('{"a":1} {"b":2}', JSON),
    "dupkeys": _text('{"a":1,"a":2}', JSON),
    "bignum": _text(_NUMBERS, JSON),
    "xml": _text("<a><b>1</b></a>", "application/xml"),
    "html": _text("<html>hé</html>", "text/html; charset=utf-8"),
    "latin1": _text("hé".encode("latin-1"), "text/plain; charset=iso-8859-1"),
    "latin1json": _text('{"a":"hé"}'.encode("latin-1"), "application/json; charset=iso-8859-1"),
    "bom": _text(b'\xef\xbb\xbf{"a":1}', JSON),
    "utf16": _text('{"a":"é"}'.encode("utf-16"), "application/json; charset=utf-16"),
    "octet": _text(bytes([0, 255, 1, 254]), "application/octet-stream"),
    "pdf": _text(b"%PDF-1.4 fake", "application/pdf", 200, ("Content-Disposition", 'attachment; filename="a b.pdf"')),
    "csv": _text("a,b\n1,2\n", "text/csv"),
    "unicode": _json(_UNICODE),
    "hdrs": _json(
        {"x": 1}, 200, ("X-Multi", "a"), ("X-Multi", "b"), ("X-One", "1"), ("x-lower", "low"), ("X-Comma", "a, b")
    ),
    "cookies": _json({"x": 1}, 200, ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("set-cookie", "c=3")),
    "cookie1": _json({"x": 1}, 200, ("Set-Cookie", "a=1; Path=/")),
    "link": _json({"x": 1}, 200, ("Link", '<http://x.test/2>; rel="next"'), ("ETag", 'W/"1"')),
    "redirloop": Answer(status=302, headers=[("Location", "redirloop")]),
    "redirnoloc": Answer(status=302),
    "gzip": Answer(
        gzip.compress(b'{"zipped":true}', mtime=0), headers=[("Content-Type", JSON), ("Content-Encoding", "gzip")]
    ),
    "tokennone": _json({"token_type": "Bearer"}),
    "tokennum": _json({"access_token": 12345, "token_type": "Bearer"}),
    "tokentext": _text("not json"),
    "function": _json({"camunda.function.type": "x"}),
    "docref": _json({"d": _DOCUMENT}),
}

# Behaviours whose arguments follow in the path.
_MADE: dict[str, Callable[[Sequence[str]], Answer]] = {
    "scalar": lambda a: _text(a[0], JSON),
    "raw": lambda a: _text(_decoded(a[0]), JSON),
    "status": lambda a: _json({"error": f"status {a[0]}", "code": int(a[0])}, int(a[0])),
    "statustext": lambda a: _text(f"failed with {a[0]}", status=int(a[0])),
    "statusempty": lambda a: Answer(status=int(a[0])),
    "statuslist": lambda a: _json(["e1", {"e": 2}], int(a[0])),
    "statusreason": lambda a: Answer(b'{"m":1}', int(a[0]), [("Content-Type", JSON)], "Custom Reason"),
    "noreason": lambda a: Answer(b'{"m":1}', int(a[0]), [("Content-Type", JSON)], ""),
    "statusxml": lambda a: _text("<error><code>7</code></error>", "application/xml", int(a[0])),
    "statushtml": lambda a: _text("<html><body>Oops</body></html>", "text/html; charset=utf-8", int(a[0])),
    "statusbad": lambda a: _text('{"a":', JSON, int(a[0])),
    "retryafter": lambda a: _json({"m": "slow"}, int(a[0]), ("Retry-After", a[1].replace("_", " "))),
    "ct": lambda a: _text('{"a":1}', "" if a[0] == "-" else _decoded(a[0]).decode()),
    "redirect": lambda a: Answer(status=int(a[0]), headers=[("Location", _location(a[1:]))]),
    "big": lambda a: _json({"data": "x" * int(a[0])}),
    "bigerr": lambda a: _json({"data": "y" * int(a[1])}, int(a[0])),
    "bigtexterr": lambda a: _text("z" * int(a[1]), status=int(a[0])),
    "slow": lambda a: _slow(float(a[0])),
    "token": lambda a: _json({"access_token": f"tok-{a[0] if a else '1'}", "token_type": "Bearer", "expires_in": 3600}),
    "deep": lambda a: _json(_nested(int(a[0]))),
}


def answer(method: str, path: str) -> Answer:
    """The answer to a request; `path` is what follows the case's id."""
    behaviour, *arguments = path.strip("/").split("/")
    if behaviour == "echo":
        return _json({"method": method})
    if behaviour in _FIXED:
        return _FIXED[behaviour]
    make = _MADE.get(behaviour)
    return make(arguments) if make else _json({"unknown": behaviour}, 404)


class Target(AbstractContextManager["Target"]):
    """The running service on a free port of the loopback interface."""

    def __init__(self) -> None:
        self._requests: dict[str, list[dict[str, Any]]] = {}
        self._lock = Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"target": self}))
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def keep(self, case_id: str, request: dict[str, Any]) -> None:
        with self._lock:
            self._requests.setdefault(case_id, []).append(request)

    def take(self, case_id: str) -> list[dict[str, Any]]:
        """The requests of a case, in order, and forget them."""
        with self._lock:
            return self._requests.pop(case_id, [])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of the target's concern."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target: ClassVar[Target]

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def _any(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        found = re.match(r"/c/([^/]+)(/.*)?$", path)
        case_id, rest = (found[1], found[2] or "/") if found else ("?", path)
        kept = _kept(self.command, path, query, list(self.headers.items()), content)
        self.target.keep(case_id, kept)
        rest = _template_behaviour(rest, kept["body"])
        if rest.startswith("/drop"):
            self._drop()
        elif rest.startswith("/half"):
            self._half()
        else:
            self._send(answer(self.command, rest))

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(2)

    def _half(self) -> None:
        self._send(Answer(b'{"a":1', headers=[("Content-Type", JSON)]), promised=100)
        self.close_connection = True

    def _send(self, one: Answer, promised: int | None = None) -> None:
        self.send_response_only(one.status, REASONS.get(one.status, "Status") if one.reason is None else one.reason)
        for name, value in one.headers:
            self.send_header(name, value)
        if one.status not in NO_BODY:
            self.send_header("Content-Length", str(promised or len(one.content)))
        self.end_headers()
        if one.status not in NO_BODY:
            self.wfile.write(one.content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any


def _kept(method: str, path: str, query: str, headers: list[tuple[str, str]], content: bytes) -> dict[str, Any]:
    """A request in the form of the recording: boundaries named, the client's own headers left out."""
    pairs = [[name.lower(), value] for name, value in headers]
    pairs = [[name, value] for name, value in pairs if not _is_clients_own(name, value)]
    request: dict[str, Any] = {"method": method, "path": path, "query": query}
    try:
        body = content.decode()
    except UnicodeDecodeError:
        body = base64.b64encode(content).decode()
        request["bodyEncoding"] = "base64"
    boundary = re.search(r"boundary=([^;\s]+)", dict(headers).get("Content-Type") or "")
    if boundary:
        mark = boundary[1].strip('"')
        body = body.replace(mark, "{{BOUNDARY}}")
        pairs = [[name, value.replace(mark, "{{BOUNDARY}}")] for name, value in pairs]
    return {**request, "headers": pairs, "body": body}


def _is_clients_own(name: str, value: str) -> bool:
    own = CLIENTS_OWN.get(name)
    return own is not None and value.startswith(own)


def _template_behaviour(rest: str, body: str) -> str:
    """`/v404/<host>/…`: the task of an official template, whose host was put into the path."""
    found = re.match(r"/v(\d*)/", rest)
    if not found:
        return rest
    if "grant_type=" in body:
        return "/token/v"
    return f"/status/{found[1]}" if found[1] else "/json"
