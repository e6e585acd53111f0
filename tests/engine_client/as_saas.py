"""A cluster as on SaaS: below a path, behind a bearer check, and answering 429 when it likes."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.engine_client import ClientCredentials, EngineClient
from devkit.engine import server

PREFIX, TOKEN = "/a-cluster", "the-token"
KEY = re.compile(r"/[0-9a-f-]{16,}(?=/|$)")


class Cluster:
    """The development engine behind a gate that refuses requests with 429."""

    def __init__(self, engine: server.RunningEngine, gate: str) -> None:
        self._engine = engine
        login = ClientCredentials(engine.token_address, "id", TOKEN)
        self.client = EngineClient(gate + PREFIX, authentication=login)
        self.asked: Counter[str] = Counter()
        """Requests by method and path, keys left out, such as `POST /jobs/…/completion`."""
        self.refuses: Callable[[int], bool] = lambda number: False
        """Whether the n-th request (from 0) of one method and path is refused."""
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        """What the gate says, or the engine."""
        path = KEY.sub("/…", request.path.removeprefix(f"{PREFIX}/v2"))
        with self._lock:
            number = self.asked[f"{request.method} {path}"]
            self.asked[f"{request.method} {path}"] += 1
        if self.refuses(number):
            return Response('{"title": "RESOURCE_EXHAUSTED"}', 429, content_type="application/problem+json")
        target = request.full_path if request.query_string else request.path
        connection = HTTPConnection(urlsplit(self._engine.address).netloc, timeout=30)
        try:
            connection.request(request.method, target, request.data, dict(request.headers))
            answer = connection.getresponse()
            return Response(answer.read(), answer.status, content_type=answer.headers.get("content-type"))
        finally:
            connection.close()


@contextmanager
def as_saas(httpserver: HTTPServer) -> Iterator[Cluster]:
    """The gate is this server; requests outside of the path are answered 500, as it does with the unexpected."""
    with server.start(prefix=PREFIX, token=TOKEN) as engine:
        cluster = Cluster(engine, httpserver.url_for(""))
        httpserver.expect_request(re.compile(f"{PREFIX}/v2/.*")).respond_with_handler(cluster.answer)
        yield cluster
