"""A stand-in for Elasticsearch that keeps what a real engine's bundled exporter sends.

    python -m devkit.conformance.engine.sink [port]

Then start the engine with
    ZEEBE_BROKER_EXPORTERS_ES_CLASSNAME=io.camunda.zeebe.exporter.ElasticsearchExporter
    ZEEBE_BROKER_EXPORTERS_ES_ARGS_URL=http://127.0.0.1:9299   ZEEBE_BROKER_EXPORTERS_ES_ARGS_BULK_SIZE=1
and `--probe sink:http://127.0.0.1:9299` sees incidents, variables and element states of an engine without search.

GET /q?type=INCIDENT&pi=<processInstanceKey> gives the event records of that kind, oldest first.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

DEFAULT_PORT = 9299

Records = dict[tuple[str, int], list[dict[str, Any]]]


class Sink(ThreadingHTTPServer):
    """The records of every export so far, by kind and process instance."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.records: Records = defaultdict(list)
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Sink
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one segment per answer: no 40 ms wait for a delayed acknowledgement
    disable_nagle_algorithm = True

    def _answer(self, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path != "/q":
            self._answer({"version": {"number": "8.13.0", "build_flavor": "default"}})
            return
        query = parse_qs(url.query)
        with self.server.lock:
            found = list(self.server.records[query["type"][0], int(query["pi"][0])])
        self._answer(found)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self._body()
        self._answer({"acknowledged": True})

    def do_POST(self) -> None:
        lines = self._body().splitlines()
        items = []
        for head, document in zip(lines[::2], lines[1::2], strict=False):
            record = json.loads(document)
            items.append({"index": {"status": 201, "_id": json.loads(head).get("index", {}).get("_id", "")}})
            if record.get("recordType") == "EVENT":
                instance = record.get("value", {}).get("processInstanceKey", 0)
                with self.server.lock:
                    self.server.records[record["valueType"], instance].append(record)
        self._answer({"took": 1, "errors": False, "items": items})

    def _body(self) -> bytes:
        if "chunked" not in (self.headers.get("Transfer-Encoding") or ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().strip() or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, *_: object) -> None:
        """Say nothing: the engine exports all the time."""


if __name__ == "__main__":
    Sink(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_PORT).serve_forever()
