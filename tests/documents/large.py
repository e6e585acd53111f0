"""A service that gives 20 MB and takes them back, and a process that carries them through the cluster's store."""

from __future__ import annotations

from random import Random

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from devkit.conformance.engine.bpmn import bpmn

SIZE = 20 * 1024 * 1024
CONTENT = Random(20).randbytes(SIZE)  # noqa: S311 - no secret

HTTP = {"is": "service", "type": "io.camunda:http-json:1", "retries": 1}
FETCH = {"method": "GET", "url": '=service + "/large"', "storeResponse": "=true"}
RETURN = {
    "method": "POST",
    "url": '=service + "/back"',
    "headers": '={"Content-Type": "multipart/form-data"}',
    "body": "={file: file}",
}
PROCESS = "large-file"
MODEL = bpmn(
    {
        "id": PROCESS,
        "nodes": {
            "start": {"is": "start"},
            "fetch": {**HTTP, "in": FETCH, "headers": {"resultExpression": "={file: response.document}"}},
            "return": {**HTTP, "in": RETURN},
            "end": {"is": "end"},
        },
    }
)


class Service:
    """What the process talks to; `returned` says of each request that came back whether the file is in it."""

    def __init__(self, server: HTTPServer) -> None:
        self.address = server.url_for("").rstrip("/")
        self.returned: list[bool] = []
        server.expect_request("/large").respond_with_data(CONTENT, content_type="application/pdf")
        server.expect_request("/back", method="POST").respond_with_handler(self._take)

    def _take(self, request: Request) -> Response:
        self.returned.append(CONTENT in request.get_data(cache=False))
        return Response(status=204)
